"""A Task is disarmed at the moment at which its instant has come: it has its row all the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from redis import Redis

from jobs.timer import Timer
from missions.cards import OutageCard
from missions.domain import Domain
from missions.execution import Outcome, Reason
from missions.mission import Mission
from tests.integration.races.kit import ROUNDS, at_once, between
from tests.integration.races.test_apply_during_dispatch import HOURLY, claim_again, claim_all
from tests.support.build import actor, blueprint, launched, proposed, task
from tests.support.fakes import MONDAY, ManualClock
from tests.support.runs import cards, ledger

Disarm = Callable[[Domain, Mission], Any]


def disable(domain: Domain, mission: Mission) -> Any:
    return domain.lifecycle.disable(actor(), mission.id)


def change_trigger(domain: Domain, mission: Mission) -> Any:
    change = proposed(domain, mission, blueprint(task(HOURLY)))
    return domain.lifecycle.apply(actor(), mission.id, change.id)


def remove_task(domain: Domain, mission: Mission) -> Any:
    change = proposed(domain, mission, blueprint(task(HOURLY, number=2)))
    return domain.lifecycle.apply(actor(), mission.id, change.id)


WAYS = pytest.mark.parametrize(
    ("disarm", "reason"),
    [
        (disable, Reason.PAUSED),
        (change_trigger, Reason.PLAN_CHANGED),
        (remove_task, Reason.PLAN_CHANGED),
    ],
)


@pytest.fixture
def timer(domain: Domain, bytes_redis: Redis) -> Timer:
    made = Timer(domain, bytes_redis)
    assert made.acquire_lock()
    return made


def instants(domain: Domain, mission: Mission) -> Counter[datetime]:
    """How often each instant of the five minutes is in the ledger."""
    return Counter(
        row.due + timedelta(minutes=5 * n)
        for row in ledger(domain, mission)
        if row.task == "T1"
        for n in range(row.count)
    )


@WAYS
def test_what_is_due_and_was_not_fired_is_skipped(
    domain: Domain, clock: ManualClock, timer: Timer, disarm: Disarm, reason: Reason
) -> None:
    """[S1 S5] The scheduler was away for a moment."""
    mission = launched(domain)
    clock.advance(minutes=5, seconds=1)
    disarm(domain, mission)
    timer.enqueue_jobs()
    (row,) = ledger(domain, mission)
    assert (row.due, row.outcome) == (MONDAY + timedelta(minutes=5), Outcome.SKIPPED)
    assert row.reason is reason


@WAYS
def test_what_a_scheduler_left_for_long_is_missed_and_told(
    domain: Domain, clock: ManualClock, timer: Timer, disarm: Disarm, reason: Reason
) -> None:
    """[S1 S4] Six instants passed; the last could still have run, was it not disarmed."""
    mission = launched(domain)
    clock.advance(minutes=31)
    disarm(domain, mission)
    timer.enqueue_jobs()
    missed, skipped = ledger(domain, mission)
    assert (missed.outcome, missed.reason, missed.count) == (Outcome.MISSED, Reason.OUTAGE, 5)
    assert (skipped.outcome, skipped.reason) == (Outcome.SKIPPED, reason)
    assert instants(domain, mission) == {MONDAY + timedelta(minutes=5 * n): 1 for n in range(1, 7)}
    timer.outages.tell()
    (notice,) = [c for c in cards(domain) if isinstance(c, OutageCard)]
    assert [(one.count, one.made_up) for one in notice.missed] == [(5, False)]


@WAYS
def test_fired_after_it_was_read_as_due(
    domain: Domain, clock: ManualClock, timer: Timer, disarm: Disarm, reason: Reason
) -> None:
    """[S1 S5] One row: the occurrence that the timer wrote meanwhile, which never starts."""
    mission = launched(domain)
    clock.advance(minutes=5, seconds=1)
    between(lambda: disarm(domain, mission), timer.enqueue_jobs)
    assert claim_all(domain, mission, "late") == []
    (row,) = ledger(domain, mission)
    assert (row.outcome, row.reason) == (Outcome.SKIPPED, reason)


@WAYS
def test_whoever_comes_first_each_instant_is_in_one_row(
    domain: Domain, clock: ManualClock, timer: Timer, disarm: Disarm, reason: Reason
) -> None:
    """[S1 S5] Timer, worker and person at the same moment."""
    for _ in range(ROUNDS):
        assert timer.acquire_lock()
        clock.set(MONDAY)
        mission = launched(domain)
        clock.advance(minutes=5)
        at_once(
            partial(disarm, domain, mission),
            timer.enqueue_jobs,
            partial(claim_again, domain, mission),
        )
        timer.enqueue_jobs()
        assert claim_all(domain, mission, "late") == []
        assert instants(domain, mission) == {MONDAY + timedelta(minutes=5): 1}
        (row,) = ledger(domain, mission)
        assert row.outcome is Outcome.RUN or row.reason is reason
        if disarm is not disable:
            disable(domain, mission)
