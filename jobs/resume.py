"""The job of an answered approval: take the Execution up and carry it on [A3]."""

from __future__ import annotations

import structlog
from rq import get_current_job

from agent.task.outside import Answer
from jobs.execute import carry, execution_span
from jobs.runtime import current
from jobs.waits import settle
from missions.approval import Approval, ApprovalState
from missions.domain import Domain
from missions.ids import ApprovalId, MissionId, TeamId, new_token

log = structlog.get_logger(__name__)


def resume(team: str, mission: str, approval: str) -> None:
    """Go on with one Execution, if it was answered and nobody else does."""
    runtime = current()
    ids = TeamId(team), MissionId(mission), ApprovalId(approval)
    if settle(runtime.domain, *ids) is not None:
        job = get_current_job()
        taken = runtime.domain.approvals.take(*ids, job.id if job else new_token())
        if taken is not None:
            log.info("execution_resumed", mission=mission, approval=approval)
            answer = _answer(runtime.domain, ids[0], taken.approval)
            with execution_span(taken.claim, houston__approval=approval):
                carry(runtime, taken.claim, answer)
            return
    log.info("nothing_to_resume", mission=mission, approval=approval)


def _answer(domain: Domain, team: TeamId, approval: Approval) -> Answer:
    known = domain.rights.name(team, approval.by) if approval.by else None
    return Answer(
        approved=approval.state is ApprovalState.APPROVED,
        by=known or "somebody",
        reason=approval.reason,
    )
