"""Two schedulers that both believe to lead, with the lead going to and fro."""

from __future__ import annotations

import threading
from datetime import timedelta

from redis import Redis

from jobs.timer import Timer
from missions import keys as k
from missions.domain import Domain
from missions.tx import Lost
from tests.integration.races.kit import at_once
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
