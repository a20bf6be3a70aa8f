"""Lists of Missions: which there are in a channel, by state and by words, newest first [R6].

The indexes change in the same commits as the Missions, so that a list loads only what it shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Final, NamedTuple, cast

from redis.commands.core import Script

from missions.blueprint import Blueprint
from missions.ids import ChannelId, MissionId, PersonId, TeamId
from missions.keys import TeamKeys
from missions.mission import Mission, MissionState
from missions.store import Store
from missions.tx import Lost, Transaction

LISTED = (MissionState.DRAFT, MissionState.ACTIVE, MissionState.PAUSED)
"""A deleted Mission is in no list."""

_NUMBERS: Final[dict[MissionState | None, int]] = {
    None: 0,
    **{state: number for number, state in enumerate(LISTED, start=1)},
}
"""What the script calls each state; 0 stands for any."""

TITLES = ":tasks"
"""Ends the field that holds the titles of a Mission's Tasks."""


class Ranks(NamedTuple):
    """Which Missions are on a page, which page that is, and how many there are of each state."""

    counts: dict[MissionState, int]
    page: int
    missions: tuple[MissionId, ...]


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
    write_texts(tx, mission.channel, {mission.id: mission.name.casefold()})


def write_titles(tx: Transaction, mission: Mission, plan: Blueprint) -> None:
    """Have the transaction let a Mission be found by the titles of its plan's Tasks."""
    titles = " ".join(task.title for task in plan.tasks).casefold()
    write_texts(tx, mission.channel, {mission.id + TITLES: titles})


def write_texts(tx: Transaction, channel: ChannelId, texts: Mapping[str, str]) -> None:
    """Have the transaction let Missions of a channel be found by their texts, in lower case."""
    team = tx.team
    for name, text in texts.items():
        tx.index(team.channel_words(channel), *team.channel_index(channel), name, text)


def write_unlisted(tx: Transaction, mission: Mission) -> None:
    """Have the transaction take a Mission off all lists."""
    for state in LISTED:
        tx.zrem(tx.team.listed(mission.channel, state), mission.id)
    write_disowned(tx, mission)
    write_texts(tx, mission.channel, {mission.id: "", mission.id + TITLES: ""})


def write_disowned(tx: Transaction, mission: Mission) -> None:
    """Have the transaction take a Mission off its owner's own lists."""
    for state in LISTED:
        tx.zrem(tx.team.owned(mission.channel, state, mission.owner), mission.id)


class Listing:
    """Reads the lists. It asks no viewer: the channels are those that the viewer may read."""

    def __init__(self, store: Store) -> None:
        source = resources.files("missions").joinpath("page.lua").read_text()
        self._page: Script = store.redis.register_script(source)
        self._store = store

    def channels(self, team: TeamId) -> tuple[ChannelId, ...]:
        """Channels in which there are Missions, or were."""
        return tuple(ChannelId(c) for c in sorted(self._store.smembers(TeamKeys(team).channels)))

    def page(
        self,
        team: TeamId,
        channels: Sequence[ChannelId],
        state: MissionState | None,
        owner: PersonId | None,
        page: int,
        per_page: int,
        own_in: tuple[PersonId, Sequence[ChannelId]] | None = None,
    ) -> Ranks:
        """A page of the channels' Missions of a state or of any, newest first.

        An owner's own come before all others. A page that there is not is the nearest one. Of the
        channels of `own_in` only that person's own are shown.
        """
        person, shut = own_in or (None, ())
        keys = self._paged(team, channels, shut, None, person)
        if owner is not None:
            keys += self._paged(team, channels, shut, owner, person)
        shown = _NUMBERS.get(state, -1)
        args = [len(channels) + len(shut), len(LISTED), shown, page, per_page]
        found = cast("list[int | str]", self._page(keys=keys, args=args))
        counts = dict(zip(LISTED, map(int, found), strict=False))
        at = int(found[len(LISTED)])
        return Ranks(counts, at, tuple(MissionId(str(one)) for one in found[len(LISTED) + 1 :]))

    def _paged(
        self,
        team: TeamId,
        channels: Sequence[ChannelId],
        shut: Sequence[ChannelId],
        owner: PersonId | None,
        person: PersonId | None,
    ) -> list[str]:
        """The lists of the channels, and of `shut` ones the person's own, state by state."""
        return [
            key
            for state in LISTED
            for key in (
                *self._keys(team, channels, state, owner),
                *self._keys(team, shut, state, person),
            )
        ]

    def every(
        self, team: TeamId, channels: Sequence[ChannelId], state: MissionState | None
    ) -> tuple[MissionId, ...]:
        """All Missions of the channels of a state or of any, newest first."""
        pipe = self._store.redis.pipeline(transaction=False)
        for key in self._keys(team, channels, state):
            pipe.zrange(key, 0, -1, withscores=True)
        found = [(score, MissionId(name)) for rows in pipe.execute() for name, score in rows]
        return tuple(mission for _, mission in sorted(found, reverse=True))

    def forget_empty(self, team: TeamId, channel: ChannelId) -> None:
        """A channel in which no Mission is left is no longer looked at."""
        tx = self._store.team_tx(team)
        for state in LISTED:
            tx.require_absent("empty", tx.team.listed(channel, state))
        for key in tx.team.channel_index(channel):
            tx.unlink(key)
        try:
            tx.srem(tx.team.channels, channel).commit()
        except Lost:
            return

    def _keys(
        self,
        team: TeamId,
        channels: Sequence[ChannelId],
        state: MissionState | None,
        owner: PersonId | None = None,
    ) -> list[str]:
        keys, states = TeamKeys(team), LISTED if state is None else (state,)
        if owner is None:
            return [keys.listed(c, s) for s in states for c in channels]
        return [keys.owned(c, s, owner) for s in states for c in channels]
