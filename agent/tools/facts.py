"""The facts of an Execution: as data for a model, and as plain sentences [C8]."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from agent.checks.words import measured_in_words
from agent.desk import Desk
from agent.tools.results import outside
from missions.blueprint import Finding
from missions.execution import CheckResult, Execution, Noted, Report, Status
from missions.mission import Mission
from missions.phrases import say
from missions.recorded import retold
from missions.sources import Fact, Source
from missions.words import moment_in_words

RESULTS_MAX, NOTES_MAX = 10, 5
"""How much of a report is told: results of checks, and of notes, advice and gaps each."""
_FOUND = {
    Finding.ALL_GOOD: "found-all-good",
    Finding.ATTENTION: "found-attention",
    Finding.CRITICAL: "found-critical",
}


def when_words(moment: datetime, desk: Desk) -> str:
    """An instant on the person's clock, e.g. `Mon 23 Nov 2026, 11:00 (Europe/Berlin)`."""
    local = moment.astimezone(ZoneInfo(desk.zone))
    zone = f"({desk.zone})"
    return say("instant", date=moment_in_words(local), time=f"{local:%H:%M}", zone=zone)


def execution_facts(execution: Execution, report: Report | None, desk: Desk) -> dict[str, Any]:
    """What a model may know of a run; what came from outside is fenced."""
    return {
        "task": outside(execution.task_title),
        "cause": execution.cause,
        "started": when_words(execution.started_at, desk),
        "seconds": execution.seconds,
        "status": execution.status,
        "finding": execution.finding,
        "error": outside(execution.error) if execution.error else None,
        "headline": outside(report.headline) if report else None,
        "checks": [outside(_result_words(r)) for r in report.results[:RESULTS_MAX]]
        if report
        else [],
        "judged_by_the_model": [outside(one.text) for one in report.judged[:RESULTS_MAX]]
        if report
        else [],
        "notes": [outside(_noted(n)) for n in report.notes[:NOTES_MAX]] if report else [],
        "advice": [outside(said) for said in report.advice[:NOTES_MAX]] if report else [],
        "not_looked_at": [outside(said) for said in report.gaps[:NOTES_MAX]] if report else [],
    }


def _noted(note: Noted) -> str:
    """What a model added to the report, marked so; what the checks contradicted was replaced."""
    said = note.text if note.replaced else say("report-comment", text=note.text)
    return f"{note.check}: {said}" if note.check else said


def in_words(
    mission: Mission, execution: Execution, report: Report | None, desk: Desk
) -> tuple[Fact, ...]:
    """The run in a few sentences, made by code, with its report."""
    when = when_words(execution.started_at, desk)
    source = Source(mission=mission.id, execution=execution.id)
    head = say("run-head", mission=mission.name, task=execution.task_title, when=when)
    bad = [r for r in report.results if r.finding is not Finding.ALL_GOOD] if report else []
    lines = [_outcome(execution), *(f"• {_result_words(r)}" for r in bad[:RESULTS_MAX])]
    judged = report.judged if report else ()
    lines += [f"• {say('judged-by-model', text=one.text)}" for one in judged[:RESULTS_MAX]]
    return (Fact(text=head, source=source), *(Fact(text=each) for each in lines))


def _outcome(execution: Execution) -> str:
    if execution.status is Status.RUNNING:
        return say("run-goes-on")
    if execution.status is Status.CANCELLED:
        return say("run-cancelled", why=retold(execution.error or "")).strip()
    if execution.status is Status.FAILED:
        return say("run-failed", why=retold(execution.error or "") or say("run-no-reason"))
    found = _FOUND[execution.finding] if execution.finding else "found-nothing"
    return say("run-ended", found=say(found))


def _result_words(result: CheckResult) -> str:
    missed = [measured_in_words(m) for m in result.measured if not m.holds and m.actual is not None]
    reasons = [*missed, *([result.note] if result.note else [])]
    return f"{result.title}: {say('semicolon').join(reasons) or result.finding}"
