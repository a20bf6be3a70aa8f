"""Facts of a Mission report: what the period came to, and the one before it [R3]."""

from __future__ import annotations

from bot.blocks.summary import SummaryFacts
from bot.facts.gather import Gather
from missions.cards import SummaryCard
from missions.summary import PERIOD
from missions.tally import tally


def summary_facts(gather: Gather, card: SummaryCard) -> SummaryFacts:
    """The period of the card; `UnknownMission` if the viewer may not know of its Mission."""
    mission = gather.mission(card.mission)
    store = gather.domain.store
    before = card.since - PERIOD[card.every]
    return SummaryFacts(
        mission=mission,
        every=card.every,
        since=card.since,
        until=card.until,
        now=tally(store, mission.team, mission.id, card.since, card.until),
        before=tally(store, mission.team, mission.id, before, card.since),
        zone=gather.zone(mission),
    )
