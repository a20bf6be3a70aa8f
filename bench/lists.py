"""A page of the list of Missions, and of a Mission's history, however many Missions there are."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from functools import partial

from bench.figures import Figure, figure
from bench.storage import Storage, settle, storage
from bench.world import ADA, NOON, TEAM, World, mission_id
from missions.ids import MissionId
from missions.keys import TeamKeys
from missions.mission import MissionState
from missions.viewer import Viewer

COUNTS = (100, 10_000, 100_000)
FLAT = 1.5
RUNS = 1_000
"""Executions of one Mission: as many as are kept."""

REPEATS = 200
SEARCH_MS = 100.0
"""An answer that comes within this time is felt to come at once."""

BARE = "ten bare records"

Look = Callable[[], object]


def measure() -> Iterator[Figure]:
    """Each page at each count, and the largest against the smallest.

    All counts are there at once and looked at by turns, so that whatever else the machine does
    strikes them alike. Beside them stands what storage takes to find and give out ten records.
    """
    with ExitStack() as running:
        looks = {
            count: _looks(_world(running.enter_context(storage()), count), count)
            for count in COUNTS
        }
        gc.collect()
        gc.freeze()
        bare = _typical_ms({count: looks[count].pop(BARE) for count in COUNTS})
        floor = f"; {BARE} {max(bare.values()) / min(bare.values()):.2f} ×"
        for what in looks[COUNTS[0]]:
            each = _typical_ms({count: looks[count][what] for count in COUNTS})
            shown = ", ".join(f"{ms:.2f} ms at {count:,}" for count, ms in each.items()) + floor
            if what.startswith("search"):
                yield figure(f"{what}, the slowest", max(each.values()), "ms", SEARCH_MS, shown)
            else:
                ratio = max(each.values()) / min(each.values())
                yield figure(f"{what}, most against least", ratio, "×", FLAT, shown)


def _world(made: Storage, count: int) -> World:
    world = World(made)
    world.missions(count, due=NOON + timedelta(days=1))
    world.executions(mission_id(0), RUNS)
    settle(made)
    return world


def _looks(world: World, count: int) -> dict[str, Look]:
    reader, viewer = world.domain.reader, Viewer(team=TEAM, person=ADA)
    page = partial(reader.missions, viewer)
    return {
        BARE: partial(_bare, world),
        "list page": page,
        "list page, Active": partial(page, state=MissionState.ACTIVE),
        "list page, the one in the middle": partial(page, page=count // 20),
        "list page, own first": partial(page, own_first=True),
        "history page": partial(reader.executions, viewer, mission_id(0)),
        "search by name": partial(page, search="number 77"),
        "search by a rare word": partial(page, search="number 77 check"),
        "search by words that all share": partial(page, search="watch number shop"),
        "search for what is not there": partial(page, search="watch absent"),
        "find by the whole name": partial(reader.find, viewer, "Watch number 77"),
    }


def _bare(world: World) -> object:
    """The newest ten of all Missions, as stored."""
    store, team = world.domain.store, TeamKeys(TEAM)
    pipe = store.redis.pipeline(transaction=False)
    for mission in store.zrange(team.missions, -10, -1):
        pipe.hget(team.mission(MissionId(mission)).record, "doc")
    return pipe.execute()


def _typical_ms(looks: Mapping[int, Look]) -> dict[int, float]:
    taken: dict[int, list[float]] = {count: [] for count in looks}
    for _ in range(REPEATS):
        for count, look in looks.items():
            began = time.perf_counter()
            look()
            taken[count].append((time.perf_counter() - began) * 1000)
    return {count: statistics.median(each) for count, each in taken.items()}
