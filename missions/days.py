"""What happened on each day, and what is to come: counted, without reading whole records [R7]."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from missions.blueprint import Blueprint, EventTrigger, Finding, OnceTrigger, Task, Trigger
from missions.calendar import local_instant
from missions.execution import Status
from missions.ids import ExecutionId, MissionId, OccurrenceId, TaskId
from missions.keys import TeamKeys
from missions.leftout import Span, left_out_by
from missions.reader import Reader
from missions.schedule import due_between
from missions.store import Store
from missions.viewer import Viewer

BATCH = 1_000
"""How many records one command reads, so that no other command waits long."""
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Brief:
    """As much of an Execution as counting and filtering need."""

    id: ExecutionId
    task: TaskId
    occurrence: OccurrenceId
    started_at: datetime
    status: Status
    finding: Finding | None


class Days:
    """Reads Executions by day, as far as a viewer may see."""

    def __init__(self, reader: Reader, store: Store) -> None:
        self._reader = reader
        self._store = store

    def briefs(
        self, viewer: Viewer, mission: MissionId, span: Span | None = None
    ) -> tuple[Brief, ...]:
        """Executions that started within a span, or ever, newest first."""
        self._reader.mission(viewer, mission)
        keys = TeamKeys(viewer.team).mission(mission)
        low = str(span[0].timestamp()) if span else "-inf"
        high = f"({span[1].timestamp()}" if span else "+inf"
        found: list[Brief] = []
        start = 0
        while True:
            ids = self._store.redis.zrevrangebyscore(
                keys.history, high, low, start=start, num=BATCH
            )
            rows = self._store.hmget(keys.executions, map(str, ids))
            found.extend(_brief(text) for text in rows if text)
            start += BATCH
            if len(ids) < BATCH:
                return tuple(found)


def day_span(day: date, tz: ZoneInfo) -> Span:
    """A day on the clocks of a zone: 23 to 25 hours, where the clock is changed."""
    first = local_instant(datetime.combine(day, time()), tz)
    return first, local_instant(datetime.combine(day + timedelta(days=1), time()), tz)


def planned(plan: Blueprint, task: Task, spans: Iterable[Span]) -> tuple[int, ...]:
    """How often a Task comes due within each span; what is left out of it counts not.

    Nobody knows when an Event Rule is due: it counts nothing.
    """
    trigger, left_out = task.trigger, left_out_by(plan, task)
    return tuple(
        sum(_due(trigger, part) for part in _without([span], left_out.between(*span)))
        for span in spans
    )


def _due(trigger: Trigger, span: Span) -> int:
    begin, end = span
    if isinstance(trigger, OnceTrigger):
        return int(begin <= trigger.at < end)
    if isinstance(trigger, EventTrigger):
        return 0
    return due_between(trigger, begin - SECOND, end - SECOND)


def _without(spans: list[Span], left_out: Iterable[Span]) -> Iterator[Span]:
    """The spans without what lies in the ones left out."""
    for first, last in left_out:
        spans = [
            part
            for begin, end in spans
            for part in ((begin, min(end, first)), (max(begin, last), end))
            if part[0] < part[1]
        ]
    yield from spans


def _brief(text: str) -> Brief:
    doc = json.loads(text)
    finding = doc.get("finding")
    return Brief(
        id=ExecutionId(doc["id"]),
        task=TaskId(doc["task"]),
        occurrence=OccurrenceId(doc["occurrence"]),
        started_at=datetime.fromisoformat(doc["started_at"]).astimezone(UTC),
        status=Status(doc["status"]),
        finding=Finding(finding) if finding else None,
    )
