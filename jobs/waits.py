"""Looking after Executions that wait for an approval: no worker holds them [A3]."""

from __future__ import annotations

from datetime import timedelta

import structlog

from jobs.after import ring_after
from missions import keys as k
from missions.approval import Approval, ApprovalState, approval_of, call_title
from missions.claims import REPLACED
from missions.domain import Domain
from missions.endings import Ending
from missions.execution import Execution, Status
from missions.ids import ApprovalId, MissionId, PersonId, TeamId, execution_of
from missions.keys import TeamKeys
from missions.recorded import kept

log = structlog.get_logger(__name__)

RUNG_AGAIN_SECONDS = 10.0
"""How long after a ring nobody may have taken an answered one up, before it is rung for again."""

SKEW = timedelta(hours=1)
"""By how much clocks of machines may differ at the most."""


def settle(
    domain: Domain, team: TeamId, mission: MissionId, approval: ApprovalId
) -> Approval | None:
    """End a waiting Execution that was asked to stop or whose time is over; else its approval.

    None if it waits no more.
    """
    keys = TeamKeys(team).mission(mission)
    found = approval_of(domain.store, keys, approval)
    run = domain.store.execution(team, mission, execution_of(approval)) if found else None
    if found is None or run is None or run.status is not Status.RUNNING:
        domain.store.team_tx(team).zrem(k.APPROVALS, keys.approval_member(approval)).commit()
        return None
    ending = _ending(domain, team, found, run)
    if ending is None:
        return found
    if domain.endings.end(team, run, ending, only_while=found):
        log.info("waiting_execution_ended", mission=mission, execution=run.id)
        ring_after(domain, team, mission)
        return None
    return found


def _ending(domain: Domain, team: TeamId, asked: Approval, run: Execution) -> Ending | None:
    """Why a waiting Execution must end now, or None; what the model cost stays on record."""
    if run.waits_for != asked.id:
        return None
    by = domain.endings.stop_asked(team, run.mission, run.id)
    if by == REPLACED:
        why = kept("rec-replaced")
        return _ended(run, Status.CANCELLED, why)
    if by:
        return _ended(run, Status.CANCELLED, None, PersonId(by))
    if domain.clock.now() < asked.expires and not _is_astray(domain, asked):
        return None
    title = call_title(asked.arguments, asked.tool)
    why = kept("rec-nobody-in-time", call=title)
    if asked.state is not ApprovalState.OPEN:
        why = kept("rec-answered-late", call=title)
    return _ended(run, Status.FAILED, why)


def _is_astray(domain: Domain, asked: Approval) -> bool:
    """Whether it was asked by a clock that was far ahead, and waited as long as any may.

    It is looked at only then (`jobs.astray`), or once it was answered.
    """
    return asked.state is ApprovalState.OPEN and asked.at > domain.clock.now() + SKEW


def _ended(run: Execution, status: Status, why: str | None, by: PersonId | None = None) -> Ending:
    return Ending(status=status, error=why, stopped_by=by, tokens=run.tokens, cost_usd=run.cost_usd)
