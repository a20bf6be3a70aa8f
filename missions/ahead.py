"""Whether a plan has anything left that starts by itself [B9]."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from missions.blueprint import Blueprint, EventTrigger, Task
from missions.dependents import upstream_of
from missions.ids import TaskId
from missions.schedule import coming_instants


def has_ahead(plan: Blueprint, now: datetime, running: Collection[TaskId] = ()) -> bool:
    """Whether some Task will start after `now` by a time or by an event from outside.

    One that waits for another's end starts only if that one does, or is `running`. `CronError` if
    the plan holds a time that is none.
    """
    return any(_starts(plan, task, now, running) for task in plan.tasks)


def _starts(plan: Blueprint, task: Task, now: datetime, running: Collection[TaskId]) -> bool:
    """By what begins the chain of Tasks that it stands in; what waits in a circle never starts."""
    seen = {task.id}
    while before := upstream_of(task):
        upstream = plan.task(before)
        if upstream is None or before in seen:
            return False
        if before in running:
            return True
        seen.add(before)
        task = upstream
    if isinstance(task.trigger, EventTrigger):
        return True
    return bool(coming_instants(plan, task, now, 1))
