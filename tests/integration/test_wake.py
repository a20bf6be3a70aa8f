"""The scheduler sleeps until something is due; whoever arms something earlier wakes it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis

from jobs.queues import RqBell
from jobs.scheduler import LOOK_SECONDS, RACE_SECONDS, SchedulerProcess
from jobs.wake import Alarm
from missions import keys as k
from missions.blueprint import OnceTrigger
from missions.domain import Domain
from tests.integration.process_kit import eventually
from tests.support.build import actor, blueprint, launched, task
from tests.support.fakes import ManualClock, RecordingBell, members
from tests.support.storage import StorageServer

LONG = 20.0
"""Seconds; a nap that takes this long was not ended by anything."""


@pytest.fixture
def alarm(redis: Redis) -> Iterator[Alarm]:
    made = Alarm(redis)
    made.listen()
    heard(redis)
    made.hush()
    yield made
    made.close()
    redis.publish(k.ARMED, "")
    eventually(lambda: redis.pubsub_numsub(k.ARMED)[0][1] == 0)


@pytest.fixture
def process(domain: Domain, bytes_redis: Redis) -> SchedulerProcess:
    made = SchedulerProcess(domain, RqBell(bytes_redis), bytes_redis)
    made._step()
    return made


def heard(redis: Redis) -> None:
    eventually(lambda: redis.pubsub_numsub(k.ARMED)[0][1])


def slept(alarm: Alarm, seconds: float) -> float:
    began = time.monotonic()
    alarm.nap(seconds)
    return time.monotonic() - began


def test_what_is_armed_ends_the_nap(domain: Domain, alarm: Alarm) -> None:
    """[S2] A Mission that is launched meanwhile may be due sooner than all else."""
    timer = threading.Timer(0.2, lambda: launched(domain))
    timer.start()
    assert slept(alarm, LONG) < LONG / 2
    timer.join()


@pytest.mark.parametrize("index", [k.TIMER, k.DELAYED, k.RESUMES])
def test_what_is_armed_before_the_nap_begins_ends_it_too(
    domain: Domain, alarm: Alarm, index: str
) -> None:
    """[S2] After the look, before the nap: a moment in which nobody sleeps."""
    domain.store.team_tx(actor().team).zadd(index, "T1|M|T", 5.0).commit()
    assert slept(alarm, LONG) < LONG / 2


def test_other_changes_wake_nobody(domain: Domain, alarm: Alarm) -> None:
    mission = launched(domain)
    slept(alarm, LONG)
    alarm.hush()
    domain.lifecycle.rename(actor(), mission.id, "Other name")
    assert slept(alarm, 0.3) >= 0.3


def test_the_alarm_is_heard_again_after_storage_was_away(
    tmp_path: Path, clock: ManualClock
) -> None:
    """[S3] And what was armed meanwhile is looked at, because the nap ends once more."""
    server = StorageServer(tmp_path)
    server.start()
    redis = Redis.from_url(server.url, decode_responses=True)
    alarm = Alarm(redis)
    alarm.listen()
    try:
        heard(redis)
        alarm.hush()
        server.kill()
        server.start()
        assert slept(alarm, LONG) < LONG / 2
        heard(redis)
        alarm.hush()
        launched(Domain.build(redis, clock, members(), RecordingBell()))
        assert slept(alarm, LONG) < LONG / 2
    finally:
        alarm.close()
        server.kill()


def test_being_told_to_stop_ends_the_nap(process: SchedulerProcess) -> None:
    process.stop()
    assert slept(process._alarm, LONG) < LONG / 2


def test_it_sleeps_until_the_next_instant(
    domain: Domain, process: SchedulerProcess, clock: ManualClock
) -> None:
    """[S2] To the moment, and never long: a clock may be set forward."""
    assert 0 < process._step() <= LOOK_SECONDS
    at = clock.now() + timedelta(seconds=0.25)
    launched(domain, blueprint(task(OnceTrigger(at=at, zone="UTC"))))
    assert process._step() == pytest.approx(0.25, abs=0.001)
    clock.advance(seconds=0.2)
    assert process._step() == pytest.approx(0.05, abs=0.001)
    clock.advance(hours=1)
    process._step()
    assert domain.redis.zcard(k.PENDING) == 1


@pytest.mark.parametrize("index", [k.DELAYED, k.RESUMES])
def test_it_sleeps_until_what_else_is_due_by_the_clock(
    domain: Domain, process: SchedulerProcess, clock: ManualClock, index: str
) -> None:
    """[B3 M3] A retry, a start that was put off, a pause that ends."""
    domain.redis.zadd(index, {"T1|M-AAAAAA|T1": clock.now().timestamp() + 0.25})
    assert process._step() == pytest.approx(0.25, abs=0.001)


def test_what_is_left_due_is_looked_at_again_but_not_in_a_spin(
    domain: Domain, process: SchedulerProcess, clock: ManualClock
) -> None:
    """A race, or a record that cannot be handled now."""
    past = clock.now().timestamp() - 1
    assert process._nap({k.TIMER: past}) == RACE_SECONDS
    process._step()
    assert process._nap({k.DELAYED: past, k.RESUMES: past}) >= RACE_SECONDS
