"""Mission reports that are due: one look over their index [R3]."""

from __future__ import annotations

from missions import keys as k
from missions.domain import Domain
from missions.ids import MissionId, TeamId
from missions.quarantine import by_itself

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
            with by_itself(self._domain.store, k.SUMMARIES, name):
                team, mission = k.split_member(name, 2)
                self._domain.summaries.tell(TeamId(team), MissionId(mission), due)
