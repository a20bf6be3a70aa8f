"""Going round all Missions, a part at a time: a look costs the same however many there are."""

from __future__ import annotations

from missions import keys as k
from missions.ids import MissionId, TeamId
from missions.keys import MissionKeys, TeamKeys
from missions.store import Store


class Rounds:
    """Where a round through the Missions of all workspaces stands."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._teams: list[str] = []
        self._rank = 0

    @property
    def is_through(self) -> bool:
        """Whether the next look begins a round anew."""
        return not self._teams

    def begin_anew(self) -> None:
        """Begin with the first at the next look."""
        self._teams, self._rank = [], 0

    def next(self, most: int) -> list[MissionKeys]:
        """The next Missions, at most so many; a round that is through begins anew.

        A Mission that a delete moves past the mark is met in the next round.
        """
        if not self._teams:
            self._teams = sorted(self._store.smembers(k.TEAMS))
        found: list[MissionKeys] = []
        while self._teams and len(found) < most:
            team = TeamKeys(TeamId(self._teams[0]))
            wanted = most - len(found)
            ids = self._store.zrange(team.missions, self._rank, self._rank + wanted - 1)
            found += [team.mission(MissionId(mission)) for mission in ids]
            self._rank += len(ids)
            if len(ids) < wanted:
                self._teams, self._rank = self._teams[1:], 0
        return found
