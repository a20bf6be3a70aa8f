"""Facts about the versions of a plan [B8]."""

from __future__ import annotations

from bot.blocks.versions_card import DiffFacts, VersionLine, VersionsFacts
from bot.facts.gather import Gather
from missions.diff import diff
from missions.ids import MissionId

SHOWN = 20
"""Versions that a card compares with the one before: 50 blocks hold about as many."""


def versions_facts(gather: Gather, mission_id: MissionId) -> VersionsFacts:
    """All versions, the newest with how much each changed."""
    mission = gather.mission(mission_id)
    reader = gather.domain.reader
    versions = reader.version_list(gather.viewer, mission_id)
    items = []
    for place, version in enumerate(versions):
        count = None
        if version.number > 1 and place < SHOWN:
            count = len(diff_facts(gather, mission_id, version.number - 1, version.number).changes)
        items.append(VersionLine(version, count))
    return VersionsFacts(
        mission=mission,
        items=tuple(items),
        people=gather.people(v.by for v in versions),
        zone=gather.zone(mission),
    )


def diff_facts(gather: Gather, mission_id: MissionId, first: int, last: int) -> DiffFacts:
    """What changed between two versions; `UnknownMission` if there is no such version."""
    mission = gather.mission(mission_id)
    reader = gather.domain.reader
    before, after = (reader.blueprint(gather.viewer, mission_id, v) for v in (first, last))
    return DiffFacts(mission, first, last, diff(before, after, gather.now))
