"""Who is who and who may read what, as Slack says: fills `missions.ports.Directory` [P1].

Answers are kept for 60 s in Redis and dropped by the events that change them. Slack not answering
means that nothing is known, and so that nothing is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Protocol, TypeVar, cast

from redis import Redis

from bot.client import Json
from bot.slack_errors import SlackFailure
from missions.ids import ChannelId, PersonId, TeamId
from missions.keys import TeamKeys
from missions.ports import Access, Channel, Person
from missions.record import Record

KEPT_MS: Final = 60_000
"""How long an answer of Slack is believed."""
NAMED_MS: Final = 30 * 24 * 60 * 60 * 1000
"""How long the name of a channel is remembered, to name one that is gone."""

HOUSTON: Final = PersonId("houston")
"""Houston itself as a viewer of the place it speaks in; no id of Slack looks like this."""

R = TypeVar("R", bound=Record)


class Place(Record):
    """A channel and, of a direct message, the person at its other end."""

    channel: Channel
    person: PersonId | None = None


class Members(Record):
    """Who is in a channel."""

    people: frozenset[PersonId]


class Asked(Protocol):
    """The look-ups that the directory needs; `bot.client.SlackClient` has them."""

    def users_info(self, person: PersonId) -> Json:
        """A person as Slack describes them."""
        ...

    def conversations_info(self, channel: ChannelId) -> Json:
        """A channel as Slack describes it."""
        ...

    def members(self, channel: ChannelId) -> Iterable[PersonId]:
        """The members of a channel."""
        ...


class SlackDirectory:
    """People, channels and rights to read, asked of Slack and kept for a minute."""

    def __init__(self, client_of: Callable[[TeamId], Asked], redis: Redis) -> None:
        self._client_of = client_of
        self._redis = redis

    def person(self, team: TeamId, person: PersonId) -> Person | None:
        """The person, or None if Slack does not know them or does not answer."""
        try:
            return self._person(team, person, fresh=False)
        except SlackFailure:
            return None

    def channel(self, team: TeamId, channel: ChannelId) -> Channel | None:
        """The channel, or None if the bot cannot see it or Slack does not answer."""
        try:
            return self.place(team, channel).channel
        except SlackFailure:
            return None

    def access(
        self, team: TeamId, person: PersonId, channel: ChannelId, *, fresh: bool = False
    ) -> Access:
        """What the person may do in the channel; NONE if Slack does not answer."""
        if person == HOUSTON:
            return Access.MEMBER
        try:
            return self.ask_access(team, person, channel, fresh=fresh)
        except SlackFailure:
            return Access.NONE

    def known_access(self, team: TeamId, person: PersonId, channel: ChannelId) -> Access | None:
        """As `access`, asked afresh; None if Slack does not answer.

        Slack says "deactivated" of a person; that it does not know one is no answer.
        """
        try:
            if self._person(team, person, fresh=True).is_deleted:
                return Access.NONE
            return self.ask_access(team, person, channel, fresh=True)
        except SlackFailure:
            return None

    def ask_access(
        self, team: TeamId, person: PersonId, channel: ChannelId, *, fresh: bool = False
    ) -> Access:
        """What the person may do in the channel; raises `SlackFailure`."""
        at = self.place(team, channel, fresh=fresh)
        if at.channel.is_direct:
            return Access.MEMBER if at.person == person else Access.NONE
        who = self._person(team, person, fresh=fresh)
        if who.is_deleted:
            return Access.NONE
        if person in self._members(team, channel, fresh):
            return Access.MEMBER
        return Access.NONE if at.channel.is_private or who.is_guest else Access.READ

    def place(self, team: TeamId, channel: ChannelId, *, fresh: bool = False) -> Place:
        """The channel with its other end; raises `SlackFailure`."""

        def ask() -> Place:
            told = self._client_of(team).conversations_info(channel)
            if told.get("name"):
                name = TeamKeys(team).cache("name", channel)
                self._redis.set(name, str(told["name"]), px=NAMED_MS)
            return Place(channel=_channel(told), person=told.get("user"))

        return self._kept(team, ("channel", channel), Place, ask, fresh)

    def name(self, team: TeamId, channel: ChannelId) -> str | None:
        """What the channel was called when it was last seen; for who knew of it."""
        return cast("str | None", self._redis.get(TeamKeys(team).cache("name", channel)))

    def forget_channel(self, team: TeamId, channel: ChannelId) -> None:
        """Something about the channel or its members changed."""
        keys = TeamKeys(team)
        self._redis.unlink(keys.cache("channel", channel), keys.cache("members", channel))

    def forget_person(self, team: TeamId, person: PersonId) -> None:
        """Something about the person changed."""
        self._redis.unlink(TeamKeys(team).cache("person", person))

    def _person(self, team: TeamId, person: PersonId, *, fresh: bool) -> Person:
        def ask() -> Person:
            return _described(self._client_of(team).users_info(person))

        return self._kept(team, ("person", person), Person, ask, fresh)

    def _members(self, team: TeamId, channel: ChannelId, fresh: bool) -> frozenset[PersonId]:
        def ask() -> Members:
            return Members(people=frozenset(self._client_of(team).members(channel)))

        return self._kept(team, ("members", channel), Members, ask, fresh).people

    def _kept(
        self,
        team: TeamId,
        what: tuple[str, ...],
        kind: type[R],
        ask: Callable[[], R],
        fresh: bool,
    ) -> R:
        key = TeamKeys(team).cache(*what)
        text = None if fresh else cast("str | None", self._redis.get(key))
        if text is not None:
            return kind.load(text)
        found = ask()
        self._redis.set(key, found.dump(), px=KEPT_MS)
        return found


def _described(told: Json) -> Person:
    profile = told.get("profile") or {}
    name = profile.get("display_name") or profile.get("real_name") or told.get("real_name")
    return Person(
        id=told["id"],
        name=str(name or told.get("name") or "somebody"),
        zone=str(told.get("tz") or "UTC"),
        locale=str(told.get("locale") or "en-US"),
        is_admin=bool(told.get("is_admin") or told.get("is_owner")),
        is_guest=bool(told.get("is_restricted") or told.get("is_ultra_restricted")),
        is_deleted=bool(told.get("deleted")),
        is_bot=bool(told.get("is_bot")),
    )


def _channel(told: Json) -> Channel:
    direct = bool(told.get("is_im"))
    group = bool(told.get("is_mpim"))
    return Channel(
        id=told["id"],
        name=str(told.get("name") or "direct message"),
        is_private=direct or group or bool(told.get("is_private")),
        is_direct=direct,
        is_archived=bool(told.get("is_archived")),
        bot_is_member=direct or group or bool(told.get("is_member")),
    )
