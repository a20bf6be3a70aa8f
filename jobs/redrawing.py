"""Missions that changed: one look over their index, so that their cards follow [M3]."""

from __future__ import annotations

import structlog

from missions import keys as k
from missions.domain import Domain
from missions.ids import MissionId, TeamId

log = structlog.get_logger(__name__)

MOST = 100
"""How many are looked at in one go."""


class RedrawRounds:
    """Looks at what is due."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain

    def look(self) -> None:
        """One look; a name that cannot be read keeps no other waiting."""
        store = self._domain.store
        for name, due in store.due(k.REDRAWS, store.now_ms(), MOST):
            try:
                team, mission = k.split_member(name, 2)
            except ValueError as error:
                log.error("not_drawn_anew", entry=name, error=type(error).__name__)
                store.team_tx(TeamId("")).zrem(k.REDRAWS, name).commit()
                continue
            self._domain.redraws.draw(TeamId(team), MissionId(mission), due)
