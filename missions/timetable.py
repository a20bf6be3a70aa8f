"""The part of a Blueprint that says when: what a scheduler reads of every plan that is due.

Reading a plan whole, with its checks and texts, takes twice as long; with thousands of Tasks due at
the same instant this is what takes most of the time.
"""

from __future__ import annotations

from pydantic import ConfigDict

from missions.blueprint import Blueprint, Exclusion, Strategy, Task, Trigger, Window
from missions.ids import TaskId
from missions.record import Record


class TimedTask(Record):
    """When a Task is due, and how it is executed."""

    model_config = ConfigDict(extra="ignore")

    id: TaskId
    trigger: Trigger
    strategy: Strategy = Strategy()
    exclusions: tuple[Exclusion, ...] = ()
    windows: tuple[Window, ...] = ()


class Timetable(Record):
    """When the Tasks of a plan are due; read from a stored Blueprint."""

    model_config = ConfigDict(extra="ignore")

    tasks: tuple[TimedTask, ...]
    exclusions: tuple[Exclusion, ...] = ()
    windows: tuple[Window, ...] = ()

    def task(self, task_id: TaskId) -> TimedTask | None:
        """The Task with that id, or None."""
        return next((t for t in self.tasks if t.id == task_id), None)


Timed = Task | TimedTask
Plan = Blueprint | Timetable
