"""After an Execution has ended: deliver what it says, and let who waited for it go on [B3]."""

from __future__ import annotations

from contextlib import suppress

from missions.domain import Domain
from missions.errors import NewerRecord
from missions.execution import Cause, Occurrence
from missions.ids import MissionId, TeamId
from missions.keys import TeamKeys


def ring_delivery(domain: Domain, team: TeamId, mission: MissionId) -> bool:
    """Ring for the Mission's channel; False if the Mission is gone, or cannot be read."""
    found = None
    with suppress(ValueError, NewerRecord):
        found = domain.store.mission(team, mission)
    if found is None:
        return False
    domain.bell.delivery(team, found.channel)
    return True


def ring_after(domain: Domain, team: TeamId, mission: MissionId) -> None:
    """Ring for the Mission's channel, and for what waited for a run to end.

    The next one of a backfill waits for the one before it.
    """
    if not ring_delivery(domain, team, mission):
        return
    keys = TeamKeys(team).mission(mission)
    rows = domain.store.hmget(keys.occurrences, sorted(domain.store.smembers(keys.queued)))
    for row in (Occurrence.load(text) for text in rows if text):
        if row.waiting or row.cause is Cause.EVENT or (row.backfill and not row.held):
            domain.bell.execution(team, mission, row.id)
