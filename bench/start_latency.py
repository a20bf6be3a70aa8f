"""From the due instant to the start of the Execution, in a system with nothing else to do."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from redis import Redis
from rq import Queue

from bench.figures import Figure, figure, percentile
from bench.houston import houston
from bench.storage import storage
from bench.world import World
from bot.workspace.client import WorkspaceClient
from missions.execution import Execution
from missions.ids import MissionId, PersonId, TeamId
from missions.keys import TeamKeys

RUNS = 60
EVERY = timedelta(milliseconds=400)
P50_MS, P99_MS = 50.0, 250.0
PATIENCE_SECONDS = 60.0
STARTED = "bench:started"


def measure() -> Iterator[Figure]:
    """Once Tasks a moment apart; beside them RQ's bare enqueue → start."""
    floor = _floor()
    ours = _houston()
    for share, goal in ((0.5, P50_MS), (0.99, P99_MS)):
        reference = f"RQ's bare enqueue → start {percentile(floor, share):.1f} ms"
        what = f"due → started, idle, p{share * 100:.0f} of {len(ours)}"
        yield figure(what, percentile(ours, share), "ms", goal, reference)


def _houston() -> list[float]:
    with houston() as running:
        team = TeamId(running.told["team_id"])
        page = WorkspaceClient(running.told["page_url"])
        owner, channel = PersonId(page.person("ada")), page.channel("#ops")
        world = World(running.storage, team, owner, channel)
        first = datetime.now(UTC) + timedelta(seconds=3)
        due = [first + EVERY * number for number in range(RUNS)]
        missions = [world.once(number, at) for number, at in enumerate(due)]
        time.sleep((due[-1] - datetime.now(UTC)).total_seconds())
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            late = [_late_ms(running.redis, team, mission) for mission in missions]
            if None not in late:
                return [ms for ms in late if ms is not None]
            time.sleep(0.5)
        raise AssertionError(f"{late.count(None)} of {RUNS} did not start")


def _late_ms(redis: Redis, team: TeamId, mission: MissionId) -> float | None:
    """How long after its instant a Mission's Execution started; None if it did not yet."""
    texts = cast("list[str]", redis.hvals(TeamKeys(team).mission(mission).executions))
    if not texts:
        return None
    execution = Execution.load(texts[0])
    return (execution.started_at - execution.scheduled_at).total_seconds() * 1000


def _floor() -> list[float]:
    with storage() as made, _worker(made.url):
        queue = Queue("bench", connection=made.raw)
        text = made.text
        for number in range(RUNS):
            queue.enqueue_call(
                "bench.start_latency.note", args=(made.url, time.time()), result_ttl=0
            )
            while text.llen(STARTED) <= number:
                time.sleep(0.01)
            time.sleep(0.1)
        return [float(v) for v in text.lrange(STARTED, 0, -1)]


@contextmanager
def _worker(url: str) -> Iterator[None]:
    program = Path(sys.executable).parent / "rq"
    process = subprocess.Popen([str(program), "worker", "-u", url, "--quiet", "bench"])
    try:
        time.sleep(2)
        yield
    finally:
        process.terminate()
        process.wait()


def note(url: str, enqueued: float) -> None:
    """The reference's job: how long ago it was enqueued, in ms."""
    late = (time.time() - enqueued) * 1000
    Redis.from_url(url).rpush(STARTED, late)
