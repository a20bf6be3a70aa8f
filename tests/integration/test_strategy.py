"""Timeout, catch-up window and jitter: what the plan says is what happens [B3]."""

from __future__ import annotations

from datetime import timedelta

import pytest
from redis import Redis

from jobs.sweeps import Sweeps
from jobs.timer import Timer
from missions import keys as k
from missions.blueprint import CronTrigger, Strategy, Window
from missions.domain import Domain
from missions.execution import Outcome, Reason
from tests.support.build import actor, blueprint, launched, task
from tests.support.fakes import MONDAY, TEAM, ManualClock, RecordingBell
from tests.support.runs import claimed, due, ledger, not_claimed, row_of

HOURLY = CronTrigger(cron="0 * * * *", zone="UTC")


@pytest.fixture
def timer(domain: Domain, bytes_redis: Redis) -> Timer:
    made = Timer(domain, bytes_redis)
    assert made.acquire_lock()
    return made


@pytest.mark.parametrize("seconds", [10, 600, 10_800])
def test_the_deadline_is_the_tasks_own_timeout(domain: Domain, seconds: int) -> None:
    """[B3 X2]"""
    made = task(strategy=Strategy(timeout_seconds=seconds))
    mission = launched(domain, blueprint(made))
    execution = claimed(domain, mission, due(domain, mission, made)).execution
    assert execution.deadline - execution.started_at == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("own", "late", "runs"),
    [(None, 29, True), (None, 31, False), (60, 2, False), (0, 0, True), (7200, 59, True)],
)
def test_how_late_a_run_may_start_is_the_tasks_own(
    domain: Domain, clock: ManualClock, timer: Timer, own: int | None, late: int, runs: bool
) -> None:
    """[B3 S4] Without one, half the period."""
    made = task(HOURLY, strategy=Strategy(catch_up_seconds=own))
    mission = launched(domain, blueprint(made))
    clock.advance(hours=1, minutes=late)
    timer.enqueue_jobs()
    (row,) = ledger(domain, mission)
    expected = (Outcome.PENDING, None) if runs else (Outcome.MISSED, Reason.OUTAGE)
    assert (row.outcome, row.reason) == expected


def test_what_waited_in_the_queue_for_too_long_is_missed(
    domain: Domain, clock: ManualClock
) -> None:
    """[B3 S4] Nobody was there to run it."""
    made = task(HOURLY, strategy=Strategy(catch_up_seconds=60))
    mission = launched(domain, blueprint(made))
    row = due(domain, mission, made)
    clock.advance(seconds=61)
    assert not_claimed(domain, mission, row).outcome is Outcome.PENDING
    assert domain.claims.miss(TEAM, mission.id, row, lambda *_: None)
    closed = row_of(domain, mission, row)
    assert (closed.outcome, closed.reason) == (Outcome.MISSED, Reason.UNTAKEN)


def test_jitter_puts_the_start_off_and_not_the_timetable(
    domain: Domain,
    clock: ManualClock,
    timer: Timer,
    bell: RecordingBell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """[B3] The row is due at its instant, starts later, and is not too late for that."""
    monkeypatch.setattr("jobs.decide.random.uniform", lambda low, high: high)
    made = task(HOURLY, strategy=Strategy(jitter_seconds=300, catch_up_seconds=0))
    mission = launched(domain, blueprint(made))
    clock.advance(hours=1)
    timer.enqueue_jobs()
    (row,) = ledger(domain, mission)
    assert (row.due, row.not_before) == (
        MONDAY + timedelta(hours=1),
        MONDAY + timedelta(hours=1, minutes=5),
    )
    assert bell.executions == []
    assert not_claimed(domain, mission, row.id).outcome is Outcome.PENDING
    clock.advance(minutes=5)
    Sweeps(domain, bell).delayed()  # type: ignore[arg-type]
    assert bell.executions == [(mission.id, row.id)]
    execution = claimed(domain, mission, row.id).execution
    assert execution.scheduled_at == MONDAY + timedelta(hours=1)
    assert execution.started_at == MONDAY + timedelta(hours=1, minutes=5)


def test_jitter_never_reaches_the_next_instant(
    domain: Domain, clock: ManualClock, timer: Timer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B3] Half the period at most."""
    monkeypatch.setattr("jobs.decide.random.uniform", lambda low, high: high)
    mission = launched(domain, blueprint(task(strategy=Strategy(jitter_seconds=3600))))
    clock.advance(minutes=5)
    timer.enqueue_jobs()
    (row,) = ledger(domain, mission)
    assert row.not_before == row.due + timedelta(minutes=2, seconds=30)


def test_jitter_never_reaches_into_what_is_left_out(
    domain: Domain,
    clock: ManualClock,
    timer: Timer,
    bell: RecordingBell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """[B3 B5] Half-way at most: there the start would be thrown away."""
    monkeypatch.setattr("jobs.decide.random.uniform", lambda low, high: high)
    night = Window(begin="11:10", end="11:50", label="night")
    plan = blueprint(task(HOURLY, strategy=Strategy(jitter_seconds=1_800)))
    mission = launched(domain, plan.model_copy(update={"windows": (night,)}))
    clock.advance(hours=1)
    timer.enqueue_jobs()
    (row,) = ledger(domain, mission)
    assert row.not_before == row.due + timedelta(minutes=5)
    clock.set(row.not_before)
    Sweeps(domain, bell).delayed()  # type: ignore[arg-type]
    assert claimed(domain, mission, row.id).execution.scheduled_at == row.due


def test_jitter_is_spread(domain: Domain, clock: ManualClock, timer: Timer) -> None:
    """[B3] Ten Missions that are due at once do not start at once."""
    made = task(HOURLY, strategy=Strategy(jitter_seconds=300))
    missions = [launched(domain, blueprint(made)) for _ in range(10)]
    clock.advance(hours=1)
    timer.enqueue_jobs()
    starts = {ledger(domain, mission)[0].not_before for mission in missions}
    assert len(starts) == 10
    assert domain.redis.zcard(k.DELAYED) == 10


def test_a_disable_empties_what_waits_for_its_jitter(
    domain: Domain, clock: ManualClock, timer: Timer
) -> None:
    """[S5]"""
    mission = launched(domain, blueprint(task(HOURLY, strategy=Strategy(jitter_seconds=300))))
    clock.advance(hours=1)
    timer.enqueue_jobs()
    domain.lifecycle.disable(actor(), mission.id)
    (row,) = ledger(domain, mission)
    assert (row.outcome, row.reason) == (Outcome.SKIPPED, Reason.PAUSED)
    assert domain.redis.zcard(k.DELAYED) == 0


def test_a_run_by_hand_knows_neither_jitter_nor_lateness(
    domain: Domain, clock: ManualClock
) -> None:
    """[S6]"""
    made = task(HOURLY, strategy=Strategy(jitter_seconds=300, catch_up_seconds=0))
    mission = launched(domain, blueprint(made))
    (row,) = domain.lifecycle.run_now(actor(), mission.id, "click", None, "only  for eu-west")
    clock.advance(minutes=3)
    claim = claimed(domain, mission, row)
    assert claim.remark == "only for eu-west"
