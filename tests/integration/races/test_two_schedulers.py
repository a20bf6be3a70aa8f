"""Two schedulers that both believe to lead, with the lead going to and fro."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from redis import Redis

from jobs.timer import Timer
from missions import keys as k
from missions.domain import Domain
from missions.tx import Lost
from tests.integration.races.kit import at_once, before_firing
from tests.support.build import launched
from tests.support.fakes import MONDAY, ManualClock, RecordingBell
from tests.support.runs import ledger

INSTANTS = 12


def test_each_instant_is_in_one_row_and_rung_for_by_one(
    domain: Domain, clock: ManualClock, bytes_redis: Redis, bell: RecordingBell
) -> None:
    """[S3 S1] Whoever has the lead at that moment; who lost it in between writes nothing."""
    missions = [launched(domain) for _ in range(5)]
    timers = [Timer(domain, bytes_redis) for _ in range(3)]
    over = threading.Event()

    def act(timer: Timer) -> None:
        while not over.is_set():
            try:
                if timer.acquire_lock():
                    timer.enqueue_jobs()
            except Lost:
                continue

    def disturb() -> None:
        """Time goes on, and the lead is taken away now and then."""
        for number in range(1, INSTANTS + 1):
            clock.set(MONDAY + timedelta(minutes=5 * number))
            for _ in range(200):
                domain.redis.delete(k.SCHEDULER_LEASE)
                if all(len(ledger(domain, m)) >= number for m in missions):
                    break
        over.set()

    at_once(*(lambda t=timer: act(t) for timer in timers), disturb)
    instants = [MONDAY + timedelta(minutes=5 * n) for n in range(1, INSTANTS + 1)]
    for mission in missions:
        assert [row.due for row in ledger(domain, mission)] == instants
    assert len(bell.executions) == len(set(bell.executions)) == INSTANTS * len(missions)


def test_who_lost_the_lead_between_look_and_firing_writes_nothing(
    domain: Domain, clock: ManualClock, bytes_redis: Redis, bell: RecordingBell
) -> None:
    """[S3 S1] It has read what is due; then its lease runs out and another one fires it."""
    missions = [launched(domain) for _ in range(3)]
    frozen, other = Timer(domain, bytes_redis), Timer(domain, bytes_redis)
    clock.advance(minutes=5)
    assert frozen.acquire_lock()

    def meanwhile() -> None:
        domain.redis.delete(k.SCHEDULER_LEASE)
        assert other.acquire_lock()
        assert len(other.enqueue_jobs()) == 3

    with pytest.raises(Lost, match="lead"):
        before_firing(frozen, meanwhile)
    for mission in missions:
        assert [row.due for row in ledger(domain, mission)] == [MONDAY + timedelta(minutes=5)]
    assert len(bell.executions) == len(set(bell.executions)) == 3
    assert not frozen.acquire_lock()


def test_who_lost_the_lead_fires_nothing_that_the_other_has_not(
    domain: Domain, clock: ManualClock, bytes_redis: Redis, bell: RecordingBell
) -> None:
    """[S3] Also if the other one has not come to it yet."""
    mission = launched(domain)
    frozen, other = Timer(domain, bytes_redis), Timer(domain, bytes_redis)
    clock.advance(minutes=5)
    assert frozen.acquire_lock()

    def meanwhile() -> None:
        domain.redis.delete(k.SCHEDULER_LEASE)
        assert other.acquire_lock()

    with pytest.raises(Lost, match="lead"):
        before_firing(frozen, meanwhile)
    assert (ledger(domain, mission), bell.executions) == ([], [])
    other.enqueue_jobs()
    assert len(ledger(domain, mission)) == len(bell.executions) == 1
