"""Mending what an index lost, and what a wrong clock did [M3 M9 S1].

A pause whose end the index has lost would never end; a Task that a clock far ahead armed would be
silent until then. All Missions are looked at, a part at a time; a sound one costs a look only. When
the scheduler notices that its clock was set back, each is looked at closely, once.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial

import structlog

from jobs.rounds import Rounds
from missions import keys as k
from missions.blueprint import Task
from missions.domain import Domain
from missions.execution import Occurrence
from missions.failures import SPREAD
from missions.ids import TaskId, TeamId
from missions.keys import MissionKeys
from missions.ledger import write_armed
from missions.mission import Mission, MissionState, Pause
from missions.pausing import WHOLE
from missions.quarantine import noted
from missions.resuming import write_resumed_at
from missions.setback import write_mission_brought_back, write_task_brought_back
from missions.taskstate import AHEAD, NEXT, PAUSE, SETTLED, TaskState, field
from missions.tx import Lost, retrying

log = structlog.get_logger(__name__)

PART = 300
"""How many Missions are looked at in one go: however many there are, nothing due waits long."""

CLOSELY = 100
"""The same while each is looked at closely."""

EVERY_SECONDS = 10.0
"""How often a part is looked at, unless closely: then at each call."""

_PAUSED = ('"pause":{', '"mute":{')
"""How a Mission's record shows that it is paused or muted, without being read whole."""


class Mending:
    """Where the round through all Missions stands."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._store = domain.store
        self._round = Rounds(domain.store)
        self._set_back: str | None = None
        self._looked = -EVERY_SECONDS

    def go_on(self) -> None:
        """Look at the next part, if it is time to."""
        self._notice()
        if self._set_back is None and time.monotonic() - self._looked < EVERY_SECONDS:
            return
        self._looked = time.monotonic()
        found = self._round.next(PART if self._set_back is None else CLOSELY)
        for keys in found if self._set_back else self._asked(found):
            with noted(self._store, keys):
                retrying(partial(self._look_at, keys))
        if self._set_back and self._round.is_through:
            tx = self._store.team_tx(TeamId(""))
            tx.require_value("set_back", k.SET_BACK, self._set_back).unlink(k.SET_BACK)
            with suppress(Lost):  # set back once more meanwhile
                tx.commit()

    def _notice(self) -> None:
        """Begin anew if the scheduler's clock was set back since the last look."""
        told = self._domain.redis.get(k.SET_BACK)
        if told is not None and told != self._set_back:
            self._round.begin_anew()
        self._set_back = None if told is None else str(told)

    def _look_at(self, keys: MissionKeys) -> None:
        self._bring_back(keys)
        mission = self._store.mission(keys.team, keys.mission)
        if mission:
            states = self._store.task_states(keys.team, keys.mission)
            self._put_back_ends(keys, mission, states)
            self._arm_anew(keys, mission, states)
            if self._set_back:
                self._sooner(keys, mission)

    def _sooner(self, keys: MissionKeys, mission: Mission) -> None:
        """Have come soon what the clock put off for longer than the plan does."""
        report = self._domain.redis.zscore(k.SUMMARIES, k.member(keys.team, keys.mission))
        if report is not None:
            self._domain.summaries.bring_back(keys.team, keys.mission, float(report))
        plan = self._store.blueprint(keys.team, keys.mission, mission.version)
        now = self._domain.clock.now()
        ids = sorted(self._store.smembers(keys.queued))
        for text in self._store.hmget(keys.occurrences, ids) if plan else ():
            row = Occurrence.load(text) if text else None
            task = plan.task(row.task) if plan and row else None
            if row and task and row.not_before and row.not_before - now > _longest(task, row):
                member = keys.pending_member(row.id)
                tx = self._store.mission_tx(keys)
                tx.require_ranked("delayed", k.DELAYED, member)
                with suppress(Lost):  # put up meanwhile
                    tx.zadd(k.DELAYED, member, now.timestamp()).commit()

    def _bring_back(self, keys: MissionKeys) -> None:
        """End sooner what a clock that was ahead set to end."""
        mission = self._store.mission(keys.team, keys.mission)
        if mission is None:
            return
        states = self._store.task_states(keys.team, keys.mission)
        now = self._domain.clock.now()
        tx = self._store.mission_tx(keys)
        paused = [(task, state.pause) for task, state in states.items() if state.pause]
        found = [write_mission_brought_back(tx, keys, mission, now)]
        found += [write_task_brought_back(tx, keys, task, pause, now) for task, pause in paused]
        if any(found):
            tx.commit()
            log.warning("ends_brought_back", mission=mission.id)

    def _asked(self, found: list[MissionKeys]) -> list[MissionKeys]:
        """Those that are to be looked at closely; one round trip for all."""
        pipe = self._domain.redis.pipeline(transaction=False)
        for keys in found:
            pipe.hget(keys.record, "doc")
            pipe.hgetall(keys.tasks)
        answers = iter(pipe.execute(raise_on_error=False))
        ahead = (self._domain.clock.now() + AHEAD).isoformat()
        return [keys for keys in found if _is_asked(next(answers), next(answers), ahead)]

    def _arm_anew(
        self, keys: MissionKeys, mission: Mission, states: Mapping[TaskId, TaskState]
    ) -> None:
        """Arm for their next instant Tasks that are armed for later than that.

        A clock that was ahead may have armed one that has nothing in the ledger yet, as a launch
        does: that one is met when all are looked at closely.
        """
        now = self._domain.clock.now()
        closely = self._set_back is not None
        astray = {task for task, state in states.items() if closely or state.strayed(now)}
        if mission.state is not MissionState.ACTIVE or not astray:
            return
        plan = self._store.blueprint(keys.team, keys.mission, mission.version)
        for task in (t for t in plan.tasks if t.id in astray) if plan else ():
            armed, coming = states[task.id].next_at, states[task.id].coming(task.trigger, now)
            if armed and coming and now < coming < armed:
                name = field(task.id, NEXT)
                tx = self._store.mission_tx(keys)
                tx.require_field("mission", keys.record, "rev", str(mission.rev))
                tx.require_field("armed", keys.tasks, name, self._store.hget(keys.tasks, name))
                write_armed(tx, keys, task.id, coming)
                tx.commit()
                log.warning("task_armed_anew", mission=mission.id, task=task.id)

    def _put_back_ends(
        self, keys: MissionKeys, mission: Mission, states: Mapping[TaskId, TaskState]
    ) -> None:
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


def _longest(task: Task, row: Occurrence) -> timedelta:
    """How long the start of an occurrence can be put off at the most."""
    strategy = task.strategy
    if row.execution is None:
        return timedelta(seconds=strategy.jitter_seconds)
    pause = strategy.retry_seconds * 2 ** max(row.attempt - 2, 0)
    return timedelta(seconds=pause * (1 + SPREAD))


def _is_asked(doc: object, fields: object, ahead: str) -> bool:
    """Whether a Mission or a Task is paused, muted, or settled past `ahead`, by the answers."""
    if isinstance(doc, str) and any(mark in doc for mark in _PAUSED):
        return True
    known = fields.items() if isinstance(fields, dict) else ()
    kinds = ((name.partition(":")[2], text) for name, text in known)
    return any(kind == PAUSE or (kind == SETTLED and text > ahead) for kind, text in kinds)
