"""A Proposal or an approval still waits and soon runs out; later, what became of it [A2 C5]."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.blocks.actions import ActionId
from bot.blocks.approval_card import approval_outcome
from bot.blocks.elements import link_button, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import People
from bot.blocks.standing import Standing, standing, standing_line
from bot.mrkdwn import Mrkdwn, bold, code, date, label, lines, mention, told
from missions.approval import Approval, ApprovalState, call_title
from missions.ids import PersonId
from missions.mission import Mission
from missions.phrases import say
from missions.proposal import Proposal, ProposalKind

_WAITS: Final = {
    ProposalKind.LAUNCH: "remind-launch",
    ProposalKind.CHANGE: "remind-change",
    ProposalKind.BACKFILL: "remind-backfill",
}


@dataclass(frozen=True, slots=True)
class ReminderFacts:
    """What waits, and for whom: those are mentioned. `url` leads to its card if that is not the
    message above."""

    mission: Mission
    waits: Proposal | Approval
    whom: tuple[PersonId, ...]
    now: datetime
    url: str | None = None
    people: People = field(default_factory=dict)
    zone: str = "UTC"


def reminder(facts: ReminderFacts) -> Message:
    """For whom it waits and until when, while it does; then how it ended."""
    still = _still(facts)
    if still is None:
        return compose(Mrkdwn(""), [section(_over(facts))])
    card = link_button(say("open-card"), facts.url, ActionId.FOLLOW) if facts.url else None
    return compose(Mrkdwn(""), [section(still, card)])


def _still(facts: ReminderFacts) -> Mrkdwn | None:
    """What it waits for; None if it waits no more."""
    waits = facts.waits
    if isinstance(waits, Approval):
        return _of_approval(facts, waits) if waits.state is ApprovalState.OPEN else None
    is_open = standing(waits, facts.mission, facts.now) is Standing.OPEN
    return _of_proposal(facts, waits) if is_open else None


def _over(facts: ReminderFacts) -> Mrkdwn:
    waits = facts.waits
    if isinstance(waits, Approval):
        return approval_outcome(waits, facts.people, facts.zone)
    return standing_line(waits, facts.mission, facts.now, facts.zone)


def _of_approval(facts: ReminderFacts, asked: Approval) -> Mrkdwn:
    call = code(call_title(asked.arguments, asked.tool), 300)
    until = date(asked.expires, zone=facts.zone)
    said = told("remind-approval", people=_named(facts), call=call, date=until)
    return lines([said, told("remind-fails")])


def _of_proposal(facts: ReminderFacts, proposal: Proposal) -> Mrkdwn:
    named = bold(label(facts.mission.name))
    until = date(proposal.expires, zone=facts.zone)
    said = told(_WAITS[proposal.kind], people=_named(facts), mission=named, date=until)
    return lines([said, told("remind-redo")])


def _named(facts: ReminderFacts) -> Mrkdwn:
    return Mrkdwn(" ".join(map(mention, facts.whom)))
