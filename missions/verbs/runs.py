"""Run now, try once, stop: what a person starts and ends by hand [C3 C7 S6 X5]."""

from __future__ import annotations

from missions.approval import write_woken
from missions.blueprint import Overlap
from missions.errors import HoustonError, NothingToStop, TransitionRefused
from missions.execution import Cause
from missions.ids import ExecutionId, MissionId, OccurrenceId, ProposalId, TaskId
from missions.ledger import click_occurrence, write_pending
from missions.mission import Mission, MissionState
from missions.phrases import say
from missions.proposal import ProposalState
from missions.proposals import answerable
from missions.recorded import kept
from missions.rights import Right
from missions.store import DRAFT_VERSION
from missions.taskstate import TaskState
from missions.tx import Lost
from missions.verbs.base import Verb, refuse
from missions.viewer import Actor

REMARK_MAX = 300
"""Longest remark to a run, in characters: it is one line of the report."""


class RemarkTooLong(HoustonError):
    """What was said to a run is more than its report can show; nothing is cut in silence."""

    event = "remark_too_long"


class Runs(Verb):
    """Executions on a person's word."""

    def try_once(
        self, actor: Actor, mission: MissionId, proposal: ProposalId, click: str
    ) -> tuple[OccurrenceId, ...]:
        """Run every Task of a Draft's plan now, without scheduling anything [C3]."""
        due = self._carry_out(mission, lambda: self._try_once(actor, mission, proposal, click))
        return self._rung(actor, mission, due)

    def run_now(
        self,
        actor: Actor,
        mission: MissionId,
        click: str,
        task: TaskId | None = None,
        remark: str = "",
    ) -> tuple[OccurrenceId, ...]:
        """Run a Task, or all, now; the timetable stays as it is [S6]. `click` counts once.

        `remark` is what the person says to this run only; `RemarkTooLong` if it is no line.
        """
        said = " ".join(remark.split())
        if len(said) > REMARK_MAX:
            raise RemarkTooLong(say("remark-too-long", most=REMARK_MAX, length=len(said)))
        due = self._carry_out(mission, lambda: self._run_now(actor, mission, click, task, said))
        return self._rung(actor, mission, due)

    def stop(
        self, actor: Actor, mission: MissionId, execution: ExecutionId | None = None
    ) -> tuple[ExecutionId, ...]:
        """Ask the running Execution, or all of the Mission, to stop [X5]."""
        return self._carry_out(mission, lambda: self._stop(actor, mission, execution))

    def _try_once(
        self, actor: Actor, mission_id: MissionId, proposal_id: ProposalId, click: str
    ) -> tuple[OccurrenceId, ...]:
        mission = self._permitted(actor, mission_id, Right.EDIT, "to-try")
        stored = self._store.proposal(mission.team, mission.id, proposal_id)
        if stored and stored.state is ProposalState.APPLIED:
            return self._enqueue(actor, mission, Cause.RUN_NOW, click, None)
        answerable(mission, stored, self._clock.now(), applying=True)
        if mission.state is not MissionState.DRAFT:
            raise refuse(mission, "v-try", "so-run-now")
        return self._enqueue(actor, mission, Cause.TRY_ONCE, click, None)

    def _run_now(
        self,
        actor: Actor,
        mission_id: MissionId,
        click: str,
        task: TaskId | None,
        remark: str,
    ) -> tuple[OccurrenceId, ...]:
        mission = self._permitted(actor, mission_id, Right.EDIT, "to-run")
        if mission.state is MissionState.DRAFT:
            raise refuse(mission, "v-run", "so-try-or-launch")
        return self._enqueue(actor, mission, Cause.RUN_NOW, click, task, remark)

    def _enqueue(
        self,
        actor: Actor,
        mission: Mission,
        cause: Cause,
        click: str,
        only: TaskId | None,
        remark: str = "",
    ) -> tuple[OccurrenceId, ...]:
        keys = self._keys(mission)
        now = self._clock.now()
        version = mission.version or DRAFT_VERSION
        blueprint = self._store.blueprint(mission.team, mission.id, version)
        tasks = [t for t in blueprint.tasks if only in (None, t.id)] if blueprint else []
        alone = [t for t in tasks if t.strategy.overlap is Overlap.SKIP]
        busy = [t for t in alone if self._store.smembers(keys.running(t.id))]
        if not tasks:
            raise TransitionRefused(say("task-gone"), mission.state)
        if busy:
            raise TransitionRefused(say("already-running", task=busy[0].title), mission.state)
        states = self._store.task_states(mission.team, mission.id)
        tx = self._store.mission_tx(keys)
        tx.require_field("mission", keys.record, "rev", str(mission.rev))
        due = []
        for task in tasks:
            revision = states.get(task.id, TaskState()).trigger_rev
            row = click_occurrence(task.id, cause, click, actor.person, now, revision, remark)
            tx.require_field("click", keys.occurrences, row.id, None)
            write_pending(tx, keys, row)
            due.append(row.id)
        what = kept("log-try-once" if cause is Cause.TRY_ONCE else "log-run-now")
        self._log(tx, mission, actor, now, what, after=remark or None)
        try:
            tx.commit()
        except Lost as lost:
            if lost.guard == "click":
                return ()
            raise
        return tuple(due)

    def _stop(
        self, actor: Actor, mission_id: MissionId, execution: ExecutionId | None
    ) -> tuple[ExecutionId, ...]:
        mission = self._permitted(actor, mission_id, Right.EDIT, "to-stop")
        running = self._store.running(mission.team, mission.id)
        wanted = [e for e in running if execution in (None, e.id)]
        if not wanted:
            raise NothingToStop(say("nothing-of-it-runs"))
        keys = self._keys(mission)
        tx = self._store.mission_tx(keys)
        for running_one in wanted:
            key = keys.executions
            tx.require_field("execution", key, running_one.id, running_one.stored())
            tx.hset(keys.stops, {running_one.id: actor.person})
        write_woken(tx, keys, self._store, [e.id for e in wanted])
        self._log(tx, mission, actor, self._clock.now(), kept("log-run-stopped"))
        tx.commit()
        return tuple(e.id for e in wanted)

    def _rung(
        self, actor: Actor, mission: MissionId, due: tuple[OccurrenceId, ...]
    ) -> tuple[OccurrenceId, ...]:
        for occurrence in due:
            self._bell.execution(actor.team, mission, occurrence)
        return due
