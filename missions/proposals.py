"""Proposals in storage: made by a turn, answered once by a person's click [C5 C6]."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from missions import keys as k
from missions.cards import BackfillCard, ChangeCard, PlanCard, ReminderCard
from missions.errors import PlanRefused, ProposalRefused
from missions.ids import ChannelId, OutboxId, PersonId, ProposalId
from missions.keys import MissionKeys
from missions.listing import write_listed, write_titles
from missions.mission import Change, Mission, MissionState
from missions.outbox import Entry, entry, put
from missions.phrases import say
from missions.proposal import Proposal, ProposalKind, ProposalState
from missions.recorded import kept
from missions.running_out import write_reminder_over
from missions.saving import write_change, write_mission
from missions.store import DRAFT_VERSION, Store
from missions.tx import Transaction
from missions.waiting import write_not_waiting, write_waiting

LATEST: Final = "open"
"""The field of the proposals' hash that names the change of the plan that was made last."""

_CARDS: Final[dict[ProposalKind, type[PlanCard | ChangeCard | BackfillCard]]] = {
    ProposalKind.LAUNCH: PlanCard,
    ProposalKind.CHANGE: ChangeCard,
    ProposalKind.BACKFILL: BackfillCard,
}


def write_draft(
    tx: Transaction, keys: MissionKeys, mission: Mission, proposal: Proposal
) -> Mission:
    """Have the transaction create a Mission in Draft; returns it as stored.

    Its ID must never have been used [M8]: there is no Mission and no tombstone of that ID.
    """
    draft = mission.model_copy(update={"draft": proposal.id})
    tx.require_absent("id", keys.record)
    tx.hset(keys.record, {"doc": draft.dump(), "rev": draft.rev})
    tx.sadd(k.TEAMS, mission.team)
    tx.zadd(tx.team.missions, mission.id, mission.created_at.timestamp())
    write_listed(tx, draft)
    write_titles(tx, draft, proposal.blueprint)
    tx.hset(keys.proposals, {proposal.id: proposal.dump()})
    write_waiting(tx, proposal)
    tx.hset(keys.blueprints, {str(DRAFT_VERSION): proposal.blueprint.dump()})
    created = Change(at=proposal.at, by=proposal.by, what=kept("log-draft-created"))
    write_change(tx, keys, created)
    return draft


def write_proposal(
    tx: Transaction,
    keys: MissionKeys,
    store: Store,
    mission: Mission,
    proposal: Proposal,
    on: ProposalId | None = None,
) -> Mission:
    """Have the transaction add a Proposal; returns the Mission as it is then.

    It supersedes the open change of the same person, and `on`, that it was made on top of: what
    others have proposed stays theirs to apply [C6]. A Draft has one plan, and one backfill waits.
    """
    after = mission
    if proposal.kind is ProposalKind.LAUNCH:
        previous = mission.draft
        after = write_mission(tx, keys, mission, draft=proposal.id)
        tx.hset(keys.blueprints, {str(DRAFT_VERSION): proposal.blueprint.dump()})
        write_titles(tx, after, proposal.blueprint)
    else:
        name = _open_field(proposal)
        open_id = store.hget(keys.proposals, name)
        previous = ProposalId(open_id) if open_id else None
        tx.require_field("proposal", keys.proposals, name, previous)
        tx.hset(keys.proposals, {name: proposal.id})
        if proposal.kind is ProposalKind.CHANGE:
            tx.hset(keys.proposals, {LATEST: proposal.id})
    for gone in filter(None, {previous, on}):
        _supersede(tx, keys, store, mission, gone, proposal.at)
    tx.hset(keys.proposals, {proposal.id: proposal.dump()})
    write_waiting(tx, proposal)
    return after


def _supersede(
    tx: Transaction,
    keys: MissionKeys,
    store: Store,
    mission: Mission,
    proposal: ProposalId,
    now: datetime,
) -> None:
    old = store.proposal(mission.team, mission.id, proposal)
    if old is None or old.state is not ProposalState.OPEN:
        return
    new = old.model_copy(update={"state": ProposalState.SUPERSEDED, "answered_at": now})
    tx.require_field("proposal", keys.proposals, old.id, old.stored())
    tx.hset(keys.proposals, {old.id: new.dump()})
    write_not_waiting(tx, old)
    write_reminder_over(tx, reminder_of(old), old.reminded_in)
    shown = store.hget(keys.proposals, _card_field(old.id))
    if shown:
        channel, card_entry, *_ = json.loads(shown)
        put(tx, entry(mission.team, channel, card_of(old), update=OutboxId(card_entry)))


def write_shown(tx: Transaction, keys: MissionKeys, proposal: ProposalId, card: Entry) -> None:
    """Have the transaction note which entry shows a Proposal: its card changes with it."""
    place = [card.channel, card.id, card.thread_ts]
    tx.hset(keys.proposals, {_card_field(proposal): json.dumps(place)})


