"""The claim: the one step in which a due occurrence becomes an Execution, or is skipped [S5].

It re-checks the Mission's state, the Task's trigger revision and overlap, and pins the Blueprint
version that is current at that moment.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from redis.exceptions import ResponseError

from missions import keys as k
from missions.approval import write_woken
from missions.backfills import gives_way, write_abandoned, write_next
from missions.beside import BY_HAND, waits_its_turn
from missions.blueprint import Blueprint, Overlap, Task
from missions.execution import Cause, EventNote, Execution, Occurrence, Outcome, Reason
from missions.given_up import write_given_up
from missions.ids import MissionId, OccurrenceId, TeamId, new_execution_id
from missions.keys import MissionKeys, TeamKeys
from missions.lateness import is_late, require_late
from missions.ledger import ON_PLAN, write_closed
from missions.missed import LATE, write_late
from missions.mission import Mission, MissionState
from missions.not_started import write_not_started
from missions.once import write_once_skipped
from missions.ports import Clock
from missions.quiet import Quiet
from missions.schedule import excluded
from missions.store import DRAFT_VERSION, Store
from missions.taskstate import LAST, PAUSE, TRIGGER_REV, WAITING, Latest, TaskState, field
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
        if row.held or (row.not_before and self._is_put_off(keys, row)):
            return None
        tx = self._decided(keys, mission, row, state)
        # Its own run, which another ring may have begun, is none that it waits for.
        tx.require_field("occurrence", keys.occurrences, row.id, row.stored())
        reason = self._refusal(keys, mission, blueprint, row, state)
        if reason is Reason.UNTAKEN:
            # The scheduler closes it, in one row with its neighbours: at its next look.
            tx.zadd(k.PENDING, keys.pending_member(row.id), LATE).commit()
            return None
        if reason is None and task is not None:
            running = self._store.smembers(keys.running(row.task))
            free = not running or task.strategy.overlap is Overlap.PARALLEL
            if free and not gives_way(self._store, keys, row):
                return self._start(tx, keys, mission, task, state, row, version, token)
            for execution in running:
                tx.require_member("overlap", keys.running(row.task), execution)
            if self._yields(tx, keys, task, row, running):
                return None
            if self._waits(tx, keys, mission, task, row, running):
                return None
            reason = Reason.OVERLAP
        write_given_up(tx, keys, self._store, self._quiet, mission, row, self._clock.now())
        self._close(tx, keys, mission, task, row, reason or Reason.PLAN_CHANGED)
        return None

    def miss(
        self,
        team: TeamId,
        mission: MissionId,
        occurrence: OccurrenceId,
        note: Callable[[Transaction, Mission, Task, Occurrence], None],
    ) -> bool:
        """Close an occurrence that waited too long as missed; False if it did not.

        `note` adds to the transaction what is to be told of it and its reason. Raises `Lost` with
        guard `lead` if that says so.
        """
        try:
            return retrying(lambda: self._attempt_miss(team, mission, occurrence, note), "lead")
        except Lost as lost:
            if lost.guard != DELETED:
                raise
            return False

    def set_aside(self, team: TeamId, mission: MissionId, occurrence: OccurrenceId) -> None:
        """Close an occurrence of which some record cannot be read: it would fail for ever.

        An administrator finds it in the quarantine; a row that can be read says why.
        """
        keys = TeamKeys(team).mission(mission)
        member = keys.pending_member(occurrence)
        # By itself: which of the Mission's keys can be written is not known.
        aside = self._store.team_tx(TeamId("")).hset(k.QUARANTINE, {member: "occurrence"})
        aside.zrem(k.PENDING, member).zrem(k.DELAYED, member).commit()
        tx = self._store.mission_tx(keys)
        # Lost: deleted, or closed by another worker.
        with suppress(ValueError, ResponseError, Lost):
            self._write_unreadable(tx, keys, occurrence)
            tx.srem(keys.queued, occurrence).commit()

    def _write_unreadable(
        self, tx: Transaction, keys: MissionKeys, occurrence: OccurrenceId
    ) -> None:
        """Close the row if it can be read; of a backfill that it was part of, the next goes on."""
        row = None
        with suppress(ValueError):
            row = self._store.occurrence(keys.team, keys.mission, occurrence)
        if row and row.outcome is Outcome.PENDING:
            write_closed(tx, keys, row, Outcome.SKIPPED, Reason.UNREADABLE)
        if Cause.BACKFILL.value in occurrence.split("."):
            write_next(tx, keys, self._store, occurrence)

    def _attempt_miss(
        self,
        team: TeamId,
        mission_id: MissionId,
        occurrence_id: OccurrenceId,
        note: Callable[[Transaction, Mission, Task, Occurrence], None],
    ) -> bool:
        keys = TeamKeys(team).mission(mission_id)
        mission = self._store.mission(team, mission_id)
        row = self._store.occurrence(team, mission_id, occurrence_id)
        if mission is None or row is None or row.outcome is not Outcome.PENDING:
            return False
        state = self._store.task_states(team, mission_id).get(row.task, TaskState())
        plan = self._store.blueprint(team, mission_id, mission.version or DRAFT_VERSION)
        task = plan.task(row.task) if plan else None
        tx = self._decided(keys, mission, row, state)
        reason = self._refusal(keys, mission, plan, row, state)
        if task is None or reason is None:
            return False
        if reason is not Reason.UNTAKEN:
            # As a worker would, but none may come for long.
            write_given_up(tx, keys, self._store, self._quiet, mission, row, self._clock.now())
            self._close(tx, keys, mission, task, row, reason)
            return False
        require_late(tx, keys, row)
        write_given_up(tx, keys, self._store, self._quiet, mission, row, self._clock.now())
        why = write_late(tx, keys, self._store, row)
        write_not_started(tx, mission, row, why)
        note(tx, mission, task, row.model_copy(update={"reason": why}))
        tx.commit()
        return True

    def _decided(
        self, keys: MissionKeys, mission: Mission, row: Occurrence, state: TaskState
    ) -> Transaction:
        """A transaction that fails if what decides about the occurrence changes meanwhile."""
        tx = self._store.mission_tx(keys)
        tx.require_field("mission", keys.record, "rev", str(mission.rev))
        self._require_trigger(tx, keys, row, state)
        paused = state.pause.stored() if state.pause else None
        tx.require_field("paused", keys.tasks, field(row.task, PAUSE), paused)
        self._quiet.require_none(tx, mission.channel)
        return tx

    def _is_put_off(self, keys: MissionKeys, row: Occurrence) -> bool:
        """Whether the occurrence still waits for its retry or jitter; a stray ring changes nothing.

        The sweep decides, by the scheduler's clock: clocks of machines differ.
        """
        return self._store.redis.zscore(k.DELAYED, keys.pending_member(row.id)) is not None

    def _yields(
        self, tx: Transaction, keys: MissionKeys, task: Task, row: Occurrence, running: set[str]
    ) -> bool:
        """Have an occurrence wait for a run beside the timetable, whatever the strategy [S6]."""
        executions = self._store.executions(keys.team, keys.mission, sorted(running))
        if not waits_its_turn(task, row, executions):
            return False
        if not row.waiting:
            waiting = row.model_copy(update={"waiting": True})
            tx.hset(keys.occurrences, {row.id: waiting.dump()})
            tx.commit()
        return True

    def _waits(
        self,
        tx: Transaction,
        keys: MissionKeys,
        mission: Mission,
        task: Task,
        row: Occurrence,
        running: set[str],
    ) -> bool:
        """Have the occurrence wait for the running Execution, if the strategy says so [B3].

        One waits at a time, and beside it one that a person asked for, which takes no place of
        the timetable's; `replace` also asks the running one to stop. Whoever ends it rings.
        The newest replaces: what is due later neither ends nor gives way for an older one's retry.
        """
        if task.strategy.overlap not in (Overlap.QUEUE_ONE, Overlap.REPLACE):
            return False
        if task.strategy.overlap is Overlap.REPLACE and self._is_older(keys, row, running):
            return False
        if row.waiting:
            if task.strategy.overlap is Overlap.REPLACE:
                self._write_replaced(tx, keys, running)
                tx.commit()
            return True
        name = field(task.id, WAITING)
        tx.require_field("waiting", keys.tasks, name, self._store.hget(keys.tasks, name))
        others = self._store.hmget(keys.occurrences, self._store.smembers(keys.queued))
        rows = [Occurrence.load(text) for text in others if text]
        ahead = [o for o in rows if o.waiting and o.task == task.id and o.id != row.id]
        if task.strategy.overlap is Overlap.QUEUE_ONE and row.cause in ON_PLAN:
            ahead = [o for o in ahead if o.cause not in BY_HAND]
        if any(not _is_replaced(o, task, row) for o in ahead):
            return False
        for other in ahead:
            now = self._clock.now()
            write_given_up(tx, keys, self._store, self._quiet, mission, other, now)
            write_closed(tx, keys, other, Outcome.SKIPPED, Reason.OVERLAP)
            write_not_started(tx, mission, other, Reason.OVERLAP)
        waiting = row.model_copy(update={"waiting": True})
        tx.hset(keys.occurrences, {row.id: waiting.dump()})
        tx.hset(keys.tasks, {name: row.id})
        if task.strategy.overlap is Overlap.REPLACE:
            self._write_replaced(tx, keys, running)
        tx.commit()
        return True

    def _is_older(self, keys: MissionKeys, row: Occurrence, running: set[str]) -> bool:
        """Whether what runs was due later than this one, as when this is a retry."""
        runs = self._store.executions(keys.team, keys.mission, sorted(running))
        return any(run.scheduled_at > row.due for run in runs)

    def _write_replaced(self, tx: Transaction, keys: MissionKeys, running: set[str]) -> None:
        """Have the transaction ask what runs to stop; a person who asked first stays named."""
        for execution in sorted(running):
            if self._store.hget(keys.stops, execution) is None:
                tx.hset(keys.stops, {execution: REPLACED})
                write_woken(tx, keys, self._store, [execution])

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
        self,
        keys: MissionKeys,
        mission: Mission,
        plan: Blueprint | None,
        row: Occurrence,
        state: TaskState,
    ) -> Reason | None:
        """Why the occurrence may not start now, or None [M1]."""
        if mission.state is MissionState.DRAFT and row.cause is not Cause.TRY_ONCE:
            return Reason.PAUSED
        now = self._clock.now()
        if mission.paused(now) and row.cause is not Cause.RUN_NOW:
            return Reason.PAUSED
        task = plan.task(row.task) if plan else None
        if plan is None or task is None:
            return Reason.PLAN_CHANGED
        by_hand = row.cause in BY_HAND
        if not by_hand and mission.away is not None:
            return Reason.OWNER_LEFT
        if not by_hand and state.paused(now):
            return Reason.TASK_PAUSED
        if not by_hand and self._quiet.now(mission.team, mission.channel):
            return Reason.QUIET
        if row.cause in ON_PLAN and row.execution is None and self._was_quiet(mission, row):
            return Reason.QUIET
        if row.cause in (*ON_PLAN, Cause.BACKFILL) and row.trigger_rev != state.trigger_rev:
            return Reason.PLAN_CHANGED
        if is_late(self._store, keys, task, row, now):
            return Reason.UNTAKEN
        # Whatever put it off (jitter, a retry, who ran before it): in a freeze nothing starts.
        if row.cause in ON_PLAN and excluded(plan, task, now):
            return Reason.EXCLUDED
        return None

    def _was_quiet(self, mission: Mission, row: Occurrence) -> bool:
        """Whether the occurrence was to start while a pause of all held: it is not made up [M4]."""
        instants = {row.due, row.not_before or row.due}
        return any(self._quiet.held(mission.team, mission.channel, at) for at in instants)

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
        task: Task | None,
        row: Occurrence,
        reason: Reason,
    ) -> None:
        write_closed(tx, keys, row, Outcome.SKIPPED, reason)
        if row.backfill:
            write_abandoned(tx, keys, self._store, mission, row, Outcome.SKIPPED, reason)
        else:
            write_not_started(tx, mission, row, reason)
            write_once_skipped(tx, mission, task, row, reason)
        tx.commit()


def _is_replaced(waiting: Occurrence, task: Task, by: Occurrence) -> bool:
    """Whether what waits gives its place to a newer one: under `replace` the newest runs [B3]."""
    if task.strategy.overlap is not Overlap.REPLACE or waiting.cause is Cause.BACKFILL:
        return False
    return waiting.due < by.due


REPLACED = "replaced"
"""Who asked a running Execution to stop, when the next one takes its place."""
