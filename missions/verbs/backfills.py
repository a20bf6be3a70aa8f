"""Backfill: proposed with its count, started once by a person's click [S6]."""

from __future__ import annotations

from datetime import datetime

from missions.backfills import NothingToBackfill, plan_backfill, write_backfill
from missions.errors import TransitionRefused
from missions.ids import MissionId, OccurrenceId, ProposalId, TaskId, new_proposal_id
from missions.mission import Mission, MissionState
from missions.phrases import say
from missions.proposal import Proposal, ProposalKind, ProposalState
from missions.proposals import answerable, write_answer, write_proposal
from missions.recorded import kept
from missions.rights import Right
from missions.tx import Lost
from missions.verbs.base import Verb, refuse
from missions.viewer import Actor

WHAT = "to-backfill"


class Backfills(Verb):
    """Past occurrences, run again."""

    def propose_backfill(
        self,
        actor: Actor,
        mission: MissionId,
        first: datetime,
        last: datetime,
        task: TaskId | None = None,
    ) -> Proposal:
        """Put up what a backfill from `first` up to `last` would run; nothing runs yet.

        Raises `NothingToBackfill`.
        """
        return self._carry_out(
            mission, lambda: self._propose_backfill(actor, mission, first, last, task)
        )

    def backfill(self, actor: Actor, mission: MissionId, proposal: ProposalId) -> int:
        """Start a proposed backfill; how many occurrences it runs, one after another."""
        due = self._carry_out(mission, lambda: self._backfill(actor, mission, proposal))
        self._bell.execution(actor.team, mission, due[0])
        found = self._store.mission(actor.team, mission)
        if found:
            self._ring_delivery(found)
        return len(due)

    def _propose_backfill(
        self,
        actor: Actor,
        mission_id: MissionId,
        first: datetime,
        last: datetime,
        task: TaskId | None,
    ) -> Proposal:
        mission = self._permitted(actor, mission_id, Right.EDIT, WHAT)
        now = self._clock.now()
        plan = self._store.blueprint(mission.team, mission.id, mission.version)
        _require_active(mission)
        if plan is None:
            raise TransitionRefused(say("plan-unreadable"), mission.state)
        proposal = Proposal(
            id=new_proposal_id(),
            mission=mission.id,
            kind=ProposalKind.BACKFILL,
            base_version=mission.version,
            blueprint=plan,
            by=actor.person,
            at=now,
            backfill=plan_backfill(self._store, mission, plan, first, last, now, task),
        )
        keys = self._keys(mission)
        tx = self._store.mission_tx(keys)
        tx.require_field("mission", keys.record, "rev", str(mission.rev))
        write_proposal(tx, keys, self._store, mission, proposal)
        tx.commit()
        return proposal

    def _backfill(
        self, actor: Actor, mission_id: MissionId, proposal_id: ProposalId
    ) -> tuple[OccurrenceId, ...]:
        mission = self._permitted(actor, mission_id, Right.EDIT, WHAT)
        now = self._clock.now()
        stored = self._store.proposal(mission.team, mission.id, proposal_id)
        proposal = answerable(mission, stored, now, applying=True)
        _require_active(mission)
        keys = self._keys(mission)
        tx = self._store.mission_tx(keys)
        tx.require_field("mission", keys.record, "rev", str(mission.rev))
        try:
            due = write_backfill(tx, keys, self._store, mission, proposal, actor.person, now)
        except NothingToBackfill:
            if self._store.proposal(mission.team, mission.id, proposal_id) != stored:
                raise Lost("proposal") from None
            raise
        write_answer(tx, keys, proposal, ProposalState.APPLIED, actor.person, now)
        counted = kept("rec-past-runs", len(due))
        self._log(tx, mission, actor, now, kept("log-backfill-started"), after=counted)
        tx.commit()
        return due


def _require_active(mission: Mission) -> None:
    if mission.state is not MissionState.ACTIVE:
        raise refuse(mission, "v-backfill", "so-must-be-active")