def write_none_open(tx: Transaction, keys: MissionKeys, store: Store, mission: Mission) -> None:
    """Have the transaction forget which Proposals of a Mission that goes wait for an answer."""
    named = store.hgetall(keys.proposals).items()
    opened = {text for name, text in named if name.partition(":")[0] == LATEST}
    for name in filter(None, {mission.draft, *opened}):
        found = store.proposal(mission.team, mission.id, ProposalId(name))
        if found:
            write_not_waiting(tx, found)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for a change, and in which thread, if it is in one."""

    person: PersonId
    channel: ChannelId | None = None
    thread: str = ""


def open_change(
    store: Store, keys: MissionKeys, mission: Mission, asking: Asking, now: datetime
) -> Proposal | None:
    """The change that waits, still applies, and on which that person can build; or None.

    It is their own, or the latest one if its card stands in the same thread: what somebody else
    asked for elsewhere is never part of what they apply [C5 C6].
    """
    for name in (f"{LATEST}:{asking.person}", LATEST):
        named = store.hget(keys.proposals, name)
        found = store.proposal(mission.team, mission.id, ProposalId(named)) if named else None
        if found is None or found.state is not ProposalState.OPEN or found.expired(now):
            continue
        own = found.by == asking.person or _stands_in(store, keys, found.id, asking)
        if own and not stale(mission, found):
            return found
    return None


def _stands_in(store: Store, keys: MissionKeys, proposal: ProposalId, asking: Asking) -> bool:
    shown = store.hget(keys.proposals, _card_field(proposal))
    if not shown or not asking.thread:
        return False
    channel, _, *root = json.loads(shown)
    posted = shown_in(store, keys, proposal)
    roots = {*(each for each in root if each), *([posted[1]] if posted else [])}
    return channel == asking.channel and asking.thread in roots


def shown_in(store: Store, keys: MissionKeys, proposal: ProposalId) -> tuple[ChannelId, str] | None:
    """Channel and ts of the card that shows a Proposal; None if it was not posted yet."""
    shown = store.hget(keys.proposals, _card_field(proposal))
    posted = store.hget(keys.posts, json.loads(shown)[1]) if shown else None
    if posted is None:
        return None
    channel, ts = json.loads(posted)
    return ChannelId(channel), str(ts)


@dataclass(frozen=True, slots=True)
class ShownBy:
    """The card of a Proposal: its entry, its message, and the root of the thread that it is in."""

    entry: OutboxId
    channel: ChannelId
    ts: str
    root: str


def shown_by(store: Store, keys: MissionKeys, proposal: ProposalId) -> ShownBy | None:
    """The card that shows a Proposal; None if it was not posted."""
    shown = store.hget(keys.proposals, _card_field(proposal))
    posted = shown_in(store, keys, proposal)
    if shown is None or posted is None:
        return None
    _, name, *root = json.loads(shown)
    return ShownBy(OutboxId(name), *posted, root=root[0] if root and root[0] else posted[1])


def reminder_of(proposal: Proposal) -> ReminderCard:
    """The card that says that a Proposal soon runs out."""
    return ReminderCard(mission=proposal.mission, proposal=proposal.id)


def card_of(proposal: Proposal) -> PlanCard | ChangeCard | BackfillCard:
    """The card that shows a Proposal."""
    return _CARDS[proposal.kind](mission=proposal.mission, proposal=proposal.id)


def _open_field(proposal: Proposal) -> str:
    """The field that names a person's open change, or the backfill that waits."""
    change = proposal.kind is ProposalKind.CHANGE
    return f"{LATEST}:{proposal.by if change else proposal.kind.value}"


def _card_field(proposal: ProposalId) -> str:
    return f"card:{proposal}"


def answerable(
    mission: Mission, proposal: Proposal | None, now: datetime, *, applying: bool
) -> Proposal:
    """The Proposal, if it can be answered now; raises `ProposalRefused` or `PlanRefused`."""
    if proposal is None:
        raise ProposalRefused(say("card-unknown"), "unknown")
    match proposal.state:
        case ProposalState.APPLIED:
            raise ProposalRefused(say("confirmed-already"), "applied")
        case ProposalState.DISCARDED:
            raise ProposalRefused(say("discarded-already"), "discarded")
        case ProposalState.SUPERSEDED:
            raise ProposalRefused(say("newer-plan"), "superseded")
        case ProposalState.OPEN:
            pass
    if not applying:
        return proposal
    if proposal.expired(now):
        raise ProposalRefused(
            say("card-too-old"),
            "expired",
            can_redo=True,
        )
    if stale(mission, proposal):
        raise ProposalRefused(
            say("made-on-older", base=proposal.base_version, now=mission.version),
            "stale",
            can_redo=True,
        )
    if proposal.findings:
        raise PlanRefused(proposal.findings)
    return proposal


def stale(mission: Mission, proposal: Proposal) -> bool:
    """Whether the Mission has moved on since the Proposal was made."""
    if proposal.kind is ProposalKind.LAUNCH:
        return mission.state is not MissionState.DRAFT or mission.draft != proposal.id
    return mission.version != proposal.base_version


def write_answer(
    tx: Transaction,
    keys: MissionKeys,
    proposal: Proposal,
    state: ProposalState,
    by: PersonId,
    now: datetime,
) -> None:
    """Have the transaction answer an open Proposal; two clicks cannot both."""
    answered = proposal.model_copy(update={"state": state, "answered_by": by, "answered_at": now})
    tx.require_field("proposal", keys.proposals, proposal.id, proposal.stored())
    tx.hset(keys.proposals, {proposal.id: answered.dump()})
    write_not_waiting(tx, proposal)
    write_reminder_over(tx, reminder_of(proposal), proposal.reminded_in)
    if proposal.kind is not ProposalKind.LAUNCH:
        tx.hdel(keys.proposals, _open_field(proposal))
