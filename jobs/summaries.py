"""Mission reports that are due: one look over their index [R3]."""

from __future__ import annotations

import structlog

from missions import keys as k
from missions.domain import Domain
from missions.errors import HoustonError
from missions.ids import MissionId, TeamId

log = structlog.get_logger(__name__)

MOST = 200
"""How many are told in one look."""


class SummaryRounds:
    """Tells what is due."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain

    def tell(self) -> None:
        """One look; a Mission that cannot be read keeps no other waiting."""
        now = self._domain.clock.now().timestamp()
        for name, due in self._domain.store.due(k.SUMMARIES, now, MOST):
            try:
                team, mission = k.split_member(name, 2)
                self._domain.summaries.tell(TeamId(team), MissionId(mission), due)
            except (HoustonError, ValueError) as error:
                log.error("summary_not_told", entry=name, error=type(error).__name__)
