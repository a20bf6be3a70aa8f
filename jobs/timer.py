"""The timer: rq-scheduler as a one-shot wake-up in UTC, made safe by a subclass.

Our own store owns the schedules. An entry of the timer is `team|mission|task` with the instant as
its score; there is no job behind it. What stock rq-scheduler would do with such an entry (delete
it) never happens, because its own keys are not used.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq_scheduler import Scheduler

from jobs.due import Batch, Due, is_records_fault
from jobs.outages import Outages
from missions import keys as k
from missions.blueprint import Task
from missions.domain import Domain
from missions.execution import Occurrence
from missions.ids import MissionId, OccurrenceId, TeamId, new_token
from missions.ledger import write_settlement
from missions.ports import Ring
from missions.schedule import Settlement, excluded, next_instant, settle
from missions.taskstate import TRIGGER_REV, TaskState, field
from missions.tx import Lost, Transaction, commit_all

log = structlog.get_logger(__name__)

NO_TEAM = TeamId("")
"""The timer belongs to no workspace."""

BATCH = 100
"""How many due entries are handled between two looks at the lease."""

LEASE_MS = 10_000
"""How long a silent scheduler keeps the lead; another takes over within 15 s [S3]."""


@dataclass(frozen=True)
class _Fire:
    """What becomes of one entry: the transaction, and the occurrence that it makes due."""

    name: str
    tx: Transaction
    due: Due | None = None
    row: Occurrence | None = None

    def rings(self) -> list[Ring]:
        """Whom to ring for once it is committed."""
        if self.due is None or self.row is None or self.row.not_before:
            return []
        return [(self.due.keys.team, self.due.keys.mission, self.row.id)]


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
        if not due:
            return []
        batch = Batch(self._store, [name for name, _ in due])
        fires = [fire for name, score in due if (fire := self._prepared(batch, name, score))]
        self._carry_out(fires)
        return [name for name, _ in due]

    def _prepared(self, batch: Batch, name: str, score: float) -> _Fire | None:
        """What to do about an entry; None if it was set aside, so that the others go on."""
        try:
            return self._prepare(batch, name, score)
        except Exception as error:  # whatever is wrong with one entry, the others must go on
            if isinstance(error, RedisError) and not is_records_fault(error):
                raise
            log.exception("timer_entry_unreadable", entry=name, error=type(error).__name__)
            self._set_aside(name, error)
        return None

    def _prepare(self, batch: Batch, name: str, score: float) -> _Fire:
        due = batch.due(name)
        if due is None:
            return self._drop(name, score)
        state = TaskState.read(due.task.id, due.fields)
        now = self._domain.clock.now()
        if state.paused(now):
            return self._drop(name, score)
        instant = state.next_at or datetime.fromtimestamp(score, now.tzinfo)
        settlement = _settlement(due.task, state, instant, now)
        tx = self.leading(self._store.mission_tx(due.keys))
        tx.require_score("entry", k.TIMER, name, score)
        tx.require_field("mission", due.keys.record, "rev", str(due.mission.rev))
        revision = field(due.task.id, TRIGGER_REV)
        tx.require_field("trigger", due.keys.tasks, revision, due.fields.get(revision))
        row = self._write(tx, due, state, settlement)
        return _Fire(name, tx, due, row)

    def _write(
        self, tx: Transaction, due: Due, state: TaskState, settlement: Settlement
    ) -> Occurrence | None:
        """Have the transaction carry out what was decided; the due occurrence, if any."""
        missed = None
        if settlement.missed:
            missed = self._row(due.keys.team, due.keys.mission, state.missed)
            self.outages.write(tx, due.mission, due.task, settlement)
        run = settlement.run
        return write_settlement(
            tx,
            due.keys,
            due.task,
            state,
            missed,
            settlement,
            excluded=run is not None and excluded(due.plan, due.task.trigger, run),
            jitter=_jitter(due.task, settlement),
        )

    def _carry_out(self, fires: Sequence[_Fire]) -> None:
        """Commit each by itself, all in one round trip, and ring for what is now due.

        What was committed is rung for also when another one lost the lead meanwhile.
        """
        rings: list[Ring] = []
        unwritable: list[tuple[str, RedisError]] = []
        failed: list[Lost | RedisError] = []
        for fire, problem in zip(fires, commit_all([f.tx for f in fires]), strict=True):
            if problem is None:
                rings += fire.rings()
            elif isinstance(problem, RedisError) and is_records_fault(problem):
                unwritable.append((fire.name, problem))
            elif isinstance(problem, RedisError) or problem.guard == "lead":
                failed.append(problem)
            else:
                log.info("timer_race", entry=fire.name, guard=problem.guard)
        log.info("tasks_due", count=len(fires), entries=[fire.name for fire in fires])
        if rings:
            self._domain.bell.each_execution(rings)
        for lost in failed:
            raise lost
        for name, error in unwritable:
            self._set_aside(name, error)

    def _row(self, team: TeamId, mission: MissionId, row: OccurrenceId | None) -> Occurrence | None:
        return self._store.occurrence(team, mission, row) if row else None

    def _drop(self, name: str, score: float) -> _Fire:
        """Take away an entry that nothing stands behind any more."""
        tx = self.leading(self._store.team_tx(NO_TEAM))
        tx.require_score("entry", k.TIMER, name, score).zrem(k.TIMER, name)
        return _Fire(name, tx)

    def _set_aside(self, name: str, error: Exception) -> None:
        """Keep an entry that cannot be handled where an administrator finds it; others go on."""
        log.error("timer_entry_set_aside", entry=name, error=type(error).__name__)
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
