"""Event Rules and events for tests."""

from __future__ import annotations

from datetime import datetime

from missions.blueprint import (
    After,
    Comparison,
    Condition,
    EventSource,
    EventTrigger,
    Join,
    Op,
    Scalar,
    Task,
)
from missions.ids import TaskId
from missions.payloads import Event
from tests.support.build import task
from tests.support.fakes import MONDAY


def rule(
    source: EventSource = EventSource.WEBHOOK, *where: tuple[str, Op, Scalar], **changes: object
) -> EventTrigger:
    condition = None
    if where:
        each = tuple(Comparison(field=f, op=op, value=v) for f, op, v in where)
        condition = Condition(join=Join.ALL, comparisons=each)
    made = EventTrigger(source=source, condition=condition)
    return EventTrigger.model_validate({**dict(made), **changes})


def after(upstream: int, which: After = After.FINISH, number: int = 2, **changes: object) -> Task:
    trigger = rule(EventSource.TASK_RESULT, task=TaskId(f"T{upstream}"), after=which, **changes)
    return task(trigger, number)


def event(
    number: int | str = 1,
    source: EventSource = EventSource.WEBHOOK,
    at: datetime = MONDAY,
    **fields: Scalar,
) -> Event:
    return Event(
        source=source,
        id=f"e{number}",
        at=at,
        fields=fields or {"severity": "critical"},
        summary="Something happened",
    )
