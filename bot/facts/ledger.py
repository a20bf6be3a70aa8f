"""What did not run, between the Executions of a Mission's history: nothing is silent [S1]."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from bot.blocks.history import HistoryItem, NotRun
from bot.facts.gather import Gather
from missions.execution import Execution, Occurrence
from missions.ids import ExecutionId, TaskId
from missions.mission import Mission

T = TypeVar("T")


def with_not_run(
    gather: Gather,
    mission: Mission,
    runs: Sequence[Execution],
    links: Mapping[ExecutionId, str],
    page: int,
    pages: int,
) -> tuple[HistoryItem | NotRun, ...]:
    """A page of Executions with what was skipped or missed among them, newest first.

    What lies between two pages stands at the end of the newer one.
    """
    newest = runs[0].started_at if runs and page > 1 else None
    following = _following(gather, mission, page, len(runs)) if page < pages else None
    rows = gather.domain.reader.not_run(gather.viewer, mission.id, after=following, before=newest)
    plan = gather.domain.reader.blueprint(gather.viewer, mission.id)
    titles = {task.id: task.title for task in plan.tasks}
    items: list[tuple[datetime, HistoryItem | Occurrence]] = [
        *((run.started_at, HistoryItem(run, links.get(run.id))) for run in runs),
        *((row.due, row) for row in rows),
    ]
    ordered = [item for _, item in sorted(items, key=lambda pair: pair[0], reverse=True)]
    return tuple(gathered(ordered, titles))


def _following(gather: Gather, mission: Mission, page: int, shown: int) -> datetime | None:
    """When the newest Execution of the next page began."""
    found = gather.domain.reader.executions(gather.viewer, mission.id, limit=1, offset=page * shown)
    return found[0].started_at if found else None


def gathered(items: Iterable[T | Occurrence], titles: Mapping[TaskId, str]) -> list[T | NotRun]:
    """Rows that follow one another for the same reason become one line."""
    found: list[T | NotRun] = []
    for item in items:
        if not isinstance(item, Occurrence):
            found.append(item)
            continue
        row = NotRun(
            title=titles.get(item.task, item.task),
            outcome=item.outcome,
            reason=item.reason,
            first=item.due,
            last=item.last or item.due,
            count=item.count,
        )
        before = found[-1] if found else None
        if isinstance(before, NotRun) and _alike(before, row):
            found[-1] = replace(before, first=row.first, count=before.count + row.count)
        else:
            found.append(row)
    return found


def _alike(one: NotRun, other: NotRun) -> bool:
    return (one.title, one.outcome, one.reason) == (other.title, other.outcome, other.reason)
