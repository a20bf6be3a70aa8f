"""What a due occurrence costs when many are due at once, ledger, re-arming and ring included."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from rq import Queue
from rq.scheduler import RQScheduler
from rq_scheduler import Scheduler

from bench.figures import Figure, figure
from bench.storage import Storage, storage
from bench.world import NOON, World
from jobs.timer import Timer
from missions import keys as k
from missions.blueprint import Exclusion

COUNTS = (1_000, 10_000)
RUNS = 3
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
MOST_MS = 0.25
FRACTION = 0.25
"""At most a quarter of what stock rq-scheduler needs."""


_BEHIND: dict[str, dict[str, Any]] = {
    "armed 30 min ago": {"ago": timedelta(minutes=30)},
    "armed 30 min ago, days left out, starts put off": {
        "ago": timedelta(minutes=30),
        "jitter": 60,
        "left_out": (Exclusion(first=date(2026, 12, 24), last=date(2027, 1, 1)),),
    },
}
"""What is not plain: after an outage, and with what a strategy adds."""


def measure() -> Iterator[Figure]:
    """Each count with its references."""
    for count in COUNTS:
        stock, own, ours = (_least(way, count) for way in (_stock, _rq, _houston))
        others = f"rq-scheduler cron {stock:.2f} ms, RQ's scheduler (one-shot) {own:.2f} ms"
        what = f"cost per due occurrence, {count:,} at once"
        yield figure(what, ours, "ms", MOST_MS, others)
        share = f"… as a share of rq-scheduler's, {count:,}"
        yield figure(share, ours / stock, "×", FRACTION, f"RQ's own is {own / stock:.2f} × of it")
        for said, way in _BEHIND.items():
            behind = _least(partial(_houston, **way), count)
            yield figure(f"… {said}, {count:,}", behind, "ms", None, f"{behind / ours:.1f} × plain")


def _least(way: Callable[[int], float], count: int) -> float:
    """The least of a few runs: what else the machine does only adds."""
    return min(way(count) for _ in range(RUNS))


def _houston(
    count: int, ago: timedelta = timedelta(), jitter: int = 0, left_out: tuple[Exclusion, ...] = ()
) -> float:
    """What each of so many costs that are due; they were armed for so long `ago`."""
    with storage() as made:
        world = World(made)
        world.missions(count, due=NOON - ago, jitter=jitter, left_out=left_out)
        timer = Timer(world.domain, made.raw)
        timer.acquire_lock()
        _settle()
        began, fired = time.perf_counter(), 0
        while found := len(timer.enqueue_jobs()):
            fired += found
            timer.acquire_lock()
        took = time.perf_counter() - began
        rung = Queue("executions", connection=made.raw).count
        plain = not (ago or jitter)
        if fired != count or (plain and not rung == world.domain.redis.zcard(k.PENDING) == count):
            raise AssertionError(f"{count} were due, {fired} fired, {rung} rung")
    return took / count * 1000


def _stock(count: int) -> float:
    with storage() as made:
        scheduler = Scheduler(queue_name="executions", connection=made.raw)
        for number in range(count):
            scheduler.cron("0 12 * * *", "bench.due_at_once.nothing", args=[f"{number}"])
        _make_due(made, scheduler.scheduled_jobs_key)
        began = time.perf_counter()
        scheduler.enqueue_jobs()
        took = time.perf_counter() - began
        if Queue("executions", connection=made.raw).count != count:
            raise AssertionError("rq-scheduler did not queue them all")
    return took / count * 1000


def _rq(count: int) -> float:
    with storage() as made:
        queue = Queue("executions", connection=made.raw)
        scheduler = RQScheduler([queue], connection=made.raw)
        for number in range(count):
            queue.enqueue_at(LONG_AGO, "bench.due_at_once.nothing", f"{number}")
        scheduler.acquire_locks()  # type: ignore[no-untyped-call]
        began = time.perf_counter()
        while queue.count < count:
            scheduler.enqueue_scheduled_jobs()  # type: ignore[no-untyped-call]
        took = time.perf_counter() - began
        scheduler.release_locks()  # type: ignore[no-untyped-call]
    return took / count * 1000


def _settle() -> None:
    """As the scheduler process does once it is put together."""
    gc.collect()
    gc.freeze()


def _make_due(made: Storage, key: str) -> None:
    names = [str(name) for name in made.text.zrange(key, 0, -1)]
    made.raw.zadd(key, dict.fromkeys(names, 0))


def nothing(*args: object) -> None:
    """The job of the references."""
