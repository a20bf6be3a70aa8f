"""The Bolt app: which listener hears what. All of them answer Slack first or within 3 s."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.layout import Message
from bot.edge import dialogs, happenings, interactions
from bot.edge.accept import EDGES, Accepting, accepting, knowing
from bot.edge.click import click_of
from bot.edge.context import Edge
from bot.edge.place import place_of_click, place_of_command
from bot.edge.pools import Pools
from bot.edge.pulse import Pulse
from bot.edge.workspaces import Workspaces
from bot.facts.cards import show
from bot.settings import Settings
from missions.cards import Card
from missions.ids import PersonId
from missions.phrases import speaking

Json = dict[str, Any]

ANSWER_SECONDS: Final = 2.4
"""How long an answer that goes with the acknowledgement may take; Slack waits 3 s."""
NOT_DONE: Final = frozenset({"errors", "update"})
"""What a dialog that was submitted is answered when nothing came of it."""
ANYTHING: Final = re.compile(".*", re.DOTALL)

log = structlog.get_logger("bot.edge")


def build_app(
    settings: Settings,
    workspaces: Workspaces,
    pools: Pools,
    pulse: Pulse,
    accept: Accepting,
    web: AsyncWebClient | None = None,
) -> AsyncApp:
    """The app for these workspaces; `accept` takes in what they say.

    `web` is used by Bolt for Socket Mode only: everything is said through each edge's own client.
    """
    listeners = Listeners(pools, pulse)
    app = AsyncApp(
        name="houston",
        client=web or AsyncWebClient(base_url=settings.slack_api_url),
        authorize=_authorize(workspaces.only),
        logger=_quiet(),
    )
    app.use(knowing(workspaces, pools))
    app.use(accepting(accept))
    app.event(ANYTHING)(listeners.event)
    app.action(ANYTHING)(listeners.click)
    app.view(ANYTHING)(listeners.submit)
    app.view_closed(ANYTHING)(listeners.closed)
    app.command(ANYTHING)(listeners.command)
    app.shortcut(ANYTHING)(listeners.shortcut)
    app.options(ANYTHING)(listeners.options)
    return app


class Listeners:
    """What happens to each kind of thing that Slack sends, besides words (`bot.edge.accept`)."""

    def __init__(self, pools: Pools, pulse: Pulse) -> None:
        self.pools = pools
        self.pulse = pulse

    async def event(self, event: Json, context: AsyncBoltContext) -> None:
        """Events that are no words: what was known of a channel or person may be wrong now."""
        for edge in context[EDGES]:
            if event.get("type") in happenings.REVOKED_EVENTS:
                self.pools.start(self.pools.slack(happenings.on_revoked, edge, self.pulse))
            else:
                self.pools.start(self.pools.slack(happenings.on_event, edge, event))

    async def click(self, ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        """A button: acknowledged at once, then done."""
        await ack()
        edge = _edge(context)
        click = click_of(body, edge.client.identity)
        if click:
            self.pools.start(self.pools.slack(interactions.on_click, edge, click))
            return
        place = place_of_click(body)
        self.pools.start(self.pools.slack(interactions.unknown, edge, place, "button-too-old"))

    async def submit(self, ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        """A dialog: done first, as its errors go with the acknowledgement."""
        edge = _edge(context)
        work = self.pools.start(self.pools.slack(interactions.on_submit, edge, body))
        done, _ = await asyncio.wait({work}, timeout=ANSWER_SECONDS)
        if not done:
            await ack()
            self.pools.start(self._late_submit(edge, work, body))
            return
        answer = work.result()
        await ack(**answer) if answer else await ack()
        self.pools.start(self.pools.slack(interactions.after_submit, edge, body))

    async def closed(self, ack: AsyncAck) -> None:
        """A dialog that was closed leaves nothing to do."""
        await ack()

    async def command(self, ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        """A slash command: answered to the person alone, with the acknowledgement if need be."""
        edge, place, text = _edge(context), place_of_command(body), str(body.get("text") or "")
        work = self.pools.start(self.pools.slack(interactions.on_command, edge, place, text))
        done, _ = await asyncio.wait({work}, timeout=ANSWER_SECONDS)
        if not done:
            await ack()
            self.pools.start(self._late_command(edge, work, place.person))
            return
        card = work.result()
        if card is None:
            await ack()
            return
        message = await self.pools.slack(_drawn, edge, place.person, card)
        await ack(text=message.text, blocks=list(message.blocks))

    async def shortcut(self, ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        """A shortcut: acknowledged at once, then its dialog is opened."""
        await ack()
        self.pools.start(self.pools.slack(interactions.on_shortcut, _edge(context), body))

    async def options(self, ack: AsyncAck, body: Json, context: AsyncBoltContext) -> None:
        """A menu that asks for its options; none if Slack is too slow to tell them."""
        work = self.pools.start(self.pools.slack(interactions.on_options, _edge(context), body))
        done, _ = await asyncio.wait({work}, timeout=ANSWER_SECONDS)
        await ack(options=work.result() if done else [])

    async def _late_command(
        self, edge: Edge, work: asyncio.Task[Card | None], person: PersonId
    ) -> None:
        """The acknowledgement is gone: what could not be shown goes into a direct message."""
        card = await work
        if card:
            await self.pools.slack(edge.tell_directly, person, card)

    async def _late_submit(self, edge: Edge, work: asyncio.Task[Json | None], body: Json) -> None:
        """The dialog is closed already: a refusal is told to the person alone.

        What was done is shown in what stood below the dialog, also if all were to be closed.
        """
        answer = await work
        if answer and answer["response_action"] in NOT_DONE:
            place = dialogs.place_of_submission(body)
            await self.pools.slack(interactions.tell, edge, place, "dialog-not-done")
            return
        await self.pools.slack(interactions.after_submit, edge, body)


def _edge(context: AsyncBoltContext) -> Edge:
    """Whose a click, command or dialog is; there is exactly one."""
    found: Edge = context[EDGES][0]
    return found


def _drawn(edge: Edge, person: PersonId, card: Card) -> Message:
    with speaking(edge.directory.language(edge.team, person)):
        return show(card, edge.gather(person)).message


def _authorize(only: Edge | None) -> Any:
    """Who we are is known: no event is lost because Slack does not answer auth.test.

    With several workspaces Bolt is not told: which one it is, is found by `knowing`.
    """
    who = only.client.identity if only else None

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=who.team if who else None,
            bot_user_id=who.bot_user if who else None,
            bot_id=who.bot_id if who else None,
            bot_token="-",  # noqa: S106 - Bolt wants one; its own client is not used
        )

    return authorize


def _quiet() -> logging.Logger:
    """Bolt's logger, without what it says of requests: it logs whole bodies [L4 P7]."""
    logger = logging.getLogger("bot.bolt")
    logger.setLevel(logging.ERROR)
    return logger
