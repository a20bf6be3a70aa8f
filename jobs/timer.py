"""The timer: rq-scheduler as a one-shot wake-up in UTC, made safe by a subclass.

Our own store owns the schedules. An entry of the timer is `team|mission|task` with the instant as
its score; there is no job behind it. What stock rq-scheduler would do with such an entry (delete
it) never happens, because its own keys are not used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq_scheduler import Scheduler

from jobs.behind import Behind, read_all, told_of
from jobs.decide import Decision, decide
from jobs.due import Batch, Look
from jobs.outages import Outages
from missions import keys as k
from missions.blueprint import OnceTrigger
from missions.domain import Domain
from missions.firing import FIRED, UNREADABLE, Firing, Firings
from missions.ids import TeamId, new_token
from missions.ledger import write_settlement
from missions.once import write_once_settled
from missions.ports import Ring
from missions.settling import without_known
from missions.taskstate import PAUSE, TRIGGER_REV, field
from missions.tracing import span
from missions.tx import Lost, Transaction, commit_all, is_records_fault

log = structlog.get_logger(__name__)

T = TypeVar("T")

NO_TEAM = TeamId("")
"""The timer belongs to no workspace."""

BATCH = 1_000
"""How many due entries are handled between two looks at the lease."""

PART = 250
"""So many of them are decided about while storage carries out those before."""

LEASE_MS = 10_000
"""How long a silent scheduler keeps the lead; another takes over within 15 s [S3]."""


KNOWN = frozenset({"occurrence", "missed"})
"""Guards that an instant has no row in the ledger yet."""


@dataclass(frozen=True)
class _Write:
    """What becomes of one entry: its transaction, and whom to ring for once it is committed.

    It carries out the `decision`, where that can be made again.
    """

    name: str
    tx: Transaction
    rings: tuple[Ring, ...] = ()
    decision: Decision | None = None


@dataclass(frozen=True)
class _Plain:
    """An entry that is fired in bulk."""

    decision: Decision
    firing: Firing


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
        self._look = Look(domain.store)
        self._firings = Firings(domain.redis)
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
            if self._domain.redis.pttl(lease) > LEASE_MS:
                # The clock of storage was set back: who leads renews it, who died does not.
                self._domain.redis.pexpire(lease, LEASE_MS)
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
        log.info("tasks_due", count=len(due), entries=[name for name, _ in due])
        with span("due", houston__entries=len(due)):
            if len(due) <= PART:
                self._carry_out(self._decided(due))
            else:
                self._handle_in_parts(due)
        return [name for name, _ in due]

    def _handle_in_parts(self, due: Sequence[tuple[str, float]]) -> None:
        """Have a second thread wait for storage while the next part is decided about.

        The lead is renewed between the parts: on a busy machine all may take longer than it lasts.
        """
        with ThreadPoolExecutor(1, "timer") as behind:
            before: Future[None] | None = None
            for first in range(0, len(due), PART):
                if first and not self.acquire_lock():
                    raise Lost("lead")
                found = self._decided(due[first : first + PART])
                if before:
                    before.result()
                before = behind.submit(copy_context().run, self._carry_out, found)
            if before:
                before.result()

    def _decided(self, due: Sequence[tuple[str, float]]) -> list[_Plain | _Write | None]:
        """What to do about each entry, by one look at what stands behind them."""
        batch = self._look.at([name for name, _ in due])
        found = [self._tried(name, self._prepared, batch, name, score) for name, score in due]
        known = iter(read_all(self._store, [each for each in found if isinstance(each, Behind)]))
        return [
            self._tried(each.decision.name, self._write, next(known))
            if isinstance(each, Behind)
            else each
            for each in found
        ]

    def _tried(self, name: str, attempt: Callable[..., T], *args: object) -> T | None:
        """What comes of an entry; None if it was set aside, so that the others go on."""
        try:
            return attempt(*args)
        except Exception as error:  # whatever is wrong with one entry, the others must go on
            if not is_records_fault(error):
                raise
            log.exception("timer_entry_unreadable", entry=name, error=type(error).__name__)
            self._set_aside(name, error)
        return None

    def _prepared(self, batch: Batch, name: str, score: float) -> _Plain | _Write | Behind:
        """What to do about an entry."""
        due = batch.due(name)
        found = decide(due, name, score, self._domain.clock.now()) if due else None
        if found is None:
            return self._drop(name, score)
        firing = found.firing()
        return _Plain(found, firing) if firing else told_of(found)

    def _fire(self, plain: Sequence[_Plain]) -> list[_Write]:
        """Carry out the plain ones in bulk and ring; what is to be written each by itself.

        Those are the ones with an unreadable record: storage tells what is wrong with each.
        """
        if not plain:
            return []
        answers = self._firings.carry_out(self.token, [each.firing for each in plain])
        rings: list[Ring] = []
        writes: list[_Write] = []
        for each, answer in zip(plain, answers, strict=True):
            if answer == FIRED:
                rings.append(each.firing.ring)
            elif answer == UNREADABLE:
                writes.append(self._write(Behind(each.decision)))
            elif answer in KNOWN:
                writes.append(self._write_known(each.decision))
            else:
                log.info("timer_race", entry=each.firing.entry, guard=answer)
        if rings:
            self._domain.bell.each_execution(rings)
        return writes

    def _write(self, behind: Behind | Exception) -> _Write:
        """A transaction that carries a decision out; raises what could not be read for it."""
        if isinstance(behind, Exception):
            raise behind
        decision = behind.decision
        due, state, settlement = decision.due, decision.due.state, decision.settlement
        tx = self.leading(self._store.mission_tx(due.keys))
        tx.require_score("entry", k.TIMER, decision.name, decision.score)
        tx.require_field("mission", due.keys.record, "rev", due.rev)
        revision = field(due.task.id, TRIGGER_REV)
        tx.require_field("trigger", due.keys.tasks, revision, due.trigger_rev)
        if settlement.paused:
            paused = state.pause.stored() if state.pause else None
            tx.require_field("paused", due.keys.tasks, field(due.task.id, PAUSE), paused)
        if behind.mission:
            self.outages.write(tx, behind.gathered, behind.mission, due.task, settlement)
        row = write_settlement(
            tx,
            due.keys,
            due.task,
            state,
            behind.open_row(),
            settlement,
            jitter=decision.jitter,
        )
        if isinstance(due.task.trigger, OnceTrigger):
            write_once_settled(tx, self._store, due.mission(), due.task, settlement)
        rings = ((due.keys.team, due.keys.mission, row.id),) if row and not row.not_before else ()
        return _Write(decision.name, tx, rings, decision)

    def _carry_out(self, found: Sequence[_Plain | _Write | None]) -> None:
        """Carry out what was found about some entries."""
        writes = [each for each in found if isinstance(each, _Write)]
        writes += self._fire([each for each in found if isinstance(each, _Plain)])
        self._commit(writes)

    def _commit(self, writes: Sequence[_Write]) -> None:
        """Commit each by itself, all in one round trip, and ring for what is now due.

        What was committed is rung for also when another one lost the lead meanwhile.
        """
        rings: list[Ring] = []
        unwritable: list[tuple[str, RedisError]] = []
        failed: list[Lost | RedisError] = []
        known: list[Decision] = []
        for write, problem in zip(writes, commit_all([w.tx for w in writes]), strict=True):
            if problem is None:
                rings += write.rings
            elif isinstance(problem, RedisError) and is_records_fault(problem):
                unwritable.append((write.name, problem))
            elif isinstance(problem, RedisError) or problem.guard == "lead":
                failed.append(problem)
            else:
                log.info("timer_race", entry=write.name, guard=problem.guard)
                known += [write.decision] if problem.guard in KNOWN and write.decision else []
        if rings:
            self._domain.bell.each_execution(rings)
        for lost in failed:
            raise lost
        for name, error in unwritable:
            self._set_aside(name, error)
        if known:
            self._commit([self._write_known(decision) for decision in known])

    def _write_known(self, decision: Decision) -> _Write:
        """What is left of a decision of which the ledger has an instant already.

        The Task is armed past it: else the timer would come to it again and again. It is written
        once only; whoever loses another race is looked at again.
        """
        due = decision.due
        log.warning("instant_known", entry=decision.name)
        left = without_known(self._store, due.keys, due.plan, due.task, decision.settlement)
        (behind,) = read_all(self._store, [told_of(replace(decision, settlement=left))])
        write = self._write(behind)
        return replace(write, decision=None)

    def _drop(self, name: str, score: float) -> _Write:
        """Take away an entry that nothing stands behind any more."""
        tx = self.leading(self._store.team_tx(NO_TEAM))
        tx.require_score("entry", k.TIMER, name, score).zrem(k.TIMER, name)
        return _Write(name, tx)

    def _set_aside(self, name: str, error: Exception) -> None:
        """Keep an entry that cannot be handled where an administrator finds it; others go on."""
        log.error("timer_entry_set_aside", entry=name, error=type(error).__name__)
        tx = self.leading(self._store.team_tx(NO_TEAM))
        tx.zrem(k.TIMER, name).hset(k.QUARANTINE, {name: type(error).__name__}).commit()
