"""Setting the Mission report without words: a Proposal like any other change [R3 C5]."""

from __future__ import annotations

from missions.blueprint import Summary
from missions.errors import TransitionRefused
from missions.ids import MissionId, new_proposal_id
from missions.mission import Mission, MissionState
from missions.outbox import entry, put
from missions.phrases import say
from missions.proposal import Proposal, ProposalKind
from missions.proposals import Asking, card_of, open_change, write_proposal, write_shown
from missions.rights import Right
from missions.store import DRAFT_VERSION
from missions.verbs.base import Verb
from missions.viewer import Actor


class SummaryPlans(Verb):
    """Changes of the Mission report alone."""

    def propose_summary(
        self, actor: Actor, mission: MissionId, summary: Summary | None, request: str
    ) -> Proposal:
        """Put up a plan with another Mission report, or with none; nothing changes before Apply.

        Its card is posted where the Mission was made, for all who may answer it.
        """
        made = self._carry_out(mission, lambda: self._propose(actor, mission, summary, request))
        self._ring_delivery(self._permitted(actor, mission, Right.EDIT, "to-change"))
        return made

    def _propose(
        self, actor: Actor, mission_id: MissionId, summary: Summary | None, request: str
    ) -> Proposal:
        mission: Mission = self._permitted(actor, mission_id, Right.EDIT, "to-change")
        keys, now = self._keys(mission), self._clock.now()
        draft = mission.state is MissionState.DRAFT
        if draft and mission.draft:
            waiting = self._store.proposal(mission.team, mission.id, mission.draft)
        else:
            waiting = open_change(self._store, keys, mission, Asking(actor.person), now)
        version = mission.version or DRAFT_VERSION
        held = self._store.blueprint(mission.team, mission.id, version)
        plan = waiting.blueprint if waiting else held
        if plan is None or plan.summary == summary:
            raise TransitionRefused(say("says-so-already"), mission.state)
        proposal = Proposal(
            id=new_proposal_id(),
            mission=mission.id,
            kind=ProposalKind.LAUNCH if draft else ProposalKind.CHANGE,
            base_version=mission.version,
            blueprint=plan.model_copy(update={"summary": summary}),
            by=actor.person,
            at=now,
            request=request,
            findings=waiting.findings if waiting else (),
        )
        tx = self._store.mission_tx(keys)
        write_proposal(tx, keys, self._store, mission, proposal)
        card = entry(mission.team, mission.channel, card_of(proposal), thread_ts=mission.thread_ts)
        write_shown(tx, keys, proposal.id, card)
        put(tx, card)
        tx.commit()
        return proposal
