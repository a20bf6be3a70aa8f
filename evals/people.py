"""The edge of a case's world: its people and channels, its clock, and a silent bell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.directory import HOUSTON
from evals.case import Case, Role
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

TEAM = TeamId("TEVALS")
BOT = PersonId("UHOUSTON")
PLACE_NAME = "ops"


def person_id(name: str) -> PersonId:
    """The id of a person of a case."""
    return PersonId(f"U{name.upper()}")


def channel_id(name: str) -> ChannelId:
    """The id of a channel of a case."""
    return ChannelId(f"C{name.strip('#').upper().replace('-', '')}")


def place_of(case: Case) -> ChannelId:
    """Where a case plays; a direct message is Ada's."""
    return ChannelId("DADA") if case.place == "dm" else channel_id(PLACE_NAME)


class CaseClock:
    """A clock that a case moves."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """The instant of the case."""
        return self._now

    def advance(self, step: timedelta) -> None:
        """Let time pass."""
        self._now += step


class CaseDirectory:
    """Who is who and who may read what, as the case says; what it does not say is no."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._place = place_of(case)

    def person(self, team: TeamId, person: PersonId) -> Person | None:
        """The person, or None if the case has none of that id."""
        for name, told in self._case.everybody.items():
            if person_id(name) == person:
                return Person(
                    id=person,
                    name=told.display or name.capitalize(),
                    zone=told.zone,
                    is_admin=told.admin,
                    is_guest=told.guest,
                )
        return None

    def channel(self, team: TeamId, channel: ChannelId) -> Channel | None:
        """The channel, or None if the case has none of that id."""
        if channel == self._place:
            direct = self._case.place == "dm"
            name = "ada" if direct else PLACE_NAME
            return Channel(id=channel, name=name, is_private=self._case.private, is_direct=direct)
        for name, told in self._case.channels.items():
            if channel_id(name) == channel:
                return Channel(id=channel, name=name.strip("#"), is_private=told.private)
        return None

    def access(
        self, team: TeamId, person: PersonId, channel: ChannelId, *, fresh: bool = False
    ) -> Access:
        """What the person may do there."""
        known = self.channel(team, channel)
        name = next((n for n in self._case.everybody if person_id(n) == person), None)
        if known is None or (name is None and person != HOUSTON):
            return Access.NONE
        if name is None:
            return Access.MEMBER
        if known.is_direct:
            return Access.MEMBER if name == "ada" else Access.NONE
        if channel == self._place:
            role = self._case.everybody[name].role
            outside = Access.NONE if known.is_private else Access.READ
            return {Role.MEMBER: Access.MEMBER, Role.READER: Access.READ}.get(role, outside)
        told = next(c for n, c in self._case.channels.items() if channel_id(n) == channel)
        if name in told.members:
            return Access.MEMBER
        shut = told.private or self._case.everybody[name].guest
        return Access.NONE if shut else Access.READ

    def known_access(self, team: TeamId, person: PersonId, channel: ChannelId) -> Access | None:
        """The same: a case always answers."""
        return self.access(team, person, channel, fresh=True)

    def told_access(self, team: TeamId, person: PersonId, channel: ChannelId) -> Access | None:
        """The same."""
        return self.access(team, person, channel)

    def has_left(self, team: TeamId, person: PersonId, channel: ChannelId) -> bool:
        """Nobody ever has."""
        return False


class SilentBell:
    """Rings for nobody: a case does by hand what workers would do."""

    def execution(self, team: TeamId, mission: MissionId, occurrence: OccurrenceId) -> None:
        """An occurrence waits to be claimed."""

    def each_execution(self, rings: Sequence[Ring]) -> None:
        """The same for many."""

    def resume(self, team: TeamId, mission: MissionId, approval: ApprovalId) -> None:
        """An approval was answered."""

    def events(self, team: TeamId, mission: MissionId) -> None:
        """Something arrived for a Mission's Event Rules."""

    def each_events(self, missions: Sequence[tuple[TeamId, MissionId]]) -> None:
        """The same for many."""

    def turn(self, team: TeamId, conversation: ConversationId) -> None:
        """A mailbox has a message."""

    def delivery(self, team: TeamId, channel: ChannelId) -> None:
        """A lane has an entry."""

    def cleanup(self, team: TeamId, mission: MissionId) -> None:
        """A deleted Mission has remains."""

    def owner(self, team: TeamId, channel: ChannelId, person: PersonId) -> None:
        """Something is to be known of an owner."""

    def slack_cleanup(self, team: TeamId, mission: MissionId) -> None:
        """A deleted Mission's messages are still in Slack."""
