"""The job that clears a deleted Mission out of storage; then its messages go from Slack [M6]."""

from __future__ import annotations

from contextlib import suppress

import structlog

from jobs.runtime import Runtime, current
from jobs.threads import thread_id
from missions.claims import LEASE_MS
from missions.ids import MissionId, TeamId
from missions.tx import Lost

log = structlog.get_logger(__name__)


def clear(team: str, mission: str) -> None:
    """Remove what is stored; repeats until nothing that was running can write any more."""
    runtime = current()
    team_id, mission_id = TeamId(team), MissionId(mission)
    remains = runtime.domain.remains
    running = remains.running(team_id, mission_id)
    _forget_conversations(runtime, team_id, mission_id)
    remains.clear(team_id, mission_id)
    runtime.artifacts.delete_mission(team_id, mission_id)
    left = remains.left(team_id, mission_id)
    log.info("mission_cleared", mission=mission, keys_left=left, running=len(running))
    if running or left:
        with suppress(Lost):  # another worker has closed the cleanup
            remains.not_before(team_id, mission_id, LEASE_MS / 1000)
        return
    runtime.domain.bell.slack_cleanup(team_id, mission_id)


def _forget_conversations(runtime: Runtime, team: TeamId, mission: MissionId) -> None:
    for conversation in runtime.domain.remains.conversations(team, mission):
        runtime.checkpointer.delete_thread(thread_id(team, conversation))
        runtime.domain.remains.forget_conversation(team, mission, conversation)
