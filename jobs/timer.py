"""The timer: rq-scheduler as a one-shot wake-up in UTC, made safe by a subclass.

Our own store owns the schedules. An entry of the timer is `team|mission|task` with the instant as
its score; there is no job behind it. What stock rq-scheduler would do with such an entry (delete
it) never happens, because its own keys are not used.
"""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq_scheduler import Scheduler

from jobs.outages import Outages
from missions import keys as k
from missions.blueprint import Task
from missions.domain import Domain
from missions.execution import Occurrence
from missions.ids import MissionId, OccurrenceId, TaskId, TeamId, new_token
from missions.keys import TeamKeys
from missions.ledger import write_settlement
from missions.mission import MissionState
from missions.schedule import Settlement, excluded, next_instant, settle
from missions.taskstate import TRIGGER_REV, TaskState, field
from missions.tx import Lost, Transaction

log = structlog.get_logger(__name__)

NO_TEAM = TeamId("")
"""The timer belongs to no workspace."""

BATCH = 100
"""How many due entries are handled between two looks at the lease."""

LEASE_MS = 10_000
"""How long a silent scheduler keeps the lead; another takes over within 15 s [S3]."""


class Timer(Scheduler):  # type: ignore[misc]  # rq-scheduler has no types
    """Turns armed instants into ledger rows, and rings for them."""

    redis_scheduler_namespace_prefix = f"{k.ROOT}:scheduler:instance:"
    scheduler_key = f"{k.ROOT}:scheduler"
    scheduler_lock_key = k.SCHEDULER_LEASE
    scheduled_jobs_key = k.TIMER

    def __init__(self, domain: Domain, bytes_redis: Redis) -> None:
        super().__init__(queue_name="executions", connection=bytes_redis, interval=1)
        self._domain = domain
        self._store = domain.store
        self.token = new_token()
        self.outages = Outages(domain, self.leading)

    def acquire_lock(self) -> bool:
        """Lead, or go on leading; by Redis time, told apart by a token [S3]."""
        lease = self.scheduler_lock_key
        if self._domain.redis.set(lease, self.token, nx=True, px=LEASE_MS):
            return True
        tx = self.leading(self._store.team_tx(NO_TEAM)).set(lease, self.token, px=LEASE_MS)
        try:
            tx.commit()
        except Lost:
            return False
        return True

    def remove_lock(self) -> None:
        """Let another one lead at once."""
        tx = self.leading(self._store.team_tx(NO_TEAM))
        with suppress(Lost):
            tx.unlink(self.scheduler_lock_key).commit()

    def leading(self, tx: Transaction) -> Transaction:
        """Make a transaction fail, with guard `lead`, if another scheduler leads."""
        return tx.require_value("lead", self.scheduler_lock_key, self.token)

    def next_due(self) -> float | None:
        """Unix seconds of the earliest armed instant, or None."""
        found = self._store.due(k.TIMER, float("inf"), 1)
        return found[0][1] if found else None

    def get_jobs_to_queue(self, with_times: bool = False) -> list[Any]:
        """The earliest due entries, at most a batch, as (member, score)."""
        now = self._domain.clock.now().timestamp()
        found = self._store.due(k.TIMER, now, BATCH)
        return list(found) if with_times else [name for name, _ in found]

    def enqueue_jobs(self) -> list[str]:
        """Handle one batch of due entries; returns their members. `Lost` if the lead is lost."""
        due = self.get_jobs_to_queue(with_times=True)
        for name, score in due:
            try:
                self._fire(name, score)
            except Lost as lost:
                if lost.guard == "lead":
                    raise
                log.info("timer_race", entry=name, guard=lost.guard)
            except RedisError:
                raise
            except Exception as error:  # whatever is wrong with one entry, the others must go on
                log.exception("timer_entry_set_aside", entry=name, error=type(error).__name__)
                self._set_aside(name, error)
        return [name for name, _ in due]

    def _fire(self, name: str, score: float) -> None:
        team, mission_id, task_id = k.split_member(name, 3)
        keys = TeamKeys(TeamId(team)).mission(MissionId(mission_id))
        mission = self._store.mission(keys.team, keys.mission)
        plan = self._store.blueprint(keys.team, keys.mission, mission.version) if mission else None
        task = plan.task(TaskId(task_id)) if plan else None
        if mission is None or task is None or mission.state is not MissionState.ACTIVE:
            self._drop(name, score)
            return
        fields = self._store.hgetall(keys.tasks)
        state = TaskState.read(task.id, fields)
        now = self._domain.clock.now()
        if state.paused(now):
            self._drop(name, score)
            return
        due = state.next_at or datetime.fromtimestamp(score, now.tzinfo)
        settlement = _settlement(task, state, due, now)
        tx = self.leading(self._store.mission_tx(keys))
        tx.require_score("entry", k.TIMER, name, score)
        tx.require_field("mission", keys.record, "rev", str(mission.rev))
        revision = field(task.id, TRIGGER_REV)
        tx.require_field("trigger", keys.tasks, revision, fields.get(revision))
        missed = self._row(keys.team, keys.mission, state.missed)
        left_out = bool(plan and settlement.run and excluded(plan, task.trigger, settlement.run))
        row = write_settlement(
            tx,
            keys,
            task,
            state,
            missed,
            settlement,
            excluded=left_out,
            jitter=_jitter(task, settlement),
        )
        if settlement.missed:
            self.outages.write(tx, mission, task, settlement)
        tx.commit()
        log.info("task_due", mission=mission.id, task=task.id, run=row is not None)
        if row and not row.not_before:
            self._domain.bell.execution(keys.team, keys.mission, row.id)

    def _row(self, team: TeamId, mission: MissionId, row: OccurrenceId | None) -> Occurrence | None:
        return self._store.occurrence(team, mission, row) if row else None

    def _drop(self, name: str, score: float) -> None:
        """Take away an entry that nothing stands behind any more."""
        tx = self.leading(self._store.team_tx(NO_TEAM))
        tx.require_score("entry", k.TIMER, name, score).zrem(k.TIMER, name).commit()

    def _set_aside(self, name: str, error: Exception) -> None:
        """Keep an entry that cannot be handled where an administrator finds it; others go on."""
        tx = self.leading(self._store.team_tx(NO_TEAM))
        tx.zrem(k.TIMER, name).hset(k.QUARANTINE, {name: type(error).__name__}).commit()


def _jitter(task: Task, settlement: Settlement) -> timedelta:
    """By how much the start is put off; never past the next instant."""
    most = float(task.strategy.jitter_seconds)
    if settlement.run and settlement.next:
        most = min(most, (settlement.next - settlement.run).total_seconds() / 2)
    return timedelta(seconds=random.uniform(0, most)) if most > 0 else timedelta()


def _settlement(task: Task, state: TaskState, due: datetime, now: datetime) -> Settlement:
    """What becomes of the Task; an instant that the ledger has already is not due again [B5].

    Clocks differ between machines and are set back: the entry may have been armed for the past.
    """
    if state.settled and due <= state.settled:
        later = next_instant(task.trigger, state.settled)
        if later is None:
            return Settlement(run=None, missed=None, next=None)
        due = later
    if due > now:
        return Settlement(run=None, missed=None, next=due)
    own = task.strategy.catch_up_seconds
    window = None if own is None else timedelta(seconds=own)
    return settle(task.trigger, due, now, window)
