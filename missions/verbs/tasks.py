"""Pausing and enabling a Task alone [M9], and pauses that end by themselves [M3]."""

from __future__ import annotations

from datetime import datetime

from missions import keys as k
from missions.blueprint import Task
from missions.cards import StateCard
from missions.errors import TransitionRefused
from missions.failures import write_task_pause
from missions.ids import MissionId, TaskId, TeamId
from missions.mission import Change, Mission, MissionState, Pause
from missions.onshow import write_redraw
from missions.outbox import entry, put
from missions.phrases import say
from missions.quieted import write_held
from missions.recorded import kept
from missions.resuming import Resumption
from missions.rights import Right
from missions.saving import write_change
from missions.settling import write_paused_until_now
from missions.taskstate import HELD, PAUSE, STREAK, TaskState, field
from missions.tx import Transaction
from missions.verbs.base import Verb, future
from missions.verbs.switches import NOTE_MAX
from missions.viewer import Actor


class Tasks(Verb):
    """The switch of a single Task."""

    def pause_task(
        self,
        actor: Actor,
        mission: MissionId,
        task: TaskId,
        note: str = "",
        until: datetime | None = None,
    ) -> Mission:
        """Stop scheduling one Task; the others go on."""
        paused = self._carry_out(
            mission, lambda: self._pause_task(actor, mission, task, note, until)
        )
        self._ring_delivery(paused)
        return paused

    def enable_task(self, actor: Actor, mission: MissionId, task: TaskId) -> Mission:
        """Schedule a paused Task again from now on; its failures in a row are forgotten."""
        enabled = self._carry_out(mission, lambda: self._enable_task(actor, mission, task))
        self._ring_delivery(enabled)
        return enabled

    def resume_task(self, team: TeamId, mission: MissionId, task: TaskId) -> None:
        """End a Task's pause whose time has come; a later pause by a person stays."""
        now = self._clock.now()
        end = Resumption.read(self._store, k.member(team, mission, task))
        found = self._store.mission(team, mission)
        state = self._store.task_states(team, mission).get(task, TaskState())
        if found is None or state.pause is None or state.pause.holds(now):
            end.drop(self._store, team, now)
            return
        tx = self._store.mission_tx(self._keys(found))
        tx.require_field("pause", self._keys(found).tasks, field(task, PAUSE), state.pause.stored())
        self._write_task_enabled(tx, found, self._task(found, task), state.pause, None, now)
        tx.commit()
        self._ring_delivery(found)

    def _pause_task(
        self,
        actor: Actor,
        mission_id: MissionId,
        task_id: TaskId,
        note: str,
        until: datetime | None,
    ) -> Mission:
        mission = self._permitted(actor, mission_id, Right.EDIT, "to-pause-task")
        task = self._task(mission, task_id)
        now = self._clock.now()
        state = self._store.task_states(mission.team, mission.id).get(task_id, TaskState())
        until = future(until, now)
        if state.pause is not None and state.pause.until is None:
            raise TransitionRefused(say("task-paused-already"), mission.state)
        keys = self._keys(mission)
        note = " ".join(note.split())[:NOTE_MAX]
        tx = self._store.mission_tx(keys)
        before = state.pause.stored() if state.pause else None
        tx.require_field("mission", keys.record, "rev", str(mission.rev))
        tx.require_field("pause", keys.tasks, field(task_id, PAUSE), before)
        pause = Pause(by=actor.person, at=now, note=note, until=until)
        write_held(tx, self._store, keys.tasks, field(task_id, HELD), state.pause, now)
        write_task_pause(tx, keys, mission, task, pause)
        tx.commit()
        return mission

    def _enable_task(self, actor: Actor, mission_id: MissionId, task_id: TaskId) -> Mission:
        mission = self._permitted(actor, mission_id, Right.EDIT, "to-enable-task")
        task = self._task(mission, task_id)
        state = self._store.task_states(mission.team, mission.id).get(task_id, TaskState())
        if state.pause is None:
            raise TransitionRefused(say("task-not-paused"), mission.state)
        keys = self._keys(mission)
        tx = self._store.mission_tx(keys)
        tx.require_field("pause", keys.tasks, field(task_id, PAUSE), state.pause.stored())
        self._write_task_enabled(tx, mission, task, state.pause, actor, self._clock.now())
        tx.commit()
        return mission

    def _write_task_enabled(
        self,
        tx: Transaction,
        mission: Mission,
        task: Task,
        pause: Pause,
        actor: Actor | None,
        now: datetime,
    ) -> None:
        keys = self._keys(mission)
        by = actor.person if actor else None
        tx.require_field("mission", keys.record, "rev", str(mission.rev))
        write_held(tx, self._store, keys.tasks, field(task.id, HELD), pause, now)
        tx.hdel(keys.tasks, field(task.id, PAUSE), field(task.id, STREAK))
        tx.zrem(k.RESUMES, k.member(mission.team, mission.id, task.id))
        plan = self._store.blueprint(mission.team, mission.id, mission.version)
        if mission.state is MissionState.ACTIVE and plan:
            fields = self._store.hgetall(keys.tasks)
            write_paused_until_now(tx, keys, self._store, plan, task, fields, now)
        what = kept("rec-task-enabled", task=task.id)
        link = actor.link if actor else None
        write_change(tx, keys, Change(at=now, by=by, what=what, link=link))
        write_redraw(tx, keys)
        said = kept("rec-enabled-again", task=task.title)
        card = StateCard(mission=mission.id, what=said, by=by)
        put(tx, entry(mission.team, mission.channel, card))

    def _task(self, mission: Mission, task: TaskId) -> Task:
        plan = self._store.blueprint(mission.team, mission.id, mission.version)
        found = plan.task(task) if plan else None
        if found is None:
            raise TransitionRefused(say("task-gone"), mission.state)
        return found
