"""What is about to run out, or has: one look over their index [A2 C5]."""

from __future__ import annotations

import structlog

from missions import keys as k
from missions.domain import Domain
from missions.errors import HoustonError
from missions.ids import MissionId, TeamId
from missions.quarantine import by_itself

log = structlog.get_logger(__name__)

MOST = 200
"""How many are looked at in one go."""


class ReminderRounds:
    """Looks at what is due."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain

    def look(self) -> None:
        """One look; one that cannot be read is set aside, and keeps no other waiting."""
        now = self._domain.clock.now().timestamp()
        for name, due in self._domain.store.due(k.REMINDERS, now, MOST):
            with by_itself(self._domain.store, k.REMINDERS, name):
                team, mission, what = k.split_member(name, 3)
                self._look(TeamId(team), MissionId(mission), what, due)

    def _look(self, team: TeamId, mission: MissionId, what: str, due: float) -> None:
        """Look at one; what is refused would be refused again, and is looked at no more."""
        try:
            self._domain.reminders.look(team, mission, what, due)
        except HoustonError as error:
            log.error("not_reminded", mission=mission, error=error.event)
            name = k.member(team, mission, what)
            self._domain.store.team_tx(team).zrem(k.REMINDERS, name).commit()
