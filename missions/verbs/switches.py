"""Disable, enable, rename: the Mission's switch and its name [M3 M4 C4]."""

from __future__ import annotations

from datetime import datetime

from missions import keys as k
from missions.cards import RenamedCard, StateCard
from missions.errors import TransitionRefused
from missions.execution import Execution
from missions.ids import MissionId, TeamId
from missions.ledger import write_armed
from missions.mission import Change, Mission, MissionState, Pause
from missions.outbox import entry, put
from missions.pausing import WHOLE, write_paused
from missions.phrases import say
from missions.places import require_spoken
from missions.quieted import write_held
from missions.record import Record
from missions.recorded import kept
from missions.resuming import Resumption
from missions.rights import Right
from missions.saving import clean_name, mark_of, write_mission, write_rename
from missions.settling import held_until
from missions.taskstate import HELD, TaskState
from missions.tx import Transaction
from missions.verbs.base import Verb, future, refuse
from missions.viewer import Actor

NOTE_MAX = 200
"""Longest note of a pause, in characters: it is shown wherever the Mission is [M3]."""


class DisablePreview(Record):
    """What a disable would stop and what it would leave running [M3]."""

    mission: Mission
    scheduled_tasks: int
    next_at: datetime | None
    queued: int
    running: tuple[Execution, ...]


