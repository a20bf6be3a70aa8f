"""Deleting a Mission with a long history, and how long others wait for storage meanwhile."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection

from redis import Redis

from bench.figures import Figure, figure
from bench.storage import Storage, storage
from bench.world import ADA, NOON, TEAM, World, mission_id
from missions.artifacts import Artifacts
from missions.ids import MissionId
from missions.viewer import Actor

RUNS = 10_000
OTHERS = 10_000
"""Missions beside it: what is left is counted by looking through all keys."""

MOST_SECONDS = 2.0
MOST_HELD_UP_MS = 20.0


def measure() -> Iterator[Figure]:
    """The verb and the job that clears, with a client that pings all the time."""
    with storage() as made:
        world = World(made)
        world.missions(OTHERS, due=NOON + timedelta(days=1))
        mission = mission_id(7)
        world.executions(mission, RUNS)
        bare = _bare(made)
        with _pinging(made) as quiet:
            time.sleep(2)
        made.raw.config_set("slowlog-log-slower-than", 500)
        made.raw.slowlog_reset()
        with _pinging(made) as held_up:
            began = time.perf_counter()
            _delete(world, mission, made)
            took = time.perf_counter() - began
        slowest = max((int(line["duration"]) for line in made.raw.slowlog_get(100)), default=0)
    what = f"delete of a Mission with {RUNS:,} Executions"
    reference = f"a bare DEL of as many records, in one command: {bare:.3f} s"
    yield figure(what, took, "s", MOST_SECONDS, reference)
    reference = f"pings with nothing else going on: {quiet[0]:.1f} ms at most"
    yield figure("… longest wait of another client", held_up[0], "ms", MOST_HELD_UP_MS, reference)
    reference = f"that bare DEL: {bare * 1000:.0f} ms"
    what = "… longest command, as storage saw it"
    yield figure(what, slowest / 1000, "ms", MOST_HELD_UP_MS, reference)


def _bare(made: Storage) -> float:
    """How long storage takes to forget as many records without care for anybody, in seconds."""
    names = [f"bare:{number}" for number in range(RUNS)]
    with made.raw.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.set(name, "x" * 1_000)
        pipe.execute()
    began = time.perf_counter()
    made.raw.delete(*names)
    return time.perf_counter() - began


def _delete(world: World, mission: MissionId, made: Storage) -> None:
    domain = world.domain
    domain.lifecycle.delete(Actor(team=TEAM, person=ADA), mission, mission)
    domain.remains.clear(TEAM, mission)
    Artifacts((made.folder / "artifacts").as_uri()).delete_mission(TEAM, mission)
    left = domain.remains.left(TEAM, mission)
    if left:
        raise AssertionError(f"{left} keys are left")


@contextmanager
def _pinging(made: Storage) -> Iterator[list[float]]:
    """Another process pings while this goes on; afterwards, its longest wait in ms."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_ping, args=(made.url, theirs))
    process.start()
    longest: list[float] = []
    ours.recv()
    try:
        yield longest
    finally:
        ours.send("stop")
        longest.append(ours.recv())
        process.join()


def _ping(url: str, pipe: Connection) -> None:
    redis, longest = Redis.from_url(url), 0.0
    redis.ping()
    pipe.send("ready")
    while not pipe.poll():
        began = time.perf_counter()
        redis.ping()
        longest = max(longest, time.perf_counter() - began)
        time.sleep(0.001)
    pipe.send(longest * 1000)
