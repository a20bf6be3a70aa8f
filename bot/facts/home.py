"""Facts for one person's Home [R6 C1 M10]."""

from __future__ import annotations

from bot.blocks.home import HomeFacts, WaitingCard
from bot.facts.gather import Gather
from bot.facts.lists import list_facts
from missions.approval import call_title
from missions.mission import MissionState
from missions.overview import Waiting, WaitingApproval, WaitingProposal
from missions.proposal import LIFETIME


def home_facts(
    gather: Gather, state: MissionState | None, search: str, page: int, notice: str = ""
) -> HomeFacts:
    """What the viewer sees on Home with this filter: the facts of `/mission list`, and more."""
    viewer = gather.viewer
    person = gather.domain.directory.person(viewer.team, viewer.person)
    quiet = gather.domain.quiet.everywhere(viewer.team)
    return HomeFacts(
        list=list_facts(gather, state, search, page),
        now=gather.now,
        waiting=tuple(_card(gather, one) for one in gather.domain.overview.waiting(viewer)),
        is_admin=person is not None and person.is_admin,
        quiet=quiet,
        people=gather.people([quiet.by] if quiet else []),
        zone=gather.zone(),
        notice=notice,
    )


def _card(gather: Gather, waiting: Waiting) -> WaitingCard:
    if isinstance(waiting, WaitingProposal):
        proposal, mission, card = waiting.proposal, waiting.mission, waiting.card
        url = gather.link(*card) if card else None
        ends = proposal.at + LIFETIME
        return WaitingCard(proposal.kind, mission.channel, mission, url, ends)
    if isinstance(waiting, WaitingApproval):
        asked, mission, card = waiting.approval, waiting.mission, waiting.card
        url = gather.link(*card) if card else None
        title = call_title(asked.arguments, asked.tool)
        return WaitingCard(None, mission.channel, mission, url, asked.expires, title)
    url = gather.link(waiting.channel, waiting.thread_ts)
    return WaitingCard(None, waiting.channel, url=url, question=waiting.text)
