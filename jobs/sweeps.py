"""Sweeps: ring again what was rung in vain, end what died, arm what is not armed.

They find everything by rows and leases, never by what a process remembers, and may run at any time.
"""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial

import structlog

from jobs.after import ring_after
from jobs.queues import QueueName, RqBell
from jobs.reconcile import Reconcile
from jobs.rounds import Rounds
from jobs.waits import RUNG_AGAIN_SECONDS, settle
from missions import keys as k
from missions.approval import ApprovalState
from missions.domain import Domain
from missions.endings import Ending
from missions.execution import Status
from missions.ids import (
    ApprovalId,
    ChannelId,
    ConversationId,
    ExecutionId,
    MissionId,
    OccurrenceId,
    TaskId,
    TeamId,
)
from missions.keys import TeamKeys
from missions.missed import LATE
from missions.pausing import WHOLE
from missions.quarantine import by_itself, noted
from missions.quiet import ALL
from missions.recorded import kept
from missions.tx import Lost, redis_now

log = structlog.get_logger(__name__)

WAITING_MS = 10_000
"""How long something may wait before it is rung again."""

BUSY_WAITING_MS = 60_000
"""The same while its queue is not empty: most likely the workers are just busy."""

RUNG_MS = 2_000
"""A lane is rung for at most once in this time."""

FULL = 100
"""How many jobs may wait in a queue before nothing is rung again, unless more things than that
wait: while workers are away, jobs do not pile up."""

BUDGET_SECONDS = 0.2
"""How long one look may take that writes: what is due meanwhile starts within a second [S2], and
the lead of 10 s is renewed in time [S3]."""

MOST = 500
"""How many entries of an index one sweep looks at."""

RETAINED = 100
"""How many Missions are looked at for outdated records at a time."""

ORPHANS_SECONDS = 24 * 3600
"""How often a workspace's artifacts are looked through for files of nobody."""

DIED = "rec-worker-silent"


