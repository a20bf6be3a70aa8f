"""All workers die while the scheduler lives; then they come back."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

from redis import Redis

from jobs.queues import RqBell
from missions import keys as k
from missions.cards import OutageCard
from missions.domain import Domain
from missions.execution import Outcome, Reason
from missions.mission import Mission
from tests.integration.process_kit import eventually, running
from tests.integration.test_clock_jumps import (
    MINUTE,
    MINUTELY,
    check_complete,
    newest,
    rows,
    scheduling,
    to_the_minute,
)
from tests.support.build import blueprint, launched, task
from tests.support.fakes import members
from tests.support.faketime import FakedClock
from tests.support.storage import StorageServer
from tests.support.stored import outbox


def stands_at(domain: Domain, mission: Mission, due: datetime) -> bool:
    return newest(domain, mission) == due


def test_what_they_missed_is_one_row_and_one_notice(
    redis: Redis, storage: StorageServer, tmp_path: Path
) -> None:
    """[S1 S4] Six minutes without workers: what is still in time runs, the rest is told once."""
    clock = FakedClock(tmp_path)
    domain = Domain.build(redis, clock, members(), RqBell(Redis.from_url(storage.url)))
    to_the_minute(clock)
    mission = launched(domain, blueprint(task(MINUTELY, instructions="succeed")))
    with scheduling(storage, clock):
        first = eventually(lambda: newest(domain, mission), 10)
        for number in range(1, 6):
            clock.jump(MINUTE)
            eventually(partial(stands_at, domain, mission, first + number * MINUTE), 10)
        with running("pool", storage.url, tmp_path, **clock.env):
            eventually(lambda: not redis.zcard(k.PENDING), 30)
            eventually(lambda: not redis.exists(k.OUTAGES), 15)
    check_complete(domain, mission)
    missed, *others = rows(domain, mission)
    assert (missed.outcome, missed.reason, missed.due) == (Outcome.MISSED, Reason.UNTAKEN, first)
    assert missed.count >= 3
    assert {row.outcome for row in others} <= {Outcome.RUN, Outcome.SKIPPED}
    assert Outcome.RUN in {row.outcome for row in others}
    (notice,) = [e.card for e in outbox(domain) if isinstance(e.card, OutageCard)]
    assert (notice.since, [m.count for m in notice.missed]) == (first, [missed.count])
    assert [m.untaken for m in notice.missed] == [missed.count]
