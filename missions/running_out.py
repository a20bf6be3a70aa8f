"""When to remind of what waits for a person, and the index that says so [A2 C5]."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from missions import keys as k
from missions.cards import ReminderCard
from missions.ids import ApprovalId, ChannelId, MissionId, OutboxId, ProposalId
from missions.outbox import entry, put
from missions.tx import Transaction

SHARE: Final = 4
"""One in so many parts of its life is left when it is reminded of."""
AT_LEAST: Final = timedelta(minutes=5)
"""With less time than this nobody could do much: what lives too short is not reminded of."""


class Kind(StrEnum):
    """What can run out."""

    PROPOSAL = "proposal"
    APPROVAL = "approval"


def reminded_at(since: datetime, until: datetime) -> datetime | None:
    """When to remind of what waits from one instant to the other; None if that is too short."""
    left = (until - since) / SHARE
    return until - left if left >= AT_LEAST else None


def name_of(card: ReminderCard) -> str:
    """What the index calls that of which the card reminds."""
    if card.proposal:
        return f"{Kind.PROPOSAL}:{card.proposal}"
    return f"{Kind.APPROVAL}:{card.approval}"


def card_of_name(mission: MissionId, name: str) -> ReminderCard:
    """The card that reminds of what the index calls so; ValueError if it is none of ours."""
    kind, _, found = name.partition(":")
    if Kind(kind) is Kind.PROPOSAL:
        return ReminderCard(mission=mission, proposal=ProposalId(found))
    return ReminderCard(mission=mission, approval=ApprovalId(found))


def reminder_for(card: ReminderCard) -> OutboxId:
    """The entry that posts it: one for each thing that waits, whoever puts it how often."""
    return OutboxId(f"{card.proposal or card.approval}-remind")


def write_look(tx: Transaction, card: ReminderCard, at: datetime | None) -> None:
    """Have the transaction note when to look at what waits; None is never."""
    if at:
        name = k.member(tx.team.team, card.mission, name_of(card))
        tx.zadd(k.REMINDERS, name, at.timestamp())


def write_no_look(tx: Transaction, card: ReminderCard) -> None:
    """Have the transaction note that it waits no more."""
    tx.zrem(k.REMINDERS, k.member(tx.team.team, card.mission, name_of(card)))


def write_reminder_over(tx: Transaction, card: ReminderCard, where: ChannelId | None) -> None:
    """Have the transaction make a reminder that was said there tell what became of it."""
    if where:
        put(tx, entry(tx.team.team, where, card, update=reminder_for(card)))
