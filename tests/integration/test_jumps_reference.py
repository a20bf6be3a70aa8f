"""A clock that is set forward and back, at shifts of zones too, against the slow reference."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from jobs.reconcile import Reconcile
from jobs.timer import Timer
from missions import keys as k
from missions.blueprint import CronTrigger
from missions.domain import Domain
from missions.execution import Outcome
from missions.mission import Mission
from tests.integration.races.test_apply_during_dispatch import claim_all
from tests.support.build import actor, blueprint, launched, task
from tests.support.fakes import ManualClock
from tests.support.runs import GOOD, ended
from tests.unit.test_cron_reference import DAY, HOUR, MINUTE, reference

STEPS = 30
CASES = [
    ("*/20 1-4 * * *", "Europe/Berlin", datetime(2026, 10, 24, 10, tzinfo=UTC)),
    ("7 */2 * * *", "America/New_York", datetime(2026, 3, 7, 17, tzinfo=UTC)),
    ("*/30 0-3 28-31 * *", "Australia/Lord_Howe", datetime(2027, 2, 27, 1, tzinfo=UTC)),
]
"""Expressions with a zone and when they are launched: a fold, a gap and a month's end follow."""


def jumps(chance: random.Random) -> Iterator[timedelta]:
    """Mostly time passes; at times the clock is set forward, or back by less or more."""
    for _ in range(STEPS):
        kind = chance.random()
        if kind < 0.6:
            yield chance.uniform(0.2, 50) * MINUTE
        elif kind < 0.75:
            yield chance.uniform(1, 9) * HOUR
        elif kind < 0.95:
            yield -chance.uniform(0.01, 4) * HOUR
        else:
            yield -chance.uniform(1, 20) * HOUR


def look(domain: Domain, mission: Mission, timer: Timer) -> None:
    """What a scheduler does until nothing is due; what it put up runs at once."""
    assert timer.acquire_lock()
    for _ in range(20):
        due = timer.enqueue_jobs()
        for claim in claim_all(domain, mission, f"worker {domain.clock.now()}"):
            ended(domain, claim.execution, GOOD)
        if not due:
            return
    raise AssertionError("something stays due")


def in_ledger(domain: Domain, mission: Mission, due: list[datetime]) -> Counter[datetime]:
    """How often each instant is in a row; one of several holds all between its ends."""
    found: Counter[datetime] = Counter()
    for row in domain.reader.ledger(actor().viewer, mission.id, 1_000):
        within = [at for at in due if row.due <= at <= (row.last or row.due)]
        assert len(within) == row.count, row
        assert row.count == 1 or row.outcome is Outcome.MISSED
        found.update(within)
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("text", "zone_name", "began"), CASES)
def test_whatever_the_clock_does_each_instant_is_in_one_row(
    domain: Domain,
    clock: ManualClock,
    bytes_redis: Redis,
    text: str,
    zone_name: str,
    began: datetime,
    seed: int,
) -> None:
    """[S1 B5] Set back nothing comes twice, set forward nothing is silent."""
    clock.set(began)
    mission = launched(domain, blueprint(task(CronTrigger(cron=text, zone=zone_name))))
    timer, mending = Timer(domain, bytes_redis), Reconcile(domain)
    furthest = began
    chance = random.Random(f"{text} {seed}")
    for jump in jumps(chance):
        clock.set(max(began, clock.now() + jump))
        furthest = max(furthest, clock.now())
        look(domain, mission, timer)
        mending.go_on()
        look(domain, mission, timer)
        if chance.random() < 0.3:  # whoever arms it anew looks at that clock
            domain.lifecycle.disable(actor(), mission.id)
            domain.lifecycle.enable(actor(), mission.id)
        assert domain.redis.zcard(k.TIMER) == 1
    furthest = max(furthest, began + 2 * DAY)
    clock.set(furthest)
    look(domain, mission, timer)
    minutes = int((furthest - began) / MINUTE) + 1
    due = [at for at in reference(text, zone_name, began, minutes) if began < at <= furthest]
    assert len(due) > 3
    assert in_ledger(domain, mission, due) == Counter(due)
    ran = Counter(
        e.scheduled_at for e in domain.reader.executions(actor().viewer, mission.id, limit=500)
    )
    rows = domain.reader.ledger(actor().viewer, mission.id, 1_000)
    assert ran == Counter(row.due for row in rows if row.outcome is Outcome.RUN)
