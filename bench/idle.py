"""What a scheduler with nothing to do uses of a core, with few and with many armed Tasks."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.figures import Figure, figure
from bench.houston import Running, cpu_seconds, houston
from bench.storage import storage
from bench.world import World
from missions.ids import TeamId

FEW, MANY = 1_000, 100_000
WATCHED_SECONDS = 20.0
MOST_PERCENT = 1.0
FLAT = 1.5


def measure() -> Iterator[Figure]:
    """The same process with few, then with many armed; the reference likewise."""
    stock_few, stock_many = _stock(FEW), _stock(MANY)
    with houston() as running:
        world = World(running.storage, TeamId(running.told["team_id"]))
        later = datetime.now(UTC) + timedelta(days=2)
        world.missions(FEW, due=later)
        few = _percent(running)
        world.missions(MANY - FEW, due=later, first=FEW)
        many = _percent(running)
    reference = f"rqscheduler -i 1 with {MANY:,}: {stock_many:.2f} %"
    yield figure(f"idle scheduler, {MANY:,} armed", many, "%", MOST_PERCENT, reference)
    reference = f"rqscheduler -i 1: {stock_few:.2f} % → {stock_many:.2f} %"
    yield figure(f"… against {FEW:,} armed ({few:.2f} %)", many / few, "×", FLAT, reference)


def _percent(running: Running) -> float:
    time.sleep(5)
    (pid,) = running.pids("bot.cli scheduler")
    return _watched(pid)


def _watched(pid: int) -> float:
    before = cpu_seconds(pid)
    time.sleep(WATCHED_SECONDS)
    return (cpu_seconds(pid) - before) / WATCHED_SECONDS * 100


def _stock(count: int) -> float:
    with storage() as made:
        raw = made.raw
        later = time.time() + 172_800
        for start in range(0, count, 1_000):
            raw.zadd(
                "rq:scheduler:scheduled_jobs", {f"job-{start + n}": later for n in range(1_000)}
            )
        program = Path(sys.executable).parent / "rqscheduler"
        argv = [str(program), "-u", made.url, "-i", "1", "--quiet"]
        process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            time.sleep(5)
            return _watched(process.pid)
        finally:
            process.terminate()
            process.wait()
