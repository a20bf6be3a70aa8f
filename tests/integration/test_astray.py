"""A clock that was far ahead holds up no retry, no start and no approval until then [S7 B3 A3]."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jobs.astray import Astray
from jobs.sweeps import Sweeps
from jobs.watch import Watch
from missions import keys as k
from missions.blueprint import Strategy, Task
from missions.domain import Domain
from missions.execution import Status
from missions.ids import OccurrenceId
from missions.mission import Mission
from tests.support.approvals import acting, approvable, run_of, waiting
from tests.support.build import blueprint, launched, task
from tests.support.events import event, rule
from tests.support.fakes import MONDAY, TEAM, ManualClock, RecordingBell
from tests.support.runs import FAILED, claimed, due, ended, state_of
from tests.support.stored import scores

YEAR = timedelta(days=365)


@pytest.fixture
def sweeps(domain: Domain, bell: RecordingBell) -> Sweeps:
    return Sweeps(domain, bell)  # type: ignore[arg-type]


def failed_with_a_retry(domain: Domain, made: Task) -> tuple[Mission, OccurrenceId]:
    """A run whose next attempt waits for its pause."""
    mission = launched(domain, blueprint(made))
    row = due(domain, mission, made)
    ended(domain, claimed(domain, mission, row).execution, FAILED)
    return mission, row


def test_a_retry_of_then_comes_now(domain: Domain, clock: ManualClock, sweeps: Sweeps) -> None:
    """[B3 S7] Once the clock is right; its failure counts."""
    clock.set(MONDAY + YEAR)
    mission, row = failed_with_a_retry(domain, task(strategy=Strategy(retries=1)))
    clock.set(MONDAY)
    Astray(domain).look()
    sweeps.delayed()
    ended(domain, claimed(domain, mission, row).execution, FAILED)
    assert state_of(domain, mission).streak == 1


def test_a_start_put_off_by_jitter_comes_now(
    domain: Domain, clock: ManualClock, sweeps: Sweeps
) -> None:
    """[B3]"""
    made = task(rule(), strategy=Strategy(jitter_seconds=3_600))
    mission = launched(domain, blueprint(made))
    clock.set(MONDAY + YEAR)
    taken = domain.events.offer(TEAM, mission.id, made.id, event(at=clock.now()))
    assert taken.occurrence
    clock.set(MONDAY)
    Astray(domain).look()
    sweeps.delayed()
    assert claimed(domain, mission, taken.occurrence)


def test_what_waits_as_planned_goes_on_waiting(domain: Domain, clock: ManualClock) -> None:
    """[B3 A3] The longest pause there is, and the longest approval."""
    made = task(strategy=Strategy(retries=5, retry_seconds=3_600))
    mission, row = failed_with_a_retry(domain, made)
    for _ in range(4):
        (at,) = scores(domain.redis, k.DELAYED).values()
        clock.set(datetime.fromtimestamp(at + 1, UTC))
        Sweeps(domain, RecordingBell()).delayed()  # type: ignore[arg-type]
        ended(domain, claimed(domain, mission, row).execution, FAILED)
    waiting(domain, approvable(domain))
    before = scores(domain.redis, k.DELAYED), scores(domain.redis, k.APPROVALS)
    assert all(before)
    Astray(domain).look()
    assert (scores(domain.redis, k.DELAYED), scores(domain.redis, k.APPROVALS)) == before


def test_an_approval_of_then_waits_for_three_hours(
    domain: Domain, clock: ManualClock, sweeps: Sweeps
) -> None:
    """[A3 X2] A person has their time; then the run fails with that reason."""
    clock.set(MONDAY + YEAR)
    asked = waiting(domain, approvable(domain))
    clock.set(MONDAY)
    Astray(domain).look()
    clock.advance(hours=2, minutes=55)
    sweeps.approvals()
    Astray(domain).look()
    assert run_of(domain, asked).status is Status.RUNNING
    clock.advance(minutes=10)
    sweeps.approvals()
    run = run_of(domain, asked)
    assert run.status is Status.FAILED
    assert run.error
    assert "Nobody answered in time" in run.error
    assert domain.redis.zcard(k.APPROVALS) == 0


def test_who_goes_on_after_a_wait_has_no_more_than_their_time(
    domain: Domain, clock: ManualClock
) -> None:
    """[X2] However far ahead the clock was at which the run began."""
    clock.set(MONDAY + YEAR)
    plan = acting(strategy=Strategy(timeout_seconds=600))
    run = run_of(domain, waiting(domain, approvable(domain, plan)))
    clock.set(MONDAY)
    whole = (run.deadline - run.started_at).total_seconds()
    assert Watch(domain, TEAM, run).seconds_left() <= whole
