"""A Once Task that does not start is said in its channel: nothing makes up for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from redis import Redis

from jobs.timer import Timer
from missions import keys as k
from missions.blueprint import Exclusion, OnceTrigger, Overlap, Strategy
from missions.cards import Card, TextCard
from missions.domain import Domain
from missions.execution import Outcome, Reason
from missions.mission import Mission
from tests.support.build import DAILY_9, actor, blueprint, launched, task
from tests.support.fakes import MONDAY, OPS, ManualClock
from tests.support.runs import GOOD, cards, claimed, due, ended, ledger, not_claimed
from tests.support.stored import members

SOON = MONDAY + timedelta(hours=1)
ONCE = task(
    OnceTrigger(at=SOON, zone="UTC"), title="Migrate", strategy=Strategy(overlap=Overlap.SKIP)
)


@pytest.fixture
def timer(domain: Domain, bytes_redis: Redis) -> Timer:
    made = Timer(domain, bytes_redis)
    assert made.acquire_lock()
    return made


def fired(clock: ManualClock, timer: Timer) -> None:
    clock.set(SOON)
    assert timer.acquire_lock()
    timer.enqueue_jobs()


def said(domain: Domain) -> list[str]:
    """What was said that names the Task."""
    found: list[Card] = cards(domain)
    return [c.text for c in found if isinstance(c, TextCard) and "“Migrate”" in c.text]


def the_row(domain: Domain, mission: Mission) -> tuple[Outcome, Reason | None]:
    (row,) = ledger(domain, mission)
    return row.outcome, row.reason


def test_at_a_time_left_out(domain: Domain, clock: ManualClock, timer: Timer) -> None:
    """[B5 B9 S1] As in a plan of before that was not asked about it."""
    day = Exclusion(first=MONDAY.date(), last=MONDAY.date())
    plan = blueprint(ONCE).model_copy(update={"exclusions": (day,)})
    mission = launched(domain, plan)
    fired(clock, timer)
    assert the_row(domain, mission) == (Outcome.SKIPPED, Reason.EXCLUDED)
    assert said(domain) == [
        "“Migrate” of Shop watch did not run: the time is left out. "
        "It was planned for once: tell me when it is to run instead."
    ]


def test_while_the_task_is_paused(domain: Domain, clock: ManualClock, timer: Timer) -> None:
    """[M9 S1]"""
    mission = launched(domain, blueprint(ONCE))
    domain.lifecycle.pause_task(actor(), mission.id, ONCE.id, "", None)
    fired(clock, timer)
    assert the_row(domain, mission) == (Outcome.SKIPPED, Reason.TASK_PAUSED)
    assert len(said(domain)) == 1


def test_while_all_is_paused(domain: Domain, clock: ManualClock, timer: Timer) -> None:
    """[M10 S1] A worker that comes back to it says nothing more."""
    mission = launched(domain, blueprint(ONCE))
    domain.quiet.begin(actor(), OPS, "drill", None)
    fired(clock, timer)
    (name,) = members(domain.redis, k.PENDING)
    (row,) = ledger(domain, mission)
    not_claimed(domain, mission, row.id)
    not_claimed(domain, mission, row.id)
    assert name.endswith(row.id)
    assert the_row(domain, mission) == (Outcome.SKIPPED, Reason.QUIET)
    (text,) = said(domain)
    assert "everything is paused here" in text


def test_nothing_is_said_of_a_task_that_comes_again(domain: Domain, clock: ManualClock) -> None:
    """[S1] The ledger and its summary tell."""
    made = task(DAILY_9, title="Migrate")
    mission = launched(domain, blueprint(made))
    row = due(domain, mission, made)
    domain.quiet.begin(actor(), OPS, "drill", None)
    not_claimed(domain, mission, row)
    assert said(domain) == []


def test_nothing_is_said_of_one_that_runs(domain: Domain, clock: ManualClock, timer: Timer) -> None:
    mission = launched(domain, blueprint(ONCE))
    fired(clock, timer)
    (row,) = ledger(domain, mission)
    ended(domain, claimed(domain, mission, row.id).execution, GOOD)
    assert said(domain) == []
