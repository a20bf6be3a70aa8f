"""A plan that starts nothing any more: refused where it is asked for, else said [B7 B9]."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.blocks.change_card import change_card
from bot.blocks.mission_card import mission_card
from bot.facts.gather import Gather
from bot.facts.lists import mission_facts
from bot.facts.plans import change_facts
from missions.ahead import has_ahead
from missions.blueprint import (
    After,
    Blueprint,
    EventSource,
    EventTrigger,
    Exclusion,
    OnceTrigger,
    Task,
)
from missions.domain import Domain
from missions.errors import PlanRefused
from missions.ids import TaskId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.proposal import Proposal
from missions.taskstate import SETTLED, field
from tests.support.build import actor, blueprint, launched, proposed, stored, task
from tests.support.fakes import MONDAY, TEAM, ManualClock
from tests.support.runs import claimed

SOON = MONDAY + timedelta(hours=1)
ONCE = task(OnceTrigger(at=SOON, zone="UTC"))


def after(number: int, of: int) -> Task:
    trigger = EventTrigger(
        source=EventSource.TASK_RESULT, zone="UTC", task=TaskId(f"T{of}"), after=After.FINISH
    )
    return task(trigger, number)


def shown(domain: Domain, mission: Mission, proposal: Proposal) -> str:
    gather = Gather(domain, actor().viewer, lambda *_: "", lambda *_: None)
    return str(change_card(change_facts(gather, mission.id, proposal.id)).blocks)


def details(domain: Domain, mission: Mission) -> str:
    gather = Gather(domain, actor().viewer, lambda *_: "", lambda *_: None)
    return mission_card(mission_facts(gather, mission.id)).text


def test_a_change_after_which_nothing_runs_says_so(domain: Domain, clock: ManualClock) -> None:
    """[B9 C5] Before the click and after it, on the very card that was clicked."""
    mission = launched(domain, blueprint(ONCE, task(number=2)))
    clock.advance(hours=3)
    change = proposed(domain, mission, blueprint(ONCE, after(3, of=1)))
    assert "nothing is left that would run" in shown(domain, mission, change)
    changed = domain.lifecycle.apply(actor(), mission.id, change.id)
    assert "All its runs lie in the past" in shown(domain, changed, change)
    assert "All its runs lie in the past" in details(domain, changed)


def test_a_change_that_leaves_a_run_shows_it(domain: Domain, clock: ManualClock) -> None:
    """[C5]"""
    mission = launched(domain, blueprint(ONCE, task(number=2)))
    clock.advance(hours=3)
    change = proposed(domain, mission, blueprint(ONCE, task(number=3)))
    assert "nothing is left" not in shown(domain, mission, change)


def test_what_waits_for_a_run_under_way_is_ahead(domain: Domain, clock: ManualClock) -> None:
    """[B4 B9] The last Once Task runs; the one after it is still to come."""
    mission = launched(domain, blueprint(ONCE, after(2, of=1)))
    (click,) = domain.lifecycle.run_now(actor(), mission.id, "click", ONCE.id)
    claimed(domain, mission, click)
    clock.advance(hours=3)
    assert "lie in the past" not in details(domain, mission)


def test_a_once_task_up_to_which_the_ledger_is_closed_is_refused(domain: Domain) -> None:
    """[B5 B7] As after a clock that was ahead: it would be armed for nothing, and never run."""
    mission = launched(domain)
    keys = TeamKeys(TEAM).mission(mission.id)
    name = field(TaskId("T1"), SETTLED)
    domain.redis.hset(keys.tasks, name, (SOON + timedelta(hours=1)).isoformat())
    change = proposed(domain, mission, blueprint(ONCE))
    with pytest.raises(PlanRefused, match="already closed"):
        domain.lifecycle.apply(actor(), mission.id, change.id)
    assert stored(domain, mission.id).version == mission.version


@pytest.mark.parametrize(
    ("plan", "ahead"),
    [
        (blueprint(ONCE), False),
        (blueprint(ONCE, task(number=2)), True),
        (blueprint(ONCE, after(2, of=1)), False),
        (blueprint(task(), after(2, of=1)), True),
        (blueprint(ONCE, after(2, of=1), after(3, of=2)), False),
        (blueprint(after(1, of=2), after(2, of=1)), False),
        (blueprint(after(1, of=7)), False),
        (blueprint(task(EventTrigger(source=EventSource.WEBHOOK, zone="UTC"))), True),
    ],
)
def test_what_starts_by_itself(plan: Blueprint, ahead: bool) -> None:
    """[B9 B4] A Task that waits for another one starts only if that one does."""
    assert has_ahead(plan, SOON) == ahead


def test_a_plan_whose_days_are_all_left_out_has_nothing_ahead() -> None:
    """[B5 B9]"""
    days = Exclusion(first=date(2026, 11, 1), last=date(2026, 12, 31))
    plan = blueprint(ONCE).model_copy(update={"exclusions": (days,)})
    assert has_ahead(blueprint(ONCE), MONDAY)
    assert not has_ahead(plan, MONDAY)
