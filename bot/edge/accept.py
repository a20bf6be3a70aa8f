"""Takes in what people say before Slack is told that it arrived: nothing is lost [C10].

Not by a listener: Bolt acknowledges before its listeners run. While storage fails there is no
acknowledgement, and Slack delivers again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from enum import Enum
from itertools import islice
from typing import Any, Final

import structlog
from redis.exceptions import RedisError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.edge.context import Edge
from bot.edge.dropped import DROPPED, on_dropped
from bot.edge.granted import doubt_all
from bot.edge.happenings import REVOKED_EVENTS
from bot.edge.incoming import Heard, heard
from bot.edge.lifecycle import doubt_of, take_doubt
from bot.edge.noticed import noticed
from bot.edge.pools import Pools
from bot.edge.presence import Presence
from bot.edge.rules import take_notice
from bot.edge.tenancy import ACCESS_EVENTS
from bot.edge.workspaces import Workspaces
from bot.slack_errors import ChannelArchived, NotInChannel, SlackFailure
from bot.undelivered import tell_cure
from missions.conversation import KEPT_MS, asked, conversation_id, people, person_field
from missions.errors import HoustonError
from missions.ids import PersonId
from missions.keys import TeamKeys
from missions.leaving import Leaving
from missions.mailbox import Incoming
from missions.phrases import say
from missions.tracing import span

SPOKEN: Final = frozenset({"message", "app_mention"})
LEARNED: Final = 400
"""How many messages of a thread are looked at for who wrote them."""
EDGES: Final = "edges"
"""Where Bolt's context keeps whose it is that Slack sends."""
ACCEPTED: Final = "accepted"
"""Where it keeps that an event was taken in before."""

log = structlog.get_logger("bot.edge")

Next = Callable[[], Awaitable[BoltResponse]]
Middleware = Callable[[AsyncBoltRequest, Next], Awaitable[BoltResponse]]


def knowing(workspaces: Workspaces, pools: Pools) -> Middleware:
    """The middleware that finds whose it is; what is from a workspace not served ends here."""

    async def know(req: AsyncBoltRequest, next: Next) -> BoltResponse:  # noqa: A002 - Bolt's name
        if workspaces.only:
            req.context[EDGES] = (workspaces.only,)
            return await next()
        try:
            found = await pools.store(workspaces.of, req.body)
        except RedisError as error:
            log.error("workspace_not_found", error=type(error).__name__)
            return BoltResponse(status=503)
        if not found:
            log.info("not_installed_there", team=req.context.team_id)
            return BoltResponse(status=200, body=_not_installed(req.body))
        req.context[EDGES] = found
        return await next()

    return know


class Outcome(Enum):
    """What is to be answered to an event: that it is to come AGAIN, or that it arrived.

    DONE is what nobody else has to look at; what is to go ON is for the listeners.
    """

    AGAIN = "again"
    DONE = "done"
    ON = "on"


class Accepting:
    """Takes in people's words and what rules wait for, before Slack is told that it arrived."""

    def __init__(self, pools: Pools) -> None:
        self._pools = pools
        self._presence = Presence()

    async def take(self, edges: Iterable[Edge], body: dict[str, Any]) -> Outcome:
        """Take an event in; all of it is stored afterwards, unless it is to come again."""
        edges, kind = tuple(edges), body["event"].get("type")
        for edge in edges:
            if edge.installed and kind in REVOKED_EVENTS:
                revoked = await _revoked(edge, self._pools, body["event"])
                return Outcome.DONE if revoked else Outcome.AGAIN
            if kind in ACCESS_EVENTS:
                if not await _access(edge, self._pools):
                    return Outcome.AGAIN
                continue
            self._presence.learn(edge.team, edge.bot_user, body["event"])
            if not await _noticed(edge, self._pools, body):
                return Outcome.AGAIN
        if kind not in SPOKEN:
            return Outcome.ON
        for edge in edges:
            if not await self._said(edge, body):
                return Outcome.AGAIN
        return Outcome.DONE

    def dropped(self, edges: Iterable[Edge], body: dict[str, Any]) -> None:
        """Slack has dropped events: say so, beside all else."""
        for edge in edges:
            self._pools.start(self._pools.slack(on_dropped, edge, body))

    async def _said(self, edge: Edge, body: dict[str, Any]) -> bool:
        """Take in a person's words; False if storage fails, so that they come again."""
        words = heard(body, edge.client.identity, edge.domain.clock.now())
        if words is None:
            return True
        there = self._presence.known(edge.team, words.incoming.channel)
        try:
            taken = await self._pools.store(take_in, edge, words, there=there)
        except (RedisError, HoustonError) as error:
            log.error("not_accepted", event_id=body.get("event_id"), error=type(error).__name__)
            return False
        if taken is Taken.INTO_A_THREAD:
            self._pools.start(self._pools.slack(learn_people, edge, words.incoming))
        return True


def accepting(accept: Accepting) -> Middleware:
    """The middleware that takes events in, those that were not yet; all else goes on."""

    async def middleware(req: AsyncBoltRequest, next: Next) -> BoltResponse:  # noqa: A002 - Bolt's
        body: dict[str, Any] = req.body
        if body.get("type") == DROPPED:
            accept.dropped(req.context[EDGES], body)
            return BoltResponse(status=200)
        if body.get("type") != "event_callback" or req.context.get(ACCEPTED):
            return await next()
        outcome = await accept.take(req.context[EDGES], body)
        if outcome is Outcome.ON:
            return await next()
        return BoltResponse(status=200 if outcome is Outcome.DONE else 503)

    return middleware


