"""The end of an Execution: one step that makes it final and queues what is to be said [X2 X4 R2].

Whoever ends it shows that it is still the very Execution that was claimed: a late end by a process
that was given up on finds it final and changes nothing.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field, replace

import structlog
from redis.exceptions import ResponseError

from missions import keys as k
from missions.approval import Approval
from missions.approvals import Over, write_acts_over
from missions.backfills import write_next, write_onward
from missions.blueprint import Blueprint, Finding, Task
from missions.cards import ReportCard, ReportDetailCard
from missions.claims import LEASE_MS
from missions.counting import ENDS, write_counted
from missions.dependents import write_end_of_event
from missions.execution import Cause, Execution, Outcome, Report, Status
from missions.failures import require_as_read, retry_at, write_retry, write_streak
from missions.ids import CheckId, ExecutionId, MissionId, OutboxId, PersonId, TaskId, TeamId
from missions.keys import MissionKeys, TeamKeys
from missions.mentions import whom
from missions.mission import Mission
from missions.muting import is_silent, speaks, write_recovered
from missions.outbox import detail_id, entry, put
from missions.ports import Clock
from missions.progress import becomes_report, write_over, write_withdrawn
from missions.quiet import Quiet
from missions.recorded import kept
from missions.series import write_series
from missions.store import DRAFT_VERSION, Store
from missions.taskstate import CARRY, FREED, LAST, PAST, REPORT, STREAK, Latest, TaskState
from missions.taskstate import field as task_field
from missions.tx import DELETED, Lost, Transaction, is_records_fault, redis_now, retrying

log = structlog.get_logger(__name__)

ASIDE = (Cause.TRY_ONCE, Cause.BACKFILL)
"""Runs beside the timetable whose results later ones are not compared with."""


@dataclass(frozen=True)
class Ending:
    """How an Execution ended. `changed` says that some check's result is new or recovered; `said`
    that it has words of its own, of which nothing was measured.

    `hopeless` says that it cannot mend itself: no further attempt, and the Task is paused [S7].
    """

    status: Status
    finding: Finding | None = None
    report: Report | None = None
    carry: dict[CheckId, Finding] = field(default_factory=dict)
    past: dict[CheckId, tuple[bool, ...]] = field(default_factory=dict)
    changed: bool = False
    said: bool = False
    error: str | None = None
    hopeless: bool = False
    stopped_by: PersonId | None = None
    session: str | None = None
    tokens: int = 0
    cost_usd: float = 0.0


class Endings:
    """Keeps Executions alive and ends them."""

    def __init__(self, store: Store, clock: Clock, quiet: Quiet) -> None:
        self._store = store
        self._clock = clock
        self._quiet = quiet

    def renew(self, team: TeamId, execution: Execution) -> bool:
        """Say that the Execution is alive; False if it is no longer ours."""
        keys = TeamKeys(team).mission(execution.mission)
        member = keys.lease_member(execution.id)
        tx = self._store.mission_tx(keys)
        tx.require_field("execution", keys.executions, execution.id, execution.stored())
        tx.require_ranked("lease", k.LEASES, member)
        try:
            tx.zadd(k.LEASES, member, redis_now(LEASE_MS)).commit()
        except Lost:
            return False
        return True

    def stop_asked(self, team: TeamId, mission: MissionId, execution: ExecutionId) -> str | None:
        """Who asked the Execution to stop, or None [X5]."""
        return self._store.hget(TeamKeys(team).mission(mission).stops, execution)

    def end(
        self,
        team: TeamId,
        execution: Execution,
        ending: Ending,
        *,
        only_expired: bool = False,
        only_while: Approval | None = None,
    ) -> Execution | None:
        """Make a running Execution final; None if it is final already, or its Mission deleted.

        With `only_expired`, only if its lease has run out meanwhile; with `only_while`, only if it
        still waits and the approval stands as it was read. If what its end needs of the Mission
        cannot be read it ends Failed, says so, and reports nothing; `ValueError` if it cannot be
        read itself.
        """

        def attempt() -> Execution:
            try:
                return self._attempt(team, execution, ending, only_expired, only_while)
            except (ValueError, ResponseError) as error:
                if not is_records_fault(error):
                    raise
                ids = {"mission": execution.mission, "execution": execution.id}
                log.error("ended_unreadable", **ids, error=type(error).__name__)
                return self._bare(team, execution, ending, only_expired, only_while)

        try:
            return retrying(attempt, "execution", "alive")
        except Lost:
            return None

    def set_aside(self, team: TeamId, mission: MissionId, execution: ExecutionId) -> None:
        """Let go of an Execution whose record cannot be read: nobody can end it.

        An administrator finds it in the quarantine.
        """
        keys = TeamKeys(team).mission(mission)
        member = keys.lease_member(execution)
        tx = self._store.mission_tx(keys).zrem(k.LEASES, member)
        tx.hset(k.QUARANTINE, {member: "execution"}).hdel(keys.stops, execution)
        for task in sorted(self._store.smembers(keys.ran)):
            tx.srem(keys.running(TaskId(task)), execution)
        with suppress(Lost):
            tx.commit()

    def _attempt(
        self,
        team: TeamId,
        execution: Execution,
        ending: Ending,
        only_expired: bool,
        only_while: Approval | None,
    ) -> Execution:
        keys = TeamKeys(team).mission(execution.mission)
        current, text = self._running(keys, execution)
        mission = self._store.mission(team, execution.mission)
        if mission is None:
            raise ValueError("no Mission")
        final = _final(current, ending, self._clock)
        fields = self._store.hgetall(keys.tasks)
        states = TaskState.read_all(fields)
        state = states.get(current.task, TaskState())
        pinned = self._store.blueprint(team, mission.id, current.version)
        task = pinned.task(current.task) if pinned else None
        final = _telling(final, pinned, state, ending)
        tx = self._still(keys, current, text, only_expired, only_while)
        over = Over()
        if task is None or task.may_act:
            over = write_acts_over(tx, keys, self._store, mission, final)
            final = _with(final, over.said)
        _write_final(tx, keys, final)
        if final.ended_at:
            tx.hset(keys.tasks, {task_field(final.task, FREED): final.ended_at.isoformat()})
        self._write_found(tx, keys, final, ending)
        plan = self._store.blueprint(team, mission.id, mission.version or DRAFT_VERSION)
        planned = bool(plan and plan.task(final.task))
        progress = write_over(tx, keys, self._store, final)
        # What was sent, or may have been, is never sent again by another attempt.
        again = not over.acted and self._write_retry(tx, keys, task, final, ending)
        if plan and not again:
            around = (self._store, self._quiet, mission, plan, fields)
            write_end_of_event(tx, keys, *around, final, ending.report, self._clock.now())
        if planned:
            require_as_read(tx, keys, final.task, fields)
            self._write_task(tx, keys, final, ending, state, again=again)
        turns = progress if becomes_report(final) else None
        if (
            task
            and not again
            and speaks(task.notify, final, state, changed=ending.changed, said=ending.said)
        ):
            if progress and not turns:
                write_withdrawn(tx, mission, final)
            self._write_voice(tx, keys, mission, final, ending, state, turns)
        elif progress:
            write_withdrawn(tx, mission, final)
        if plan and planned and final.cause not in ASIDE:
            write_recovered(tx, keys, mission, plan, states, final, self._clock.now())
        counts = final.status is Status.FAILED and final.cause not in ASIDE
        if task and planned and counts and not again:
            write_streak(tx, keys, mission, task, final, state, hopeless=ending.hopeless)
        if not again:
            self._write_onward(tx, keys, mission, final)
        tx.commit()
        return final

    def _bare(
        self,
        team: TeamId,
        execution: Execution,
        ending: Ending,
        only_expired: bool,
        only_while: Approval | None,
    ) -> Execution:
        """End it by its own record alone: the Mission's plan, state or texts cannot be read."""
        keys = TeamKeys(team).mission(execution.mission)
        current, text = self._running(keys, execution)
        failed = ending.status is Status.SUCCESS
        how = replace(ending, finding=None, status=Status.FAILED) if failed else ending
        final = _with(_final(current, how, self._clock), kept("rec-unreadable"))
        tx = self._still(keys, current, text, only_expired, only_while)
        _write_final(tx, keys, final)
        if final.cause is Cause.BACKFILL:
            write_next(tx, keys, self._store, final.occurrence)
        tx.hset(k.QUARANTINE, {keys.lease_member(final.id): "mission"}).commit()
        return final

    def _running(self, keys: MissionKeys, execution: Execution) -> tuple[Execution, str]:
        """The Execution, which is still the very one that is ended, and the same as stored."""
        text = self._store.hget(keys.executions, execution.id)
        if text is None:
            raise Lost(DELETED)
        current = Execution.load(text)
        if current.status is not Status.RUNNING or current.token != execution.token:
            raise _Final
        return current, text

    def _still(
        self,
        keys: MissionKeys,
        current: Execution,
        text: str,
        only_expired: bool,
        only_while: Approval | None,
    ) -> Transaction:
        """A transaction that fails unless the Execution stands as it was read."""
        tx = self._store.mission_tx(keys)
        tx.require_field("changed", keys.executions, current.id, text)
        if only_expired:
            tx.require_expired("alive", k.LEASES, keys.lease_member(current.id))
        if only_while:
            _require_waiting(tx, keys, current, only_while)
        return tx

    def _write_onward(
        self, tx: Transaction, keys: MissionKeys, mission: Mission, final: Execution
    ) -> None:
        """Have the transaction put up the next occurrence of a backfill."""
        if final.cause is not Cause.BACKFILL:
            return
        row = self._store.occurrence(keys.team, keys.mission, final.occurrence)
        if row:
            write_onward(tx, keys, self._store, mission, row)

    def _write_found(
        self, tx: Transaction, keys: MissionKeys, final: Execution, ending: Ending
    ) -> None:
        """The Report, and what it measured as points of their series."""
        if ending.report:
            tx.hset(keys.reports, {final.id: ending.report.dump()})
        write_series(tx, keys, self._store, final, ending.report)

    def _write_retry(
        self,
        tx: Transaction,
        keys: MissionKeys,
        task: Task | None,
        final: Execution,
        ending: Ending,
    ) -> bool:
        """Have the transaction put a failed attempt up for another one, if the plan says so."""
        now = self._clock.now()
        at = retry_at(task, final, now, hopeless=ending.hopeless) if task else None
        row = self._store.occurrence(keys.team, keys.mission, final.occurrence)
        if at is None or row is None or row.outcome is not Outcome.RUN:
            return False
        write_retry(tx, keys, row, at)
        return True

    def _is_planned(self, mission: Mission, final: Execution) -> bool:
        """Whether the Task is still part of the plan: what is known of a removed one is gone."""
        plan = self._store.blueprint(mission.team, mission.id, mission.version or DRAFT_VERSION)
        return plan is not None and plan.task(final.task) is not None

    def _write_task(
        self,
        tx: Transaction,
        keys: MissionKeys,
        final: Execution,
        ending: Ending,
        state: TaskState,
        *,
        again: bool,
    ) -> None:
        """What the Task shows; a trial or a backfill leaves nothing that later runs build on."""
        fields = {LAST: Latest.of(final).dump()}
        if final.cause not in ASIDE:
            if final.status is Status.SUCCESS:
                fields |= {CARRY: json.dumps(ending.carry), STREAK: "0"}
                fields[PAST] = json.dumps(ending.past)
            elif final.status is Status.FAILED and not again:
                fields[STREAK] = str(state.streak + 1)
        tx.hset(keys.tasks, {task_field(final.task, n): v for n, v in fields.items()})

    def _write_voice(
        self,
        tx: Transaction,
        keys: MissionKeys,
        mission: Mission,
        final: Execution,
        ending: Ending,
        state: TaskState,
        progress: OutboxId | None,
    ) -> None:
        """The report; while muted nothing, and what is new then gets a message of its own later."""
        if not is_silent(mission, final, state, self._clock.now(), changed=ending.changed):
            self._write_report(tx, keys, mission, final, ending, state, progress)
            return
        if progress:
            write_withdrawn(tx, mission, final)
        if ending.changed:
            tx.hdel(keys.tasks, task_field(final.task, REPORT))

    def _write_report(
        self,
        tx: Transaction,
        keys: MissionKeys,
        mission: Mission,
        final: Execution,
        ending: Ending,
        state: TaskState,
        progress: OutboxId | None,
    ) -> None:
        """A root message with its detail in the thread; a continuing finding updates both.

        The message that showed the `progress` becomes the root.
        """
        continued = _continued(mission, final, ending, state)
        thread = mission.thread_ts if mission.version == 0 else None
        card = ReportCard(mission=mission.id, execution=final.id)
        detail = ReportDetailCard(mission=mission.id, execution=final.id)
        channel = mission.channel
        root = entry(mission.team, channel, card, thread_ts=thread, update=continued or progress)
        said = continued or progress or root.id
        where = {"thread_ts": thread} if thread else {"thread_of": said}
        if continued:
            below = entry(mission.team, channel, detail, update=detail_id(said), **where)
        else:
            below = entry(mission.team, channel, detail, **where)
            below = below.model_copy(update={"id": detail_id(said)})
        put(tx, root, below)
        said_for_good = final.status is Status.SUCCESS and final.cause is not Cause.TRY_ONCE
        if said_for_good and self._is_planned(mission, final):
            tx.hset(keys.tasks, {task_field(final.task, REPORT): said})


