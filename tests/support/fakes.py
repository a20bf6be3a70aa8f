"""Fakes at the edge of the domain: the clock, the directory of people, the bell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from missions.ids import (
    ApprovalId,
    ChannelId,
    ConversationId,
    MissionId,
    OccurrenceId,
    PersonId,
    TeamId,
)
from missions.ports import Access, Channel, Person, Ring

TEAM = TeamId("T1")
OPS = ChannelId("C-OPS")
SECRET = ChannelId("C-SECRET")
ADA = PersonId("U-ADA")
GRACE = PersonId("U-GRACE")
MALLORY = PersonId("U-MALLORY")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class ManualClock:
    """A clock that tests move."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, **step: float) -> None:
        self._now += timedelta(**step)

    def set(self, now: datetime) -> None:
        self._now = now


@dataclass
class FakeDirectory:
    """Who may do what, as told by a table; unknown means no."""

    access_table: dict[tuple[PersonId, ChannelId], Access] = field(default_factory=dict)
    zones: dict[PersonId, str] = field(default_factory=dict)
    silent: bool = False
    left: set[tuple[PersonId, ChannelId]] = field(default_factory=set)
    asked_fresh: list[tuple[PersonId, ChannelId]] = field(default_factory=list)

    def person(self, team: TeamId, person: PersonId) -> Person | None:
        return Person(id=person, name=person[2:].lower(), zone=self.zones.get(person, "UTC"))

    def channel(self, team: TeamId, channel: ChannelId) -> Channel | None:
        return Channel(id=channel, name=channel[2:].lower(), is_private=channel == SECRET)

    def access(
        self, team: TeamId, person: PersonId, channel: ChannelId, *, fresh: bool = False
    ) -> Access:
        if fresh:
            self.asked_fresh.append((person, channel))
        return self.access_table.get((person, channel), Access.NONE)

    def known_access(self, team: TeamId, person: PersonId, channel: ChannelId) -> Access | None:
        return None if self.silent else self.access(team, person, channel, fresh=True)

    def told_access(self, team: TeamId, person: PersonId, channel: ChannelId) -> Access | None:
        return None if self.silent else self.access(team, person, channel)

    def has_left(self, team: TeamId, person: PersonId, channel: ChannelId) -> bool:
        return (person, channel) in self.left


@dataclass
class RecordingBell:
    """Remembers what was rung for."""

    executions: list[tuple[MissionId, OccurrenceId]] = field(default_factory=list)
    turns: list[ConversationId] = field(default_factory=list)
    inboxes: list[MissionId] = field(default_factory=list)
    deliveries: list[ChannelId] = field(default_factory=list)
    cleanups: list[MissionId] = field(default_factory=list)
    slack_cleanups: list[MissionId] = field(default_factory=list)
    owners: list[tuple[ChannelId, PersonId]] = field(default_factory=list)
    resumes: list[ApprovalId] = field(default_factory=list)

    def execution(self, team: TeamId, mission: MissionId, occurrence: OccurrenceId) -> None:
        self.executions.append((mission, occurrence))

    def each_execution(self, rings: Sequence[Ring]) -> None:
        self.executions += [(mission, occurrence) for _, mission, occurrence in rings]

    def resume(self, team: TeamId, mission: MissionId, approval: ApprovalId) -> None:
        self.resumes.append(approval)

    def events(self, team: TeamId, mission: MissionId) -> None:
        self.inboxes.append(mission)

    def each_events(self, missions: Sequence[tuple[TeamId, MissionId]]) -> None:
        self.inboxes += [mission for _, mission in missions]

    def turn(self, team: TeamId, conversation: ConversationId) -> None:
        self.turns.append(conversation)

    def delivery(self, team: TeamId, channel: ChannelId) -> None:
        self.deliveries.append(channel)

    def cleanup(self, team: TeamId, mission: MissionId) -> None:
        self.cleanups.append(mission)

    def owner(self, team: TeamId, channel: ChannelId, person: PersonId) -> None:
        self.owners.append((channel, person))

    def slack_cleanup(self, team: TeamId, mission: MissionId) -> None:
        self.slack_cleanups.append(mission)


def members() -> FakeDirectory:
    """Ada and Grace are members of #ops; Ada of #secret; Mallory reads #ops only."""
    return FakeDirectory(
        {
            (ADA, OPS): Access.MEMBER,
            (GRACE, OPS): Access.MEMBER,
            (MALLORY, OPS): Access.READ,
            (ADA, SECRET): Access.MEMBER,
        },
        {ADA: "Europe/Berlin"},
    )
