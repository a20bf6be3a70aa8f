"""kill -9 at each arrow of due → row → job → claim → run → end → post → recorded.

Every arrow gets a Mission of its own and is struck; the promises run side by side. What must hold
is the same everywhere: one row per occurrence, all final with the right status, each report once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Self

import pytest

from jobs.queues import QueueName
from missions.execution import Status
from missions.ids import MissionId
from tests.chaos.facts import check_channel, check_ledger, executions, final, quiet, reported_once
from tests.chaos.gate import Side
from tests.chaos.kit import GatedSystem, alive, at, once, parent
from tests.support.site import Site
from tests.support.system import wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos-run")]

SLACK = "POST /api/chat.postMessage"
REPORTED_SECONDS = 75.0
"""Within a minute an Execution has ended; then it is its report's turn."""

Caller = Callable[[int], int]


def caller(pid: int) -> int:
    return pid


@dataclass(frozen=True)
class Arrow:
    """Where a request is stopped, who is killed then, how the run ends, and within how long.

    `at` are words of the request; `scheduled` makes the Task due by its instant, not by a click.
    """

    name: str
    side: Side
    words: tuple[str, ...]
    status: Status
    seconds: float
    victim: Caller = caller
    scheduled: bool = False
    slack: bool = False


BEFORE, AFTER = Side.BEFORE, Side.AFTER
SETTLE = ("EVALSHA", "houston:timer", "houston:pending")
RING = ("EVALSHA", "rq:queue:executions", "jobs.execute.execute")
CLAIM = ("EVALSHA", "houston:leases", "houston:pending")
END = ("EVALSHA", "houston:leases", ":reports")
INTENT = ("EVALSHA", '"HSET"', "posting_since")
RECORD = ("EVALSHA", ":posts", ":refs")
OK, FAILED = Status.SUCCESS, Status.FAILED

ARROWS = [
    Arrow("due → row, the scheduler", BEFORE, SETTLE, OK, 15 + 5, scheduled=True),
    Arrow("run → end, the worker", BEFORE, END, FAILED, 60, parent),
    Arrow("job → claim, the job", BEFORE, CLAIM, OK, 5),
    Arrow("job → claim, the worker", BEFORE, CLAIM, OK, 30, parent),
    Arrow("claim → run, the job", AFTER, CLAIM, FAILED, 10),
    Arrow("claim → run, the worker", AFTER, CLAIM, FAILED, 60, parent),
    Arrow("run → end, the job", BEFORE, END, FAILED, 10),
    Arrow("row → job, the scheduler", BEFORE, RING, OK, 15 + 15, scheduled=True),
    Arrow("end → post, the job", AFTER, END, OK, 15),
    Arrow("end → post, the worker", AFTER, END, OK, 15, parent),
    Arrow("before the intent, the delivery job", BEFORE, INTENT, OK, 15),
    Arrow("intent → post, the delivery job", AFTER, INTENT, OK, 15),
    Arrow("intent → post, the delivery worker", AFTER, INTENT, OK, 40, parent),
    Arrow("row → job rung, the scheduler", AFTER, RING, OK, 15, scheduled=True),
    Arrow("post stopped, the delivery job", BEFORE, (SLACK,), OK, 15, slack=True),
    Arrow("post → recorded, the delivery job", AFTER, (SLACK,), OK, 15, slack=True),
    Arrow("recorded, the delivery job", BEFORE, RECORD, OK, 15),
    Arrow("after recorded, the delivery job", AFTER, RECORD, OK, 15),
    Arrow("recorded, the delivery worker", BEFORE, RECORD, OK, 40, parent),
]


class Watcher:
    """Notes, from a thread, how long after its strike each Mission was final and reported."""

    def __init__(self, system: GatedSystem) -> None:
        self._system = system
        self.struck: dict[Arrow, tuple[MissionId, float]] = {}
        self.final: dict[Arrow, float] = {}
        self.reported: dict[Arrow, float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def done(self) -> bool:
        return len(self.reported) == len(self.struck)

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            for arrow, (mission, when) in list(self.struck.items()):
                if arrow not in self.final and final(self._system, mission):
                    self.final[arrow] = time.monotonic() - when
                told = arrow in self.final and arrow not in self.reported
                if told and reported_once(self._system, mission):
                    self.reported[arrow] = time.monotonic() - when


def struck(system: GatedSystem, site: Site, arrow: Arrow) -> tuple[MissionId, float]:
    """Strike at the arrow; the Mission it was struck with, and when."""
    wait_for(lambda: system.workers(QueueName.EXECUTIONS)[1:], 15)
    wait_for(lambda: system.workers(QueueName.DELIVERIES), 15)
    gate = system.slack_gate if arrow.slack else system.storage_gate
    planned = once(site.url(), 1.0 if arrow.scheduled else 0.0)
    with gate.hold(arrow.side, *arrow.words) as held:
        mission = system.mission(arrow.name, planned)
        if not arrow.scheduled:
            system.run_now(mission)
        moment = at(held.seen, 40)
        pid = moment.pid if moment.pid > 0 else system.horses(QueueName.DELIVERIES)[0]
        killed = arrow.victim(pid)
        assert killed not in (0, 1, system.supervisor), arrow
        when = at(lambda: killed).kill()
        wait_for(lambda: not alive(killed) and not alive(pid), 5)
    return mission, when


@pytest.mark.timeout(400)
def test_every_arrow_of_a_run(gated: GatedSystem, site: Site) -> None:
    """[S1 S3 X2 R4] Whoever is killed, wherever: final rows, the right status, one report."""
    with Watcher(gated) as watch:
        for arrow in ARROWS:
            watch.struck[arrow] = struck(gated, site, arrow)
            if arrow.scheduled or (arrow.side, arrow.words) == (BEFORE, CLAIM):
                # What takes the dead one's place would be struck in the next one's stead.
                wait_for(partial(watch.final.get, arrow), arrow.seconds)
        with suppress(AssertionError):
            wait_for(watch.done, REPORTED_SECONDS)
    for arrow, (mission, _) in watch.struck.items():
        ended = watch.final.get(arrow, float("inf"))
        told = watch.reported.get(arrow, float("inf"))
        print(f"chaos: {arrow.name}: final after {ended:.1f} s, reported after {told:.1f} s")
        found = f"{arrow.name}: {executions(gated, mission)}"
        assert ended <= arrow.seconds, found
        assert told <= REPORTED_SECONDS, found
        check_ledger(gated, mission)
        assert [e.status for e in executions(gated, mission)] == [arrow.status], found
    wait_for(lambda: quiet(gated), 15)
    check_channel(gated)
