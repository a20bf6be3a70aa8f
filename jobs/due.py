"""A batch of due entries and what stands behind them, read in one round trip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, cast

from redis.commands.core import Script
from redis.exceptions import RedisError, ResponseError

from missions import keys as k
from missions.ids import MissionId, TaskId, TeamId
from missions.keys import MissionKeys, TeamKeys
from missions.mission import Mission, MissionState
from missions.store import Store
from missions.taskstate import FIELDS, field
from missions.timetable import TimedTask, Timetable

PARSED = 1_024
"""How many records are kept parsed, each by its exact text: the same ones are due again."""


@dataclass(frozen=True)
class Due:
    """A Task of an Active Mission whose instant has come, as it is now."""

    keys: MissionKeys
    mission: Mission
    plan: Timetable
    task: TimedTask
    fields: dict[str, str]


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
        doc, text, values = self._found[name]
        mission = _mission(doc) if doc else None
        if mission is None or mission.state is not MissionState.ACTIVE:
            return None
        plan = _plan(text) if text else None
        task = plan.task(task_id) if plan else None
        if plan is None or task is None:
            return None
        known = zip(FIELDS, values, strict=True)
        fields = {field(task_id, name): value for name, value in known if value is not None}
        return Due(keys, mission, plan, task, fields)


def is_records_fault(error: RedisError) -> bool:
    """Whether one record holds what it should not, so that storage is not to blame."""
    return "WRONGTYPE" in str(error)


def _owner(name: str) -> tuple[MissionKeys, TaskId] | None:
    try:
        team, mission, task = k.split_member(name, 3)
    except ValueError:
        return None
    return TeamKeys(TeamId(team)).mission(MissionId(mission)), TaskId(task)


@lru_cache(maxsize=PARSED)
def _mission(text: str) -> Mission:
    return Mission.load(text)


@lru_cache(maxsize=PARSED)
def _plan(text: str) -> Timetable:
    return Timetable.load(text)
