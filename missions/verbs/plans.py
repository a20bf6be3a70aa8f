"""Answering Proposals: launch, apply, discard [C3 C5 C6]."""

from __future__ import annotations

from datetime import datetime

from missions import keys as k
from missions.blueprint import Blueprint
from missions.errors import TransitionRefused
from missions.ids import MissionId, ProposalId
from missions.keys import MissionKeys
from missions.ledger import write_armed
from missions.mission import Mission, MissionState
from missions.proposal import Proposal, ProposalState
from missions.proposals import answerable, write_answer
from missions.removal import write_removed
from missions.rights import Right
from missions.saving import write_mission
from missions.schedule import next_instant
from missions.store import DRAFT_VERSION
from missions.taskstate import TRIGGER_REV, TaskState, field, fields_of
from missions.tx import Transaction
from missions.verbs.base import Verb, refuse
from missions.viewer import Actor


class Plans(Verb):
    """Clicks on plan cards and change cards."""

    def launch(self, actor: Actor, mission: MissionId, proposal: ProposalId) -> Mission:
        """Draft → Active [M1]: the plan becomes version 1 and its Tasks are armed."""
        return self._carry_out(mission, lambda: self._launch(actor, mission, proposal))

    def apply(self, actor: Actor, mission: MissionId, proposal: ProposalId) -> Mission:
        """The changed plan becomes the next version; only changed triggers are armed anew [C5]."""
        return self._carry_out(mission, lambda: self._apply(actor, mission, proposal))

    def discard(self, actor: Actor, mission: MissionId, proposal: ProposalId) -> None:
        """Discard a change; a launch Proposal's discard removes the Draft wholly [M1]."""
        self._carry_out(mission, lambda: self._discard(actor, mission, proposal))

    def _launch(self, actor: Actor, mission_id: MissionId, proposal_id: ProposalId) -> Mission:
        mission = self._permitted(actor, mission_id, Right.EDIT, "launch this Mission")
        now = self._clock.now()
        proposal = answerable(
            mission,
            self._store.proposal(mission.team, mission.id, proposal_id),
            now,
            applying=True,
        )
        if mission.state is not MissionState.DRAFT:
            raise refuse(mission, "launch it")
        keys = self._keys(mission)
        tx = self._store.mission_tx(keys)
        write_answer(tx, keys, proposal, ProposalState.APPLIED, actor.person, now)
        launched = write_mission(
            tx, keys, mission, state=MissionState.ACTIVE, version=1, draft=None
        )
        tx.hset(keys.blueprints, {"1": proposal.blueprint.dump()})
        tx.hdel(keys.blueprints, str(DRAFT_VERSION))
        for task in proposal.blueprint.tasks:
            tx.hset(keys.tasks, {field(task.id, TRIGGER_REV): "1"})
            write_armed(tx, keys, task.id, next_instant(task.trigger, now))
        self._log(tx, mission, actor, now, "Launched", after="version 1")
        tx.commit()
        return launched

    def _apply(self, actor: Actor, mission_id: MissionId, proposal_id: ProposalId) -> Mission:
        mission = self._permitted(actor, mission_id, Right.EDIT, "change this Mission")
        now = self._clock.now()
        proposal = answerable(
            mission,
            self._store.proposal(mission.team, mission.id, proposal_id),
            now,
            applying=True,
        )
        if mission.state is MissionState.DRAFT:
            raise refuse(mission, "apply a change")
        keys = self._keys(mission)
        tx = self._store.mission_tx(keys)
        version = mission.version + 1
        write_answer(tx, keys, proposal, ProposalState.APPLIED, actor.person, now)
        changed = write_mission(tx, keys, mission, version=version)
        tx.hset(keys.blueprints, {str(version): proposal.blueprint.dump()})
        before = self._store.blueprint(mission.team, mission.id, mission.version)
        if before is None:
            raise TransitionRefused("The current plan cannot be read.", mission.state)
        self._rearm(tx, keys, mission, before, proposal.blueprint, now)
        self._log(
            tx,
            mission,
            actor,
            now,
            "Plan changed",
            before=f"version {mission.version}",
            after=f"version {version}",
        )
        tx.commit()
        return changed

    def _rearm(
        self,
        tx: Transaction,
        keys: MissionKeys,
        mission: Mission,
        before: Blueprint,
        after: Blueprint,
        now: datetime,
    ) -> None:
        """Raise the trigger revision of each Task whose trigger changed, and arm it anew [S5]."""
        states = self._store.task_states(mission.team, mission.id)
        for task in after.tasks:
            old = before.task(task.id)
            if old and old.trigger == task.trigger:
                continue
            state = states.get(task.id, TaskState(trigger_rev=0))
            tx.hset(keys.tasks, {field(task.id, TRIGGER_REV): str(state.trigger_rev + 1)})
            at = state.coming(task.trigger, now)
            write_armed(tx, keys, task.id, at if mission.state is MissionState.ACTIVE else None)
        for task in before.tasks:
            if after.task(task.id) is None:
                tx.zrem(k.TIMER, keys.timer_member(task.id))
                tx.hdel(keys.tasks, *fields_of(task.id))

    def _discard(self, actor: Actor, mission_id: MissionId, proposal_id: ProposalId) -> None:
        mission = self._permitted(actor, mission_id, Right.EDIT, "discard this plan")
        now = self._clock.now()
        stored: Proposal | None = self._store.proposal(mission.team, mission.id, proposal_id)
        proposal = answerable(mission, stored, now, applying=False)
        keys = self._keys(mission)
        tx = self._store.mission_tx(keys)
        write_answer(tx, keys, proposal, ProposalState.DISCARDED, actor.person, now)
        if mission.state is MissionState.DRAFT:
            write_removed(tx, keys, self._store, mission, actor.person, now)
        else:
            self._log(tx, mission, actor, now, "Change discarded")
        tx.commit()
        if mission.state is MissionState.DRAFT:
            self._bell.cleanup(mission.team, mission.id)