def _write_final(tx: Transaction, keys: MissionKeys, final: Execution) -> None:
    """What the end of any Execution writes."""
    tx.hset(keys.executions, {final.id: final.dump()})
    write_counted(tx, ENDS, final.status.value)
    tx.srem(keys.running(final.task), final.id)
    tx.zrem(k.LEASES, keys.lease_member(final.id))
    tx.hdel(keys.stops, final.id)


def _telling(
    final: Execution, plan: Blueprint | None, state: TaskState, ending: Ending
) -> Execution:
    """The Execution with the people whom its report mentions [R1]."""
    told = whom(plan, final, state, ending.carry) if plan else ()
    return final.model_copy(update={"mentions": told})


def _require_waiting(
    tx: Transaction, keys: MissionKeys, current: Execution, asked: Approval
) -> None:
    """Have the transaction fail unless the Execution still waits for it, as it was read."""
    if current.waits_for != asked.id:
        raise _Final
    tx.require_field("alive", keys.approvals, asked.id, asked.stored())


def _with(final: Execution, sentence: str) -> Execution:
    """The Execution, with a sentence more about what is wrong with it."""
    told = f"{final.error or ''} {sentence}".strip()
    return final.model_copy(update={"error": told}) if sentence else final


class _Final(Lost):
    """The Execution is final already."""

    def __init__(self) -> None:
        super().__init__("execution")


def _continued(
    mission: Mission, final: Execution, ending: Ending, state: TaskState
) -> OutboxId | None:
    """The earlier report that a continuing finding updates, or None for a message of its own."""
    continuing = (
        mission.version > 0
        and final.cause is Cause.TIME
        and final.status is Status.SUCCESS
        and final.finding not in (None, Finding.ALL_GOOD)
        and not ending.changed
        and state.streak == 0
    )
    return state.report if continuing else None


def _final(current: Execution, ending: Ending, clock: Clock) -> Execution:
    return current.model_copy(
        update={
            # A clock may be set back while it runs; it did not end before it began.
            "ended_at": max(clock.now(), current.started_at),
            "status": ending.status,
            "finding": ending.finding,
            "error": ending.error,
            "stopped_by": ending.stopped_by,
            # What waited may end without a process that knows what it did before.
            "session": ending.session or current.session,
            "tokens": ending.tokens,
            "cost_usd": ending.cost_usd,
            "waits_for": None,
        }
    )