class Switches(Verb):
    """The Active toggle and the name."""

    def disable_preview(self, actor: Actor, mission: MissionId) -> DisablePreview:
        """What the dialog says before a disable; needs the right to do it."""
        found = self._permitted(actor, mission, Right.EDIT, "to-disable")
        _require_pausable(found)
        states = self._store.task_states(found.team, found.id)
        now = self._clock.now()
        armed = sorted(s.next_at for s in states.values() if s.next_at and not s.paused(now))
        return DisablePreview(
            mission=found,
            scheduled_tasks=len(armed),
            next_at=armed[0] if armed else None,
            queued=len(self._store.smembers(self._keys(found).queued)),
            running=self._store.running(found.team, found.id),
        )

    def disable(
        self, actor: Actor, mission: MissionId, note: str = "", until: datetime | None = None
    ) -> Mission:
        """Active → Paused: nothing queued starts, what runs goes on to its end [M1 S5].

        With `until` it is enabled again at that instant, unless somebody disables it anew: also a
        Mission that is Paused until an instant can be disabled, with another end or none [M3].
        """
        paused = self._carry_out(mission, lambda: self._disable(actor, mission, note, until))
        self._ring_delivery(paused)
        return paused

    def hold(
        self, team: TeamId, mission: MissionId, note: str, until: datetime | None = None
    ) -> None:
        """Houston pauses an Active Mission for a reason that it names; any other stays as it is."""
        if self._carry_out(mission, lambda: self._hold(team, mission, note, until)):
            found = self._store.mission(team, mission)
            if found:
                self._ring_delivery(found)

    def enable(self, actor: Actor, mission: MissionId) -> Mission:
        """Paused → Active: scheduling resumes from now on, nothing is made up [M4]."""
        active = self._carry_out(mission, lambda: self._enable(actor, mission))
        self._ring_delivery(active)
        return active

    def resume(self, team: TeamId, mission: MissionId) -> None:
        """End a pause whose time has come; a later disable by a person stays [M3]."""
        now = self._clock.now()
        end = Resumption.read(self._store, k.member(team, mission, WHOLE))
        found = self._store.mission(team, mission)
        if found is None or found.pause is None or found.pause.holds(now):
            end.drop(self._store, team, now)
            return
        self._end_pause(found, now)
        self._ring_delivery(found)

    def rename(
        self, actor: Actor, mission: MissionId, name: str, *, instead_of: str | None = None
    ) -> tuple[str, str]:
        """Change the name at once and announce it; returns before and after [C4].

        With `instead_of` only the name of that mark is changed: another one that it has by now
        stays [M2].
        """
        renamed, before, after = self._carry_out(
            mission, lambda: self._rename(actor, mission, name, instead_of)
        )
        self._ring_delivery(renamed)
        return before, after

    def _disable(
        self, actor: Actor, mission_id: MissionId, note: str, until: datetime | None
    ) -> Mission:
        mission = self._permitted(actor, mission_id, Right.EDIT, "to-disable")
        _require_pausable(mission)
        now = self._clock.now()
        until = future(until, now)
        if mission.state is MissionState.PAUSED and not mission.paused(now):
            # What is due since its end has its rows, by the disable that follows [S1].
            self._end_pause(mission, now)
            mission = self._permitted(actor, mission_id, Right.EDIT, "to-disable")
        keys = self._keys(mission)
        note = " ".join(note.split())[:NOTE_MAX]
        tx = self._store.mission_tx(keys)
        pause = Pause(by=actor.person, at=now, note=note, until=until)
        paused = write_paused(tx, self._store, self._quiet, mission, pause)
        self._log(tx, mission, actor, now, kept("log-disabled"), after=note or None)
        self._announce(tx, mission, actor, kept("state-disabled"), note, until)
        tx.commit()
        return paused

    def _hold(self, team: TeamId, mission_id: MissionId, note: str, until: datetime | None) -> bool:
        mission = self._store.mission(team, mission_id)
        if mission is None or mission.state is not MissionState.ACTIVE:
            return False
        now = self._clock.now()
        tx = self._store.mission_tx(self._keys(mission))
        pause = Pause(at=now, note=note[:NOTE_MAX], until=future(until, now))
        paused = write_paused(tx, self._store, self._quiet, mission, pause)
        self._log(tx, mission, None, now, kept("log-paused"), after=pause.note)
        self._announce(tx, paused, None, kept("state-paused"), pause.note, pause.until)
        tx.commit()
        return True

    def _enable(self, actor: Actor, mission_id: MissionId) -> Mission:
        mission = self._permitted(actor, mission_id, Right.EDIT, "to-enable")
        if mission.state is not MissionState.PAUSED:
            raise refuse(mission, "v-enable")
        tx = self._store.mission_tx(self._keys(mission))
        require_spoken(tx, self._store, mission)
        active = self._write_enabled(tx, mission, actor, self._clock.now())
        tx.commit()
        return active

    def _end_pause(self, mission: Mission, now: datetime) -> None:
        """Make a Mission Active of which the pause has ended by itself."""
        tx = self._store.mission_tx(self._keys(mission))
        self._write_enabled(tx, mission, None, now)
        tx.commit()

    def _write_enabled(
        self, tx: Transaction, mission: Mission, actor: Actor | None, now: datetime
    ) -> Mission:
        """Have the transaction make a Paused Mission Active, by a person or because it is time.

        A pause that ended by itself holds nothing back that is due since, however late this is
        written: it is armed, and the timer runs it or notes it as missed [M3 S1].
        """
        keys = self._keys(mission)
        blueprint = self._store.blueprint(mission.team, mission.id, mission.version)
        active = write_mission(tx, keys, mission, state=MissionState.ACTIVE, pause=None)
        tx.zrem(k.RESUMES, k.member(mission.team, mission.id, WHOLE))
        write_held(tx, self._store, keys.record, HELD, mission.pause, now)
        since = held_until(mission.pause, now) if mission.pause else now
        states = self._store.task_states(mission.team, mission.id)
        for task in blueprint.tasks if blueprint else ():
            state = states.get(task.id, TaskState())
            write_armed(tx, keys, task.id, state.coming(task.trigger, since))
        self._log(tx, mission, actor, now, kept("log-enabled"))
        self._announce(tx, mission, actor, kept("state-enabled"), "")
        return active

    def _rename(
        self, actor: Actor, mission_id: MissionId, name: str, instead_of: str | None
    ) -> tuple[Mission, str, str]:
        mission = self._permitted(actor, mission_id, Right.EDIT, "to-rename")
        if instead_of is not None and mark_of(mission.name) != instead_of:
            raise TransitionRefused(say("called-otherwise", name=mission.name), mission.state)
        after = clean_name(name)
        keys = self._keys(mission)
        tx = self._store.mission_tx(keys)
        change = Change(at=self._clock.now(), by=actor.person, what="", link=actor.link)
        renamed = write_rename(tx, keys, mission, after, change)
        card = RenamedCard(mission=mission.id, before=mission.name, after=after)
        put(tx, entry(mission.team, mission.channel, card, thread_ts=mission.thread_ts))
        tx.commit()
        return renamed, mission.name, after

    def _announce(
        self,
        tx: Transaction,
        mission: Mission,
        actor: Actor | None,
        what: str,
        note: str,
        until: datetime | None = None,
    ) -> None:
        by = actor.person if actor else None
        card = StateCard(mission=mission.id, what=what, by=by, note=note, until=until)
        put(tx, entry(mission.team, mission.channel, card))


def _require_pausable(mission: Mission) -> None:
    """Raises unless the Mission is Active, or Paused until an instant, which can be changed."""
    timed = mission.pause is not None and mission.pause.until is not None
    if mission.state is MissionState.PAUSED and timed:
        return
    if mission.state is not MissionState.ACTIVE:
        raise refuse(mission, "v-disable")
