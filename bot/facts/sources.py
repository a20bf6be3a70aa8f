"""The links of an answer from the records: each beside the line that rests on it [C7 C8 P1]."""

from __future__ import annotations

from bot.facts.gather import Gather
from bot.facts.reports import report_links
from bot.mrkdwn import Mrkdwn, link, told
from missions.approvals import message_for
from missions.errors import UnknownMission
from missions.ids import MissionId
from missions.sources import Source


def source_links(
    sources: tuple[Source | None, ...], gather: Gather
) -> tuple[tuple[Mrkdwn | None, ...], tuple[MissionId, ...]]:
    """A link for each line that has one, and the Missions that are named.

    What is not in Slack, or may not be known of any more, is not linked.
    """
    links = tuple(_link(source, gather) if source else None for source in sources)
    named = (s.mission for s, shown in zip(sources, links, strict=True) if s and shown)
    return links, tuple(dict.fromkeys(named))


def _link(source: Source, gather: Gather) -> Mrkdwn | None:
    try:
        mission = gather.mission(source.mission)
    except UnknownMission:
        return None
    if source.link:
        return link(source.link, told("where"))
    if source.execution:
        url = report_links(gather, mission, {source.execution}).get(source.execution)
        return link(url, told("report")) if url else None
    if source.approval:
        entry = message_for(source.approval)
        place = gather.domain.outbox.where(mission.team, mission.id, entry)
        return link(gather.link(*place), told("source-card")) if place else None
    url = gather.thread_url(mission)
    return link(url, told("source-thread")) if url else None
