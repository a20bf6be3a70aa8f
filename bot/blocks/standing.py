"""How a Proposal stands when its card is shown, and the line a card ends with [C5]."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import Element, button
from bot.blocks.look import STATE_SIGN
from bot.mrkdwn import Mrkdwn, date, mention, told
from missions.mission import Mission
from missions.proposal import LIFETIME, Proposal, ProposalKind, ProposalState


class Standing(StrEnum):
    """OPEN can be answered; STALE and EXPIRED can be made anew; the others are final."""

    OPEN = "open"
    STALE = "stale"
    EXPIRED = "expired"
    APPLIED = "applied"
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"


DEAD: Final = frozenset({Standing.DISCARDED, Standing.SUPERSEDED})
"""What will never run: no coming runs are shown."""
REDOABLE: Final = frozenset({Standing.STALE, Standing.EXPIRED})


def standing(proposal: Proposal, mission: Mission, now: datetime) -> Standing:
    """How the Proposal stands now."""
    if proposal.state is not ProposalState.OPEN:
        return Standing(proposal.state.value)
    if proposal.base_version != mission.version:
        return Standing.STALE
    return Standing.EXPIRED if proposal.expired(now) else Standing.OPEN


def standing_line(proposal: Proposal, mission: Mission, now: datetime, zone: str) -> Mrkdwn:
    """What a person should know about the Proposal's standing: who answered, or how long it waits.

    The person who answered is mentioned: they have just clicked.
    """
    match standing(proposal, mission, now):
        case Standing.STALE:
            return told("stale", base=proposal.base_version, current=mission.version)
        case Standing.EXPIRED:
            return told("expired")
        case Standing.SUPERSEDED:
            return told("superseded")
        case Standing.APPLIED:
            by, at = _answer(proposal, zone)
            if proposal.kind is ProposalKind.LAUNCH:
                return told("launched", by=by, at=at)
            return told("applied", by=by, at=at, version=proposal.base_version + 1)
        case Standing.DISCARDED:
            by, at = _answer(proposal, zone)
            return told("discarded", by=by, at=at)
        case Standing.OPEN:
            return told("waits-until", date=date(proposal.at + LIFETIME, zone=zone))


def proposal_button(
    proposal: Proposal, text: str, action: ActionId, style: str | None = None
) -> Element:
    """A button about this Proposal, on the version it was made on."""
    value = Value(mission=proposal.mission, proposal=proposal.id, version=proposal.base_version)
    return button(text, action, value, style=style)


def card_sign(at: Standing, mission: Mission) -> str:
    """The sign in a card's header."""
    return "🗑️" if at is Standing.DISCARDED else STATE_SIGN[mission.state]


def _answer(proposal: Proposal, zone: str) -> tuple[Mrkdwn, Mrkdwn]:
    by = mention(proposal.answered_by) if proposal.answered_by else told("somebody")
    at = date(proposal.answered_at or proposal.at, zone=zone)
    return by, at
