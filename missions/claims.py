"""The claim: the one step in which a due occurrence becomes an Execution, or is skipped [S5].

It re-checks the Mission's state, the Task's trigger revision and overlap, and pins the Blueprint
version that is current at that moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from missions import keys as k
from missions.blueprint import Overlap, Task
from missions.cards import TextCard
from missions.execution import Cause, EventNote, Execution, Occurrence, Outcome, Reason
from missions.failures import write_given_up
from missions.ids import MissionId, OccurrenceId, TeamId, new_execution_id
from missions.keys import MissionKeys, TeamKeys
from missions.ledger import ON_PLAN, too_late, write_closed
from missions.mission import Mission, MissionState
from missions.outbox import entry, put
from missions.ports import Clock
from missions.quiet import Quiet
from missions.store import DRAFT_VERSION, Store
from missions.taskstate import LAST, PAUSE, TRIGGER_REV, Latest, TaskState, field
from missions.tx import DELETED, Lost, Transaction, redis_now, retrying

LEASE_MS = 20_000
"""How long an Execution is believed to be alive without a renewal."""


@dataclass(frozen=True)
class Claim:
    """An Execution that this process holds, with all it needs to carry it out."""

    mission: Mission
    task: Task
    state: TaskState
    execution: Execution
    remark: str = ""
    event: EventNote | None = None


class Claims:
    """Turns due occurrences into Executions."""

    def __init__(self, store: Store, clock: Clock, quiet: Quiet) -> None:
        self._store = store
        self._clock = clock
        self._quiet = quiet

    def claim(
        self, team: TeamId, mission: MissionId, occurrence: OccurrenceId, token: str
    ) -> Claim | None:
        """Claim an occurrence for the process with that token; None if there is nothing to run.

        A repeat by the same token after a lost reply gives the same claim again.
        """
        try:
            return retrying(lambda: self._attempt(team, mission, occurrence, token))
        except Lost as lost:
            if lost.guard != DELETED:
                raise
            return None

    def _attempt(
        self, team: TeamId, mission_id: MissionId, occurrence_id: OccurrenceId, token: str
    ) -> Claim | None:
        keys = TeamKeys(team).mission(mission_id)
        mission = self._store.mission(team, mission_id)
        row = self._store.occurrence(team, mission_id, occurrence_id)
        if mission is None or row is None:
            self._store.redis.zrem(k.PENDING, keys.pending_member(occurrence_id))
            return None
        state = self._store.task_states(team, mission_id).get(row.task, TaskState())
        version = mission.version or DRAFT_VERSION
        blueprint = self._store.blueprint(team, mission_id, version)
        task = blueprint.task(row.task) if blueprint else None
        if row.outcome is not Outcome.PENDING:
            return self._again(mission, row, state, token)
        if row.not_before and self._is_put_off(keys, row):
            return None
        tx = self._store.mission_tx(keys)
        tx.require_field("mission", keys.record, "rev", str(mission.rev))
        self._require_trigger(tx, keys, row, state)
        paused = state.pause.dump() if state.pause else None
        tx.require_field("paused", keys.tasks, field(row.task, PAUSE), paused)
        self._quiet.require_none(tx, mission.channel)
        reason = self._refusal(mission, task, row, state)
        if reason is None and task is not None:
            running = self._store.smembers(keys.running(row.task))
            if not running or task.strategy.overlap is Overlap.PARALLEL:
                return self._start(tx, keys, mission, task, state, row, version, token)
            for execution in running:
                tx.require_member("overlap", keys.running(row.task), execution)
            if self._waits(tx, keys, task, row, running):
                return None
            reason = Reason.OVERLAP
        write_given_up(tx, mission, task, row)
        self._close(tx, keys, mission, row, reason or Reason.PLAN_CHANGED)
        return None

    def _is_put_off(self, keys: MissionKeys, row: Occurrence) -> bool:
        """Whether the occurrence still waits for its retry or jitter; a stray ring changes nothing.

        The sweep decides, by the scheduler's clock: clocks of machines differ.
        """
        return self._store.redis.zscore(k.DELAYED, keys.pending_member(row.id)) is not None

    def _waits(
        self, tx: Transaction, keys: MissionKeys, task: Task, row: Occurrence, running: set[str]
    ) -> bool:
        """Have the occurrence wait for the running Execution, if the strategy says so [B3].

        One waits at a time; `replace` also asks the running one to stop. Whoever ends it rings.
        """
        if task.strategy.overlap not in (Overlap.QUEUE_ONE, Overlap.REPLACE):
            return False
        if row.waiting:
            if task.strategy.overlap is Overlap.REPLACE:
                self._write_replaced(tx, keys, running)
                tx.commit()
            return True
        others = self._store.hmget(keys.occurrences, self._store.smembers(keys.queued))
        rows = [Occurrence.load(text) for text in others if text]
        if any(o.waiting and o.task == task.id and o.id != row.id for o in rows):
            return False
        waiting = row.model_copy(update={"waiting": True})
        tx.require_field("occurrence", keys.occurrences, row.id, row.dump())
        tx.hset(keys.occurrences, {row.id: waiting.dump()})
        if task.strategy.overlap is Overlap.REPLACE:
            self._write_replaced(tx, keys, running)
        tx.commit()
        return True

    def _write_replaced(self, tx: Transaction, keys: MissionKeys, running: set[str]) -> None:
        """Have the transaction ask what runs to stop; a person who asked first stays named."""
        for execution in sorted(running):
            if self._store.hget(keys.stops, execution) is None:
                tx.hset(keys.stops, {execution: REPLACED})

    def _again(
        self, mission: Mission, row: Occurrence, state: TaskState, token: str
    ) -> Claim | None:
        """The claim that this token already holds, or None."""
        if row.execution is None:
            return None
        held = self._store.execution(mission.team, mission.id, row.execution)
        if held is None or held.token != token or held.ended_at is not None:
            return None
        blueprint = self._store.blueprint(mission.team, mission.id, held.version)
        task = blueprint.task(row.task) if blueprint else None
        return Claim(mission, task, state, held, row.remark, row.event) if task else None

    def _require_trigger(
        self, tx: Transaction, keys: MissionKeys, row: Occurrence, state: TaskState
    ) -> None:
        name = field(row.task, TRIGGER_REV)
        known = self._store.hget(keys.tasks, name)
        if known is not None and int(known) != state.trigger_rev:
            raise Lost("trigger")
        tx.require_field("trigger", keys.tasks, name, known)

    def _refusal(
        self, mission: Mission, task: Task | None, row: Occurrence, state: TaskState
    ) -> Reason | None:
        """Why the occurrence may not start now, or None [M1]."""
        if mission.state is MissionState.DRAFT and row.cause is not Cause.TRY_ONCE:
            return Reason.PAUSED
        if mission.state is MissionState.PAUSED and row.cause is not Cause.RUN_NOW:
            return Reason.PAUSED
        if task is None:
            return Reason.PLAN_CHANGED
        by_hand = row.cause in (Cause.RUN_NOW, Cause.TRY_ONCE)
        if not by_hand and mission.away is not None:
            return Reason.OWNER_LEFT
        if not by_hand and state.paused(self._clock.now()):
            return Reason.TASK_PAUSED
        if not by_hand and self._quiet.now(mission.team, mission.channel):
            return Reason.QUIET
        if row.cause in ON_PLAN and row.trigger_rev != state.trigger_rev:
            return Reason.PLAN_CHANGED
        if too_late(task, row, self._clock.now()):
            return Reason.OUTAGE
        return None

    def _start(
        self,
        tx: Transaction,
        keys: MissionKeys,
        mission: Mission,
        task: Task,
        state: TaskState,
        row: Occurrence,
        version: int,
        token: str,
    ) -> Claim:
        now = self._clock.now()
        execution = Execution(
            id=new_execution_id(),
            mission=mission.id,
            task=task.id,
            task_title=task.title,
            occurrence=row.id,
            cause=row.cause,
            by=row.by,
            version=version,
            attempt=row.attempt,
            attempts=1 + task.strategy.retries,
            scheduled_at=row.due,
            started_at=now,
            deadline=now + timedelta(seconds=task.strategy.timeout_seconds),
            token=token,
        )
        run = row.model_copy(
            update={"outcome": Outcome.RUN, "execution": execution.id, "waiting": False}
        )
        tx.require_field("occurrence", keys.occurrences, row.id, row.dump())
        if task.strategy.overlap is not Overlap.PARALLEL:
            tx.require_absent("overlap", keys.running(task.id))
        tx.hset(keys.occurrences, {row.id: run.dump()})
        tx.hset(keys.executions, {execution.id: execution.dump()})
        tx.zadd(keys.history, execution.id, now.timestamp())
        tx.sadd(keys.ran, task.id)
        tx.sadd(keys.running(task.id), execution.id)
        tx.hset(keys.tasks, {field(task.id, LAST): Latest.of(execution).dump()})
        tx.zadd(k.LEASES, keys.lease_member(execution.id), redis_now(LEASE_MS))
        tx.srem(keys.queued, row.id)
        tx.zrem(k.PENDING, keys.pending_member(row.id))
        tx.commit()
        return Claim(mission, task, state, execution, row.remark, row.event)

    def _close(
        self,
        tx: Transaction,
        keys: MissionKeys,
        mission: Mission,
        row: Occurrence,
        reason: Reason,
    ) -> None:
        outcome = Outcome.MISSED if reason is Reason.OUTAGE else Outcome.SKIPPED
        write_closed(tx, keys, row, outcome, reason)
        if row.by is not None:
            text = f"I did not start the run you asked for: {NOT_STARTED[reason]}"
            thread = mission.thread_ts if mission.state is MissionState.DRAFT else None
            said = entry(mission.team, mission.channel, TextCard(text=text), thread_ts=thread)
            put(tx, said.model_copy(update={"mission": mission.id}))
        tx.commit()


REPLACED = "replaced"
"""Who asked a running Execution to stop, when the next one takes its place."""

NOT_STARTED = {
    Reason.OVERLAP: "the previous run is still going.",
    Reason.PAUSED: "the Mission is not Active now.",
    Reason.PLAN_CHANGED: "the Task is no longer part of the plan.",
    Reason.TASK_PAUSED: "the Task is paused.",
    Reason.QUIET: "everything is paused here.",
    Reason.EXCLUDED: "the day is left out.",
    Reason.OUTAGE: "it waited too long.",
    Reason.DRAFT_GONE: "the Draft was discarded.",
    Reason.COOLDOWN: "it ran only a moment ago.",
    Reason.CAP: "it ran often enough in this hour.",
    Reason.OWNER_LEFT: "its owner has left.",
}
"""Reasons as the end of a sentence."""
