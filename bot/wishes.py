"""A wish that was posted is answered in its thread, as if the person had written it there [C1]."""

from __future__ import annotations

from bot.client import SlackClient
from missions.cards import WishCard
from missions.conversation import conversation_id
from missions.domain import Domain
from missions.mailbox import Incoming
from missions.outbox import Entry


def take_in(domain: Domain, client: SlackClient, e: Entry, ts: str) -> Entry:
    """Put a wish that was just posted at `ts` into its mailbox, once.

    Answers the entry with its conversation, so that its message goes when that is forgotten [M6].
    """
    if not isinstance(e.card, WishCard):
        return e
    who, known = client.identity, domain.directory.channel(e.team, e.channel)
    incoming = Incoming(
        id=f"wish-{e.id}",
        team=e.team,
        channel=e.channel,
        thread_ts=ts,
        ts=ts,
        person=e.card.by,
        text=_typed(e.card.text),
        direct=bool(known and known.is_direct),
        private=bool(known and known.is_private),
        link=who.permalink(e.channel, ts),
        event_id=f"wish-{e.id}",
        at=domain.clock.now(),
        answers=True,
        quoted=e.card.link is not None,
        bot_user=who.bot_user,
    )
    if domain.mailboxes.accept(incoming):
        domain.bell.turn(e.team, incoming.conversation)
    return e.model_copy(update={"conversation": conversation_id(e.channel, ts)})


def _typed(text: str) -> str:
    """Plain text in the form in which Slack sends messages."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
