"""Owners: hand over, take over, and what happens when an owner leaves [P3].

An owner who is known to have left takes their Missions' runs with them: these are skipped with
that reason until an editor takes over, and after a week the Mission is Paused. Silence of Slack is
never taken for a leave.
"""

from __future__ import annotations

from datetime import timedelta

from missions.cards import HandoverCard, OwnerLeftCard, StateCard
from missions.errors import Forbidden, HoustonError
from missions.ids import MissionId, PersonId, TeamId, new_token
from missions.keys import TeamKeys
from missions.mission import Absence, Handover, Mission, MissionState, Pause
from missions.outbox import entry, put
from missions.pausing import write_paused
from missions.phrases import say
from missions.recorded import kept
from missions.rights import Right
from missions.saving import write_mission
from missions.tx import DELETED, Lost, retrying
from missions.verbs.switches import Switches
from missions.viewer import Actor

GRACE = timedelta(days=7)
"""How long a Mission whose owner left stays Active before Houston pauses it."""

LEFT_NOTE = "rec-owner-left"


class HandoverRefused(HoustonError):
    """A Mission cannot be handed or taken over like that."""

    event = "handover_refused"


class Owners(Switches):
    """Who a Mission belongs to."""

    def offer(self, actor: Actor, mission: MissionId, to: PersonId) -> Mission:
        """Offer the Mission to somebody who may read its channel; only its owner can.

        The offer takes the place of an earlier one, and stands for a day.
        """
        offered = self._carry_out(mission, lambda: self._offer(actor, mission, to))
        self._ring_delivery(offered)
        return offered

    def accept(self, actor: Actor, mission: MissionId, offer: str) -> Mission:
        """Become the owner, once, as the person to whom it was offered."""
        owned = self._carry_out(mission, lambda: self._accept(actor, mission, offer))
        self._ring_delivery(owned)
        return owned

    def take_over(self, actor: Actor, mission: MissionId) -> Mission:
        """Become the owner of a Mission whose owner left; the first editor to click."""
        owned = self._carry_out(mission, lambda: self._take_over(actor, mission))
        self._ring_delivery(owned)
        return owned

    def owner_known(
        self, team: TeamId, mission: MissionId, owner: PersonId, *, reads: bool
    ) -> None:
        """Slack has said whether the owner may still read the Mission's channel.

        The editors are told of a leave once; a week later the Mission is Paused, once.
        """
        try:
            changed = retrying(lambda: self._owner_known(team, mission, owner, reads))
        except Lost as lost:
            if lost.guard != DELETED:
                raise
            return
        if changed:
            self._ring_delivery(changed)

    def _offer(self, actor: Actor, mission_id: MissionId, to: PersonId) -> Mission:
        mission = self._permitted(actor, mission_id, Right.VIEW, "to-hand-over")
        if actor.person != mission.owner:
            raise Forbidden(say("to-hand-over"), say("owner-can"))
        if to == mission.owner:
            raise HandoverRefused(say("yours-already"))
        who = self._rights.person(mission.team, to)
        if who and who.is_external:
            raise HandoverRefused(say("belongs-elsewhere", name=who.name))
        if who is None or who.is_bot or not self._rights.reads(mission.team, to, mission.channel):
            name = who.name if who else say("that-person")
            raise HandoverRefused(say("could-not-own", name=name))
        now, keys = self._clock.now(), self._keys(mission)
        offer = Handover(id=new_token()[:12], to=to, by=actor.person, at=now)
        tx = self._store.mission_tx(keys)
        offered = write_mission(tx, keys, mission, handover=offer)
        self._log(tx, mission, actor, now, kept("log-handover-offered"), after=who.name)
        card = HandoverCard(mission=mission.id, offer=offer.id, to=to, by=actor.person)
        put(tx, entry(mission.team, mission.channel, card))
        tx.commit()
        return offered

    def _accept(self, actor: Actor, mission_id: MissionId, offer_id: str) -> Mission:
        mission = self._permitted(actor, mission_id, Right.VIEW, "to-accept")
        now, offer = self._clock.now(), mission.handover
        if offer is None or offer.id != offer_id:
            raise HandoverRefused(say("offer-replaced"))
        if actor.person != offer.to:
            raise Forbidden(say("to-accept"), say("offered-person-can"))
        if not offer.holds(now):
            raise HandoverRefused(say("offer-too-old"))
        return self._write_owner(actor, mission, "log-handed-over", "rec-handed-over")

    def _take_over(self, actor: Actor, mission_id: MissionId) -> Mission:
        mission = self._permitted(actor, mission_id, Right.EDIT, "to-take-over")
        if mission.away is None:
            raise HandoverRefused(say("has-an-owner"))
        return self._write_owner(actor, mission, "log-taken-over", "rec-taken-over")

    def _write_owner(self, actor: Actor, mission: Mission, what: str, said: str) -> Mission:
        """The actor becomes the owner: an end of every offer, and of a leave."""
        who = self._rights.person(mission.team, actor.person)
        if who and who.is_external:
            raise HandoverRefused(say("you-belong-elsewhere"))
        keys, now = self._keys(mission), self._clock.now()
        tx = self._store.mission_tx(keys)
        owned = write_mission(tx, keys, mission, owner=actor.person, away=None, handover=None)
        before, after = self._name(mission, mission.owner), self._name(mission, actor.person)
        self._log(tx, mission, actor, now, kept(what), before=before, after=after)
        card = StateCard(mission=mission.id, what=kept(said), by=actor.person)
        put(tx, entry(mission.team, mission.channel, card))
        tx.commit()
        return owned

    def _owner_known(
        self, team: TeamId, mission_id: MissionId, owner: PersonId, reads: bool
    ) -> Mission | None:
        mission = self._store.mission(team, mission_id)
        if mission is None or mission.owner != owner or mission.state is MissionState.DRAFT:
            return None
        now = self._clock.now()
        if reads:
            if mission.away:
                self._write_back(mission)
            return None
        if mission.away is None:
            return self._write_left(mission)
        if mission.away.paused or now - mission.away.since < GRACE:
            return None
        return self._write_week_over(mission, mission.away)

    def _write_left(self, mission: Mission) -> Mission:
        keys, now = TeamKeys(mission.team).mission(mission.id), self._clock.now()
        tx = self._store.mission_tx(keys)
        left = write_mission(tx, keys, mission, away=Absence(since=now), handover=None)
        self._log(
            tx,
            mission,
            None,
            now,
            kept("log-owner-left"),
            before=self._name(mission, mission.owner),
        )
        card = OwnerLeftCard(mission=mission.id, owner=mission.owner)
        put(tx, entry(mission.team, mission.channel, card))
        tx.commit()
        return left

    def _write_back(self, mission: Mission) -> None:
        keys, now = TeamKeys(mission.team).mission(mission.id), self._clock.now()
        tx = self._store.mission_tx(keys)
        write_mission(tx, keys, mission, away=None)
        self._log(tx, mission, None, now, kept("log-owner-back"))
        tx.commit()

    def _write_week_over(self, mission: Mission, away: Absence) -> Mission:
        keys, now = TeamKeys(mission.team).mission(mission.id), self._clock.now()
        tx = self._store.mission_tx(keys)
        done = away.model_copy(update={"paused": True})
        if mission.state is not MissionState.ACTIVE:
            paused = write_mission(tx, keys, mission, away=done)
        else:
            pause = Pause(by=None, at=now, note=kept(LEFT_NOTE))
            paused = write_paused(tx, self._store, self._quiet, mission, pause, away=done)
            self._log(tx, mission, None, now, kept("log-disabled"), after=kept(LEFT_NOTE))
            what = kept("state-disabled")
            card = StateCard(mission=mission.id, what=what, by=None, note=kept(LEFT_NOTE))
            put(tx, entry(mission.team, mission.channel, card))
        tx.commit()
        return paused

    def _name(self, mission: Mission, person: PersonId) -> str:
        known = self._rights.person(mission.team, person)
        return known.name if known else "somebody"
