"""The job of one occurrence: claim, carry out, end [X1 X2 X3]."""

from __future__ import annotations

import signal
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING

import structlog
from redis.exceptions import RedisError, ResponseError
from rq import get_current_job

from agent.checks.registry import CheckImpossible
from agent.task.outside import Answer
from agent.task.values import Stopped, TaskInput, TaskResult
from jobs.after import ring_after, ring_delivery
from jobs.hearing import hearing
from jobs.outside import way_out
from jobs.progress import Showing
from jobs.runtime import Runtime, current
from jobs.spoken import speaking_to
from jobs.threads import run_thread
from jobs.traced import rung_in
from jobs.transcript import Transcript
from jobs.watch import Watch
from missions.approval import Wanted
from missions.approvals import SoFar
from missions.claims import LEASE_MS, Claim
from missions.endings import Ending
from missions.errors import HoustonError, StorageUnavailable, UnknownMission
from missions.execution import Execution, Status
from missions.ids import MissionId, OccurrenceId, TeamId, new_token
from missions.recorded import kept
from missions.spending import MICRO, BudgetSpent, Meter, Spent
from missions.tracing import Span, job_span
from missions.tx import Lost, is_records_fault

if TYPE_CHECKING:
    from agent.task.graph import TaskRunner

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Waits:
    """A run that has to wait, for what, and what it did so far."""

    wanted: Wanted
    so_far: SoFar


AGAIN_SECONDS = 1.0
"""Pause before an end that storage did not take is tried again."""


def execute(team: str, mission: str, occurrence: str) -> None:
    """Run one due occurrence, if it is still to be run."""
    runtime = current()
    job = get_current_job()
    ids = TeamId(team), MissionId(mission), OccurrenceId(occurrence)
    try:
        claim = runtime.domain.claims.claim(*ids, job.id if job else new_token())
    except (ValueError, ResponseError) as error:
        if not is_records_fault(error):
            raise
        log.error("not_claimable", occurrence=occurrence, error=type(error).__name__)
        runtime.domain.claims.set_aside(*ids)
        return
    if claim is None:
        log.info("nothing_to_run", mission=mission, occurrence=occurrence)
        _ring_if_closed(runtime, *ids)
        return
    log.info("execution_started", mission=mission, execution=claim.execution.id)
    with execution_span(claim):
        carry(runtime, claim)


def execution_span(claim: Claim, **more: str) -> AbstractContextManager[Span]:
    """A span around an Execution, or around what is left of it after an approval."""
    return job_span(
        "execution",
        rung_in(),
        houston__mission=claim.execution.mission,
        houston__execution=claim.execution.id,
        houston__task=claim.task.id,
        **more,
    )


def carry(runtime: Runtime, claim: Claim, answer: Answer | None = None) -> None:
    """Carry out an Execution that this process holds, to its end or until it has to wait.

    With an `answer`, from where it waited.
    """
    team, execution = claim.mission.team, claim.execution
    meter = _meter(runtime, claim)
    transcript = Transcript(runtime.artifacts, claim, runtime.domain.clock, meter)
    with (
        speaking_to(runtime.domain, team, claim.mission.owner),
        Watch(runtime.domain, team, execution, closed=transcript.closed) as watch,
        Showing(runtime.domain, claim) as showing,
    ):
        _leave_when_told(watch)
        came_of = _carry_out(runtime, claim, watch, showing, transcript, answer)
        ended = _end(runtime, claim, came_of) if isinstance(came_of, Ending) else None
    if isinstance(came_of, Ending):
        status, final = came_of.status.value, ended is not None
        ids = {"mission": execution.mission, "execution": execution.id}
        log.info("execution_ended", **ids, status=status, final=final)
        ring_after(runtime.domain, team, execution.mission)
    else:
        _wait(runtime, claim, came_of)


def _wait(runtime: Runtime, claim: Claim, waits: Waits) -> None:
    """Let go of the Execution until somebody has answered; who asked for a stop meanwhile is
    heard by whoever looks at what waits."""
    domain, team, run = runtime.domain, claim.mission.team, claim.execution
    try:
        asked = domain.approvals.ask(team, run, waits.wanted, waits.so_far)
    except Lost as lost:
        log.info("not_asked", mission=run.mission, execution=run.id, guard=lost.guard)
        return
    log.info("execution_waits", mission=run.mission, execution=run.id, approval=asked.id)
    domain.bell.delivery(team, claim.mission.channel)
    if domain.endings.stop_asked(team, run.mission, run.id):
        domain.bell.resume(team, run.mission, asked.id)


def _ring_if_closed(
    runtime: Runtime, team: TeamId, mission: MissionId, occurrence: OccurrenceId
) -> None:
    """Ring for what the closed occurrence says; if an attempt was given up, also for who waits.

    Otherwise who waits is rung for by the end that they wait for.
    """
    row = runtime.domain.store.occurrence(team, mission, occurrence)
    given_up = row is not None and row.execution is not None and row.reason is not None
    (ring_after if given_up else ring_delivery)(runtime.domain, team, mission)


