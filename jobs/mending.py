"""Mending pauses whose end the index has lost: else they would never end [M3 M9].

All Missions are looked at, a part at a time; those that are not paused cost a field or two.
"""

from __future__ import annotations

import structlog

from jobs.rounds import Rounds
from missions import keys as k
from missions.domain import Domain
from missions.keys import MissionKeys
from missions.mission import Mission, Pause
from missions.pausing import WHOLE
from missions.quarantine import noted
from missions.resuming import write_resumed_at
from missions.taskstate import PAUSE

log = structlog.get_logger(__name__)

PART = 300
"""How many Missions are looked at in one go: however many there are, nothing due waits long."""

_PAUSED = '"pause":{'
"""How a Mission's record shows that it is paused, without being read whole."""


class Mending:
    """Where the round through all Missions stands."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._store = domain.store
        self._round = Rounds(domain.store)

    def go_on(self) -> None:
        """Look at the next part."""
        for keys in self._asked(self._round.next(PART)):
            with noted(self._store, keys):
                mission = self._store.mission(keys.team, keys.mission)
                if mission:
                    self._put_back_ends(keys, mission)

    def _asked(self, found: list[MissionKeys]) -> list[MissionKeys]:
        """Those that are to be looked at closely; one round trip for all."""
        pipe = self._domain.redis.pipeline(transaction=False)
        for keys in found:
            pipe.hget(keys.record, "doc")
            pipe.hgetall(keys.tasks)
        answers = iter(pipe.execute(raise_on_error=False))
        return [keys for keys in found if _is_asked(next(answers), next(answers))]

    def _put_back_ends(self, keys: MissionKeys, mission: Mission) -> None:
        states = self._store.task_states(keys.team, keys.mission)
        self._put_back(keys, mission, WHOLE, mission.pause)
        for task, state in states.items():
            self._put_back(keys, mission, task, state.pause)

    def _put_back(self, keys: MissionKeys, mission: Mission, of: str, pause: Pause | None) -> None:
        member = k.member(keys.team, keys.mission, of)
        if pause is None or pause.until is None:
            return
        if self._domain.redis.zscore(k.RESUMES, member) is not None:
            return
        tx = self._store.mission_tx(keys)
        tx.require_field("mission", keys.record, "rev", str(mission.rev))
        if of != WHOLE:
            tx.require_field("paused", keys.tasks, f"{of}:{PAUSE}", pause.stored())
        write_resumed_at(tx, member, pause.until)
        tx.commit()
        log.warning("end_of_pause_put_back", mission=mission.id, of=of)


def _is_asked(doc: object, fields: object) -> bool:
    """Whether something of a Mission is paused, by its record and its Tasks' fields as answered."""
    if isinstance(doc, str) and _PAUSED in doc:
        return True
    return isinstance(fields, dict) and any(name.endswith(f":{PAUSE}") for name in fields)
