"""Removing a Mission: at once in one step, then its remains in batches [M6].

The step leaves a tombstone, so that whatever finishes late writes nothing back, and moves the list
of the bot's messages to where the cleanup finds it. `Remains` then clears the rest, and can be
called again after any interruption.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import cast

from missions import keys as k
from missions.approval import UNDECIDED, Approval
from missions.cards import missions_of
from missions.conversation import asked, said
from missions.hooks import write_no_hooks
from missions.ids import (
    ChannelId,
    ConversationId,
    ExecutionId,
    MissionId,
    PersonId,
    TaskId,
    TeamId,
)
from missions.keys import MissionKeys, TeamKeys
from missions.listing import Listing, write_unlisted
from missions.mended import of_mission
from missions.mission import Mission
from missions.onshow import on_show
from missions.proposals import write_none_open
from missions.store import Store
from missions.tx import Transaction, redis_now
from missions.waiting import write_approval_answered, write_not_asked

BATCH = 500
"""How many fields or keys one command removes, so that no other command waits long."""


def write_removed(
    tx: Transaction,
    keys: MissionKeys,
    store: Store,
    mission: Mission,
    by: PersonId,
    now: datetime,
) -> None:
    """Have the transaction remove a Mission: gone for every reader, remains left to the cleanup."""
    tx.require_field("mission", keys.record, "rev", str(mission.rev))
    tx.set(keys.tombstone, mission.id)
    tx.set(keys.deleter, json.dumps([by, mission.channel]))
    tx.unlink(keys.record)
    tx.zrem(k.RESUMES, k.member(mission.team, mission.id, "-"))
    tx.zrem(k.SUMMARIES, k.member(mission.team, mission.id))
    tx.zrem(k.REDRAWS, k.member(mission.team, mission.id))
    tx.zrem(tx.team.missions, mission.id)
    write_unlisted(tx, mission)
    write_none_open(tx, keys, store, mission)
    write_no_hooks(tx, keys, store, mission)
    for task in store.task_states(mission.team, mission.id):
        tx.zrem(k.TIMER, keys.timer_member(task))
        tx.hdel(tx.team.outage(mission.channel), k.member(mission.id, task))
        tx.zrem(k.RESUMES, k.member(mission.team, mission.id, task))
    tx.hdel(tx.team.away(mission.channel), mission.id)
    for occurrence in sorted(store.smembers(keys.queued)):
        tx.zrem(k.PENDING, k.member(mission.team, mission.id, occurrence))
        tx.zrem(k.DELAYED, k.member(mission.team, mission.id, occurrence))
    tx.hdel(tx.team.outbox, *sorted(store.smembers(keys.outbox)))
    tx.rename(keys.posts, keys.cleanup)
    tx.zadd(k.CLEANUPS, k.member(mission.team, mission.id), redis_now())
    line = {"mission": mission.id, "by": by, "at": now.isoformat(), "what": "deleted"}
    tx.lpush(tx.team.audit, json.dumps(line))


class Remains:
    """What is left of removed Missions, and clearing it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def running(self, team: TeamId, mission: MissionId) -> tuple[ExecutionId, ...]:
        """Executions that may still be running somewhere."""
        keys = TeamKeys(team).mission(mission)
        held = (self._store.smembers(keys.running(t)) for t in self._tasks(keys))
        return tuple(ExecutionId(e) for members in held for e in sorted(members))

    def conversations(self, team: TeamId, mission: MissionId) -> tuple[ConversationId, ...]:
        """Conversations in which the Mission was named; they are forgotten whole."""
        found = self._store.smembers(TeamKeys(team).mission(mission).conversations)
        return tuple(ConversationId(c) for c in sorted(found))

    def forget_conversation(
        self, team: TeamId, mission: MissionId, conversation: ConversationId
    ) -> None:
        """Remove a conversation's memory; its answers in Slack join the cleanup."""
        keys = TeamKeys(team)
        memory = self._store.hgetall(keys.conversation(conversation))
        for entry, place in said(memory).items():
            self._store.redis.hset(keys.mission(mission).cleanup, entry, place)
        self._store.redis.unlink(keys.conversation(conversation))
        waiting = asked(memory)
        if waiting:
            tx = self._store.team_tx(team)
            for person in sorted(waiting):
                write_not_asked(tx, person, conversation)
            tx.commit()

    def clear(self, team: TeamId, mission: MissionId) -> None:
        """Remove what is stored: leases, references, then every key of the Mission."""
        keys = TeamKeys(team).mission(mission)
        tasks = self._tasks(keys)
        leases = [keys.lease_member(e) for e in self.running(team, mission)]
        if leases:
            self._store.redis.zrem(k.LEASES, *leases)
        self._clear_approvals(keys)
        for batch in _batches(sorted(self._store.smembers(keys.outbox))):
            # What a run said between the look and the step that deleted.
            self._store.redis.hdel(TeamKeys(team).outbox, *batch)
        for batch in _batches(of_mission(self._store, keys)):
            self._store.redis.hdel(k.QUARANTINE, *batch)
        self._forget_refs(TeamKeys(team), keys)
        self._forget_shared(TeamKeys(team), keys)
        # The list of Tasks that ran goes last: an interrupted clear finds the rest by it.
        last = keys.ran
        names = [n for n in keys.all_but_running() if n != last]
        names += [name for t in tasks for name in keys.of_task(t)]
        for batch in _batches(names):
            self._store.redis.unlink(*batch)
        self._store.redis.unlink(last)

    def _clear_approvals(self, keys: MissionKeys) -> None:
        """What waited for an answer, and what graphs keep: they write that without a guard."""
        for text in self._store.hgetall(keys.approvals).values():
            one = Approval.load(text)
            if one.state in UNDECIDED:
                self._store.redis.zrem(k.APPROVALS, keys.approval_member(one.id))
                tx = self._store.team_tx(keys.team)
                write_approval_answered(tx, one)
                tx.commit()
        kept = list(self._store.redis.scan_iter(match=keys.kept_pattern(), count=1_000))
        for batch in _batches(kept):
            self._store.redis.unlink(*batch)

    def left(self, team: TeamId, mission: MissionId) -> int:
        """How many keys of the Mission are left; looks through the whole database."""
        pattern = TeamKeys(team).mission(mission).pattern
        return sum(1 for _ in self._store.redis.scan_iter(match=pattern, count=1_000))

    def places(self, team: TeamId, mission: MissionId) -> tuple[tuple[ChannelId, str], ...]:
        """Channel and ts of the bot's messages that are still to be deleted from Slack."""
        found = self._store.hgetall(TeamKeys(team).mission(mission).cleanup)
        return tuple(sorted({_place(text) for text in found.values()}))

    def gone(self, team: TeamId, mission: MissionId, channel: ChannelId, ts: str) -> None:
        """A message is deleted, or was not there."""
        self._take(team, mission, channel, ts)

    def refused(self, team: TeamId, mission: MissionId, channel: ChannelId, ts: str) -> None:
        """Slack will not delete a message; the person is told where it is."""
        keys = TeamKeys(team).mission(mission)
        self._store.redis.hset(keys.refused, f"{channel}:{ts}", json.dumps([channel, ts]))
        self._take(team, mission, channel, ts)

    def not_before(self, team: TeamId, mission: MissionId, seconds: float) -> None:
        """Look at the remains again after some time."""
        tx = self._store.team_tx(team)
        member = k.member(team, mission)
        tx.require_ranked("cleanup", k.CLEANUPS, member)
        tx.zadd(k.CLEANUPS, member, redis_now(int(seconds * 1000))).commit()

    def finish(
        self, team: TeamId, mission: MissionId
    ) -> tuple[PersonId, ChannelId, tuple[tuple[ChannelId, str], ...]] | None:
        """Close the cleanup: who deleted the Mission, where it lived, and what Slack refused.

        None if another worker closed it before. Only the tombstone and the audit line remain.
        """
        keys = TeamKeys(team).mission(mission)
        deleter = cast("str | None", self._store.redis.getdel(keys.deleter))
        refused = [_place(text) for text in self._store.hgetall(keys.refused).values()]
        self._store.redis.unlink(keys.refused, keys.cleanup)
        self._store.redis.zrem(k.CLEANUPS, k.member(team, mission))
        if deleter is None:
            return None
        by, channel = json.loads(deleter)
        Listing(self._store).forget_empty(team, ChannelId(channel))
        return PersonId(by), ChannelId(channel), tuple(refused)

    def _tasks(self, keys: MissionKeys) -> tuple[TaskId, ...]:
        """Tasks that ever ran, also those that only an older plan had."""
        return tuple(TaskId(t) for t in sorted(self._store.smembers(keys.ran)))

    def _forget_shared(self, team: TeamKeys, keys: MissionKeys) -> None:
        """Cards that name others too go with it: those do not have them drawn anew."""
        for origin, one in on_show(self._store, keys).items():
            for other in missions_of(one.card):
                self._store.redis.hdel(team.mission(other).shown, origin)

    def _forget_refs(self, team: TeamKeys, keys: MissionKeys) -> None:
        places = self.places(TeamId(team.team), keys.mission)
        for channel in sorted({c for c, _ in places}):
            for batch in _batches([ts for c, ts in places if c == channel]):
                self._store.redis.hdel(team.channel_refs(channel), *batch)

    def _take(self, team: TeamId, mission: MissionId, channel: ChannelId, ts: str) -> None:
        key = TeamKeys(team).mission(mission).cleanup
        found = self._store.hgetall(key)
        fields = [f for f, text in found.items() if _place(text) == (channel, ts)]
        if fields:
            self._store.redis.hdel(key, *fields)


def _place(text: str) -> tuple[ChannelId, str]:
    channel, ts = json.loads(text)
    return ChannelId(channel), ts


def _batches(items: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
