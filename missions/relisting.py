"""Listing Missions that an older Houston stored, when lists were not kept as they are now [L5 R6].

Until it is done they are found by their ID only. It looks at a workspace whole if its lists hold
fewer Missions than there are, a slice at a time.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import structlog

from missions import keys as k
from missions.errors import NewerRecord
from missions.ids import MissionId, TeamId
from missions.keys import TeamKeys
from missions.listing import LISTED, Listing, write_listed, write_titles
from missions.store import Store
from missions.tx import Lost

SLICE: Final = 250
"""Missions in one look."""

log = structlog.get_logger(__name__)


class Relisting:
    """Which workspaces are still to be looked at, and how far the first of them is."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._left: list[TeamId] | None = None
        self._at = 0

    def go_on(self) -> bool:
        """List some; whether there are more. Does nothing once all are listed."""
        if self._left is None:
            teams = sorted(self._store.smembers(k.TEAMS))
            self._left = [TeamId(team) for team in teams if self._misses(TeamId(team))]
        if not self._left:
            return False
        team, last = self._left[0], self._at + SLICE - 1
        found = self._store.zrange(TeamKeys(team).missions, self._at, last)
        for mission in found:
            try:
                self._list(team, MissionId(mission))
            except (ValueError, NewerRecord) as error:
                log.error("mission_unreadable", mission=mission, error=type(error).__name__)
        self._at += SLICE
        if len(found) < SLICE:
            self._left.pop(0)
            self._at = 0
        return bool(self._left)

    def _misses(self, team: TeamId) -> bool:
        keys = TeamKeys(team)
        channels = Listing(self._store).channels(team)
        lists = (keys.listed(channel, state) for channel in channels for state in LISTED)
        pipe = self._store.redis.pipeline(transaction=False)
        for key in (keys.missions, *lists):
            pipe.zcard(key)
        there, *listed = pipe.execute()
        return bool(there > sum(listed))

    def _list(self, team: TeamId, mission: MissionId) -> None:
        keys = TeamKeys(team).mission(mission)
        found = self._store.mission(team, mission)
        if found is None or found.state not in LISTED:
            return
        listed = TeamKeys(team).listed(found.channel, found.state)
        if self._store.scores(listed, [mission]) != [None]:
            return
        plan = self._store.blueprint(team, mission, found.version) if found.version else None
        tx = self._store.mission_tx(keys)
        tx.require_field("mission", keys.record, "rev", str(found.rev))
        write_listed(tx, found)
        if plan:
            write_titles(tx, found, plan)
        tx.unlink(tx.team.listed_first(found.channel))
        with suppress(Lost):  # whoever changed it meanwhile has listed it
            tx.commit()
