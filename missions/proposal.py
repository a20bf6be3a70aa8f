"""Proposals: changes to a Mission that wait for a person's click [C5 C6]."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from missions.blueprint import Blueprint
from missions.ids import ChannelId, MissionId, PersonId, ProposalId, TaskId
from missions.record import Record, Stored

LIFETIME = timedelta(hours=24)
"""A Proposal older than this cannot be applied [C5]."""


class ProposalKind(StrEnum):
    """What the click does."""

    LAUNCH = "launch"
    CHANGE = "change"
    BACKFILL = "backfill"


class ProposalState(StrEnum):
    """OPEN until answered; all others are final."""

    OPEN = "open"
    APPLIED = "applied"
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"


class PastRun(Record):
    """A past occurrence of a Task."""

    task: TaskId
    due: datetime


class Backfill(Record):
    """Past occurrences to run, oldest first, and what of the range is left out [S6].

    The range is from `first` up to but without `last`. `done` ran already, `left_out` fall on days
    that the plan leaves out, `beyond` are more than one backfill runs; before `since` nothing is
    on record.
    """

    first: datetime
    last: datetime
    runs: tuple[PastRun, ...] = ()
    done: int = 0
    left_out: int = 0
    beyond: int = 0
    since: datetime | None = None


class Proposal(Stored):
    """A whole new Blueprint, bound to the version it was made on. Single use, expires.

    `findings` are the verification's sentences [B7]; with any, it cannot be applied.
    `request` is what the person said, so that a stale card can be redone. One to backfill changes
    no plan: its Blueprint is the one that it goes by. `reminded_in` is where who asked for it
    was told, near its end, that it still waits.
    """

    schema_version: int = 4
    id: ProposalId
    mission: MissionId
    kind: ProposalKind
    base_version: int
    blueprint: Blueprint
    by: PersonId
    at: datetime
    request: str = ""
    findings: tuple[str, ...] = ()
    backfill: Backfill | None = None
    state: ProposalState = ProposalState.OPEN
    answered_by: PersonId | None = None
    answered_at: datetime | None = None
    reminded_in: ChannelId | None = None

    @property
    def expires(self) -> datetime:
        """Until when it can be applied."""
        return self.at + LIFETIME

    def expired(self, now: datetime) -> bool:
        """Whether it is too old to be applied."""
        return now - self.at > LIFETIME