def _carry_out(
    runtime: Runtime,
    claim: Claim,
    watch: Watch,
    showing: Showing,
    transcript: Transcript,
    answer: Answer | None,
) -> Ending | Waits:
    if runtime.runner is None:
        return Ending(status=Status.FAILED, error=kept("rec-no-runner"))
    owner = runtime.domain.directory.person(claim.mission.team, claim.mission.owner)
    thread = run_thread(claim.mission.team, claim.mission.id, claim.execution.id)
    work = TaskInput(
        mission=claim.mission.id,
        mission_name=claim.mission.name,
        execution=claim.execution.id,
        task=claim.task,
        carry=claim.state.carry,
        past=claim.state.past,
        remark=claim.remark,
        event=claim.event.fields if claim.event else {},
        event_summary=claim.event.summary if claim.event else "",
        zone=owner.zone if owner else runtime.default_zone,
        stopped=watch.stopping.is_set,
        noticed=showing.noticed,
        kept=transcript.add,
        listen=hearing(runtime, claim),
        meter=transcript.meter,
        outside=way_out(runtime.domain, claim) if claim.task.may_act else None,
        thread=thread if claim.task.may_act else "",
        seconds_left=watch.seconds_left,
    )
    came_of = _run(runtime, runtime.runner, claim, work, watch, transcript, answer)
    if isinstance(came_of, Wanted):
        spent, session = transcript.meter.spent, transcript.paused()
        return Waits(came_of, SoFar(spent.tokens, spent.usd, showing.steps(), session))
    return came_of


def _run(
    runtime: Runtime,
    runner: TaskRunner,
    claim: Claim,
    work: TaskInput,
    watch: Watch,
    transcript: Transcript,
    answer: Answer | None,
) -> Ending | Wanted:
    try:
        result = runner.resume(work, answer) if answer else runner.run(work)
        if isinstance(result, Wanted):
            return result
        if result.spent:
            _pause(runtime, claim, result.spent)
        return transcript.closed(_succeeded(result), result.session)
    except Stopped:
        ending = watch.ending or Ending(status=Status.CANCELLED)
    except CheckImpossible as refusal:
        ending = Ending(status=Status.FAILED, error=refusal.sentence, hopeless=True)
    except HoustonError as refusal:
        ending = Ending(status=Status.FAILED, error=refusal.sentence)
    except Exception as error:  # an Execution always ends with a status, whatever a tool raises
        log.exception("execution_raised", execution=claim.execution.id)
        what = type(error).__name__
        ending = Ending(status=Status.FAILED, error=kept("rec-broke", what=what))
    return transcript.closed(ending)


def _end(runtime: Runtime, claim: Claim, ending: Ending) -> Execution | None:
    """End it; while storage is away, try again for as long as nobody takes it for dead."""
    for _ in range(int(LEASE_MS / 1000 / AGAIN_SECONDS)):
        try:
            return runtime.domain.endings.end(claim.mission.team, claim.execution, ending)
        except (RedisError, StorageUnavailable) as error:
            log.warning("end_failed", execution=claim.execution.id, error=type(error).__name__)
            time.sleep(AGAIN_SECONDS)
    return runtime.domain.endings.end(claim.mission.team, claim.execution, ending)


def _pause(runtime: Runtime, claim: Claim, spent: BudgetSpent) -> None:
    """Pause the Mission at its cap, before the run ends: nothing more starts meanwhile [X6]."""
    try:
        mission = claim.mission
        runtime.domain.lifecycle.hold(mission.team, mission.id, spent.sentence, spent.until)
    except UnknownMission:
        log.info("deleted_at_the_cap", mission=claim.mission.id)


def _meter(runtime: Runtime, claim: Claim) -> Meter:
    """What counts the run's calls of the model, capped by the Blueprint that it runs on [X6].

    What a run spent before it had to wait counts with it.
    """
    domain, mission, run = runtime.domain, claim.mission, claim.execution
    plan = domain.store.blueprint(mission.team, mission.id, run.version)
    meter = domain.spending.meter(mission.team, mission.id, plan.budget if plan else None)
    meter.spent = Spent(run.tokens, round(run.cost_usd * MICRO))
    return meter


def _succeeded(result: TaskResult) -> Ending:
    return Ending(
        status=Status.SUCCESS,
        finding=result.finding,
        report=result.report,
        carry=result.carry,
        past=result.past,
        changed=result.changed,
        said=result.said,
    )


def _leave_when_told(watch: Watch) -> None:
    def leave(signum: int, frame: FrameType | None) -> None:
        watch.told_to_leave()

    signal.signal(signal.SIGTERM, leave)
