"""Searching Missions by words of their names and their Tasks' titles [R6].

Each channel has an index, kept in the same commits as its Missions (`commit.lua`). A search costs
about the same however many Missions there are: if every word is shared by many, the newest ones are
looked at, and the answer says that there may be more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from typing import Final, NamedTuple, cast

from redis.commands.core import Script

from missions.ids import ChannelId, MissionId, PersonId, TeamId
from missions.keys import TeamKeys
from missions.listing import TITLES
from missions.mission import MissionState
from missions.store import Store

FOUND_MAX: Final = 100
"""Missions that one search finds: ten pages; whoever sees so many adds a word."""

FEW: Final = 5
"""Missions that each of many channels is asked for at first."""

LOOKED_MAX: Final = 1_000
"""Missions of a state in a channel that are looked at if every word is shared by many."""

SHARED_MAX: Final = 500
"""Missions of a channel that share a word and are all looked at."""

SCANNED: Final = 1_000
"""How many fields one look at the texts of a channel asks for: no other command waits long."""

_WORD: Final = re.compile(rb"[0-9A-Za-z\x80-\xff]+")
"""What counts as a word is the same as in `commit.lua`."""


class Found(NamedTuple):
    """What a search found, and whether there may be more."""

    missions: list[MissionId]
    more: bool

    def with_more(self, others: Iterable[MissionId]) -> Found:
        """With others after those that were found."""
        return Found([*self.missions, *(m for m in others if m not in self.missions)], self.more)


class _Part(NamedTuple):
    """What was found in one channel: Missions with when they were created."""

    exact: bool
    more: bool
    created: dict[MissionId, float]


class Search:
    """Finds Missions. It asks no viewer: the channels are those that the viewer may read."""

    def __init__(self, store: Store) -> None:
        source = resources.files("missions").joinpath("search.lua").read_text()
        self._script: Script = store.redis.register_script(source)
        self._store = store

    def containing(
        self,
        team: TeamId,
        channels: Sequence[ChannelId],
        state: MissionState | None,
        texts: Sequence[str],
        owner: PersonId | None = None,
    ) -> Found:
        """Missions whose name and titles contain all the texts, which are in lower case.

        Newest first; an owner's own before all others.
        """
        parts = self._parts("contains", team, channels, state, texts)
        created = {m: at for part in parts.values() for m, at in part.created.items()}
        newest = sorted(created, key=lambda m: (created[m], m), reverse=True)
        more = len(newest) > FOUND_MAX or any(part.more for part in parts.values())
        kept = newest[:FOUND_MAX]
        own = self._own(team, parts, state, owner, set(kept)) if owner else set()
        return Found(sorted(kept, key=lambda m: m not in own), more)

    def named(
        self, team: TeamId, channels: Sequence[ChannelId], texts: Sequence[str]
    ) -> list[MissionId]:
        """Missions whose name is these words; else those that have each of them as a word."""
        parts = self._parts("named", team, channels, None, texts)
        exact = any(part.exact for part in parts.values())
        wanted = [part for part in parts.values() if part.exact == exact]
        created = {m: at for part in wanted for m, at in part.created.items()}
        return sorted(created, key=lambda m: (created[m], m), reverse=True)[:FOUND_MAX]

    def _parts(
        self,
        kind: str,
        team: TeamId,
        channels: Sequence[ChannelId],
        state: MissionState | None,
        texts: Sequence[str],
    ) -> dict[ChannelId, _Part]:
        """What each channel has: a few of each first, then more where the newest may be."""
        few = max(FEW, 2 * FOUND_MAX // max(1, len(channels)))
        parts = self._asked(kind, team, channels, state, texts, few)
        times = sorted((at for p in parts.values() for at in p.created.values()), reverse=True)
        oldest = times[FOUND_MAX - 1] if len(times) >= FOUND_MAX else float("-inf")
        cut = [
            channel
            for channel, part in parts.items()
            if len(part.created) == few and part.more and min(part.created.values()) > oldest
        ]
        return parts | self._asked(kind, team, cut, state, texts, FOUND_MAX)

    def _asked(
        self,
        kind: str,
        team: TeamId,
        channels: Sequence[ChannelId],
        state: MissionState | None,
        texts: Sequence[str],
        most: int,
    ) -> dict[ChannelId, _Part]:
        words = sorted({word for text in texts for word in _words(text)})
        bounds = (most, LOOKED_MAX, SHARED_MAX)
        args: list[str | int] = [kind, *bounds, len(words), *words, *texts]
        pipe = self._store.redis.pipeline(transaction=False)
        for channel in channels:
            self._script(keys=_keys(TeamKeys(team), channel, state), args=args, client=pipe)
        found = cast("list[list[int | str]]", pipe.execute()) if channels else []
        return {
            channel: _read(row) if row[0] else self._by_hand(kind, team, channel, state, texts)
            for channel, row in zip(channels, found, strict=True)
        }

    def _own(
        self,
        team: TeamId,
        parts: Mapping[ChannelId, _Part],
        state: MissionState | None,
        owner: PersonId,
        kept: set[MissionId],
    ) -> set[MissionId]:
        """Those of the Missions found that are the owner's."""
        pipe, asked = self._store.redis.pipeline(transaction=False), []
        for channel, part in parts.items():
            missions = [mission for mission in part.created if mission in kept]
            for one in _shown(state) if missions else ():
                asked.append(missions)
                pipe.zmscore(TeamKeys(team).owned(channel, one, owner), list(missions))
        rows = cast("list[list[float | None]]", pipe.execute()) if asked else []
        pairs = (pair for ms, row in zip(asked, rows, strict=True) for pair in _both(ms, row))
        return {mission for mission, _ in pairs}

    def _by_hand(
        self,
        kind: str,
        team: TeamId,
        channel: ChannelId,
        state: MissionState | None,
        texts: Sequence[str],
    ) -> _Part:
        """The same for a channel whose index is not complete yet: look at each Mission."""
        known = list(self._texts(TeamKeys(team).channel_words(channel)))
        exact = False
        if kind == "named":
            whole = " ".join(texts)
            fit = [m for m, name, _ in known if name == whole]
            exact = bool(fit)
            fit = fit or [m for m, name, _ in known if set(texts) <= set(name.split())]
        else:
            fit = [m for m, *text in known if all(t in " ".join(text) for t in texts)]
        created: dict[MissionId, float] = {}
        for one in _shown(state) if fit else ():
            scores = self._store.scores(TeamKeys(team).listed(channel, one), fit)
            created.update(_both(fit, scores))
        return _Part(exact, False, created)

    def _texts(self, key: str) -> Iterator[tuple[MissionId, str, str]]:
        found = dict(self._store.redis.hscan_iter(key, count=SCANNED))
        for name, text in found.items():
            if not name.endswith(TITLES):
                yield MissionId(name), text, found.get(name + TITLES, "")


def _words(text: str) -> Iterator[str]:
    """The words that a text is looked up by."""
    return (word.decode() for word in _WORD.findall(text.encode()))


def _keys(team: TeamKeys, channel: ChannelId, state: MissionState | None) -> list[str]:
    listed = (team.listed(channel, one) for one in _shown(state))
    return [team.channel_words(channel), *team.channel_index(channel), *listed]


def _shown(state: MissionState | None) -> tuple[MissionState, ...]:
    """The lists that are looked at; those with most in them first."""
    return (MissionState.ACTIVE, MissionState.PAUSED, MissionState.DRAFT) if not state else (state,)


def _read(row: Sequence[int | str]) -> _Part:
    """The answer of the script."""
    created = {MissionId(str(m)): float(at) for m, at in zip(row[3::2], row[4::2], strict=True)}
    return _Part(bool(row[1]), bool(row[2]), created)


def _both(
    missions: Iterable[MissionId], scores: Iterable[float | None]
) -> Iterator[tuple[MissionId, float]]:
    """Those that have a score."""
    pairs = zip(missions, scores, strict=True)
    return ((mission, score) for mission, score in pairs if score is not None)
