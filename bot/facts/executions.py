"""Facts about Executions as they are listed, filtered and looked at one by one [R7 X1 X4]."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from zoneinfo import ZoneInfo

from bot.blocks.execution import ExecutionFacts
from bot.blocks.executions import COMING, PER_PAGE, ExecutionsFacts
from bot.blocks.history import HistoryItem, NotRun
from bot.blocks.records import NOT_RUN, Scope
from bot.blocks.tasks import Coming
from bot.facts.gather import Gather
from bot.facts.ledger import gathered
from bot.facts.reports import report_links
from missions.days import Brief, Days, day_span
from missions.execution import Execution, Occurrence
from missions.ids import ExecutionId, MissionId, PersonId, TaskId
from missions.leftout import Span
from missions.mission import Mission
from missions.schedule import MOMENT

CSV_HEAD = (
    *("execution", "task", "title", "status", "finding", "scheduled_at", "started_at", "seconds"),
    *("trigger", "by", "attempt", "attempts", "plan_version", "tokens", "cost_usd", "error"),
)
ROWS_MAX = 10_000
"""Skipped and missed rows that are looked through."""


def executions_facts(gather: Gather, scope: Scope) -> ExecutionsFacts:
    """A page of the Executions in scope, with what did not run among them, newest first."""
    mission = gather.mission(scope.mission)
    zone = gather.zone(mission)
    titles = _titles(gather, mission)
    span = day_span(scope.day, ZoneInfo(zone)) if scope.day else None
    briefs = Days(gather.domain.reader, gather.domain.store).briefs(gather.viewer, mission.id, span)
    tasks = _tasks(gather, mission, titles, briefs)
    if scope.task not in dict(tasks):
        scope = replace(scope, task=None)
    rows = gathered(_in_scope(gather, scope, span, briefs), titles)
    pages = max(1, -(-len(rows) // PER_PAGE))
    scope = replace(scope, page=min(scope.page, pages))
    shown = rows[(scope.page - 1) * PER_PAGE : scope.page * PER_PAGE]
    runs = _whole(gather, mission, [row for row in shown if isinstance(row, Brief)])
    links = report_links(gather, mission, set(runs))
    return ExecutionsFacts(
        mission=mission,
        scope=scope,
        items=tuple(_items(shown, runs, links)),
        total=len(rows),
        pages=pages,
        tasks=tasks,
        people=gather.people(run.by for run in runs.values()),
        zone=zone,
        coming=_coming(gather, scope, span) if span else (),
    )


def _coming(gather: Gather, scope: Scope, span: Span) -> tuple[Coming, ...]:
    """What the day still holds; beside filters by status it has no place."""
    if scope.status or scope.page > 1 or span[1] <= gather.now:
        return ()
    runs = gather.domain.reader.next_runs(
        gather.viewer, scope.mission, COMING, after=span[0] - MOMENT, until=span[1]
    )
    return gather.coming(run for run in runs if scope.task in (None, run.task))


def execution_facts(gather: Gather, scope: Scope, execution: ExecutionId) -> ExecutionFacts:
    """One Execution in full; `UnknownMission` if it is not there."""
    mission = gather.mission(scope.mission)
    reader = gather.domain.reader
    run = reader.execution(gather.viewer, mission.id, execution)
    days = Days(reader, gather.domain.store)
    same = [b for b in days.briefs(gather.viewer, mission.id) if b.occurrence == run.occurrence]
    attempts = sorted(_whole(gather, mission, same).values(), key=lambda one: one.attempt)
    return ExecutionFacts(
        mission=mission,
        scope=scope,
        execution=run,
        report=reader.report(gather.viewer, mission.id, execution),
        report_url=report_links(gather, mission, {execution}).get(execution),
        attempts=tuple(attempts),
        files=gather.files(mission, run),
        people=gather.people([run.by, run.stopped_by]),
        zone=gather.zone(mission),
    )


def executions_csv(runs: Iterable[Execution], people: Mapping[PersonId, str]) -> str:
    """Executions as CSV with a header line (RFC 4180), instants in UTC [R9].

    A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(CSV_HEAD)
    for run in runs:
        writer.writerow([_harmless(cell) for cell in _cells(run, people)])
    return out.getvalue()


def _cells(run: Execution, people: Mapping[PersonId, str]) -> list[str]:
    return [
        run.id,
        run.task,
        run.task_title,
        str(run.status),
        run.finding.value if run.finding else "",
        run.scheduled_at.astimezone(UTC).isoformat(),
        run.started_at.astimezone(UTC).isoformat(),
        f"{run.seconds:.3f}" if run.seconds is not None else "",
        run.cause.value,
        people.get(run.by, run.by) if run.by else "",
        str(run.attempt),
        str(run.attempts),
        str(run.version),
        str(run.tokens),
        f"{run.cost_usd:.6f}",
        run.error or "",
    ]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _in_scope(
    gather: Gather, scope: Scope, span: Span | None, briefs: tuple[Brief, ...]
) -> list[Brief | Occurrence]:
    rows: list[tuple[datetime, Brief | Occurrence]] = [
        (brief.started_at, brief)
        for brief in briefs
        if (not scope.status or scope.status == brief.status)
        and (scope.task is None or scope.task == brief.task)
    ]
    if scope.status in ("", NOT_RUN):
        rows += [
            (row.due, row)
            for row in _not_run(gather, scope.mission, span)
            if scope.task is None or scope.task == row.task
        ]
    return [row for _, row in sorted(rows, key=lambda pair: pair[0], reverse=True)]


def _not_run(gather: Gather, mission: MissionId, span: Span | None) -> tuple[Occurrence, ...]:
    return gather.domain.reader.not_run(
        gather.viewer,
        mission,
        after=span[0] if span else None,
        before=span[1] if span else None,
        limit=ROWS_MAX,
    )


def _titles(gather: Gather, mission: Mission) -> dict[TaskId, str]:
    plan = gather.domain.reader.blueprint(gather.viewer, mission.id)
    return {task.id: task.title for task in plan.tasks}


def _tasks(
    gather: Gather, mission: Mission, titles: dict[TaskId, str], briefs: tuple[Brief, ...]
) -> tuple[tuple[TaskId, str], ...]:
    """The plan's Tasks, then those that left it, by the title of their newest Execution."""
    newest: dict[TaskId, Brief] = {}
    for brief in briefs:
        if brief.task not in titles:
            newest.setdefault(brief.task, brief)
    gone = _whole(gather, mission, list(newest.values())).values()
    return (*titles.items(), *((run.task, run.task_title) for run in gone))


def _whole(gather: Gather, mission: Mission, briefs: list[Brief]) -> dict[ExecutionId, Execution]:
    found = gather.domain.store.executions(mission.team, mission.id, [brief.id for brief in briefs])
    return {run.id: run for run in found}


def _items(
    rows: list[Brief | NotRun],
    runs: dict[ExecutionId, Execution],
    links: dict[ExecutionId, str],
) -> list[HistoryItem | NotRun]:
    found: list[HistoryItem | NotRun] = []
    for row in rows:
        if isinstance(row, NotRun):
            found.append(row)
        elif row.id in runs:
            found.append(HistoryItem(runs[row.id], links.get(row.id)))
    return found
