"""Completing the search index of channels whose Missions were stored before there was one [L5].

A channel at a time, a slice at a time. Until a channel is complete its Missions are searched one by
one; a process that dies begins with the first channel that is not complete.
"""

from __future__ import annotations

from typing import Final, cast

from missions import keys as k
from missions.ids import ChannelId, TeamId
from missions.keys import TeamKeys
from missions.listing import Listing, write_texts
from missions.relisting import Relisting
from missions.store import Store
from missions.tx import Lost

SLICE: Final = 250
"""Texts that one commit takes in: no other command waits long."""

SLICES: Final = 4
"""Commits in one look."""

COMPLETE: Final = "!"
"""Stands in a channel's terms when nothing is missing there; see `commit.lua`."""


class Indexing:
    """Which channels are still to be completed, and how far the first of them is."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._relisting = Relisting(store)
        self._left: list[tuple[TeamId, ChannelId]] | None = None
        self._cursor = 0

    def go_on(self) -> bool:
        """Take in some texts; whether there are more. Does nothing once all channels are done."""
        if self._relisting.go_on():
            return True
        if self._left is None:
            self._left = self._incomplete()
        for _ in range(SLICES):
            if not self._left:
                return False
            team, channel = self._left[0]
            try:
                self._cursor = self._slice(team, channel)
            except Lost:
                continue  # a text changed meanwhile: the same slice again
            if not self._cursor:
                self._left.pop(0)
        return bool(self._left)

    def _incomplete(self) -> list[tuple[TeamId, ChannelId]]:
        listing = Listing(self._store)
        teams = [TeamId(team) for team in sorted(self._store.smembers(k.TEAMS))]
        return [
            (team, channel)
            for team in teams
            for channel in listing.channels(team)
            if self._store.scores(TeamKeys(team).channel_index(channel)[0], [COMPLETE]) == [None]
        ]

    def _slice(self, team: TeamId, channel: ChannelId) -> int:
        """Take in the next texts; where the one after begins, 0 if that was the last."""
        key = TeamKeys(team).channel_words(channel)
        answer = self._store.redis.hscan(key, self._cursor, count=SLICE)
        cursor, texts = cast("tuple[int, dict[str, str]]", answer)
        tx = self._store.team_tx(team)
        for name, text in texts.items():
            tx.require_field("text", key, name, text)
        write_texts(tx, channel, texts)
        if not cursor and texts:
            tx.zadd(tx.team.channel_index(channel)[0], COMPLETE, 0)
        tx.commit()
        return cursor
