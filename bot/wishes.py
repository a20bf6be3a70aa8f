"""Words that were posted for a person are answered in their thread, as if written there [C1]."""

from __future__ import annotations

from bot.client import SlackClient
from missions.cards import SaidCard, WishCard
from missions.conversation import conversation_id
from missions.domain import Domain
from missions.mailbox import Incoming
from missions.outbox import Entry
from missions.roots import remember_focus, take_root


def take_in(domain: Domain, client: SlackClient, e: Entry, ts: str) -> Entry:
    """Put words that were just posted at `ts` into their mailbox, once.

    Answers the entry with its conversation, so that its message goes when that is forgotten [M6].
    What begins a Mission's thread is remembered as that.
    """
    take_root(domain.store, e, ts)
    root = e.thread_ts or ts
    match e.card:
        case WishCard(by=person, text=text, link=link):
            said, answers, quoted = _typed(text), True, link is not None
        case SaidCard(mission=mission, by=person, text=said, typed=typed):
            if not remember_focus(domain.store, mission, e, root):
                return e
            answers, quoted = not typed, False
        case _:
            return e
    who, known = client.identity, domain.directory.channel(e.team, e.channel)
    incoming = Incoming(
        id=f"wish-{e.id}",
        team=e.team,
        channel=e.channel,
        thread_ts=root,
        ts=ts,
        person=person,
        text=said,
        direct=bool(known and known.is_direct),
        private=bool(known and known.is_private),
        link=who.permalink(e.channel, ts, e.thread_ts),
        event_id=f"wish-{e.id}",
        at=domain.clock.now(),
        answers=answers,
        quoted=quoted,
        bot_user=who.bot_user,
    )
    if domain.mailboxes.accept(incoming):
        domain.bell.turn(e.team, incoming.conversation)
    return e.model_copy(update={"conversation": conversation_id(e.channel, root)})


def _typed(text: str) -> str:
    """Plain text in the form in which Slack sends messages."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
