"""Proposals: changes to a Mission that wait for a person's click [C5 C6]."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from missions.blueprint import Blueprint
from missions.ids import MissionId, PersonId, ProposalId
from missions.record import SCHEMA, Record

LIFETIME = timedelta(hours=24)
"""A Proposal older than this cannot be applied [C5]."""


class ProposalKind(StrEnum):
    """What the click does."""

    LAUNCH = "launch"
    CHANGE = "change"


class ProposalState(StrEnum):
    """OPEN until answered; all others are final."""

    OPEN = "open"
    APPLIED = "applied"
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"


class Proposal(Record):
    """A whole new Blueprint, bound to the version it was made on. Single use, expires.

    `findings` are the verification's sentences [B7]; with any, it cannot be applied.
    `request` is what the person said, so that a stale card can be redone.
    """

    schema_version: int = SCHEMA
    id: ProposalId
    mission: MissionId
    kind: ProposalKind
    base_version: int
    blueprint: Blueprint
    by: PersonId
    at: datetime
    request: str = ""
    findings: tuple[str, ...] = ()
    state: ProposalState = ProposalState.OPEN
    answered_by: PersonId | None = None
    answered_at: datetime | None = None

    def expired(self, now: datetime) -> bool:
        """Whether it is too old to be applied."""
        return now - self.at > LIFETIME
