"""The cards that stand in Slack and show how a Mission stands: they follow it when it changes [M3].

Each Mission keeps the newest few of every kind, for some days. Whatever changes the Mission marks
it, in the same step, as one whose cards are to be drawn anew (`missions.redrawing`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from missions import cards as c
from missions import keys as k
from missions.ids import ChannelId, OutboxId, PersonId
from missions.keys import MissionKeys
from missions.listing import Listing
from missions.record import Stored
from missions.store import Store
from missions.tx import Transaction, redis_now

if TYPE_CHECKING:
    from missions.outbox import Entry

SHOWING: Final = (
    c.PlanCard,
    c.ChangeCard,
    c.BackfillCard,
    c.ChooseCard,
    c.ListCard,
    c.MissionCard,
    c.PlanViewCard,
    c.HistoryCard,
    c.VersionsCard,
    c.NextRunsCard,
    c.ActionCard,
    c.RenamedCard,
    c.ReportCard,
    c.SummaryCard,
    c.ApprovalCard,
    c.ApproversCard,
    c.StateCard,
    c.TaskPausedCard,
    c.AwayCard,
    c.HandoverOfferCard,
    c.HandoverCard,
    c.OwnerLeftCard,
    c.PlaceCard,
)
"""Cards that say a Mission's name, state, plan or owner, or offer what only some states allow."""

PER_KIND: Final = 3
"""How many cards of a kind follow a Mission, the newest; older ones stay as they are."""
FOLLOWED_MS: Final = 3 * 24 * 60 * 60 * 1000
"""How long a card follows its Mission: what scrolled away days ago is not worth Slack's pace."""
FACES: Final = (c.PlanCard, c.ChangeCard)
"""Cards of which the newest follows however old it is: the plan that a Mission's thread is about,
and the change that waits for its people."""
SOON_MS: Final = 500
"""How long changes are gathered before the cards follow: ten quick ones are one edit."""

AT_ONCE: Final = 20
"""How many Missions' cards follow at once what happens to their place; the others page by page,
so that what changes meanwhile has no long queue before it."""
PAGE_MS: Final = 60_000
"""How much later each page follows: redraws have some 30 edits a minute (`bot.pace`)."""


class OnShow(Stored):
    """A card that was posted: where, what it is drawn from, and a digest of how it looks."""

    schema_version: int = 5
    channel: ChannelId
    ts: str
    card: c.Card
    thread_ts: str | None = None
    reader: PersonId | None = None
    language: str = ""
    digest: str = ""


def write_redraw(tx: Transaction, keys: MissionKeys, after: int = SOON_MS) -> None:
    """Have the transaction mark a Mission as one whose cards are to follow it, in `after` ms.

    A mark that is due earlier stays as it is.
    """
    name = k.member(keys.team, keys.mission)
    tx.zadd(k.REDRAWS, name, redis_now(after), no_later=True)


def write_redraws(tx: Transaction, store: Store, channels: Iterable[ChannelId]) -> None:
    """Have the transaction mark the Missions of channels in which something else changed that
    their cards show, as the pause of all there; the newest first, a page at a time."""
    ids = Listing(store).every(tx.team.team, tuple(channels), None)
    for number, mission in enumerate(ids):
        after = SOON_MS + number // AT_ONCE * PAGE_MS
        write_redraw(tx, tx.team.mission(mission), after)


def shows(card: c.Card) -> bool:
    """Whether a card has to follow; what tells of one stretch of time stays as it was said."""
    if isinstance(card, c.NextRunsCard) and card.until:
        return False
    return isinstance(card, SHOWING)


def on_show(store: Store, keys: MissionKeys) -> dict[OutboxId, OnShow]:
    """The cards that follow a Mission, by the entries that posted them, oldest first."""
    found = {}
    for origin, text in store.hgetall(keys.shown).items():
        with suppress(ValueError):  # what cannot be read is not drawn anew
            found[OutboxId(origin)] = OnShow.load(text)
    return dict(sorted(found.items(), key=lambda item: _age(item[1])))


def write_on_show(
    tx: Transaction, store: Store, about: Iterable[MissionKeys], e: Entry, ts: str, digest: str
) -> None:
    """Have the transaction note, with each Mission that it names, what an entry's message shows."""
    origin = e.update or e.id
    for keys in about:
        known = on_show(store, keys)
        if not shows(e.card):
            if origin in known:
                tx.hdel(keys.shown, origin)
            continue
        card = e.card
        if isinstance(card, c.StateCard) and card.at is None:
            card = card.model_copy(update={"at": e.posting_since})
        one = OnShow(
            channel=e.channel,
            ts=ts,
            card=card,
            thread_ts=e.thread_ts,
            reader=e.reader,
            language=e.language,
            digest=digest,
        )
        tx.hset(keys.shown, {origin: one.dump()})
        tx.hdel(keys.shown, *sorted(surplus({**known, origin: one}, store.now_ms())))


def surplus(known: Mapping[OutboxId, OnShow], now_ms: int) -> set[OutboxId]:
    """Those of which there are enough newer ones of their kind, or that are too old to follow."""
    seen: Counter[str] = Counter()
    over = set()
    for origin, one in sorted(known.items(), key=lambda item: _age(item[1]), reverse=True):
        seen[one.card.kind] += 1
        is_face = isinstance(one.card, FACES) and seen[one.card.kind] == 1
        is_old = float(one.ts) * 1000 < now_ms - FOLLOWED_MS and not is_face
        if seen[one.card.kind] > PER_KIND or is_old:
            over.add(origin)
    return over


def _age(one: OnShow) -> tuple[float, str]:
    """Sorts by when it was posted: what Slack calls a message is the time, unix seconds."""
    return float(one.ts), one.channel
