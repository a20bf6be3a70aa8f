"""Cards that concern people around a Mission, as their viewer may see them [P3 R3]."""

from __future__ import annotations

from bot.blocks import owners
from bot.blocks.export import export
from bot.blocks.layout import Message
from bot.blocks.summary import summary
from bot.facts.gather import Gather
from bot.facts.summary import summary_facts
from missions import cards as c
from missions.export import to_csv, to_yaml
from missions.mission import Mission
from missions.phrases import say
from missions.ports import Channel

EXPORTED = 200
"""Executions that are shown as CSV in Slack; `houston export` writes all that are kept."""

PeopleCard = (
    c.HandoverOfferCard
    | c.ApproversCard
    | c.HandoverCard
    | c.OwnerLeftCard
    | c.PlaceCard
    | c.SummaryCard
    | c.ExportCard
)


def people_card(card: PeopleCard, gather: Gather) -> Message:
    """The card; `UnknownMission` if the viewer may not know of its Mission."""
    mission = gather.mission(card.mission)
    match card:
        case c.HandoverOfferCard():
            return owners.handover_offer(card, mission, gather.people([card.to]))
        case c.ApproversCard():
            people = gather.people([*card.people, *mission.approvers])
            return owners.approvers(card, mission, people)
        case c.HandoverCard():
            return owners.handover(card, mission, gather.people([card.by, card.to]), gather.now)
        case c.OwnerLeftCard():
            return owners.owner_left(card, mission, gather.people([card.owner, mission.owner]))
        case c.ExportCard():
            return export(mission, _exported(card, gather, mission), csv=card.csv)
        case c.SummaryCard():
            return summary(summary_facts(gather, card))
        case c.PlaceCard():
            there = gather.domain.directory.channel(mission.team, card.channel)
            unseen = Channel(id=card.channel, name=say("that-channel"), is_private=True)
            return owners.place(card, mission, there or unseen)


def _exported(card: c.ExportCard, gather: Gather, mission: Mission) -> str:
    reader = gather.domain.reader
    if card.csv:
        return to_csv(reader.executions(gather.viewer, mission.id, limit=EXPORTED))
    return to_yaml(mission.name, reader.blueprint(gather.viewer, mission.id))
