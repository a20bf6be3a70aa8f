"""The index of what waits for one person's answer: open Proposals, approvals, questions.

It only says where to look (`missions.overview`): whether something still waits is read afresh.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from missions.approval import Approval
from missions.cards import ReminderCard
from missions.conversation import KEPT_MS
from missions.ids import ApprovalId, ConversationId, MissionId, PersonId, ProposalId
from missions.keys import member, split_member
from missions.proposal import Proposal
from missions.running_out import reminded_at, write_look, write_no_look
from missions.tx import Transaction

_PROPOSAL: Final = "proposal"
_QUESTION: Final = "question"
_APPROVAL: Final = "approval"


def write_waiting(tx: Transaction, proposal: Proposal) -> None:
    """Have the transaction note that a Proposal waits for who asked for it."""
    _write(tx, proposal.by, member(_PROPOSAL, proposal.mission, proposal.id), proposal.at)
    at = reminded_at(proposal.at, proposal.expires)
    write_look(tx, ReminderCard(mission=proposal.mission, proposal=proposal.id), at)


def write_not_waiting(tx: Transaction, proposal: Proposal) -> None:
    """Have the transaction note that a Proposal waits no more."""
    tx.zrem(tx.team.waiting(proposal.by), member(_PROPOSAL, proposal.mission, proposal.id))
    write_no_look(tx, ReminderCard(mission=proposal.mission, proposal=proposal.id))


def write_asked(
    tx: Transaction, person: PersonId, conversation: ConversationId, at: datetime
) -> None:
    """Have the transaction note that a question waits for the person in a conversation."""
    _write(tx, person, member(_QUESTION, conversation), at)


def write_not_asked(tx: Transaction, person: PersonId, conversation: ConversationId) -> None:
    """Have the transaction note that none waits for the person there."""
    tx.zrem(tx.team.waiting(person), member(_QUESTION, conversation))


def write_approval_asked(tx: Transaction, approval: Approval) -> None:
    """Have the transaction note that an approval waits for its approvers."""
    for person in approval.approvers:
        name = member(_APPROVAL, approval.mission, approval.id)
        _write(tx, person, name, approval.at)
    at = reminded_at(approval.at, approval.expires)
    write_look(tx, ReminderCard(mission=approval.mission, approval=approval.id), at)


def write_approval_answered(tx: Transaction, approval: Approval) -> None:
    """Have the transaction note that it waits for nobody any more."""
    for person in approval.approvers:
        name = member(_APPROVAL, approval.mission, approval.id)
        tx.zrem(tx.team.waiting(person), name)
    write_no_look(tx, ReminderCard(mission=approval.mission, approval=approval.id))


@dataclass(frozen=True, slots=True)
class ApprovalWaits:
    """A member of the index that stands for an approval."""

    mission: MissionId
    approval: ApprovalId


def what_waits(name: str) -> tuple[MissionId, ProposalId] | ConversationId | ApprovalWaits:
    """What a member of the index stands for."""
    kind, _, rest = name.partition("|")
    if kind == _QUESTION:
        return ConversationId(rest)
    if kind == _APPROVAL:
        found, approval = split_member(rest, 2)
        return ApprovalWaits(MissionId(found), ApprovalId(approval))
    mission, proposal = split_member(rest, 2)
    return MissionId(mission), ProposalId(proposal)


def _write(tx: Transaction, person: PersonId, name: str, at: datetime) -> None:
    key = tx.team.waiting(person)
    tx.zadd(key, name, at.timestamp()).expire(key, KEPT_MS)