async def _revoked(edge: Edge, pools: Pools, event: dict[str, Any]) -> bool:
    """Write down that the app may be gone from a workspace; False if storage fails."""
    if "tokens" in event and not (event["tokens"] or {}).get("bot"):
        return True  # tokens of people only, and we have none
    try:
        await pools.store(Leaving(edge.domain.store).doubt, edge.team)
    except RedisError as error:
        log.error("leave_not_noted", team=edge.team, error=type(error).__name__)
        return False
    log.info("may_have_left", team=edge.team)
    return True


def _not_installed(body: dict[str, Any]) -> str:
    """What a person is told whose command nobody serves; Slack shows it to them alone."""
    return say("not-installed") if body.get("command") else ""


async def _access(edge: Edge, pools: Pools) -> bool:
    """Write down that Slack is to be asked for every channel; False if storage fails."""
    try:
        await pools.store(doubt_all, edge)
    except RedisError as error:
        log.error("access_not_noted", team=edge.team, error=type(error).__name__)
        return False
    return True


async def _noticed(edge: Edge, pools: Pools, body: dict[str, Any]) -> bool:
    """Take in what may start an Event Rule [B6] or casts doubt on a channel [C11].

    False if storage fails, so that it comes again.
    """
    happened = noticed(body, edge.client.identity)
    doubt = doubt_of(body["event"], edge.bot_user)
    try:
        if doubt:
            await pools.store(take_doubt, edge, doubt)
        if happened:
            await pools.store(take_notice, edge, happened)
    except (RedisError, HoustonError) as error:
        log.error("not_noticed", event_id=body.get("event_id"), error=type(error).__name__)
        return False
    return True


class Taken(Enum):
    """How words were taken in. INTO_A_THREAD: people talked there before Houston was named."""

    IN = "in"
    INTO_A_THREAD = "into_a_thread"


def take_in(edge: Edge, words: Heard, *, there: bool = False) -> Taken | None:
    """Put the words into their conversation's mailbox, once; None if they are not for Houston.

    `there` says that Houston is surely in the channel; else it is looked up, if need be from Slack.
    """
    incoming = words.incoming
    begins = words.addressed and (incoming.direct or incoming.ts == incoming.thread_ts)
    memory = {} if begins else _memory(edge, incoming)
    if not words.addressed and not _for_houston(edge, words, memory):
        return None
    if words.addressed and not (incoming.direct or there) and _mute(edge, incoming):
        return None
    if not edge.domain.mailboxes.accept(incoming):
        return None
    if words.root_author:
        _note(edge, incoming, words.root_author)
    with span("message", houston__message=incoming.id):
        edge.domain.bell.turn(incoming.team, incoming.conversation)
    log.info("accepted", event_id=incoming.event_id, channel=incoming.channel, ts=incoming.ts)
    alone = begins or memory or incoming.direct or incoming.ts == incoming.thread_ts
    return Taken.IN if alone else Taken.INTO_A_THREAD


def learn_people(edge: Edge, incoming: Incoming) -> None:
    """Remember who talked in a thread before Houston was named in it [C1]."""
    try:
        said = list(islice(edge.client.replies(incoming.channel, incoming.thread_ts), LEARNED))
    except SlackFailure as failure:
        log.info("people_not_learned", channel=incoming.channel, code=failure.code)
        return
    wrote = {PersonId(one["user"]) for one in said if "user" in one and not one.get("bot_id")}
    for person in sorted(wrote - {edge.bot_user}):
        _note(edge, incoming, person)


def _memory(edge: Edge, incoming: Incoming) -> dict[str, str]:
    return edge.domain.mailboxes.memory(incoming.team, incoming.channel, incoming.thread_ts)


def _for_houston(edge: Edge, words: Heard, memory: Mapping[str, str]) -> bool:
    """Whether a reply without a mention is for Houston [C1].

    It has part in the thread, and nobody else has, or it asked this person something.
    """
    incoming = words.incoming
    wrote = people(memory)
    report = edge.domain.outbox.ref(incoming.team, incoming.channel, incoming.thread_ts)
    if not wrote and report is None:
        return False
    present = wrote | {incoming.person} | ({words.root_author} if words.root_author else set())
    if len(present) < 2 or incoming.person in asked(memory):
        return True
    _note(edge, incoming, incoming.person)
    return False


def _note(edge: Edge, incoming: Incoming, person: PersonId) -> None:
    """Remember that a person takes part in the thread."""
    conversation = conversation_id(incoming.channel, incoming.thread_ts)
    key = TeamKeys(incoming.team).conversation(conversation)
    edge.domain.store.team_tx(incoming.team).hset(key, {person_field(person): "1"}).expire(
        key, KEPT_MS
    ).commit()


def _mute(edge: Edge, incoming: Incoming) -> bool:
    """Whether Houston may not speak there; the person is told so alone, with the cure [C11]."""
    channel = edge.domain.directory.channel(incoming.team, incoming.channel)
    if channel is None or (channel.bot_is_member and not channel.is_archived):
        return False
    failure: SlackFailure
    if channel.is_archived:
        failure = ChannelArchived("is_archived")
    else:
        failure = NotInChannel("not_in_channel")
    tell_cure(edge.domain, incoming.team, incoming.person, incoming.channel, failure)
    return True
