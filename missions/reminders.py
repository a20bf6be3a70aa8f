"""One reminder before what waits for a person runs out, and the card that says that it has [A2 C5].

An entry of one shared index says when to look at what waits. The reminder, and that it was said,
are written in the commit that takes the entry away; so it is said once, whoever looks and dies. An
answer changes the record that this commit guards: one of them comes first.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from missions import keys as k
from missions.approval import ApprovalState, approval_of
from missions.approvals import message_for
from missions.cards import ReminderCard
from missions.ids import ChannelId, MissionId, TeamId
from missions.keys import MissionKeys, TeamKeys
from missions.mission import Mission
from missions.outbox import Entry, EntryState, Outbox, entry, place_of, put
from missions.ports import Bell, Clock
from missions.proposal import Proposal, ProposalState
from missions.proposals import card_of, reminder_of, shown_by, stale
from missions.running_out import (
    card_of_name,
    reminder_for,
    write_look,
    write_no_look,
    write_reminder_over,
)
from missions.store import Store
from missions.tx import DELETED, Lost, MissionTransaction

TOO_LATE: Final = timedelta(minutes=1)
"""After an outage: what is left must be worth saying."""
AFTER: Final = timedelta(seconds=1)
"""How long after its end a card says so: what is exactly as old can still be applied."""


class Reminders:
    """Looks at what is about to run out, or has."""

    def __init__(self, store: Store, clock: Clock, bell: Bell, outbox: Outbox) -> None:
        self._store = store
        self._clock = clock
        self._bell = bell
        self._outbox = outbox

    def look(self, team: TeamId, mission: MissionId, name: str, due: float) -> bool:
        """Look at what the index calls so; whether anything was said.

        Raises ValueError for a name or a record that cannot be read.
        """
        card, keys = card_of_name(mission, name), TeamKeys(team).mission(mission)
        found = self._store.mission(team, mission)
        tx = self._store.mission_tx(keys)
        tx.require_score("looked", k.REMINDERS, k.member(team, mission, name), due)
        write_no_look(tx, card)
        if found is None:
            said = None
        elif card.proposal:
            said = self._proposal(tx, keys, found, card)
        else:
            said = self._approval(tx, keys, found, card)
        try:
            tx.commit()
        except Lost as lost:
            if lost.guard == DELETED:
                one = self._store.team_tx(team)
                write_no_look(one, card)
                one.commit()
            return False  # answered, or looked at by another one, meanwhile
        if said:
            self._bell.delivery(team, said)
        return said is not None

    def _approval(
        self, tx: MissionTransaction, keys: MissionKeys, mission: Mission, card: ReminderCard
    ) -> ChannelId | None:
        """Have the transaction remind of an approval; its end is seen to elsewhere [A3]."""
        if card.approval is None:
            return None
        asked = approval_of(self._store, keys, card.approval)
        posted = self._store.hget(keys.posts, message_for(card.approval))
        if asked is None or asked.state is not ApprovalState.OPEN or posted is None:
            return None
        if self._clock.now() > asked.expires - TOO_LATE:
            return None
        channel, ts = place_of(posted)
        root = mission.thread_ts if asked.version == 0 else None
        tx.require_field("answered", keys.approvals, asked.id, asked.stored())
        told = asked.model_copy(update={"reminded_in": channel})
        tx.hset(keys.approvals, {asked.id: told.dump()})
        put(tx, _reminder(entry(mission.team, channel, card, thread_ts=root or ts)))
        return channel

    def _proposal(
        self, tx: MissionTransaction, keys: MissionKeys, mission: Mission, card: ReminderCard
    ) -> ChannelId | None:
        """Have the transaction remind of a Proposal, or show that its time is over."""
        if card.proposal is None:
            return None
        found = self._store.proposal(mission.team, mission.id, card.proposal)
        shown = shown_by(self._store, keys, card.proposal)
        if found is None or found.state is not ProposalState.OPEN or shown is None:
            return None
        channel = shown.channel
        tx.require_field("answered", keys.proposals, found.id, found.stored())
        if self._clock.now() > found.expires:
            put(tx, entry(mission.team, channel, card_of(found), update=shown.entry))
            write_reminder_over(tx, reminder_of(found), found.reminded_in)
            return channel
        write_look(tx, card, found.expires + AFTER)
        if self._in_vain(mission, found):
            return None
        told = found.model_copy(update={"reminded_in": channel})
        tx.hset(keys.proposals, {found.id: told.dump()})
        said = _reminder(entry(mission.team, channel, card, thread_ts=shown.root))
        put(tx, said.model_copy(update={"reader": found.by}))
        return channel

    def _in_vain(self, mission: Mission, found: Proposal) -> bool:
        """Whether nobody could apply it, or it is over too soon."""
        soon = self._clock.now() > found.expires - TOO_LATE
        return soon or stale(mission, found) or bool(found.findings)

    def is_moot(self, e: Entry) -> bool:
        """Whether a reminder need not be posted: what it reminds of was answered meanwhile, or, of
        an entry that says what became of it, it was never posted."""
        if not isinstance(e.card, ReminderCard):
            return False
        if e.update:
            return self._outbox.where(e.team, e.card.mission, e.update) is None
        return e.state is EntryState.QUEUED and not self._waits(e.team, e.card)

    def _waits(self, team: TeamId, card: ReminderCard) -> bool:
        now: datetime = self._clock.now()
        keys = TeamKeys(team).mission(card.mission)
        if card.approval:
            asked = approval_of(self._store, keys, card.approval)
            return asked is not None and asked.state is ApprovalState.OPEN and now < asked.expires
        found = self._store.proposal(team, card.mission, card.proposal) if card.proposal else None
        return found is not None and found.state is ProposalState.OPEN and now <= found.expires


def _reminder(said: Entry) -> Entry:
    """The entry under its own name, so that what follows finds its message."""
    if not isinstance(said.card, ReminderCard):
        raise TypeError("only a reminder has such a name")
    return said.model_copy(update={"id": reminder_for(said.card)})
