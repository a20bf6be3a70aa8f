"""Arming what is not armed: all Missions are looked at, a part each second [S1].

An entry of the timer is written in the same step as what it stands for; only storage that was put
back, or something strange, loses one. So the first round of a scheduler that leads anew, as after
an outage of storage, takes at most a minute. The rounds after that take a minute up to 20,000
Missions; beyond, a look takes no more, and the round longer: 250 s with 100,000.

Storage itself finds the Missions of a part that lack an entry of the timer, so that a look at those
that lack none costs this process nothing.
"""

from __future__ import annotations

from collections import deque
from importlib import resources
from typing import Final, cast

import structlog
from redis.commands.core import Script

from missions import keys as k
from missions.blueprint import Task
from missions.domain import Domain
from missions.ids import MissionId, TeamId
from missions.keys import MissionKeys, TeamKeys
from missions.ledger import write_armed
from missions.mission import Mission, MissionState
from missions.quarantine import noted
from missions.taskstate import PAUSE, TaskState, field

log = structlog.get_logger(__name__)

STEPS: Final = 50
"""In how many looks, one a second, all Missions are looked at, as far as a look takes so many."""

PART: Final = 200
"""How many Missions one command looks at: a few ms of storage's time."""

LEAST, MOST = 50, 400
"""How many Missions one look takes, at least and at most: however many there are, a scheduler with
nothing to do needs the same."""

MOST_AT_FIRST: Final = 4_000
"""The same in the first round: 200,000 Missions within a minute."""

READ: Final = 50
"""How many of those that lack an entry one look reads whole; more wait for the next."""

REMEMBERED: Final = 200_000
"""How many of those that rightly lack an entry are remembered, as they were then."""

ANY = MissionId("*")


class Reconcile:
    """Where the round through all Missions stands, and whom it found."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._store = domain.store
        source = resources.files("jobs").joinpath("unarmed.lua").read_text()
        self._script: Script = domain.redis.register_script(source)
        self._teams: list[str] = []
        self._rank = 0
        self._most = MOST_AT_FIRST
        self._found: deque[tuple[MissionKeys, str]] = deque()
        self._right: set[tuple[str, str]] = set()

    def begin_anew(self) -> None:
        """Look at all from the first on, and at many at a time: nobody may have for a while."""
        self._teams, self._rank, self._most = [], 0, MOST_AT_FIRST

    def go_on(self) -> None:
        """Look at the next part, and arm what lacks an entry."""
        if not self._found:
            self._look()
        for _ in range(min(READ, len(self._found))):
            keys, token = self._found.popleft()
            with noted(self._store, keys):
                if not self._arm_all(keys) and token:
                    self._remember(keys, token)

    def _look(self) -> None:
        """Find those of the next part; a round that is through begins anew.

        A Mission that a delete moves past the mark is met in the next round.
        """
        if not self._teams:
            self._teams = sorted(self._store.smembers(k.TEAMS))
        all_of = sum(self._store.zcard(TeamKeys(TeamId(t)).missions) for t in self._teams)
        left = min(max(LEAST, -(-all_of // STEPS)), self._most)
        while self._teams and left > 0:
            wanted = min(PART, left)
            seen = self._part(TeamKeys(TeamId(self._teams[0])), wanted)
            left -= max(seen, 1)
            self._rank += seen
            if seen < wanted:
                self._teams, self._rank = self._teams[1:], 0
        if not self._teams:
            self._most = MOST

    def _part(self, team: TeamKeys, wanted: int) -> int:
        """Have storage look at so many Missions of a workspace; how many there were."""
        any_of = team.mission(ANY)
        active = MissionState.ACTIVE.value
        at: tuple[str | int, ...] = (self._rank, wanted, any_of.record, any_of.tasks)
        answer = self._script(keys=[team.missions, k.TIMER], args=(*at, team.team, active))
        seen, *found = cast("list[str]", answer)
        for mission, token in zip(found[::2], found[1::2], strict=True):
            if (mission, token) not in self._right:
                self._found.append((team.mission(MissionId(mission)), token))
        return int(seen)

    def _remember(self, keys: MissionKeys, token: str) -> None:
        if len(self._right) >= REMEMBERED:
            self._right.clear()
        self._right.add((keys.mission, token))

    def _arm_all(self, keys: MissionKeys) -> bool:
        """Arm what lacks an entry; whether anything did. `Lost` if it changes meanwhile."""
        mission = self._store.mission(keys.team, keys.mission)
        if mission is None or mission.state is not MissionState.ACTIVE:
            return False
        plan = self._store.blueprint(keys.team, keys.mission, mission.version)
        states = self._store.task_states(keys.team, keys.mission)
        armed = False
        for task in plan.tasks if plan else ():
            if self._domain.redis.zscore(k.TIMER, keys.timer_member(task.id)) is None:
                armed |= self._arm(keys, mission, task, states.get(task.id, TaskState()))
        return armed

    def _arm(self, keys: MissionKeys, mission: Mission, task: Task, state: TaskState) -> bool:
        at = state.next_at or state.coming(task.trigger, self._domain.clock.now())
        if at is None:
            return False
        tx = self._store.mission_tx(keys)
        tx.require_field("mission", keys.record, "rev", str(mission.rev))
        paused = state.pause.stored() if state.pause else None
        tx.require_field("paused", keys.tasks, field(task.id, PAUSE), paused)
        write_armed(tx, keys, task.id, at)
        tx.commit()
        log.warning("task_armed_again", mission=mission.id, task=task.id)
        return True
