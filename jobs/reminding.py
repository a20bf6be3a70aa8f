"""What is about to run out, or has: one look over their index [A2 C5]."""

from __future__ import annotations

import structlog

from missions import keys as k
from missions.domain import Domain
from missions.errors import HoustonError
from missions.ids import MissionId, TeamId

log = structlog.get_logger(__name__)

MOST = 200
"""How many are looked at in one go."""


class ReminderRounds:
    """Looks at what is due."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain

    def look(self) -> None:
        """One look; one that cannot be read keeps no other waiting, and is looked at no more."""
        now = self._domain.clock.now().timestamp()
        for name, due in self._domain.store.due(k.REMINDERS, now, MOST):
            try:
                team, mission, what = k.split_member(name, 3)
                self._domain.reminders.look(TeamId(team), MissionId(mission), what, due)
            except (HoustonError, ValueError) as error:
                log.error("not_reminded", entry=name, error=type(error).__name__)
                self._domain.store.team_tx(TeamId("")).zrem(k.REMINDERS, name).commit()
