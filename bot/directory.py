"""Who is who and who may read what, as Slack says: fills `missions.ports.Directory` [P1].

Answers are kept for 60 s in Redis and dropped by the events that change them. Slack not answering
means that nothing is known, and so that nothing is allowed; but whoever only reads is served by the
last answer, if no event has dropped it since and it is not older than 15 minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol, TypeVar, cast

from redis import Redis

from bot import membership
from bot.client import Json
from bot.slack_errors import NotForPerson, SlackFailure
from missions.ids import ChannelId, PersonId, TeamId
from missions.keys import TeamKeys
from missions.phrases import Language, language_of
from missions.ports import Access, Channel, Person
from missions.record import Record

KEPT_MS: Final = 60_000
"""How long an answer of Slack is believed."""
LAST_MS: Final = 15 * 60 * 1000
"""How long the last answer serves readers while Slack gives none."""
NAMED_MS: Final = 30 * 24 * 60 * 60 * 1000
"""How long the name of a channel is remembered, to name one that is gone."""

LEFT_MS: Final = 400 * 24 * 60 * 60 * 1000
"""How long it is remembered that somebody cannot read a channel; longer than anybody asks."""

LANGUAGE_MS: Final = 24 * 60 * 60 * 1000
"""How long a person's language is remembered: everything that is said to them asks for it."""

HOUSTON: Final = PersonId("houston")
"""Houston itself as a viewer of the place it speaks in; no id of Slack looks like this."""

R = TypeVar("R", bound=Record)


class Place(Record):
    """A channel and, of a direct message, the person at its other end.

    `workspaces` are those of an organisation whose people can find the channel.
    """

    channel: Channel
    person: PersonId | None = None
    workspaces: frozenset[str] = frozenset()


class Known(Record):
    """A person, and the workspaces that they are in, as far as Slack says."""

    person: Person
    workspaces: frozenset[str] = frozenset()


class Asked(membership.Asked, Protocol):
    """The look-ups that the directory needs; `bot.client.SlackClient` has them."""

    def users_info(self, person: PersonId) -> Json:
        """A person as Slack describes them."""
        ...

    def conversations_info(self, channel: ChannelId) -> Json:
        """A channel as Slack describes it."""
        ...


