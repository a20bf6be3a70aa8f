"""Edits by which a card that was posted earlier follows its Mission [M3].

Nothing is posted for them, and nobody is told of one that Slack does not take: the card tells no
more than it told before.
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

from bot.blocks.notices import sentence
from bot.facts.cards import Shown
from bot.slack_errors import (
    ChannelArchived,
    ChannelNotFound,
    MessageGone,
    MessageNotOurs,
    NotInChannel,
    SlackFailure,
)
from missions.cards import Card, RenamedCard, ReportCard, SummaryCard
from missions.domain import Domain
from missions.outbox import Entry, Lane
from missions.phrases import say

TOLD: Final = (ReportCard, SummaryCard, RenamedCard)
"""Cards that tell what was: after a move they stay in the channel in which it happened."""
ENDED: Final = (MessageGone, MessageNotOurs)
"""A message of which Slack says so can never be changed again."""
NOT_THERE: Final = (NotInChannel, ChannelNotFound, ChannelArchived)


def digest_of(shown: Shown) -> str:
    """How a card looks."""
    message = shown.message
    text = json.dumps([message.text, message.blocks], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def looks_as_before(domain: Domain, e: Entry, shown: Shown) -> bool:
    """Whether the message of an edit shows this already."""
    known = domain.redraws.known(e)
    return known is not None and known.digest == digest_of(shown)


def moved_away(domain: Domain, e: Entry) -> Shown | None:
    """What stays of a card in the channel that its Mission was moved out of; None: all of it.

    It does not say where to, nor anything that was not known there [P1].
    """
    if e.mission is None or e.channel.startswith("D") or _is_told(e.card):
        return None
    found = domain.store.mission(e.team, e.mission)
    if found is None or found.channel == e.channel:
        return None
    return Shown(sentence(say("card-moved-away", id=found.id)), (found.id,))


def give_up(domain: Domain, lane: Lane, e: Entry, failure: SlackFailure) -> None:
    """Slack does not take the edit: leave the card as it is, for good if it can never change."""
    if isinstance(failure, ENDED):
        domain.redraws.forget(e)
    if isinstance(failure, NOT_THERE):
        domain.places.doubt(e.team, e.channel)
    lane.drop(e)


def _is_told(card: Card) -> bool:
    return isinstance(card, TOLD)
