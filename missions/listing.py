"""Lists of Missions: which there are in a channel, by state and by words, newest first [R6].

The indexes change in the same commits as the Missions, so that a list loads only what it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple, cast

from missions.blueprint import Blueprint
from missions.ids import ChannelId, MissionId, TeamId
from missions.keys import TeamKeys
from missions.mission import Mission, MissionState
from missions.store import Store
from missions.tx import Lost, Transaction

LISTED = (MissionState.DRAFT, MissionState.ACTIVE, MissionState.PAUSED)
"""A deleted Mission is in no list."""

TITLES = ":tasks"
"""Ends the field that holds the titles of a Mission's Tasks."""

SCANNED = 1_000
"""How many fields one look at the words of a channel asks for: no other command waits long."""


class Words(NamedTuple):
    """What a Mission can be found by, in lower case."""

    name: str
    titles: str


def write_listed(tx: Transaction, mission: Mission) -> None:
    """Have the transaction list a Mission under its state and its name."""
    created = mission.created_at.timestamp()
    for state in LISTED:
        key = tx.team.listed(mission.channel, state)
        if state is mission.state:
            tx.zadd(key, mission.id, created)
        else:
            tx.zrem(key, mission.id)
    tx.sadd(tx.team.channels, mission.channel)
    tx.hset(tx.team.channel_words(mission.channel), {mission.id: mission.name.casefold()})


def write_titles(tx: Transaction, mission: Mission, plan: Blueprint) -> None:
    """Have the transaction let a Mission be found by the titles of its plan's Tasks."""
    titles = " ".join(task.title for task in plan.tasks).casefold()
    tx.hset(tx.team.channel_words(mission.channel), {mission.id + TITLES: titles})


def write_unlisted(tx: Transaction, mission: Mission) -> None:
    """Have the transaction take a Mission off all lists."""
    for state in LISTED:
        tx.zrem(tx.team.listed(mission.channel, state), mission.id)
    tx.hdel(tx.team.channel_words(mission.channel), mission.id, mission.id + TITLES)


class Listing:
    """Reads the lists. It asks no viewer: the channels are those that the viewer may read."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def channels(self, team: TeamId) -> tuple[ChannelId, ...]:
        """Channels in which there are Missions, or were."""
        return tuple(ChannelId(c) for c in sorted(self._store.smembers(TeamKeys(team).channels)))

    def count(self, team: TeamId, channels: Sequence[ChannelId], state: MissionState | None) -> int:
        """How many Missions of a state, or of any, live in the channels."""
        return sum(self._counts(self._keys(team, channels, state)))

    def slice(
        self,
        team: TeamId,
        channels: Sequence[ChannelId],
        state: MissionState | None,
        offset: int,
        limit: int,
    ) -> tuple[MissionId, ...]:
        """Missions of the channels by rank; each list is read from its nearer end."""
        keys = self._keys(team, channels, state)
        total = sum(self._counts(keys))
        limit = max(0, min(limit, total - offset))
        if not limit:
            return ()
        newest_first = offset + limit <= total - offset
        skipped = offset if newest_first else total - offset - limit
        pipe = self._store.redis.pipeline(transaction=False)
        for key in keys:
            pipe.zrange(key, 0, skipped + limit - 1, desc=newest_first, withscores=True)
        found = [(score, name) for rows in pipe.execute() for name, score in rows]
        found.sort(reverse=newest_first)
        wanted = found[skipped : skipped + limit]
        return tuple(MissionId(name) for _, name in (wanted if newest_first else wanted[::-1]))

    def words(
        self, team: TeamId, channels: Iterable[ChannelId]
    ) -> Iterator[tuple[ChannelId, MissionId, Words]]:
        """Every Mission of the channels with its words."""
        for channel in channels:
            key = TeamKeys(team).channel_words(channel)
            found = dict(self._store.redis.hscan_iter(key, count=SCANNED))
            for name, text in found.items():
                if not name.endswith(TITLES):
                    yield channel, MissionId(name), Words(text, found.get(name + TITLES, ""))

    def newest_first(
        self,
        team: TeamId,
        found: Sequence[tuple[ChannelId, MissionId]],
        state: MissionState | None = None,
    ) -> list[MissionId]:
        """Those of `found` that are listed under the state, or under any."""
        pipe = self._store.redis.pipeline(transaction=False)
        asked = list(product(found, LISTED if state is None else (state,)))
        for (channel, mission), of in asked:
            pipe.zscore(TeamKeys(team).listed(channel, of), mission)
        rows = zip(asked, cast("list[float | None]", pipe.execute()), strict=True)
        scored = [(score, mission) for ((_, mission), _), score in rows if score is not None]
        return [mission for _, mission in sorted(scored, reverse=True)]

    def forget_empty(self, team: TeamId, channel: ChannelId) -> None:
        """A channel in which no Mission is left is no longer looked at."""
        tx = self._store.team_tx(team)
        for state in LISTED:
            tx.require_absent("empty", tx.team.listed(channel, state))
        try:
            tx.srem(tx.team.channels, channel).commit()
        except Lost:
            return

    def _keys(
        self, team: TeamId, channels: Sequence[ChannelId], state: MissionState | None
    ) -> list[str]:
        states = LISTED if state is None else (state,)
        return [TeamKeys(team).listed(c, s) for c in channels for s in states]

    def _counts(self, keys: Sequence[str]) -> list[int]:
        pipe = self._store.redis.pipeline(transaction=False)
        for key in keys:
            pipe.zcard(key)
        return cast("list[int]", pipe.execute())
