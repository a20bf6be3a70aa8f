"""A batch of due entries and what stands behind them, read in one round trip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, cast

from pydantic_core import from_json, to_json
from redis.commands.core import Script
from redis.exceptions import ResponseError

from missions import keys as k
from missions.ids import MissionId, TaskId, TeamId
from missions.keys import MissionKeys, TeamKeys
from missions.mission import Mission, MissionState
from missions.store import Store
from missions.taskstate import FIELDS, TRIGGER_REV, TaskState, field
from missions.timetable import TimedTask, Timetable

PARSED = 4_096
"""How much is kept parsed, each by its exact text: Tasks that are due at once have it in common."""

_OF_ALL = tuple(name for name in Timetable.model_fields if name != "tasks")
"""What a plan says of when all of its Tasks run."""

_TRIGGER_REV = FIELDS.index(TRIGGER_REV)

ANY = TaskId("-")
"""A Task's values say the same whose they are."""


@dataclass(frozen=True)
class Due:
    """A Task of an Active Mission whose instant has come, as it is now.

    `rev` is the Mission's revision, `trigger_rev` the trigger's, as stored. `doc` is the Mission as
    stored; it is read only where more of it is wanted.
    """

    keys: MissionKeys
    doc: str
    rev: str
    plan: Timetable
    task: TimedTask
    state: TaskState
    trigger_rev: str | None

    def mission(self) -> Mission:
        """The Mission; `ValueError` if it cannot be read."""
        return Mission.load(self.doc)


class Look:
    """Reads what is stored about due entries, all of a batch in one round trip."""

    def __init__(self, store: Store) -> None:
        source = resources.files("jobs").joinpath("look.lua").read_text()
        self._script: Script = store.redis.register_script(source)

    def at(self, entries: Sequence[str]) -> Batch:
        """What stands behind the entries; raises `RedisError` if storage does not answer."""
        owners = {name: owner for name in entries if (owner := _owner(name))}
        keys = [key for of, _ in owners.values() for key in (of.record, of.tasks, of.blueprints)]
        args = [str(len(FIELDS)), *FIELDS, *(task for _, task in owners.values())]
        found = cast("list[list[Any]]", self._script(keys=keys, args=args)) if owners else []
        return Batch(owners, dict(zip(owners, found, strict=True)))


class Batch:
    """What is stored about due entries. One that cannot be read leaves the others readable."""

    def __init__(
        self, owners: Mapping[str, tuple[MissionKeys, TaskId]], found: Mapping[str, list[Any]]
    ) -> None:
        self._owners = owners
        self._found = found

    def due(self, name: str) -> Due | None:
        """The entry's Task; None if nothing stands behind the entry any more.

        Raises `ValueError` or `RedisError` if it, or a record that it needs, cannot be read.
        """
        if name not in self._owners:
            raise ValueError("no entry of the timer")
        keys, task_id = self._owners[name]
        if len(self._found[name]) == 1:
            raise ResponseError(self._found[name][0])
        doc, text, values, state, rev = self._found[name]
        if not doc:
            return None
        if state != MissionState.ACTIVE or not rev:
            Mission.load(doc)
            return None
        found = _plan(text, task_id) if text else None
        if found is None:
            return None
        return Due(keys, doc, rev, *found, _state(*values), values[_TRIGGER_REV])


def _owner(name: str) -> tuple[MissionKeys, TaskId] | None:
    try:
        team, mission, task = k.split_member(name, 3)
    except ValueError:
        return None
    return TeamKeys(TeamId(team)).mission(MissionId(mission)), TaskId(task)


def _plan(text: str, task: TaskId) -> tuple[Timetable, TimedTask] | None:
    """A stored plan as far as it concerns a Task; None if that is not in it.

    Most of a plan's text is its own, but what says when is the same in many plans.
    """
    plan = from_json(text)
    try:
        found = next((each for each in plan["tasks"] if each["id"] == task), None)
        if found is None:
            return None
        said = {name: found[name] for name in TimedTask.model_fields if name in found}
        whole = {name: plan[name] for name in _OF_ALL if name in plan}
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("no plan") from error
    return _timetable(to_json({"tasks": [said], **whole}).decode())


@lru_cache(maxsize=PARSED)
def _timetable(text: str) -> tuple[Timetable, TimedTask]:
    made = Timetable.load(text)
    return made, made.tasks[0]


@lru_cache(maxsize=PARSED)
def _state(*values: str | None) -> TaskState:
    """A Task's values, in the order of `FIELDS`."""
    known = zip(FIELDS, values, strict=True)
    return TaskState.read(ANY, {field(ANY, name): text for name, text in known if text})
