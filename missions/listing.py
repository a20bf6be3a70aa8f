"""Lists of Missions: which there are in a channel, by state and by words, newest first [R6].

The indexes change in the same commits as the Missions, so that a list loads only what it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, cast

from missions.blueprint import Blueprint
from missions.ids import ChannelId, MissionId, PersonId, TeamId
from missions.keys import TeamKeys
from missions.mission import Mission, MissionState
from missions.store import Store
from missions.tx import Lost, Transaction

LISTED = (MissionState.DRAFT, MissionState.ACTIVE, MissionState.PAUSED)
"""A deleted Mission is in no list."""

TITLES = ":tasks"
"""Ends the field that holds the titles of a Mission's Tasks."""

Ranked = tuple[float, MissionId]
"""When a Mission was created, and which."""

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
        own = tx.team.owned(mission.channel, state, mission.owner)
        if state is mission.state:
            tx.zadd(key, mission.id, created).zadd(own, mission.id, created)
        else:
            tx.zrem(key, mission.id).zrem(own, mission.id)
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
    write_disowned(tx, mission)
    tx.hdel(tx.team.channel_words(mission.channel), mission.id, mission.id + TITLES)


def write_disowned(tx: Transaction, mission: Mission) -> None:
    """Have the transaction take a Mission off its owner's own lists."""
    for state in LISTED:
        tx.zrem(tx.team.owned(mission.channel, state, mission.owner), mission.id)


class Listing:
    """Reads the lists. It asks no viewer: the channels are those that the viewer may read."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def channels(self, team: TeamId) -> tuple[ChannelId, ...]:
        """Channels in which there are Missions, or were."""
        return tuple(ChannelId(c) for c in sorted(self._store.smembers(TeamKeys(team).channels)))

    def count(
        self,
        team: TeamId,
        channels: Sequence[ChannelId],
        state: MissionState | None,
        owner: PersonId | None = None,
    ) -> int:
        """How many Missions of a state, or of any, live in the channels; of one owner or of all."""
        return sum(self._counts(self._keys(team, channels, state, owner)))

    def slice(
        self,
        team: TeamId,
        channels: Sequence[ChannelId],
        state: MissionState | None,
        offset: int,
        limit: int,
    ) -> tuple[MissionId, ...]:
        """Missions of the channels by rank; each list is read from its nearer end."""
        found = self._ranked(self._keys(team, channels, state), offset, limit)
        return tuple(mission for _, mission in found)

    def own_first(
        self,
        team: TeamId,
        channels: Sequence[ChannelId],
        state: MissionState | None,
        owner: PersonId,
        offset: int,
        limit: int,
    ) -> tuple[MissionId, ...]:
        """As `slice`, but the owner's own Missions come before all others."""
        mine, every = (self._keys(team, channels, state, of) for of in (owner, None))
        own = sum(self._counts(mine))
        found = self._ranked(mine, offset, limit) if offset < own else []
        left = limit - len(found)
        if left:
            found += self._others(mine, every, own, max(0, offset - own), left)
        return tuple(mission for _, mission in found)

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
        owner: PersonId | None = None,
    ) -> list[MissionId]:
        """Those of `found` that are listed under the state, or under any; an owner's own first."""
        by_channel: dict[ChannelId, list[MissionId]] = {}
        for channel, mission in found:
            by_channel.setdefault(channel, []).append(mission)
        scored = self._scored(team, by_channel, state)
        own = self._scored(team, by_channel, state, owner) if owner else {}
        return sorted(scored, key=lambda m: (m in own, scored[m], m), reverse=True)

    def forget_empty(self, team: TeamId, channel: ChannelId) -> None:
        """A channel in which no Mission is left is no longer looked at."""
        tx = self._store.team_tx(team)
        for state in LISTED:
            tx.require_absent("empty", tx.team.listed(channel, state))
        try:
            tx.srem(tx.team.channels, channel).commit()
        except Lost:
            return

    def _ranked(self, keys: Sequence[str], offset: int, limit: int) -> list[Ranked]:
        """Members of all the lists together by rank, newest first, with when each was created."""
        total = sum(self._counts(keys))
        limit = max(0, min(limit, total - offset))
        if not limit:
            return []
        newest_first = offset + limit <= total - offset
        skipped = offset if newest_first else total - offset - limit
        pipe = self._store.redis.pipeline(transaction=False)
        for key in keys:
            pipe.zrange(key, 0, skipped + limit - 1, desc=newest_first, withscores=True)
        found = [(score, MissionId(name)) for rows in pipe.execute() for name, score in rows]
        found.sort(reverse=newest_first)
        wanted = found[skipped : skipped + limit]
        return wanted if newest_first else wanted[::-1]

    def _others(
        self, mine: Sequence[str], every: Sequence[str], own: int, offset: int, limit: int
    ) -> list[Ranked]:
        """Members of `every` by rank as if those of `mine`, which are `own`, were not there."""
        left_out = self._ranked(mine, 0, own)
        around = self._ranked(every, offset, limit + own)
        newer = sum(1 for one in left_out if around and one > around[0])
        own_ones = set(left_out)
        others = [one for one in around if one not in own_ones]
        return others[newer : newer + limit]

    def _scored(
        self,
        team: TeamId,
        by_channel: Mapping[ChannelId, Sequence[MissionId]],
        state: MissionState | None,
        owner: PersonId | None = None,
    ) -> dict[MissionId, float]:
        """When each was created, of those that the channels' lists hold."""
        pipe, asked = self._store.redis.pipeline(transaction=False), []
        for channel, missions in by_channel.items():
            for key in self._keys(team, [channel], state, owner):
                asked.append(missions)
                pipe.zmscore(key, list(missions))
        rows = zip(asked, cast("list[list[float | None]]", pipe.execute()), strict=True)
        pairs = ((m, score) for ms, each in rows for m, score in zip(ms, each, strict=True))
        return {mission: score for mission, score in pairs if score is not None}

    def _keys(
        self,
        team: TeamId,
        channels: Sequence[ChannelId],
        state: MissionState | None,
        owner: PersonId | None = None,
    ) -> list[str]:
        keys, states = TeamKeys(team), LISTED if state is None else (state,)
        if owner is None:
            return [keys.listed(c, s) for c in channels for s in states]
        return [keys.owned(c, s, owner) for c in channels for s in states]

    def _counts(self, keys: Sequence[str]) -> list[int]:
        pipe = self._store.redis.pipeline(transaction=False)
        for key in keys:
            pipe.zcard(key)
        return cast("list[int]", pipe.execute())
