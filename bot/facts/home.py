"""Facts for one person's Home [R6 C1 M10]."""

from __future__ import annotations

from dataclasses import replace

from bot.blocks.home import HomeFacts, WaitingCard
from bot.blocks.ways import Waits
from bot.facts.gather import Gather
from bot.facts.lists import list_facts
from missions.approval import call_title
from missions.diff import diff
from missions.mission import MissionState
from missions.overview import Waiting, WaitingApproval, WaitingProposal
from missions.proposal import LIFETIME, ProposalKind
from missions.rights import Right


def home_facts(gather: Gather, state: MissionState | None, search: str, page: int) -> HomeFacts:
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
    )


def _card(gather: Gather, waiting: Waiting) -> WaitingCard:
    if isinstance(waiting, WaitingProposal):
        return _proposal(gather, waiting)
    if isinstance(waiting, WaitingApproval):
        asked, mission, card = waiting.approval, waiting.mission, waiting.card
        url = gather.link(*card) if card else None
        title = call_title(asked.arguments, asked.tool)
        return WaitingCard(None, mission.channel, mission, url, asked.expires, title)
    url = gather.link(waiting.channel, waiting.thread_ts)
    return WaitingCard(None, waiting.channel, url=url, question=waiting.text)


def _proposal(gather: Gather, waiting: WaitingProposal) -> WaitingCard:
    """A Proposal; one whose card stands nowhere with what it does, to be answered here."""
    proposal, mission = waiting.proposal, waiting.mission
    shown = WaitingCard(proposal.kind, mission.channel, mission, ends=proposal.at + LIFETIME)
    if waiting.card:
        return replace(shown, url=gather.link(*waiting.card))
    if not gather.domain.rights.may(gather.viewer.person, mission, Right.EDIT):
        return shown
    if proposal.kind is ProposalKind.CHANGE:
        before = gather.domain.reader.blueprint(gather.viewer, mission.id, proposal.base_version)
        changes = diff(before, proposal.blueprint, gather.now)
        return replace(shown, answer=Waits(proposal, gather.now), changes=changes)
    return replace(shown, answer=Waits(proposal, gather.now))
