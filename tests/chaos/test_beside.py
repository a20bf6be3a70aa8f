"""Who does not do a step is killed at it, and who does it is frozen: nothing comes of either.

Each step of a run is stopped while it is done, a process is struck, and the step goes on. Some are
struck whenever the tests run, all of them by `make chaos`.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from jobs.queues import QueueName
from missions.execution import Status
from missions.ids import MissionId
from tests.chaos.facts import check_channel, check_ledger, executions, quiet, settle
from tests.chaos.gate import Side
from tests.chaos.kit import WHOLE, GatedSystem, alive, at, once, parent, strike
from tests.chaos.test_arrows_run import CLAIM, END, INTENT, RECORD, SLACK
from tests.support.site import Site
from tests.support.system import wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos-run"), pytest.mark.timeout(600)]

FROZEN_SECONDS = 2.0
"""Long for a process, and short of the lease, within which it counts as alive."""
BEFORE, AFTER = Side.BEFORE, Side.AFTER

Who = Callable[[GatedSystem, int], int]


def scheduler(system: GatedSystem, _doer: int) -> int:
    return system.part("scheduler")


def bot(system: GatedSystem, _doer: int) -> int:
    return system.part("bot")


def job(_system: GatedSystem, doer: int) -> int:
    return doer


def worker(_system: GatedSystem, doer: int) -> int:
    return parent(doer)


@dataclass(frozen=True)
class Strike:
    """At which side of which request who is killed, or frozen; `often` whenever tests run."""

    name: str
    side: Side
    words: tuple[str, ...]
    who: Who
    number: signal.Signals
    often: bool = False


STEPS = {"claim": CLAIM, "end": END, "intent": INTENT, "post": (SLACK,), "record": RECORD}
OFTEN = {
    ("scheduler", BEFORE, "end"),
    ("bot", AFTER, "post"),
    ("worker", AFTER, "claim"),
    ("job", BEFORE, "end"),
}


def _strikes(number: signal.Signals, *who: Who) -> list[Strike]:
    return [
        Strike(name, side, words, one, number, (one.__name__, side, name) in OFTEN)
        for one in who
        for name, words in STEPS.items()
        for side in Side
    ]


STRIKES = [
    *_strikes(signal.SIGKILL, scheduler, bot),
    *_strikes(signal.SIGSTOP, scheduler, bot, job, worker),
]


def struck(system: GatedSystem, site: Site, one: Strike) -> MissionId:
    """Run once, and strike at the step; the Mission."""
    for part in ("scheduler", "bot"):
        wait_for(lambda part=part: system.part(part), 20)  # type: ignore[misc]
    gate = system.slack_gate if one.words == (SLACK,) else system.storage_gate
    with gate.hold(one.side, *one.words, passes=True) as held:
        mission = system.mission(f"{one.side.value} {one.name}", once(site.url()))
        system.run_now(mission)
        moment = at(held.seen, 40)
        doer = moment.pid if moment.pid > 0 else system.horses(QueueName.DELIVERIES)[0]
        pid = one.who(system, doer)
        assert pid not in (0, 1, system.supervisor), one
        strike(pid, one.number)
        if one.number is signal.SIGKILL:
            wait_for(lambda: not alive(pid), 5)
    if one.number is signal.SIGSTOP:
        time.sleep(FROZEN_SECONDS)
        strike(pid, signal.SIGCONT)
    return mission


def test_who_stands_beside_a_step_or_freezes_in_it_changes_nothing(
    gated: GatedSystem, site: Site
) -> None:
    """[S1 S3 X2 R4] One row, one Success, one report, whoever was away for how long."""
    done = []
    for one in STRIKES:
        if WHOLE or one.often:
            began = time.monotonic()
            mission = struck(gated, site, one)
            settle(gated, mission, 75)
            done.append((one, mission))
            took = time.monotonic() - began
            how = "killed" if one.number is signal.SIGKILL else "frozen"
            at_step = f"{one.side.value} {one.name}"
            print(f"chaos: {at_step}: {one.who.__name__} {how}: settled in {took:.1f} s")
    for one, mission in done:
        check_ledger(gated, mission)
        found = [(e.status, e.error) for e in executions(gated, mission)]
        assert found == [(Status.SUCCESS, None)], one
    wait_for(lambda: quiet(gated), 30)
    check_channel(gated)
