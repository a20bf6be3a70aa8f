"""A page of the list of Missions, and of a Mission's history, however many Missions there are."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from bench.figures import Figure, figure
from bench.storage import storage
from bench.world import ADA, NOON, TEAM, World, mission_id
from missions.mission import MissionState
from missions.viewer import Viewer

COUNTS = (100, 10_000, 100_000)
FLAT = 1.5
RUNS = 1_000
"""Executions of one Mission: as many as are kept."""

REPEATS = 60


def measure() -> Iterator[Figure]:
    """Each page at each count, and the largest against the smallest."""
    viewer = Viewer(team=TEAM, person=ADA)
    with storage() as made:
        world, there = World(made), 0
        reader = world.domain.reader
        taken: dict[str, list[float]] = {}
        for count in COUNTS:
            world.missions(count - there, due=NOON + timedelta(days=1), first=there)
            if not there:
                world.executions(mission_id(0), RUNS)
            there = count
            pages: dict[str, Callable[[], object]] = {
                "list page": lambda: reader.missions(viewer),
                "list page, Active": lambda: reader.missions(viewer, state=MissionState.ACTIVE),
                "history page": lambda: reader.executions(viewer, mission_id(0)),
            }
            for what, look in pages.items():
                taken.setdefault(what, []).append(_typical_ms(look))
            search = _typical_ms(lambda: reader.missions(viewer, search="number 77"), 3)
            yield figure(f"search by name, {count:,} Missions", search, "ms")
    for what, each in taken.items():
        shown = ", ".join(f"{ms:.2f} ms at {n:,}" for n, ms in zip(COUNTS, each, strict=True))
        yield figure(f"{what}, most against least", max(each) / min(each), "×", FLAT, shown)


def _typical_ms(look: Callable[[], object], repeats: int = REPEATS) -> float:
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        look()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)
