"""Facts about the versions of a plan [B8]."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks.versions_card import DiffFacts, VersionLine, VersionsFacts
from bot.blocks.versions_dialog import PER_PAGE, VersionsPage
from bot.facts.gather import Gather
from missions.diff import diff
from missions.ids import MissionId
from missions.rights import Right
from missions.versions import Version

SHOWN = 20
"""Versions that a card compares with the one before: 50 blocks hold about as many."""


def versions_facts(gather: Gather, mission_id: MissionId) -> VersionsFacts:
    """All versions, the newest with how much each changed."""
    mission = gather.mission(mission_id)
    reader = gather.domain.reader
    versions = reader.version_list(gather.viewer, mission_id)
    items = _compared(gather, mission_id, versions[:SHOWN])
    return VersionsFacts(
        mission=mission,
        items=(*items, *(VersionLine(version, None) for version in versions[SHOWN:])),
        people=gather.people(v.by for v in versions),
        zone=gather.zone(mission),
    )


def versions_page(gather: Gather, mission_id: MissionId, page: int) -> VersionsPage:
    """A page of them for the dialog."""
    mission = gather.mission(mission_id)
    versions = gather.domain.reader.version_list(gather.viewer, mission_id)
    pages = max(1, -(-len(versions) // PER_PAGE))
    page = min(max(page, 1), pages)
    on_page = versions[(page - 1) * PER_PAGE : page * PER_PAGE]
    return VersionsPage(
        VersionsFacts(
            mission=mission,
            items=_compared(gather, mission_id, on_page),
            people=gather.people(v.by for v in on_page),
            zone=gather.zone(mission),
        ),
        numbers=tuple(version.number for version in versions),
        can_edit=gather.domain.rights.may(gather.viewer.person, mission, Right.EDIT),
        page=page,
        pages=pages,
    )


def _compared(
    gather: Gather, mission: MissionId, versions: Sequence[Version]
) -> tuple[VersionLine, ...]:
    """Each with how much it changed."""

    def count(number: int) -> int | None:
        return len(diff_facts(gather, mission, number - 1, number).changes) if number > 1 else None

    return tuple(VersionLine(version, count(version.number)) for version in versions)


def diff_facts(gather: Gather, mission_id: MissionId, first: int, last: int) -> DiffFacts:
    """What changed between two versions; `UnknownMission` if there is no such version."""
    mission = gather.mission(mission_id)
    reader = gather.domain.reader
    before, after = (reader.blueprint(gather.viewer, mission_id, v) for v in (first, last))
    return DiffFacts(mission, first, last, diff(before, after, gather.now))
