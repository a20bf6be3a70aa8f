"""What can be taken back: the latest change that is still in force, and how [C7]."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from missions.ids import TaskId
from missions.mission import Change, Mission, MissionState
from missions.record import Record
from missions.recorded import kept
from missions.taskstate import TaskState
from missions.versions import CHANGED, version_in


class Way(StrEnum):
    """How a change is taken back."""

    RENAME = "rename"
    RESTORE = "restore"
    ENABLE = "enable"
    DISABLE = "disable"
    MUTE = "mute"
    UNMUTE = "unmute"


class Undo(Record):
    """A change that can be taken back; `version` is the one to restore, `task` the Task meant.

    `passed` are later changes that cannot be taken back, newest first.
    """

    change: Change
    way: Way
    task: TaskId | None = None
    version: int | None = None
    passed: tuple[Change, ...] = ()


_TASK = re.compile(r"Task (T\d+) (paused|enabled)")


def latest_undo(
    mission: Mission,
    states: Mapping[TaskId, TaskState],
    changes: Iterable[Change],
    now: datetime,
) -> Undo | None:
    """The newest change that still holds and can be taken back; `changes` newest first.

    A change that was undone already no longer holds, so an undo is not undone by the next.
    """
    passed: list[Change] = []
    for change in changes:
        found = _undo(mission, states, change, now)
        if found:
            return found.model_copy(update={"passed": tuple(passed)})
        passed.append(change)
    return None


def _undo(
    mission: Mission, states: Mapping[TaskId, TaskState], change: Change, now: datetime
) -> Undo | None:
    if task := _TASK.fullmatch(change.what):
        return _of_task(TaskId(task[1]), task[2], states, change, now)
    if change.what == "Renamed":
        holds = change.after == mission.name and change.before != mission.name
        return Undo(change=change, way=Way.RENAME) if holds and change.before else None
    if change.what == kept(CHANGED):
        before = version_in(change.before)
        if before is None or version_in(change.after) != mission.version:
            return None
        return Undo(change=change, way=Way.RESTORE, version=before)
    ways = {
        "Disabled": (mission.state is MissionState.PAUSED, Way.ENABLE),
        "Enabled": (mission.state is MissionState.ACTIVE, Way.DISABLE),
        "Muted": (mission.muted(now), Way.UNMUTE),
        "Unmuted": (not mission.muted(now), Way.MUTE),
    }
    holds, way = ways.get(change.what, (False, Way.ENABLE))
    return Undo(change=change, way=way) if holds else None


def _of_task(
    task: TaskId,
    what: str,
    states: Mapping[TaskId, TaskState],
    change: Change,
    now: datetime,
) -> Undo | None:
    state = states.get(task)
    if state is None or state.paused(now) != (what == "paused"):
        return None
    way = Way.ENABLE if what == "paused" else Way.DISABLE
    return Undo(change=change, way=way, task=task)
