"""Putting back the end of a pause of all that the index has lost: it is still to be told [M10 M3].

A pause is over at its instant, whoever looks; but that it ended is said by whoever finds its end in
the index. So the pauses themselves are looked through, a workspace at a time.
"""

from __future__ import annotations

import structlog

from missions import keys as k
from missions.domain import Domain
from missions.ids import ChannelId, TeamId
from missions.keys import TeamKeys
from missions.tx import Lost

log = structlog.get_logger(__name__)

PART = 500
"""How many channels are asked for in one command."""

_ENDS = '"until":"'
"""How a pause shows that it ends by itself, without being read whole."""


class QuietEnds:
    """Where the round through the workspaces stands."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._store = domain.store
        self._teams: list[str] = []

    def go_on(self) -> None:
        """Look at the next workspace."""
        if not self._teams:
            self._teams = sorted(self._store.smembers(k.TEAMS), reverse=True)
        if self._teams:
            self._look(TeamKeys(TeamId(self._teams.pop())))

    def _look(self, team: TeamKeys) -> None:
        channels = [ChannelId(one) for one in sorted(self._store.smembers(team.channels))]
        places: list[tuple[str, ChannelId | None]] = [(team.quiet, None)]
        places += [(team.channel_quiet(channel), channel) for channel in channels]
        for first in range(0, len(places), PART):
            part = places[first : first + PART]
            texts = self._domain.redis.mget([key for key, _ in part])
            for (_, channel), text in zip(part, texts, strict=True):
                if text and _ENDS in text:
                    self._put_back(team.team, channel)

    def _put_back(self, team: TeamId, channel: ChannelId | None) -> None:
        try:
            if self._domain.quiet.put_back_end(team, channel):
                log.warning("end_of_pause_of_all_put_back", team=team, channel=channel)
        except Lost as lost:
            log.info("pause_of_all_race", team=team, channel=channel, guard=lost.guard)
