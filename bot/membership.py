"""Is a person in a channel? With as few questions to Slack as can tell for certain [P1].

A channel whose members are one page is known whole by one question, for everybody. Of a larger one
no more pages are turned: a person's own channels are asked for, most often one page too, where they
are not among the first members. A channel of 20,000 would take twenty questions otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol, TypeVar

from redis import Redis

from bot.slack_errors import SlackFailure
from missions.ids import ChannelId, PersonId, TeamId
from missions.keys import TeamKeys
from missions.record import Record

LARGE_MS: Final = 24 * 60 * 60 * 1000
"""How long it is remembered that a channel has more members than a page."""

R = TypeVar("R", bound=Record)


class Members(Record):
    """Who is in a channel: all of them."""

    people: frozenset[PersonId]


class Own(Record):
    """The channels that a person is in, as far as the bot sees them: all of them."""

    channels: frozenset[ChannelId]


class Asked(Protocol):
    """The look-ups of Slack that it needs."""

    def members_page(self, channel: ChannelId, cursor: str) -> tuple[list[PersonId], str]:
        """A page of a channel's members, and where the next one begins; "" if there is none."""
        ...

    def conversations_of(
        self, person: PersonId | None = None, *, archived: bool = False
    ) -> Iterable[dict[str, Any]]:
        """The channels that a person is in."""
        ...


class Keeps(Protocol):
    """Keeps an answer for a minute, and the last one for longer."""

    def __call__(
        self,
        team: TeamId,
        what: tuple[str, ...],
        kind: type[R],
        ask: Callable[[], R],
        fresh: bool,
    ) -> R:
        """The answer that is kept, unless it has to be a fresh one."""
        ...


class _Large(Exception):
    """A channel has more members than its first page tells."""

    def __init__(self, first: frozenset[PersonId], cursor: str) -> None:
        super().__init__()
        self.first = first
        self.cursor = cursor


class Membership:
    """Answers for all channels of a workspace."""

    def __init__(self, client_of: Callable[[TeamId], Asked], redis: Redis, keep: Keeps) -> None:
        self._client_of = client_of
        self._redis = redis
        self._keep = keep

    def has(self, team: TeamId, person: PersonId, channel: ChannelId, *, fresh: bool) -> bool:
        """Whether the person is in the channel; raises `SlackFailure`."""
        large = TeamKeys(team).cache("large", channel)
        first, cursor = frozenset[PersonId](), ""
        if not self._redis.exists(large):
            try:
                return person in self._whole(team, channel, fresh)
            except _Large as more:
                self._redis.set(large, "1", px=LARGE_MS)
                first, cursor = more.first, more.cursor
        return person in first or self._in_large(team, person, channel, cursor, fresh)

    def forget(self, team: TeamId, channel: ChannelId) -> None:
        """Something about the channel changed."""
        keys = TeamKeys(team)
        self._redis.unlink(
            keys.cache("members", channel),
            keys.cache("last", "members", channel),
            keys.cache("large", channel),
        )

    def forget_person(self, team: TeamId, person: PersonId) -> None:
        """The person joined or left a channel, or something else about them changed."""
        keys = TeamKeys(team)
        self._redis.unlink(keys.cache("of", person), keys.cache("last", "of", person))

    def changed(self, team: TeamId, person: PersonId, channel: ChannelId) -> None:
        """The person joined or left the channel: nothing else that is known of it is wrong."""
        keys = TeamKeys(team)
        self._redis.unlink(keys.cache("members", channel), keys.cache("last", "members", channel))
        self.forget_person(team, person)

    def _whole(self, team: TeamId, channel: ChannelId, fresh: bool) -> frozenset[PersonId]:
        """All members; raises `_Large` if they are more than a page."""

        def ask() -> Members:
            page, cursor = self._client_of(team).members_page(channel, "")
            if cursor:
                raise _Large(frozenset(page), cursor)
            return Members(people=frozenset(page))

        return self._keep(team, ("members", channel), Members, ask, fresh).people

    def _in_large(
        self, team: TeamId, person: PersonId, channel: ChannelId, cursor: str, fresh: bool
    ) -> bool:
        """Whether a person is in a channel of many; `cursor` is where its next page begins.

        Slack tells of an organisation's people workspace by workspace, and does not tell of all
        people's channels: then the pages are turned until the person is found.
        """
        if not team.startswith("E"):
            try:
                return channel in self._own(team, person, fresh)
            except SlackFailure as failure:
                if not failure.permanent:
                    raise
        client = self._client_of(team)
        while True:
            page, cursor = client.members_page(channel, cursor)
            if person in page:
                return True
            if not cursor:
                return False

    def _own(self, team: TeamId, person: PersonId, fresh: bool) -> frozenset[ChannelId]:
        def ask() -> Own:
            told = self._client_of(team).conversations_of(person, archived=True)
            return Own(channels=frozenset(ChannelId(one["id"]) for one in told))

        return self._keep(team, ("of", person), Own, ask, fresh).channels
