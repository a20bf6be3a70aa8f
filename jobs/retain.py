"""The job that trims a Mission's oldest records, and their files."""

from __future__ import annotations

import structlog

from jobs.runtime import current
from missions.ids import MissionId, TeamId

log = structlog.get_logger(__name__)

ROUNDS = 200
"""Batches in one job; what is left comes with the next."""


def retain(team: str, mission: str) -> None:
    """Trim until nothing is outdated."""
    runtime = current()
    now = runtime.domain.clock.now()
    for _ in range(ROUNDS):
        if not runtime.domain.retention.due(TeamId(team), MissionId(mission), now):
            break
        gone = runtime.domain.retention.trim(TeamId(team), MissionId(mission), now)
        for execution in gone:
            runtime.artifacts.delete_execution(TeamId(team), MissionId(mission), execution)
    log.info("mission_trimmed", mission=mission)
