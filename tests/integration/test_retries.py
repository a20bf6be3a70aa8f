"""A failed attempt is tried again: the same occurrence, another Execution [B3 X2]."""

from __future__ import annotations

from datetime import timedelta

import pytest
from redis import Redis

from jobs.sweeps import Sweeps
from missions import keys as k
from missions.blueprint import Notify, Strategy, Task
from missions.cards import ReportCard
from missions.domain import Domain
from missions.execution import Outcome, Reason
from missions.ids import OccurrenceId
from missions.mission import Mission
from missions.outbox import detail_id
from tests.support.build import actor, blueprint, launched, task
from tests.support.fakes import TEAM, ManualClock, RecordingBell
from tests.support.runs import (
    FAILED,
    GOOD,
    HOPELESS,
    cards,
    claimed,
    due,
    ended,
    kinds,
    ledger,
    not_claimed,
    row_of,
    state_of,
)
from tests.support.stored import lane


@pytest.fixture
def made() -> Task:
    return task(strategy=Strategy(retries=2, retry_seconds=60))


@pytest.fixture
def mission(domain: Domain, made: Task) -> Mission:
    return launched(domain, blueprint(made))


@pytest.fixture
def sweeps(domain: Domain, bytes_redis: Redis, bell: RecordingBell) -> Sweeps:
    return Sweeps(domain, bell)  # type: ignore[arg-type]


def again(domain: Domain, clock: ManualClock, sweeps: Sweeps, row: OccurrenceId) -> float:
    """Move to the next attempt; how many seconds that took."""
    ((_, at),) = domain.store.due(k.DELAYED, float("inf"), 9)
    waits = at - clock.now().timestamp()
    clock.advance(seconds=waits - 0.1)
    sweeps.delayed()
    assert domain.redis.zcard(k.PENDING) == 0
    clock.advance(seconds=0.2)
    sweeps.delayed()
    return waits


def test_three_attempts_with_growing_pauses_and_one_report(
    domain: Domain,
    clock: ManualClock,
    mission: Mission,
    made: Task,
    sweeps: Sweeps,
    bell: RecordingBell,
) -> None:
    """[B3 X2 R4] 60 s and 120 s, a fifth more or less; only the last failure is said."""
    row = due(domain, mission, made)
    runs = []
    for number, expected in ((1, 60), (2, 120), (3, None)):
        execution = claimed(domain, mission, row).execution
        assert (execution.attempt, execution.attempts) == (number, 3)
        assert execution.scheduled_at == row_of(domain, mission, row).due
        runs.append(ended(domain, execution, FAILED))
        if expected:
            assert kinds(domain) == []
            bell.executions.clear()
            assert 0.8 * expected <= again(domain, clock, sweeps, row) <= 1.2 * expected
            assert bell.executions == [(mission.id, row)]
    assert kinds(domain) == ["report", "report_detail"]
    said = cards(domain)[0]
    assert isinstance(said, ReportCard)
    assert said.execution == runs[-1].id
    assert len({run.id for run in runs}) == 3
    (only,) = ledger(domain, mission)
    assert (only.outcome, only.attempt, only.execution) == (Outcome.RUN, 3, runs[-1].id)
    assert state_of(domain, mission).streak == 1


def test_a_retry_that_succeeds_ends_the_matter(
    domain: Domain, clock: ManualClock, mission: Mission, made: Task, sweeps: Sweeps
) -> None:
    """[B3]"""
    row = due(domain, mission, made)
    ended(domain, claimed(domain, mission, row).execution, FAILED)
    again(domain, clock, sweeps, row)
    ended(domain, claimed(domain, mission, row).execution, GOOD)
    assert state_of(domain, mission).streak == 0
    assert domain.redis.zcard(k.DELAYED) == domain.redis.zcard(k.PENDING) == 0


def test_a_clock_that_is_set_back_during_a_run_does_not_put_its_retry_off(
    domain: Domain, clock: ManualClock, mission: Mission, made: Task
) -> None:
    """[B3] By five hours: the next attempt comes a minute, a fifth more or less, after the end."""
    now = clock.now()
    clock.advance(hours=5)
    run = claimed(domain, mission, due(domain, mission, made)).execution
    clock.set(now)
    ended(domain, run, FAILED)
    ((_, at),) = domain.store.due(k.DELAYED, float("inf"), 9)
    assert 48 <= at - now.timestamp() <= 72


def test_a_stray_ring_does_not_shorten_the_pause(
    domain: Domain, mission: Mission, made: Task
) -> None:
    """[B3] The row waits in storage; a job that is rung twice changes nothing."""
    row = due(domain, mission, made)
    ended(domain, claimed(domain, mission, row).execution, FAILED)
    assert not_claimed(domain, mission, row).outcome is Outcome.PENDING


def test_what_cannot_mend_itself_is_not_tried_again(
    domain: Domain, mission: Mission, made: Task
) -> None:
    """[S7]"""
    row = due(domain, mission, made)
    ended(domain, claimed(domain, mission, row).execution, HOPELESS)
    assert domain.redis.zcard(k.DELAYED) == 0
    assert state_of(domain, mission).paused(domain.clock.now())


def test_a_disable_ends_the_attempts(domain: Domain, mission: Mission, made: Task) -> None:
    """[S5 S1] The row keeps that it ran, and why there was no further attempt."""
    row = due(domain, mission, made)
    ended(domain, claimed(domain, mission, row).execution, FAILED)
    domain.lifecycle.disable(actor(), mission.id)
    closed = row_of(domain, mission, row)
    assert (closed.outcome, closed.reason) == (Outcome.RUN, Reason.PAUSED)
    assert domain.redis.zcard(k.DELAYED) == 0


def test_a_failure_whose_retry_cannot_start_is_said_after_all(
    domain: Domain, clock: ManualClock, mission: Mission, made: Task, sweeps: Sweeps
) -> None:
    """[R4 S1] The next regular run is going on at that moment: nothing is silent."""
    row = due(domain, mission, made)
    failed = ended(domain, claimed(domain, mission, row).execution, FAILED)
    claimed(domain, mission, due(domain, mission, made, clock.now() + timedelta(seconds=1)))
    again(domain, clock, sweeps, row)
    closed = not_claimed(domain, mission, row)
    assert (closed.outcome, closed.reason) == (Outcome.RUN, Reason.OVERLAP)
    said, below = lane(domain)[:2]
    assert isinstance(said.card, ReportCard)
    assert said.card.execution == failed.id
    assert (below.id, below.thread_of) == (detail_id(said.id), said.id)


def test_where_nothing_is_to_be_said_nothing_is(
    domain: Domain, clock: ManualClock, sweeps: Sweeps
) -> None:
    """[R2]"""
    made = task(strategy=Strategy(retries=1), notify=Notify.NEVER)
    mission = launched(domain, blueprint(made))
    row = due(domain, mission, made)
    ended(domain, claimed(domain, mission, row).execution, FAILED)
    claimed(domain, mission, due(domain, mission, made, clock.now() + timedelta(seconds=1)))
    again(domain, clock, sweeps, row)
    not_claimed(domain, mission, row)
    assert kinds(domain) == []


def test_a_delete_forgets_what_waits(domain: Domain, mission: Mission, made: Task) -> None:
    """[M6]"""
    ended(domain, claimed(domain, mission, due(domain, mission, made)).execution, FAILED)
    domain.lifecycle.delete(actor(), mission.id, mission.id)
    assert domain.redis.zcard(k.DELAYED) == domain.redis.zcard(k.PENDING) == 0
    assert domain.store.mission(TEAM, mission.id) is None
