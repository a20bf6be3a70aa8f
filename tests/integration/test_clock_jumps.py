"""Clocks that are set forward and back, and zones that shift, with a scheduler as a process."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from redis import Redis

from jobs.queues import RqBell
from missions import keys as k
from missions.blueprint import CronTrigger
from missions.domain import Domain
from missions.execution import Occurrence, Outcome, Status
from missions.mission import Mission
from tests.integration.process_kit import HORSES, World, eventually, running
from tests.support.build import actor, blueprint, launched, task
from tests.support.fakes import members
from tests.support.faketime import FakedClock
from tests.support.storage import StorageServer

MINUTE = timedelta(minutes=1)
MINUTELY = CronTrigger(cron="* * * * *", zone="UTC")


@pytest.fixture
def clock(tmp_path: Path) -> FakedClock:
    return FakedClock(tmp_path)


@pytest.fixture
def shifted(redis: Redis, storage: StorageServer, clock: FakedClock) -> Iterator[Domain]:
    """A domain that lives by the clock that the processes live by."""
    made = Domain.build(redis, clock, members(), RqBell(Redis.from_url(storage.url)))
    yield made


@contextmanager
def scheduling(storage: StorageServer, clock: FakedClock, zone: str = "UTC") -> Iterator[int]:
    """A scheduler that leads; its pid. The machine's own zone must not matter."""
    with running("scheduler", storage.url, storage.folder, TZ=zone, **clock.env) as process:
        with Redis.from_url(storage.url) as redis:
            eventually(lambda: redis.get(k.SCHEDULER_LEASE), 20)
        yield process.pid


def to_the_minute(clock: FakedClock, seconds: float = 1.0) -> None:
    """Set the clock to shortly before the next minute."""
    now = clock.now()
    clock.set(now.replace(second=0, microsecond=0) + MINUTE - timedelta(seconds=seconds))


def rows(domain: Domain, mission: Mission) -> list[Occurrence]:
    return list(reversed(domain.reader.ledger(actor().viewer, mission.id, limit=500)))


def newest(domain: Domain, mission: Mission) -> datetime | None:
    found = rows(domain, mission)
    return found[-1].last or found[-1].due if found else None


def reached(domain: Domain, mission: Mission, due: datetime) -> bool:
    """Whether the newest row is that of an instant, or of a later one."""
    found = newest(domain, mission)
    return found is not None and found >= due


def check_complete(domain: Domain, mission: Mission) -> None:
    """Every minute from the first to the last is in exactly one row."""
    seen: Counter[int] = Counter()
    for row in rows(domain, mission):
        first, last = row.due.timestamp() // 60, (row.last or row.due).timestamp() // 60
        assert last - first + 1 == row.count
        seen.update(range(int(first), int(last) + 1))
    assert set(seen) == set(range(min(seen), max(seen) + 1))
    assert set(seen.values()) == {1}


def busy(pid: int, redis: Redis, seconds: float = 2.0) -> tuple[float, float]:
    """How much of a processor a process takes, and how many commands storage gets in a second."""

    def looked() -> tuple[float, float]:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        used = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return used, float(redis.info("stats")["total_commands_processed"])

    (cpu, commands), began = looked(), time.monotonic()
    time.sleep(seconds)
    (cpu_after, commands_after), took = looked(), time.monotonic() - began
    return (cpu_after - cpu) / took, (commands_after - commands) / took