class SlackDirectory:
    """People, channels and rights to read, asked of Slack and kept for a minute."""

    def __init__(self, client_of: Callable[[TeamId], Asked], redis: Redis) -> None:
        self._client_of = client_of
        self._redis = redis
        self._membership = membership.Membership(client_of, redis, self._kept)

    def person(self, team: TeamId, person: PersonId) -> Person | None:
        """The person, or None if Slack does not know them or does not answer."""
        try:
            return self._person(team, person, fresh=False).person
        except SlackFailure:
            return None

    def language(self, team: TeamId, person: PersonId) -> Language:
        """The language that a person has set in Slack; English if it is not known [C9]."""
        key = TeamKeys(team).cache("language", person)
        kept = cast("str | None", self._redis.get(key))
        if kept is not None:
            return language_of(kept)
        found = None if person == HOUSTON else self.person(team, person)
        if found is None:
            return Language.EN
        language = language_of(found.locale)
        self._redis.set(key, language.value, px=LANGUAGE_MS)
        return language

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

    def told_access(self, team: TeamId, person: PersonId, channel: ChannelId) -> Access | None:
        """As `access`; None if Slack does not answer, which is no answer about the channel."""
        if person == HOUSTON:
            return Access.MEMBER
        try:
            return self.ask_access(team, person, channel)
        except SlackFailure as failure:
            return Access.NONE if failure.permanent else None

    def known_access(self, team: TeamId, person: PersonId, channel: ChannelId) -> Access | None:
        """As `access`, asked afresh; None if Slack does not answer.

        Slack says "deactivated" of a person; that it does not know one is no answer.
        """
        try:
            if self._person(team, person, fresh=True).person.is_deleted:
                return Access.NONE
            return self.ask_access(team, person, channel, fresh=True)
        except SlackFailure:
            return None

    def ask_access(
        self, team: TeamId, person: PersonId, channel: ChannelId, *, fresh: bool = False
    ) -> Access:
        """What the person may do in the channel; raises `SlackFailure`."""
        found = self._ask_access(team, person, channel, fresh=fresh)
        if fresh or found is Access.NONE:
            self.note(team, person, channel, reads=found is not Access.NONE)
        return found

    def _ask_access(
        self, team: TeamId, person: PersonId, channel: ChannelId, *, fresh: bool
    ) -> Access:
        """The same.

        People of another organisation read what they are members of, and are no more than that.
        """
        at = self.place(team, channel, fresh=fresh)
        if at.channel.is_direct:
            return Access.MEMBER if at.person == person else Access.NONE
        try:
            known = self._person(team, person, fresh=fresh)
        except NotForPerson:
            member = self._membership.has(team, person, channel, fresh=fresh)
            return Access.READ if member else Access.NONE
        who = known.person
        if who.is_deleted:
            return Access.NONE
        if self._membership.has(team, person, channel, fresh=fresh):
            return Access.READ if who.is_external else Access.MEMBER
        if at.channel.is_private or who.is_guest or who.is_external:
            return Access.NONE
        # A public channel of an organisation is public in the workspaces that it belongs to.
        hidden = _is_org(team) and not known.workspaces & at.workspaces
        return Access.NONE if hidden else Access.READ

    def has_left(self, team: TeamId, person: PersonId, channel: ChannelId) -> bool:
        """Whether the last that Slack said is that the person cannot read the channel."""
        return bool(self._redis.exists(TeamKeys(team).cache("left", channel, person)))

    def note(self, team: TeamId, person: PersonId, channel: ChannelId, *, reads: bool) -> None:
        """Remember what Slack has just said of a person there, for when it does not any more."""
        key = TeamKeys(team).cache("left", channel, person)
        if reads:
            self._redis.unlink(key)
        else:
            self._redis.set(key, "1", px=LEFT_MS)

    def place(self, team: TeamId, channel: ChannelId, *, fresh: bool = False) -> Place:
        """The channel with its other end; raises `SlackFailure`."""

        def ask() -> Place:
            told = self._client_of(team).conversations_info(channel)
            if told.get("name"):
                name = TeamKeys(team).cache("name", channel)
                self._redis.set(name, str(told["name"]), px=NAMED_MS)
            found, homes = _channel(told), _workspaces(told)
            if _is_org(team) and homes and not (told.get("is_im") or told.get("is_mpim")):
                key = TeamKeys(team).cache("homes", channel)
                self._redis.set(key, " ".join(sorted(homes)), px=NAMED_MS)
            return Place(channel=found, person=told.get("user"), workspaces=homes)

        return self._kept(team, ("channel", channel), Place, ask, fresh)

    def name(self, team: TeamId, channel: ChannelId) -> str | None:
        """What the channel was called when it was last seen; for who knew of it."""
        return cast("str | None", self._redis.get(TeamKeys(team).cache("name", channel)))

    def homes(self, team: TeamId, channel: ChannelId) -> frozenset[str]:
        """The workspaces of an organisation to which a channel belonged when it was last seen.

        None if that is not known, and for what people say to one another directly.
        """
        kept = cast("str | None", self._redis.get(TeamKeys(team).cache("homes", channel)))
        return frozenset((kept or "").split())

    def forget_channel(self, team: TeamId, channel: ChannelId) -> None:
        """Something about the channel or its members changed."""
        keys = TeamKeys(team)
        self._redis.unlink(keys.cache("channel", channel), keys.cache("last", "channel", channel))
        self._membership.forget(team, channel)

    def forget_member(self, team: TeamId, channel: ChannelId, person: PersonId) -> None:
        """Somebody joined the channel or left it."""
        self._membership.changed(team, person, channel)

    def forget_person(self, team: TeamId, person: PersonId) -> None:
        """Something about the person changed."""
        keys = TeamKeys(team)
        gone = (keys.cache("known", person), keys.cache("last", "known", person))
        self._redis.unlink(*gone, keys.cache("language", person))
        self._membership.forget_person(team, person)

    def _person(self, team: TeamId, person: PersonId, *, fresh: bool) -> Known:
        def ask() -> Known:
            told = self._client_of(team).users_info(person)
            own = told.get("enterprise_user") or {}
            workspaces = frozenset({told.get("team_id"), *(own.get("teams") or ())} - {None})
            return Known(person=_described(told, team), workspaces=workspaces)

        return self._kept(team, ("known", person), Known, ask, fresh)

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
            with suppress(ValueError):  # as another version of Houston keeps it
                return kind.load(text)
        last = TeamKeys(team).cache("last", *what)
        try:
            found = ask()
        except SlackFailure as failure:
            if failure.permanent:
                self._redis.unlink(last)
            text = cast("str | None", self._redis.get(last))
            if fresh or text is None:
                raise
            return kind.load(text)
        self._redis.set(key, found.dump(), px=KEPT_MS)
        self._redis.set(last, found.dump(), px=LAST_MS)
        return found


def _is_org(team: TeamId) -> bool:
    return team.startswith("E")


def _is_external(told: Json, team: TeamId) -> bool:
    """Whether Slack says that a person belongs to others only; if it does not say, they do not."""
    own = told.get("enterprise_user") or {}
    homes = {told.get("team_id"), own.get("enterprise_id"), *(own.get("teams") or ())} - {None}
    return bool(told.get("is_stranger")) or (bool(homes) and team not in homes)


def _is_admin(told: Json, team: TeamId) -> bool:
    """Whether they administer what the app is installed in: an organisation has its own."""
    own = told.get("enterprise_user") or {}
    by = own if _is_org(team) else told
    return bool(by.get("is_admin") or by.get("is_owner")) and not _is_external(told, team)


def _workspaces(told: Json) -> frozenset[str]:
    """The workspaces of a channel."""
    shared = told.get("internal_team_ids") or told.get("shared_team_ids") or ()
    return frozenset({told.get("context_team_id"), *shared} - {None})


def _described(told: Json, team: TeamId) -> Person:
    profile = told.get("profile") or {}
    name = profile.get("display_name") or profile.get("real_name") or told.get("real_name")
    return Person(
        id=told["id"],
        name=str(name or told.get("name") or "somebody"),
        zone=str(told.get("tz") or "UTC"),
        locale=str(told.get("locale") or "en-US"),
        is_admin=_is_admin(told, team),
        is_guest=bool(told.get("is_restricted") or told.get("is_ultra_restricted")),
        is_deleted=bool(told.get("deleted")),
        is_bot=bool(told.get("is_bot")),
        is_external=_is_external(told, team),
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
