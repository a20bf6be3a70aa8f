"""Setting the Mission report without words: a Proposal like any other change [R3 C5]."""

from __future__ import annotations

from missions.blueprint import Summary
from missions.errors import TransitionRefused
from missions.ids import MissionId, new_proposal_id
from missions.mission import Mission, MissionState
from missions.phrases import say
from missions.proposal import Proposal, ProposalKind
from missions.proposals import write_proposal
from missions.rights import Right
from missions.store import DRAFT_VERSION
from missions.verbs.base import Verb
from missions.viewer import Actor


class SummaryPlans(Verb):
    """Changes of the Mission report alone."""

    def propose_summary(
        self, actor: Actor, mission: MissionId, summary: Summary | None, request: str
    ) -> Proposal:
        """Put up a plan with another Mission report, or with none; nothing changes before Apply."""
        return self._carry_out(mission, lambda: self._propose(actor, mission, summary, request))

    def _propose(
        self, actor: Actor, mission_id: MissionId, summary: Summary | None, request: str
    ) -> Proposal:
        mission: Mission = self._permitted(actor, mission_id, Right.EDIT, "to-change")
        version = mission.version or DRAFT_VERSION
        plan = self._store.blueprint(mission.team, mission.id, version)
        if plan is None or plan.summary == summary:
            raise TransitionRefused(say("says-so-already"), mission.state)
        draft = mission.state is MissionState.DRAFT
        proposal = Proposal(
            id=new_proposal_id(),
            mission=mission.id,
            kind=ProposalKind.LAUNCH if draft else ProposalKind.CHANGE,
            base_version=mission.version,
            blueprint=plan.model_copy(update={"summary": summary}),
            by=actor.person,
            at=self._clock.now(),
            request=request,
        )
        keys = self._keys(mission)
        tx = self._store.mission_tx(keys)
        write_proposal(tx, keys, self._store, mission, proposal)
        tx.commit()
        return proposal
