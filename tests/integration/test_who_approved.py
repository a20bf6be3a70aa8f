"""Who approved what a Mission did: told from records, and only where they may be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from agent.tools.look import explain_last
from agent.tools.records import what_it_costs, who_did
from bot.tracing import OtelTracer, provider
from missions import tracing
from missions.cards import TextCard
from missions.domain import Domain
from missions.errors import UnknownMission
from missions.mission import Mission
from tests.support.approvals import Pager, Works, act, acting, approvable, works
from tests.support.build import actor
from tests.support.fakes import GRACE
from tests.unit.desk_kit import desk


@pytest.fixture
def pager() -> Iterator[Pager]:
    made = Pager()
    yield made
    made.close()


@pytest.fixture
def at_work(domain: Domain, pager: Pager, tmp_path: Path) -> Works:
    return works(domain, pager, tmp_path)


def approved(domain: Domain, pager: Pager, at_work: Works) -> Mission:
    """A Mission whose run posted to the pager, as Grace approved."""
    plan = acting(act(pager.url(), json='{"text": "down"}'))
    mission = approvable(domain, plan)
    at_work.run(mission, plan)
    asked = at_work.asked(mission)
    domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)
    at_work.resume(asked)
    return mission


def told(tool: Any, domain: Domain, mission: Mission, **arguments: Any) -> str:
    """What a tool says of it without a model."""
    at_desk = replace(desk("?"), reader=domain.reader, viewer=actor().viewer, offline=True)
    at_desk = replace(at_desk, now=domain.clock.now())
    runtime = SimpleNamespace(context=at_desk)
    answer = json.loads(tool.func(runtime=runtime, mission=mission.id, **arguments))
    if not answer["ok"]:
        return str(answer["findings"][0])
    (card,) = at_desk.cards
    assert isinstance(card, TextCard)
    return card.text


def test_who_approved_is_told_with_what_and_when(
    domain: Domain, pager: Pager, at_work: Works
) -> None:
    """[C7 A2] From the record, whatever a model thinks."""
    mission = approved(domain, pager, at_work)
    said = told(who_did, domain, mission)
    assert f"POST {pager.url()}: approved by" in said
    assert "Nothing was approved" not in said


def test_approvals_are_read_where_the_mission_may_be(
    domain: Domain, pager: Pager, at_work: Works
) -> None:
    """[P1]"""
    mission = approved(domain, pager, at_work)
    run = at_work.last(mission)
    (asked,) = domain.reader.approvals(actor().viewer, mission.id, run.id)
    assert asked.by == GRACE
    elsewhere = actor().viewer.model_copy(update={"place": "C-ELSEWHERE"})
    with pytest.raises(UnknownMission):
        domain.reader.approvals(elsewhere, mission.id, run.id)


def test_a_run_is_found_by_its_time_of_day(domain: Domain, pager: Pager, at_work: Works) -> None:
    """[C7 C8] On the person's clock; a time at which nothing ran is said."""
    mission = approved(domain, pager, at_work)
    due = at_work.last(mission).scheduled_at.astimezone(UTC)
    berlin = f"{(due.hour + 1) % 24:02}:{due.minute:02}"
    assert "ran to its end" in told(explain_last, domain, mission, at=berlin)
    assert "no run of" in told(explain_last, domain, mission, at="03:17")


def test_the_cost_of_everything_counts_all_runs_here(
    domain: Domain, pager: Pager, at_work: Works
) -> None:
    """[C7 X6]"""
    mission = approved(domain, pager, at_work)
    said = told(what_it_costs, domain, mission, everywhere=True)
    assert said == "No model cost in the last 30 days: none of the 1 runs here used one."


def test_what_is_left_of_a_run_after_an_approval_has_its_span(
    domain: Domain, pager: Pager, at_work: Works
) -> None:
    """[L4 A3] With the approval that it went on by."""
    exporter = InMemorySpanExporter()
    made = provider(exporter, "test")
    tracing.install(OtelTracer(made))
    try:
        mission = approved(domain, pager, at_work)
    finally:
        tracing.install(None)
        made.shutdown()
    runs = [s for s in exporter.get_finished_spans() if s.name == "execution"]
    run = at_work.last(mission)
    assert [(s.attributes or {})["houston.execution"] for s in runs] == [run.id, run.id]
    assert [(s.attributes or {}).get("houston.approval") is not None for s in runs] == [False, True]
