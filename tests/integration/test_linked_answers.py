"""Answers from the records link to what they rest on, for those who may see it [C7 C8]."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agent.tools.look import explain_last
from agent.tools.records import last_success, what_changed, what_it_costs, who_did
from bot.facts.cards import show
from bot.facts.gather import Gather
from bot.facts.reports import report_links
from missions.approvals import message_for
from missions.cards import NextRunsCard, TextCard
from missions.domain import Domain
from missions.mission import Mission
from missions.sources import Fact, Source
from missions.viewer import Viewer
from tests.integration.test_who_approved import approved
from tests.support.approvals import Pager, Works, works
from tests.support.build import actor
from tests.support.fakes import OPS, TEAM
from tests.unit.desk_kit import desk

LINK = "https://houston.test/archives/C1/p7"


@pytest.fixture
def pager() -> Iterator[Pager]:
    made = Pager()
    yield made
    made.close()


@pytest.fixture
def at_work(domain: Domain, pager: Pager, tmp_path: Path) -> Works:
    return works(domain, pager, tmp_path)


def gather(domain: Domain, viewer: Viewer) -> Gather:
    return Gather(domain, viewer, lambda _, ts: f"https://houston.test/{ts}", lambda *_: None)


def post_all(domain: Domain) -> None:
    """Everything that waits is in Slack."""
    lane = domain.outbox.take(TEAM, OPS, "test")
    assert lane is not None
    posted = 0
    while e := lane.head():
        posted += 1
        lane.posted(e, f"{posted}.0")
    lane.release()


def answered(domain: Domain, tool: Any, mission: Mission, *, offline: bool) -> str:
    """The message that a tool's answer makes, as Grace sees it."""
    viewer = actor().viewer
    at = replace(desk("?"), reader=domain.reader, viewer=viewer, now=domain.clock.now())
    at = replace(at, offline=offline)
    tool.func(runtime=SimpleNamespace(context=at), mission=mission.id)
    (card,) = at.cards
    shown = show(card, gather(domain, viewer))
    assert mission.id in shown.named
    return str(shown.message.blocks)


@pytest.mark.parametrize("offline", [True, False], ids=["offline", "model"])
def test_facts_link_to_their_reports_cards_and_threads(
    domain: Domain, pager: Pager, at_work: Works, offline: bool
) -> None:
    """[C7 C8] With and without a model, the same links by code."""
    mission = approved(domain, pager, at_work)
    post_all(domain)
    run = at_work.last(mission)
    (root,) = report_links(gather(domain, actor().viewer), mission, {run.id}).values()
    report = f"<{root}|Report>"
    for tool in (explain_last, last_success, what_changed):
        assert report in answered(domain, tool, mission, offline=offline), tool.name
    told = answered(domain, who_did, mission, offline=offline)
    (asked,) = domain.reader.approvals(actor().viewer, mission.id, run.id)
    place = domain.outbox.where(TEAM, mission.id, message_for(asked.id))
    assert place is not None
    assert f"<https://houston.test/{place[1]}|the card>" in told
    cost = answered(domain, what_it_costs, mission, offline=offline)
    assert f"<https://houston.test/{mission.thread_ts}|its thread>" in cost


def test_a_change_links_to_the_message_that_made_it(
    domain: Domain, pager: Pager, at_work: Works
) -> None:
    """[C7 M7]"""
    mission = approved(domain, pager, at_work)
    by = actor().model_copy(update={"link": LINK})
    domain.lifecycle.rename(by, mission.id, "Pay watch")
    assert f"<{LINK}|where>" in answered(domain, what_changed, mission, offline=True)


def test_what_runs_next_links_to_the_threads(domain: Domain, pager: Pager, at_work: Works) -> None:
    """[C7] “What runs tonight” of everything here."""
    mission = approved(domain, pager, at_work)
    shown = show(NextRunsCard(mission=None), gather(domain, actor().viewer))
    assert f"<https://houston.test/{mission.thread_ts}|*" in str(shown.message.blocks)


def test_a_name_cannot_move_or_make_a_link(domain: Domain, pager: Pager, at_work: Works) -> None:
    """[P4] Lines stay lines whatever they hold, and only our permalinks become links."""
    mission = approved(domain, pager, at_work)
    at = desk("?")
    trap = "a\nb\u2028c <https://evil.test|open>"
    at.tell([Fact(text=trap), Fact(text="mine", source=Source(mission=mission.id, link=LINK))])
    (card,) = at.cards
    text = show(card, gather(domain, actor().viewer)).message.blocks[0]["text"]["text"]
    assert text == f"a b c &lt;https://evil.test|open&gt;\nmine · <{LINK}|where>"


def test_nobody_gets_a_link_to_what_they_may_not_know(
    domain: Domain, pager: Pager, at_work: Works
) -> None:
    """[P1]"""
    mission = approved(domain, pager, at_work)
    card = TextCard(text="told", sources=(Source(mission=mission.id, link=LINK),))
    elsewhere = actor().viewer.model_copy(update={"place": "C-ELSEWHERE"})
    shown = show(card, gather(domain, elsewhere))
    assert LINK not in str(shown.message.blocks)
    assert shown.named == ()