@pytest.mark.parametrize(
    ("step", "zone"), [(timedelta(hours=1), "UTC"), (timedelta(days=1), "Asia/Kathmandu")]
)
def test_a_clock_set_forward_loses_and_doubles_nothing(
    shifted: Domain, storage: StorageServer, clock: FakedClock, step: timedelta, zone: str
) -> None:
    """[S1 S4 B3] What was jumped over is missed, in one row; the latest one is made up."""
    to_the_minute(clock)
    mission = launched(shifted, blueprint(task(MINUTELY)))
    with scheduling(storage, clock, zone) as pid:
        first = eventually(lambda: newest(shifted, mission), 10)
        clock.jump(step)
        eventually(lambda: reached(shifted, mission, first + step), 10)
        cpu, commands = busy(pid, shifted.redis)
        to_the_minute(clock, 0.5)
        last = newest(shifted, mission)
        assert last is not None
        eventually(lambda: reached(shifted, mission, last + MINUTE), 10)
    check_complete(shifted, mission)
    missed = [row for row in rows(shifted, mission) if row.outcome is Outcome.MISSED]
    assert [row.count for row in missed] == [step // MINUTE - 1]
    assert cpu < 0.5
    assert commands < 1_000


def test_a_clock_set_back_runs_nothing_twice(
    shifted: Domain, storage: StorageServer, clock: FakedClock
) -> None:
    """[S1 B5] The next instant is later than the last in the ledger; nobody spins meanwhile."""
    to_the_minute(clock)
    mission = launched(shifted, blueprint(task(MINUTELY)))
    with scheduling(storage, clock) as pid:
        eventually(lambda: rows(shifted, mission), 10)
        before = rows(shifted, mission)
        clock.jump(timedelta(hours=-1))
        to_the_minute(clock, 0.5)
        cpu, commands = busy(pid, shifted.redis)
        assert rows(shifted, mission) == before
        assert cpu < 0.5
        assert commands < 1_000
        clock.jump(timedelta(hours=1))
        eventually(lambda: len(rows(shifted, mission)) > len(before), 10)
    check_complete(shifted, mission)


def test_a_scheduler_that_starts_with_its_clock_behind_waits_for_the_ledger(
    shifted: Domain, storage: StorageServer, clock: FakedClock
) -> None:
    """[B5 S3] Another machine takes over whose clock is an hour slow."""
    to_the_minute(clock)
    mission = launched(shifted, blueprint(task(MINUTELY)))
    with scheduling(storage, clock):
        eventually(lambda: rows(shifted, mission), 10)
    before = rows(shifted, mission)
    shifted.redis.delete(k.SCHEDULER_LEASE)
    clock.jump(timedelta(hours=-1))
    to_the_minute(clock)
    with scheduling(storage, clock):
        time.sleep(2)
        assert rows(shifted, mission) == before
    check_complete(shifted, mission)


GAP = datetime(2027, 3, 28, 1, tzinfo=UTC)
"""In Berlin 2:00 becomes 3:00."""
FOLD = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
"""In Berlin 2:30 comes for the first time, and an hour later again."""


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (GAP, {"30 2 * * *": ["03:00"], "0 * * * *": ["03:00", "04:00"]}),
        (FOLD, {"30 2 * * *": ["02:30"], "30 * * * *": ["02:30", "02:30"]}),
    ],
)
def test_a_zone_that_shifts_loses_and_doubles_nothing(
    shifted: Domain,
    storage: StorageServer,
    clock: FakedClock,
    shift: datetime,
    expected: dict[str, list[str]],
) -> None:
    """[B5] At the shift and an hour later; what a gap skips and a fold repeats runs once."""
    berlin = "Europe/Berlin"
    clock.set(shift - timedelta(seconds=1))
    missions = {
        cron: launched(shifted, blueprint(task(CronTrigger(cron=cron, zone=berlin))))
        for cron in expected
    }
    with scheduling(storage, clock, "America/New_York"):
        eventually(lambda: all(rows(shifted, m) for m in missions.values()), 10)
        clock.set(shift + timedelta(minutes=59, seconds=59))
        eventually(lambda: max(len(rows(shifted, m)) for m in missions.values()) > 1, 10)
        time.sleep(0.5)
    found = {
        cron: [f"{row.due.astimezone(ZoneInfo(berlin)):%H:%M}" for row in rows(shifted, m)]
        for cron, m in missions.items()
    }
    assert found == expected


@pytest.mark.parametrize("step", [timedelta(hours=4), timedelta(hours=-1)])
def test_a_run_is_measured_by_what_passes_not_by_the_clock(
    world: World, clock: FakedClock, step: timedelta
) -> None:
    """[X2 X4] Set forward it is not out of time; set back it did not end before it began."""
    with running("worker", world.url, world.folder, **clock.env):
        mission = world.start("go on when told")
        eventually(lambda: world.domain.redis.llen(HORSES), 20)
        clock.jump(step)
        time.sleep(1.5)
        world.domain.redis.set("stub:go", 1)
        final = world.final(mission, 5)
    assert (final.status, final.error) == (Status.SUCCESS, None)
    assert final.seconds is not None
    assert final.seconds >= 0
