"""A batch of due entries and what stands behind them, read in two round trips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from redis.exceptions import RedisError

from missions import keys as k
from missions.blueprint import Blueprint, Task
from missions.ids import MissionId, TaskId, TeamId
from missions.keys import MissionKeys, TeamKeys
from missions.mission import Mission, MissionState
from missions.store import Store

PARSED = 1_024
"""How many records are kept parsed, each by its exact text: the same ones are due again."""


@dataclass(frozen=True)
class Due:
    """A Task of an Active Mission whose instant has come, as it is now."""

    keys: MissionKeys
    mission: Mission
    plan: Blueprint
    task: Task
    fields: dict[str, str]


class Batch:
    """What is stored about due entries. One that cannot be read leaves the others readable."""

    def __init__(self, store: Store, entries: Sequence[str]) -> None:
        """Read it; raises `RedisError` if storage does not answer."""
        self._owners = {name: keys for name in entries if (keys := _owner(name))}
        pipe = store.redis.pipeline(transaction=False)
        for keys in self._owners.values():
            pipe.hget(keys.record, "doc")
            pipe.hgetall(keys.tasks)
        found = pipe.execute(raise_on_error=False)
        self._docs = dict(zip(self._owners, found[::2], strict=True))
        self._fields = dict(zip(self._owners, found[1::2], strict=True))
        planned = [n for n in self._owners if _version(self._docs[n])]
        for name in planned:
            pipe.hget(self._owners[name].blueprints, str(_version(self._docs[name])))
        self._plans = dict(zip(planned, pipe.execute(raise_on_error=False), strict=True))

    def due(self, name: str) -> Due | None:
        """The entry's Task; None if nothing stands behind the entry any more.

        Raises `ValueError` or `RedisError` if it, or a record that it needs, cannot be read.
        """
        _, _, task_id = k.split_member(name, 3)
        doc = _answer(self._docs[name])
        mission = _mission(doc) if doc else None
        if mission is None or mission.state is not MissionState.ACTIVE:
            return None
        text = _answer(self._plans.get(name))
        plan = _plan(text) if text else None
        task = plan.task(TaskId(task_id)) if plan else None
        if plan is None or task is None:
            return None
        return Due(self._owners[name], mission, plan, task, _answer(self._fields[name]))


def is_records_fault(error: RedisError) -> bool:
    """Whether one record holds what it should not, so that storage is not to blame."""
    return "WRONGTYPE" in str(error)


def _owner(name: str) -> MissionKeys | None:
    try:
        team, mission, _ = k.split_member(name, 3)
    except ValueError:
        return None
    return TeamKeys(TeamId(team)).mission(MissionId(mission))


def _version(doc: Any) -> int:
    """The current version of a Mission as read; 0 if there is none to be read."""
    try:
        return _mission(doc).version if isinstance(doc, str) else 0
    except ValueError:
        return 0


def _answer(found: Any) -> Any:
    """What storage answered to one command of a pipeline; raises what it refused it with."""
    if isinstance(found, RedisError):
        raise found
    return found


@lru_cache(maxsize=PARSED)
def _mission(text: str) -> Mission:
    return Mission.load(text)


@lru_cache(maxsize=PARSED)
def _plan(text: str) -> Blueprint:
    return Blueprint.load(text)
