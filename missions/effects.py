"""What a conversation turn wants changed: staged while the turn thinks, applied with its reply.

A turn that dies half-way leaves nothing behind, because nothing is written before its end.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from missions.ids import ExecutionId, MissionId, ProposalId
from missions.mission import Mission
from missions.proposal import Proposal
from missions.record import Record


class CreateDraft(Record):
    """A new Mission in Draft with the Proposal to launch it."""

    kind: Literal["create_draft"] = "create_draft"
    mission: Mission
    proposal: Proposal


class Propose(Record):
    """A Proposal on an existing Mission, made on top of the one that it supersedes, if any."""

    kind: Literal["propose"] = "propose"
    proposal: Proposal
    on: ProposalId | None = None


class Rename(Record):
    """A new name, at once, on an editor's own words [C4]."""

    kind: Literal["rename"] = "rename"
    mission: MissionId
    before: str
    after: str


class Stop(Record):
    """Stop a running Execution, on an editor's own words [X5]."""

    kind: Literal["stop"] = "stop"
    mission: MissionId
    execution: ExecutionId


Effect = Annotated[CreateDraft | Propose | Rename | Stop, Field(discriminator="kind")]


def mission_of(effect: Effect) -> MissionId:
    """The Mission that an effect is about."""
    match effect:
        case CreateDraft(mission=mission):
            return mission.id
        case Propose(proposal=proposal):
            return proposal.mission
        case Rename(mission=named) | Stop(mission=named):
            return named