class Sweeps:
    """One pass over each of the shared indexes."""

    def __init__(self, domain: Domain, bell: RqBell) -> None:
        self._domain = domain
        self._store = domain.store
        self._bell = bell
        self._reconciling, self._retained = Reconcile(domain), Rounds(domain.store)

    def pending(self) -> None:
        """Ring for due occurrences that nobody has claimed."""
        for name in self._overdue(k.PENDING, QueueName.EXECUTIONS):
            with by_itself(self._store, k.PENDING, name):
                team, mission, occurrence = k.split_member(name, 3)
                self._bell.execution(TeamId(team), MissionId(mission), OccurrenceId(occurrence))

    def delayed(self) -> None:
        """Put up what waited for a retry or its jitter, and ring."""
        now = self._domain.clock.now().timestamp()
        for name, score in self._store.due(k.DELAYED, now, MOST):
            with by_itself(self._store, k.DELAYED, name):
                team, mission, occurrence = k.split_member(name, 3)
                tx = self._store.team_tx(TeamId(team))
                tx.require_score("moved", k.DELAYED, name, score).zrem(k.DELAYED, name)
                tx.zadd(k.PENDING, name, redis_now()).commit()
                self._bell.execution(TeamId(team), MissionId(mission), OccurrenceId(occurrence))

    def resumes(self) -> None:
        """End pauses whose time has come [M3 M9], for a short time: the next look goes on.

        Many end at the same instant ("until Monday at nine"), and the same thread starts what is
        due.
        """
        until = time.monotonic() + BUDGET_SECONDS
        now = self._domain.clock.now().timestamp()
        for name, _ in self._store.due(k.RESUMES, now, MOST):
            with by_itself(self._store, k.RESUMES, name):
                self._resume(*k.split_member(name, 3))
            if time.monotonic() >= until:
                break

    def _resume(self, team: str, mission: str, task: str) -> None:
        if task == ALL:
            place = None if mission == WHOLE else ChannelId(mission)
            self._domain.quiet.resume(TeamId(team), place)
        elif task == WHOLE:
            self._domain.lifecycle.resume(TeamId(team), MissionId(mission))
        else:
            verbs = self._domain.lifecycle
            verbs.resume_task(TeamId(team), MissionId(mission), TaskId(task))

    def mailboxes(self) -> None:
        """Ring for messages that nobody is answering."""
        for name in self._overdue(k.MAILBOXES, QueueName.TURNS):
            with by_itself(self._store, k.MAILBOXES, name):
                team, conversation = k.split_member(name, 2)
                lease = TeamKeys(TeamId(team)).mailbox_lease(ConversationId(conversation))
                if not self._domain.redis.exists(lease):
                    self._bell.turn(TeamId(team), ConversationId(conversation))

    def inboxes(self) -> None:
        """Ring for what arrived for Event Rules and nobody has looked into."""
        for name in self._overdue(k.INBOXES, QueueName.TURNS):
            with by_itself(self._store, k.INBOXES, name):
                team, mission = k.split_member(name, 2)
                self._bell.events(TeamId(team), MissionId(mission))

    def lanes(self) -> None:
        """Ring for lanes whose time has come and that nobody is emptying."""
        if self._is_full(k.LANES, QueueName.DELIVERIES):
            return
        now = self._store.now_ms()
        for name, _ in self._store.due(k.LANES, now, MOST):
            with by_itself(self._store, k.LANES, name):
                team, channel = k.split_member(name, 2)
                self._lane(TeamKeys(TeamId(team)), ChannelId(channel))

    def _lane(self, keys: TeamKeys, channel: ChannelId) -> None:
        if self._domain.redis.exists(keys.lane_lease(channel)):
            return
        # The lane's own time says when it may be emptied: it must not move by ringing.
        if self._domain.redis.set(keys.cache("rung", channel), "1", nx=True, px=RUNG_MS):
            self._bell.delivery(keys.team, channel)

    def cleanups(self) -> None:
        """Ring for deletes that are not finished."""
        if self._is_full(k.CLEANUPS, QueueName.TURNS):
            return
        now = self._store.now_ms()
        for name, score in self._store.due(k.CLEANUPS, now, MOST):
            with by_itself(self._store, k.CLEANUPS, name):
                team, mission = k.split_member(name, 2)
                self._again_later(k.CLEANUPS, name, score, now)
                self._bell.cleanup(TeamId(team), MissionId(mission))

    def leaving(self) -> None:
        """Ring for workspaces that removed the app, until nothing of theirs is left."""
        if self._is_full(k.LEAVING, QueueName.TURNS):
            return
        now = self._store.now_ms()
        for team, score in self._store.due(k.LEAVING, now, MOST):
            self._again_later(k.LEAVING, team, score, now)
            self._bell.leaving(TeamId(team))

    def leases(self) -> None:
        """End Executions that gave no sign of life for a whole lease [X2]."""
        for name, _ in self._store.due(k.LEASES, self._store.now_ms(), MOST):
            with by_itself(self._store, k.LEASES, name, partial(self._give_up, name)):
                team, mission, execution = k.split_member(name, 3)
                self._end(TeamId(team), MissionId(mission), ExecutionId(execution), name)

    def _give_up(self, name: str) -> None:
        """Let nobody wait for an Execution whose record cannot be read."""
        with by_itself(self._store, k.LEASES, name):
            team, mission, execution = k.split_member(name, 3)
            ids = MissionId(mission), ExecutionId(execution)
            self._domain.endings.set_aside(TeamId(team), *ids)

    def approvals(self) -> None:
        """Look at Executions that wait: their time is over, they are to stop, or were answered."""
        now = self._domain.clock.now()
        for name, score in self._store.due(k.APPROVALS, now.timestamp(), MOST):
            with by_itself(self._store, k.APPROVALS, name):
                self._approval(name, score, now.timestamp())

    def _approval(self, name: str, score: float, now: float) -> None:
        team, mission, approval = k.split_member(name, 3)
        ids = TeamId(team), MissionId(mission), ApprovalId(approval)
        found = settle(self._domain, *ids)
        if found is None:
            return
        answered = found.state is not ApprovalState.OPEN
        if answered:
            self._bell.resume(*ids)
        again = now + RUNG_AGAIN_SECONDS
        self._look_again(name, score, again if answered else found.expires.timestamp())

    def _look_again(self, name: str, score: float, at: float) -> None:
        tx = self._store.team_tx(TeamId(""))
        tx.require_score("moved", k.APPROVALS, name, score).zadd(k.APPROVALS, name, at)
        with suppress(Lost):  # answered, taken or ended meanwhile
            tx.commit()

    def retention(self) -> None:
        """Ring for Missions whose oldest records are outdated."""
        if self._bell.waiting(QueueName.TURNS) >= FULL:
            return
        now = self._domain.clock.now()
        for keys in self._retained.next(RETAINED):
            with noted(self._store, keys):
                if self._domain.retention.due(keys.team, keys.mission, now):
                    self._bell.retain(keys.team, keys.mission)

    def orphans(self) -> None:
        """Ring once a day for each workspace, whoever leads and however often that changes."""
        for team in sorted(self._store.smembers(k.TEAMS)):
            rung = TeamKeys(TeamId(team)).cache("rung", "orphans")
            if self._domain.redis.set(rung, "1", nx=True, ex=ORPHANS_SECONDS):
                self._bell.orphans(TeamId(team))

    def lead_anew(self) -> None:
        """Begin what another leader may have left undone, or storage lost [S1 S3]."""
        self._reconciling.begin_anew()

    def reconcile(self) -> None:
        """Arm the Tasks of Active Missions that have a next instant and are not armed."""
        self._reconciling.go_on()

    def _overdue(self, index: str, queue: QueueName) -> list[str]:
        """Members that waited too long; they are due again after the same time."""
        waiting = self._bell.waiting(queue)
        if waiting >= FULL and self._is_full(index, queue):
            return []
        wait = BUSY_WAITING_MS if waiting else WAITING_MS
        now = self._store.now_ms()
        # What a worker found too late is closed by who looks for late rows, unless it is moved.
        above = LATE if index == k.PENDING else None
        found = self._store.due(index, now - wait, MOST, above)
        for name, score in found:
            self._again_later(index, name, score, now)
        return [name for name, _ in found]

    def _is_full(self, index: str, queue: QueueName) -> bool:
        """Whether as many jobs wait as there are things to ring for, and more than a few."""
        waiting = self._bell.waiting(queue)
        return waiting >= FULL and waiting >= self._store.zcard(index)

    def _again_later(self, index: str, name: str, score: float, now: int) -> None:
        """Move a member's time to now plus a pause, if it is still there unchanged."""
        tx = self._store.team_tx(TeamId(""))
        later = now + (0 if index in (k.PENDING, k.MAILBOXES, k.INBOXES) else 5_000)
        try:
            tx.require_score("moved", index, name, score).zadd(index, name, float(later)).commit()
        except Lost:
            log.info("sweep_race", entry=name)

    def _end(self, team: TeamId, mission: MissionId, execution: ExecutionId, name: str) -> None:
        found = self._store.execution(team, mission, execution)
        if found is None or found.status is not Status.RUNNING:
            self._domain.redis.zrem(k.LEASES, name)
            return
        ending = Ending(status=Status.FAILED, error=kept(DIED))
        if self._domain.endings.end(team, found, ending, only_expired=True):
            log.warning("execution_died", mission=mission, execution=execution)
            ring_after(self._domain, team, mission)
