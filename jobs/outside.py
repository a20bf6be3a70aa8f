"""The way outside of one Execution: what it may do, asked and written down step by step [A2 P3]."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from agent.effects.registry import Outcome
from agent.task.values import Stopped
from missions.approval import Approval, Wanted
from missions.approvals import NotAllowed
from missions.blueprint import Scalar
from missions.claims import Claim
from missions.domain import Domain
from missions.execution import Cause
from missions.phrases import say
from missions.tx import Lost

PAST = "past-no-way-out"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class WayOut:
    """What the Execution of a claim may do outside."""

    domain: Domain
    claim: Claim

    @property
    def confirmed(self) -> bool:
        """A Draft's plan was confirmed by nobody: a trial of it asks for everything."""
        return self.claim.execution.version > 0

    def why_not(self, wanted: Wanted) -> str:
        """Why asking a person would be in vain; "" if it is not."""
        run = self.claim.execution
        if run.cause is Cause.BACKFILL:
            return say(PAST)
        try:
            self.domain.approvals.require_askable(self.claim.mission.team, run, wanted)
        except NotAllowed as refusal:
            return refusal.sentence
        return ""

    def carry_out(
        self, wanted: Wanted, send: Callable[[Mapping[str, Scalar]], Outcome]
    ) -> tuple[Approval, Outcome]:
        """Write down that it may be done from now on, do it, and write down what came of it.

        `NotAllowed` if the rights or the plan are not there any more; `Stopped` if the Execution is
        not ours any more, or was asked to stop: then nothing is done.
        """
        approvals, team = self.domain.approvals, self.claim.mission.team
        run = self.claim.execution
        try:
            begun = approvals.begin(team, run, wanted)
        except Lost as lost:
            log.info("not_sent", execution=run.id, guard=lost.guard)
            raise Stopped from None
        log.info("effect_begun", execution=run.id, approval=begun.id, tool=begun.tool)
        outcome = send(begun.arguments)
        approvals.finish(team, begun, outcome.state, outcome.sentence)
        log.info("effect_over", execution=run.id, approval=begun.id, state=outcome.state.value)
        return begun, outcome


def way_out(domain: Domain, claim: Claim) -> WayOut:
    """The way outside of a claimed Execution."""
    return WayOut(domain, claim)
