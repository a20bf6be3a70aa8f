"""Days that a plan leaves out: holidays, a freeze [B5]."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from redis import Redis

from jobs.timer import Timer
from missions.blueprint import CronTrigger, Exclusion, OnceTrigger
from missions.domain import Domain
from missions.execution import Outcome, Reason
from missions.mission import Mission
from missions.schedule import coming_instants
from tests.support.build import DAILY_9, actor, blueprint, launched, task
from tests.support.fakes import MONDAY, ManualClock, RecordingBell
from tests.support.runs import ledger

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
    (tokyo,) = coming_instants(PLAN, TOKYO_9, after, 1)
    assert tokyo == datetime(2027, 1, 2, 0, tzinfo=UTC)


def test_a_freeze_without_end_in_sight_is_skipped_in_one_step() -> None:
    """A plan of every minute and a year left out is still looked through at once."""
    minutely = CronTrigger(cron="* * * * *", zone="UTC")
    year = Exclusion(first=date(2026, 11, 23), last=date(2027, 11, 22))
    plan = PLAN.model_copy(update={"exclusions": (year,)})
    (first,) = coming_instants(plan, minutely, MONDAY, 1)
    assert first == datetime(2027, 11, 23, tzinfo=UTC)


def test_a_once_task_on_such_a_day_never_comes() -> None:
    """[B5]"""
    once = OnceTrigger(at=datetime(2026, 12, 24, 12, tzinfo=UTC), zone="UTC")
    assert coming_instants(PLAN, once, MONDAY, 3) == ()
