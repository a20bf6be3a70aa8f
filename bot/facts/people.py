"""Cards that concern people around a Mission, as their viewer may see them [P3 R3]."""

from __future__ import annotations

from bot.blocks import owners
from bot.blocks.layout import Message
from bot.blocks.summary import summary
from bot.facts.gather import Gather
from bot.facts.summary import summary_facts
from missions import cards as c
from missions.ports import Channel

PeopleCard = c.HandoverOfferCard | c.HandoverCard | c.OwnerLeftCard | c.PlaceCard | c.SummaryCard


def people_card(card: PeopleCard, gather: Gather) -> Message:
    """The card; `UnknownMission` if the viewer may not know of its Mission."""
    mission = gather.mission(card.mission)
    match card:
        case c.HandoverOfferCard():
            return owners.handover_offer(card, mission, gather.people([card.to]))
        case c.HandoverCard():
            return owners.handover(card, mission, gather.people([card.by, card.to]), gather.now)
        case c.OwnerLeftCard():
            return owners.owner_left(card, mission, gather.people([card.owner, mission.owner]))
        case c.SummaryCard():
            return summary(summary_facts(gather, card))
        case c.PlaceCard():
            there = gather.domain.directory.channel(mission.team, card.channel)
            unseen = Channel(id=card.channel, name="that channel", is_private=True)
            return owners.place(card, mission, there or unseen)
