"""The Mission: a lasting goal, owned by a person, living in one channel; its four states [M1]."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field

from missions.blueprint import NAME_MAX
from missions.ids import ChannelId, MissionId, PersonId, ProposalId, TeamId
from missions.record import Record, Stored

OFFERED_FOR = timedelta(hours=24)
"""How long an offer to become the owner stands; as long as a Proposal [P3 C5]."""


class MissionState(StrEnum):
    """Draft → Active ⇄ Paused → Deleted [M1]."""

    DRAFT = "Draft"
    ACTIVE = "Active"
    PAUSED = "Paused"
    DELETED = "Deleted"


class Away(StrEnum):
    """Why Houston cannot speak in a channel."""

    ARCHIVED = "archived"
    REMOVED = "removed"
    GONE = "gone"


class Pause(Stored):
    """Who paused a Mission, a Task or a place, when and why; `by` is None when Houston did it.

    With `until` it ends by itself at that instant [M3 M9 M10].
    """

    schema_version: int = 2
    by: PersonId | None = None
    at: datetime
    note: str = ""
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it has not ended by itself."""
        return self.until is None or now < self.until


class Mute(Record):
    """Who muted a Mission's reports and when [R1].

    Without `until` it ends when all its Tasks have recovered.
    """

    by: PersonId
    at: datetime
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it has not ended by itself."""
        return self.until is None or now < self.until


class Editing(StrEnum):
    """Who may change a Mission besides its owner: the channel's members, or named people [P2]."""

    MEMBERS = "members"
    NAMED = "named"


class Absence(Record):
    """Since when the owner is known to have left, and whether Houston paused for it [P3]."""

    since: datetime
    paused: bool = False


class Handover(Record):
    """An offer to become the owner, which one person may accept, once, for a day [P3]."""

    id: str
    to: PersonId
    by: PersonId
    at: datetime

    def holds(self, now: datetime) -> bool:
        """Whether it can still be accepted."""
        return now - self.at <= OFFERED_FOR


class Mission(Stored):
    """A Mission as stored.

    `version` is the number of the current Blueprint (0 while a Draft), `rev` counts every change
    and guards against lost races, `draft` is the open launch Proposal of a Draft. `editors` are
    the people named for `editing`, `approvers` those who may approve what is to be done outside:
    nobody else, and with none nobody [A2]. `away` says that the owner has left, `handover` is the
    open offer to become the owner.
    """

    schema_version: int = 2
    id: MissionId
    team: TeamId
    name: str = Field(min_length=1, max_length=NAME_MAX)
    state: MissionState
    channel: ChannelId
    owner: PersonId
    created_at: datetime
    thread_ts: str | None = None
    version: int = 0
    rev: int = 1
    draft: ProposalId | None = None
    pause: Pause | None = None
    mute: Mute | None = None
    editing: Editing = Editing.MEMBERS
    editors: tuple[PersonId, ...] = ()
    approvers: tuple[PersonId, ...] = ()
    away: Absence | None = None
    handover: Handover | None = None

    def paused(self, now: datetime) -> bool:
        """Whether a pause holds: one whose end has come stops nothing more, ended or not [M3]."""
        if self.state is not MissionState.PAUSED:
            return False
        return self.pause is None or self.pause.holds(now)

    def muted(self, now: datetime) -> bool:
        """Whether its reports are muted [R1]."""
        return self.mute is not None and self.mute.holds(now)


class Change(Stored):
    """One entry of a Mission's change log [M7].

    Who reads the log sees the Mission, and may see no other: none is named in it [P1].
    """

    schema_version: int = 2
    at: datetime
    by: PersonId | None = None
    what: str
    link: str | None = None
    before: str | None = None
    after: str | None = None
