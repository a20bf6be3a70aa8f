"""Running the checks of a Task: up to four at a time, none stopping the others [X7]."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from agent.checks.registry import CheckImpossible, CheckTool, run_check
from agent.checks.words import value_in_words
from agent.task.values import Stopped, TaskInput
from agent.task.waiting import POLL_SECONDS, run_watched
from missions.blueprint import Check
from missions.execution import CheckResult, Step
from missions.phrases import say
from missions.ports import Clock
from missions.tracing import span

PARALLEL = 4


def run_checks(
    given: TaskInput,
    tools: Mapping[str, CheckTool],
    clock: Clock,
    pause: Callable[[float], None],
) -> tuple[tuple[CheckResult, ...], tuple[Step, ...]]:
    """Results and Session steps in the order of the plan.

    All checks run; then CheckImpossible, with all reasons, if any of them cannot run. Stopped.
    """
    checks = given.task.checks
    patient = partial(_pause, pause, given.stopped)
    jobs = [partial(_measured, given, check, tools, clock, patient) for check in checks]
    futures = run_watched(jobs, PARALLEL, given.stopped)
    failures = [f.exception() for f in futures]
    impossible = [f.sentence for f in failures if isinstance(f, CheckImpossible)]
    if impossible:
        raise CheckImpossible("\n".join(impossible))
    done = [future.result() for future in futures]
    return tuple(result for result, _ in done), tuple(step for _, step in done)


def _measured(
    given: TaskInput,
    check: Check,
    tools: Mapping[str, CheckTool],
    clock: Clock,
    pause: Callable[[float], None],
) -> tuple[CheckResult, Step]:
    started = clock.now()
    sizes: list[int | None] = []
    given.noticed(check.id, None)
    with span("check", houston__check=check.id, gen_ai__tool__name=check.tool) as traced:
        try:
            result = run_check(check, tools, clock, pause, sizes.append)
        except CheckImpossible as refusal:
            given.kept(_impossible(check, refusal, started, clock))
            raise
        traced.note(houston__finding=result.finding.value)
    given.noticed(check.id, result.finding)
    step = Step(
        at=started,
        what=say("did-check", id=check.id, title=result.title),
        tool=check.tool,
        arguments=check.arguments,
        result=_outcome(result),
        duration_ms=result.duration_ms,
        size=sizes[-1],
    )
    given.kept(step)
    return result, step


def _impossible(check: Check, refusal: CheckImpossible, started: datetime, clock: Clock) -> Step:
    """The step of a check that cannot run as planned."""
    return Step(
        at=started,
        what=say("did-not-check", id=check.id),
        tool=check.tool,
        arguments=check.arguments,
        result=refusal.sentence,
        duration_ms=max((clock.now() - started).total_seconds() * 1000, 0.0),
    )


def _outcome(result: CheckResult) -> str:
    """Finding, note and measured values on one line."""
    parts = [say(f"word-{result.finding.value.replace('_', '-')}")]
    if result.tried > 1:
        parts.append(say("tried-times", result.tried))
    if result.note:
        parts.append(result.note)
    for measured in result.measured:
        actual = measured.actual
        said = say("not-measured") if actual is None else value_in_words(measured.field, actual)
        parts.append(
            say("step-measured", field=measured.field, actual=said, expected=measured.expected)
        )
    return say("semicolon").join(parts)


def _pause(pause: Callable[[float], None], stopped: Callable[[], bool], seconds: float) -> None:
    """Wait in small pieces, so that a stop ends the wait."""
    left = seconds
    while left > 0:
        if stopped():
            raise Stopped
        pause(min(POLL_SECONDS, left))
        left -= POLL_SECONDS
