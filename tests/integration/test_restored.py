"""A Task that leaves the plan and comes back: nothing of before starts, no instant counts twice."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest
from redis import Redis

from jobs.queues import RqBell
from jobs.sweeps import Sweeps
from jobs.timer import Timer
from missions.blueprint import Strategy, Task, Trigger
from missions.domain import Domain
from missions.execution import Outcome, Reason
from missions.ids import OccurrenceId, TaskId
from missions.mission import Mission
from tests.support.build import DAILY_9, EVERY_5, actor, blueprint, launched, proposed, stored, task
from tests.support.fakes import MONDAY, ManualClock, RecordingBell
from tests.support.runs import FAILED, claimed, due, ended, ledger, not_claimed, row_of, state_of

ONE = task()
TWO = task(number=2, strategy=Strategy(retries=3, retry_seconds=3600))
T2 = TaskId("T2")


@pytest.fixture
def timer(domain: Domain, bytes_redis: Redis) -> Timer:
    made = Timer(domain, bytes_redis)
    assert made.acquire_lock()
    return made


@pytest.fixture
def sweeps(domain: Domain, bell: RecordingBell) -> Sweeps:
    return Sweeps(domain, cast(RqBell, bell))


def changed(domain: Domain, mission: Mission, *tasks: Task) -> None:
    now = stored(domain, mission.id)
    change = proposed(domain, now, blueprint(*tasks))
    domain.lifecycle.apply(actor(), mission.id, change.id)


@pytest.mark.parametrize("trigger", [EVERY_5, DAILY_9])
def test_what_waited_of_the_plan_before_never_starts(
    domain: Domain, clock: ManualClock, sweeps: Sweeps, trigger: Trigger
) -> None:
    """[S5] A retry waits for an hour while its Task leaves the plan and is restored."""
    mission = launched(domain, blueprint(ONE, TWO))
    row = due(domain, mission, TWO)
    ended(domain, claimed(domain, mission, row).execution, FAILED)
    changed(domain, mission, ONE)
    changed(domain, mission, ONE, TWO.model_copy(update={"trigger": trigger}))
    clock.advance(hours=2)
    sweeps.delayed()
    closed = not_claimed(domain, mission, row)
    assert (closed.outcome, closed.reason) == (Outcome.RUN, Reason.PLAN_CHANGED)
    claimed(domain, mission, due_now(domain, mission))


def due_now(domain: Domain, mission: Mission) -> OccurrenceId:
    (row,) = domain.lifecycle.run_now(actor(), mission.id, "click", T2)
    return row


def test_an_instant_that_the_ledger_has_is_not_due_again(
    domain: Domain, clock: ManualClock, timer: Timer
) -> None:
    """[B5 S1] The clock is set back while the Task is out of the plan: each instant has one row."""
    mission = launched(domain, blueprint(ONE, TWO))
    clock.advance(minutes=5, seconds=1)
    timer.enqueue_jobs()
    changed(domain, mission, ONE)
    clock.advance(minutes=-2)
    changed(domain, mission, ONE, TWO)
    for number in range(1, 7):
        clock.set(MONDAY + timedelta(minutes=5 * number, seconds=1))
        timer.enqueue_jobs()
    rows = [row.due for row in ledger(domain, mission) if row.task == T2]
    assert rows == [MONDAY + timedelta(minutes=5 * n) for n in range(1, 7)]


@pytest.mark.parametrize("behind", [0, 15])
def test_a_task_armed_for_what_the_ledger_has_goes_on_past_it(
    domain: Domain, clock: ManualClock, timer: Timer, behind: int
) -> None:
    """[B5 S1] Nothing says how far the ledger has come, as in storage of before: no row twice, no
    row less, and the timer does not come to the same instant again and again."""
    mission = launched(domain)
    row = due(domain, mission, ONE, MONDAY + timedelta(minutes=5))
    claimed(domain, mission, row)
    clock.advance(minutes=5 + behind, seconds=1)
    for _ in range(3):
        timer.enqueue_jobs()
    rows = ledger(domain, mission)
    assert rows[0] == row_of(domain, mission, row)
    counted = [r.due + timedelta(minutes=5 * n) for r in rows for n in range(r.count)]
    assert counted == [MONDAY + timedelta(minutes=5 * n) for n in range(1, 2 + behind // 5)]
    assert state_of(domain, mission).next_at == MONDAY + timedelta(minutes=10 + behind)
    assert timer.enqueue_jobs() == []
