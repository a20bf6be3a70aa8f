"""Rows that stand for many occurrences, and a ledger that a wrong clock took far ahead [S1 B5]."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from redis import Redis

from jobs.mending import Mending
from jobs.sweeps import Sweeps
from jobs.timer import Timer
from missions import keys as k
from missions.blueprint import CronTrigger, Keeping, Overlap, Strategy
from missions.domain import Domain
from missions.execution import Outcome
from missions.ids import ExecutionId, TaskId, TeamId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.store import Store
from tests.support.build import EVERY_5, actor, blueprint, launched, task
from tests.support.fakes import TEAM, ManualClock, RecordingBell
from tests.support.runs import FAILED, GOOD, claimed, due, ended, ledger, row_of, state_of

NINE = CronTrigger(cron="0 9 * * *", zone="UTC")
T2 = TaskId("T2")


@pytest.fixture
def timer(domain: Domain, bytes_redis: Redis) -> Timer:
    return Timer(domain, bytes_redis)


def fire(timer: Timer) -> None:
    assert timer.acquire_lock()
    timer.enqueue_jobs()


def trim(domain: Domain, mission: Mission) -> None:
    for _ in range(20):
        if not domain.retention.due(TEAM, mission.id, domain.clock.now()):
            return
        domain.retention.trim(TEAM, mission.id, domain.clock.now())
    raise AssertionError("it never ends")


def test_the_row_of_a_long_pause_stays(domain: Domain, clock: ManualClock, timer: Timer) -> None:
    """[S1 M9] It is as old as the last that it stands for: a pause of 91 days is told of."""
    mission = launched(domain, blueprint(task(NINE)))
    domain.lifecycle.pause_task(actor(), mission.id, TaskId("T1"), "broken")
    for _ in range(91):
        clock.advance(days=1)
        fire(timer)
    trim(domain, mission)
    (row,) = ledger(domain, mission)
    assert row.count == 91
    assert row.last is not None


def test_an_open_row_is_not_among_the_oldest_of_many(
    domain: Domain, clock: ManualClock, timer: Timer
) -> None:
    """[S1] A Task that is paused beside a busy one keeps its row, whatever number is kept."""
    plan = blueprint(task(EVERY_5), task(CronTrigger(cron="0 0 * * *", zone="UTC"), 2))
    mission = launched(domain, plan.model_copy(update={"keep": Keeping(days=90, records=100)}))
    domain.lifecycle.pause_task(actor(), mission.id, T2, "broken")
    clock.advance(days=1)
    fire(timer)
    keys = TeamKeys(TEAM).mission(mission.id)
    at = clock.now().timestamp()
    names = {f"T1.x.{n}": at + n for n in range(120)}
    domain.redis.zadd(keys.ledger, names)
    trim(domain, mission)
    kept = domain.redis.zrange(keys.ledger, 0, -1)
    assert state_of(domain, mission, T2).missed in kept


def test_a_retry_that_comes_while_it_is_trimmed_keeps_its_row(
    domain: Domain, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[S1 R4] The run fails between the looks at what waits and at what runs."""
    strategy = Strategy(retries=1, overlap=Overlap.PARALLEL)
    plan = blueprint(task(strategy=strategy))
    mission = launched(domain, plan.model_copy(update={"keep": Keeping(days=1, records=100)}))
    row = due(domain, mission, plan.tasks[0])
    run = claimed(domain, mission, row).execution
    clock.advance(hours=25)
    real = Store.smembers
    looks: list[str] = []

    def late(store: Store, key: str) -> set[str]:
        found = real(store, key)
        if key == TeamKeys(TEAM).mission(mission.id).queued:
            looks.append(key)
            if len(looks) == 2:
                domain.endings.end(TeamId(TEAM), run, FAILED)
        return found

    monkeypatch.setattr(Store, "smembers", late)
    domain.retention.trim(TEAM, mission.id, clock.now())
    domain.retention.trim(TEAM, mission.id, clock.now())
    assert row_of(domain, mission, row).outcome is Outcome.PENDING
    assert run.id == ExecutionId(run.id)


def next_at(domain: Domain, mission: Mission) -> datetime:
    found = state_of(domain, mission).next_at
    assert found is not None
    return found


def test_a_clock_that_was_far_ahead_silences_nothing(
    domain: Domain, clock: ManualClock, timer: Timer
) -> None:
    """[S1 B5] Once it is right again the Task is armed for its next instant, and runs."""
    mission = launched(domain)
    clock.advance(days=365)
    fire(timer)
    clock.advance(days=-365)
    Mending(domain).go_on()
    assert next_at(domain, mission) == clock.now() + timedelta(minutes=5)
    clock.advance(minutes=5)
    fire(timer)
    assert [row.due for row in ledger(domain, mission)].count(clock.now()) == 1
    assert next_at(domain, mission) == clock.now() + timedelta(minutes=5)
    Mending(domain).go_on()
    assert domain.redis.zcard(k.TIMER) == 1


def test_whoever_enables_mends_it_too(domain: Domain, clock: ManualClock, timer: Timer) -> None:
    """[M4 B5]"""
    mission = launched(domain)
    clock.advance(days=365)
    fire(timer)
    clock.advance(days=-365)
    domain.lifecycle.disable(actor(), mission.id)
    domain.lifecycle.enable(actor(), mission.id)
    assert next_at(domain, mission) == clock.now() + timedelta(minutes=5)


REPLACING = Strategy(retries=2, retry_seconds=60, overlap=Overlap.REPLACE)


def test_a_retry_does_not_replace_what_was_due_later(
    domain: Domain, clock: ManualClock, bell: RecordingBell
) -> None:
    """[B3] Under `replace` the newest runs: the older one's further attempts are given up."""
    plan = blueprint(task(strategy=REPLACING))
    mission = launched(domain, plan)
    older = due(domain, mission, plan.tasks[0])
    ended(domain, claimed(domain, mission, older).execution, FAILED)
    clock.advance(seconds=20)
    newer = claimed(domain, mission, due(domain, mission, plan.tasks[0]))
    clock.advance(minutes=3)
    Sweeps(domain, bell).delayed()  # type: ignore[arg-type]
    assert domain.claims.claim(TEAM, mission.id, older, "x") is None
    assert domain.endings.stop_asked(TEAM, mission.id, newer.execution.id) is None
    row = row_of(domain, mission, older)
    assert (row.outcome, row.waiting) == (Outcome.RUN, False)
    assert row.reason is not None


def test_the_newest_takes_the_place_of_one_that_waits(domain: Domain, clock: ManualClock) -> None:
    """[B3] One runs, a second waits to replace it, a third comes: the third runs."""
    plan = blueprint(task(strategy=Strategy(overlap=Overlap.REPLACE)))
    mission = launched(domain, plan)
    first = claimed(domain, mission, due(domain, mission, plan.tasks[0]))
    rows = []
    for n in range(2):
        clock.advance(seconds=1)
        rows.append(due(domain, mission, plan.tasks[0]))
        assert domain.claims.claim(TEAM, mission.id, rows[-1], f"w{n}") is None
    second, third = (row_of(domain, mission, row) for row in rows)
    assert second.outcome is Outcome.SKIPPED
    assert third.waiting
    ended(domain, first.execution, GOOD)
    assert claimed(domain, mission, third.id)
