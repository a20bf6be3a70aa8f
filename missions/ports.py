"""What the domain must be told by others: people, channels, rights to read, and the time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from typing import Protocol

from missions.ids import (
    ApprovalId,
    ChannelId,
    ConversationId,
    MissionId,
    OccurrenceId,
    PersonId,
    TeamId,
)
from missions.record import Record


class Clock(Protocol):
    """Where the time comes from; passed in, never imported."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...


class Access(IntEnum):
    """What a person may do in a channel: nothing known, read it, or be a member of it."""

    NONE = 0
    READ = 1
    MEMBER = 2


class Person(Record):
    """A person. `zone` is the IANA zone of the Slack profile.

    `is_external` says that they belong to another workspace or organisation, and are met in a
    channel that both share.
    """

    id: PersonId
    name: str
    zone: str = "UTC"
    locale: str = "en-US"
    is_admin: bool = False
    is_guest: bool = False
    is_deleted: bool = False
    is_bot: bool = False
    is_external: bool = False


class Channel(Record):
    """A channel, as far as the domain cares."""

    id: ChannelId
    name: str
    is_private: bool = False
    is_direct: bool = False
    is_archived: bool = False
    bot_is_member: bool = True


class Directory(Protocol):
    """Who is who and who may read what. No answer from behind it means no access."""

    def person(self, team: TeamId, person: PersonId) -> Person | None:
        """The person, or None if unknown."""
        ...

    def channel(self, team: TeamId, channel: ChannelId) -> Channel | None:
        """The channel, or None if the bot cannot see it."""
        ...

    def access(
        self, team: TeamId, person: PersonId, channel: ChannelId, *, fresh: bool = False
    ) -> Access:
        """What the person may do in the channel; `fresh` bypasses caches (before effects)."""
        ...

    def known_access(self, team: TeamId, person: PersonId, channel: ChannelId) -> Access | None:
        """The same, asked afresh; None if nobody answers, so that silence is not taken for no."""
        ...

    def told_access(self, team: TeamId, person: PersonId, channel: ChannelId) -> Access | None:
        """As `access`; None if nobody answers, so that a list can say that it may lack some."""
        ...

    def has_left(self, team: TeamId, person: PersonId, channel: ChannelId) -> bool:
        """Whether the last that was heard is that the person cannot read the channel.

        Only of use where nobody can say any more: it asks nobody.
        """
        ...


Ring = tuple[TeamId, MissionId, OccurrenceId]
"""An occurrence that waits to be claimed."""


class Bell(Protocol):
    """Rings for work that is already written down. A lost ring is harmless: sweeps ring again."""

    def execution(self, team: TeamId, mission: MissionId, occurrence: OccurrenceId) -> None:
        """An occurrence waits to be claimed."""
        ...

    def each_execution(self, rings: Sequence[Ring]) -> None:
        """The same for many, in one round trip."""
        ...

    def resume(self, team: TeamId, mission: MissionId, approval: ApprovalId) -> None:
        """An approval was answered: its Execution can go on [A3]."""
        ...

    def events(self, team: TeamId, mission: MissionId) -> None:
        """Something arrived for the Mission's Event Rules."""
        ...

    def each_events(self, missions: Sequence[tuple[TeamId, MissionId]]) -> None:
        """The same for many, in one round trip."""
        ...

    def turn(self, team: TeamId, conversation: ConversationId) -> None:
        """A mailbox has a message."""
        ...

    def delivery(self, team: TeamId, channel: ChannelId) -> None:
        """A lane has an entry."""
        ...

    def cleanup(self, team: TeamId, mission: MissionId) -> None:
        """A deleted Mission has remains."""
        ...

    def owner(self, team: TeamId, channel: ChannelId, person: PersonId) -> None:
        """Something is to be known of a person who may own Missions there [P3]."""
        ...

    def slack_cleanup(self, team: TeamId, mission: MissionId) -> None:
        """A deleted Mission's messages are still in Slack."""
        ...
