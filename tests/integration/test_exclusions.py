"""Days that a plan leaves out: holidays, a freeze [B5]."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import cast

import pytest
from redis import Redis

from jobs.queues import RqBell
from jobs.sweeps import Sweeps
from jobs.timer import Timer
from missions.blueprint import Blueprint, CronTrigger, Exclusion, OnceTrigger, Strategy, Task
from missions.domain import Domain
from missions.execution import Outcome, Reason
from missions.mission import Mission
from missions.schedule import Missed, coming_instants
from missions.settling import settlement_of
from missions.taskstate import TaskState
from tests.support.build import DAILY_9, actor, blueprint, launched, proposed, task
from tests.support.fakes import MONDAY, ManualClock, RecordingBell
from tests.support.runs import FAILED, claimed, due, ended, ledger, not_claimed, row_of

FREEZE = Exclusion(first=date(2026, 12, 24), last=date(2027, 1, 1), label="freeze")
TOKYO_9 = CronTrigger(cron="0 9 * * *", zone="Asia/Tokyo")
PLAN = blueprint(task(DAILY_9)).model_copy(update={"exclusions": (FREEZE,)})


@pytest.fixture
def mission(domain: Domain) -> Mission:
    return launched(domain, PLAN)


def test_what_falls_on_such_a_day_is_skipped_with_that_reason(
    domain: Domain, clock: ManualClock, bytes_redis: Redis, bell: RecordingBell, mission: Mission
) -> None:
    """[B5 S1] One row per occurrence, nothing rings, and the day after it runs again."""
    timer = Timer(domain, bytes_redis)
    assert timer.acquire_lock()
    outcomes = []
    for day in (23, 24, 25, 32, 33):
        clock.set(datetime(2026, 12, 1, 8, tzinfo=UTC) + timedelta(days=day - 1))
        bell.executions.clear()
        timer.enqueue_jobs()
        last = ledger(domain, mission)[-1]
        outcomes.append((last.outcome, last.reason, bool(bell.executions)))
    left_out = (Outcome.SKIPPED, Reason.EXCLUDED, False)
    runs = (Outcome.PENDING, None, True)
    assert outcomes == [runs, left_out, left_out, left_out, runs]


def test_coming_runs_leave_those_days_out(
    domain: Domain, clock: ManualClock, mission: Mission
) -> None:
    """[B5 C3]"""
    clock.set(datetime(2026, 12, 23, 7, tzinfo=UTC))
    coming = [run.at.date() for run in domain.reader.next_runs(actor().viewer, mission.id)]
    assert coming == [date(2026, 12, 23), date(2027, 1, 2), date(2027, 1, 3)]


def test_the_day_is_that_of_the_tasks_own_zone() -> None:
    """[B5] 9:00 in Tokyo on 2 January is still the 2nd there, and midnight of it in UTC."""
    after = datetime(2026, 12, 31, tzinfo=UTC)
    (tokyo,) = coming_instants(PLAN, task(TOKYO_9), after, 1)
    assert tokyo == datetime(2027, 1, 2, 0, tzinfo=UTC)


def test_a_freeze_without_end_in_sight_is_skipped_in_one_step() -> None:
    """A plan of every minute and a year left out is still looked through at once."""
    minutely = CronTrigger(cron="* * * * *", zone="UTC")
    year = Exclusion(first=date(2026, 11, 23), last=date(2027, 11, 22))
    plan = PLAN.model_copy(update={"exclusions": (year,)})
    (first,) = coming_instants(plan, task(minutely), MONDAY, 1)
    assert first == datetime(2027, 11, 23, tzinfo=UTC)


def frozen(*made: Task, day: int) -> Blueprint:
    """A plan that leaves out a day of November."""
    left_out = Exclusion(first=date(2026, 11, day), last=date(2026, 11, day), label="freeze")
    return blueprint(*made).model_copy(update={"exclusions": (left_out,)})


@pytest.fixture
def timer(domain: Domain, bytes_redis: Redis) -> Timer:
    made = Timer(domain, bytes_redis)
    assert made.acquire_lock()
    return made


@pytest.fixture
def sweeps(domain: Domain, bell: RecordingBell) -> Sweeps:
    return Sweeps(domain, cast(RqBell, bell))


def test_a_freeze_that_begins_while_one_waits_holds_it(
    domain: Domain, clock: ManualClock, timer: Timer, sweeps: Sweeps
) -> None:
    """[B5 S5] Put off by its jitter at eight, frozen a minute later: it does not start."""
    made = task(DAILY_9, strategy=Strategy(jitter_seconds=3_600))
    clock.set(MONDAY.replace(hour=7))
    mission = launched(domain, blueprint(made))
    clock.set(MONDAY.replace(hour=8, second=1))
    timer.enqueue_jobs()
    (row,) = ledger(domain, mission)
    assert row.not_before is not None
    change = proposed(domain, mission, frozen(made, day=23))
    domain.lifecycle.apply(actor(), mission.id, change.id)
    clock.set(row.not_before + timedelta(seconds=1))
    sweeps.delayed()
    closed = not_claimed(domain, mission, row.id)
    assert (closed.outcome, closed.reason) == (Outcome.SKIPPED, Reason.EXCLUDED)


def test_a_retry_does_not_start_on_such_a_day(
    domain: Domain, clock: ManualClock, sweeps: Sweeps
) -> None:
    """[B5] Its attempt failed half an hour before midnight."""
    made = task(strategy=Strategy(retries=1, retry_seconds=3_600))
    clock.set(MONDAY.replace(hour=23, minute=30))
    mission = launched(domain, frozen(made, day=24))
    row = due(domain, mission, made)
    ended(domain, claimed(domain, mission, row).execution, FAILED)
    put_off = row_of(domain, mission, row).not_before
    assert put_off
    clock.set(put_off)
    sweeps.delayed()
    closed = not_claimed(domain, mission, row)
    assert (closed.outcome, closed.reason) == (Outcome.RUN, Reason.EXCLUDED)


def test_a_run_that_a_person_asks_for_starts_in_a_freeze(
    domain: Domain, clock: ManualClock
) -> None:
    """[B5 S6] It is nothing that is scheduled."""
    mission = launched(domain, frozen(task(), day=23))
    (row,) = domain.lifecycle.run_now(actor(), mission.id, "click")
    claimed(domain, mission, row)


HOURLY = CronTrigger(cron="0 * * * *", zone="UTC")


@pytest.mark.parametrize("hours", [0, 1])
def test_one_left_out_does_not_take_the_place_of_the_one_that_is_made_up(hours: int) -> None:
    """[B3 B5] Out since 22:00; midnight is left out, so 23:00 is the last that was to run."""
    made = task(HOURLY, strategy=Strategy(catch_up_seconds=7_200))
    now = MONDAY.replace(day=24, hour=0, minute=5)
    left = frozen(made, day=24)
    state = TaskState(next_at=MONDAY.replace(hour=22 + hours))
    assert state.next_at is not None
    found = settlement_of(left, made, state, state.next_at, now)
    midnight = MONDAY.replace(day=24, hour=0)
    ten = MONDAY.replace(hour=22)
    assert found.run == MONDAY.replace(hour=23)
    assert found.missed == (None if hours else Missed(1, ten, ten))
    assert found.left_out == (Missed(1, midnight, midnight),)
    assert found.settled == midnight
    late = settlement_of(left, made, state, state.next_at, now + timedelta(hours=2))
    assert (late.run, late.missed and late.missed.count) == (None, 2 - hours)


def test_a_once_task_on_such_a_day_never_comes() -> None:
    """[B5]"""
    once = OnceTrigger(at=datetime(2026, 12, 24, 12, tzinfo=UTC), zone="UTC")
    assert coming_instants(PLAN, task(once), MONDAY, 3) == ()
