"""The job that removes files of Executions that are on no record: left by what died in between."""

from __future__ import annotations

from datetime import timedelta

import structlog

from jobs.runtime import current
from missions.ids import ExecutionId, MissionId, TeamId

log = structlog.get_logger(__name__)

OLD = timedelta(days=1)
"""Younger files stay: an Execution takes three hours at most, and clocks differ."""


def clear_orphans(team: str) -> None:
    """Remove what nobody can come upon any more; twice, or beside another one, does no harm."""
    runtime = current()
    team_id = TeamId(team)

    def known(mission: MissionId, execution: ExecutionId) -> bool:
        return runtime.domain.store.execution(team_id, mission, execution) is not None

    before = runtime.domain.clock.now() - OLD
    found = runtime.artifacts.orphans(team_id, known, before)
    for orphan in found:
        runtime.artifacts.delete_execution(team_id, orphan.mission, orphan.execution)
    log.info("orphans_cleared", team=team, count=len(found))
