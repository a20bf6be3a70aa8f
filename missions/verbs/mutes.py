"""Mute and unmute: a Mission's findings are recorded silently for a while [R1]."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum

from missions.calendar import zone
from missions.cards import StateCard
from missions.errors import TransitionRefused
from missions.ids import MissionId
from missions.mission import Mission, MissionState, Mute
from missions.outbox import entry, put
from missions.phrases import say
from missions.recorded import kept
from missions.rights import Right
from missions.saving import write_mission
from missions.tx import Transaction
from missions.verbs.base import Verb, future, refuse
from missions.viewer import Actor

MORNING = time(8)
"""When a mute until tomorrow ends, by the clock of who muted [R1]."""


class MuteFor(StrEnum):
    """For how long a report can be muted by a click [R1]."""

    RECOVERED = "recovered"
    TWO_HOURS = "2h"
    TOMORROW = "tomorrow"

    def until(self, now: datetime, person_zone: str) -> datetime | None:
        """When it ends, for a person in that zone; None if it ends with the recovery."""
        if self is MuteFor.RECOVERED:
            return None
        if self is MuteFor.TWO_HOURS:
            return now + timedelta(hours=2)
        local = now.astimezone(zone(person_zone))
        tomorrow = local.date() + timedelta(days=1)
        return datetime.combine(tomorrow, MORNING, local.tzinfo).astimezone(now.tzinfo)


class Mutes(Verb):
    """The switch of a Mission's voice."""

    def mute(self, actor: Actor, mission: MissionId, until: datetime | None) -> Mission:
        """Say no findings until then, or until all has recovered; runs go on and are recorded."""
        muted = self._carry_out(mission, lambda: self._mute(actor, mission, until))
        self._ring_delivery(muted)
        return muted

    def unmute(self, actor: Actor, mission: MissionId) -> Mission:
        """Report again from the next run on."""
        heard = self._carry_out(mission, lambda: self._unmute(actor, mission))
        self._ring_delivery(heard)
        return heard

    def _mute(self, actor: Actor, mission_id: MissionId, until: datetime | None) -> Mission:
        mission = self._permitted(actor, mission_id, Right.EDIT, "to-mute")
        if mission.state is MissionState.DRAFT:
            raise refuse(mission, "v-mute", "so-reports-nothing")
        now = self._clock.now()
        mute = Mute(by=actor.person, at=now, until=future(until, now))
        tx = self._store.mission_tx(self._keys(mission))
        muted = write_mission(tx, self._keys(mission), mission, mute=mute)
        end = kept("rec-until-recovered")
        if until:
            end = kept("rec-until", end=until.isoformat(timespec="minutes"))
        self._log(tx, mission, actor, now, kept("log-muted"), after=end)
        what = kept("state-muted" if until else "state-muted-recovered")
        self._tell(tx, mission, actor, what, until)
        tx.commit()
        return muted

    def _unmute(self, actor: Actor, mission_id: MissionId) -> Mission:
        mission = self._permitted(actor, mission_id, Right.EDIT, "to-unmute")
        now = self._clock.now()
        if not mission.muted(now):
            raise TransitionRefused(say("not-muted"), mission.state)
        tx = self._store.mission_tx(self._keys(mission))
        heard = write_mission(tx, self._keys(mission), mission, mute=None)
        self._log(tx, mission, actor, now, kept("log-unmuted"))
        self._tell(tx, mission, actor, kept("state-unmuted"), None)
        tx.commit()
        return heard

    def _tell(
        self, tx: Transaction, mission: Mission, actor: Actor, what: str, until: datetime | None
    ) -> None:
        card = StateCard(mission=mission.id, what=what, by=actor.person, until=until)
        put(tx, entry(mission.team, mission.channel, card))
