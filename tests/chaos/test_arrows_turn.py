"""kill -9 at each arrow of event → accepted → ack → turn → reply, and of a click's effect."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from jobs.queues import QueueName
from missions.ids import MissionId
from tests.chaos.facts import check_channel, quiet, said
from tests.chaos.gate import Side
from tests.chaos.kit import OPS, GatedSystem, alive, at, once, parent
from tests.support.site import Site
from tests.support.system import wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos-turn")]

BEFORE, AFTER = Side.BEFORE, Side.AFTER
ACCEPT = ("EVALSHA", ":seen:", "houston:mailboxes")
TAKE = ("SET", ":mailbox:", ":lease", "NX")
ATTEMPT = ("EVALSHA", "attempts:", '"HSET"')
REPLY = ("EVALSHA", '"LPOP"', ":mailbox:")
RING = ("EVALSHA", "rq:queue:turns", "jobs.turn.answer")
SLACK = ("POST /api/chat.postMessage",)


@dataclass(frozen=True)
class Arrow:
    """Where a request is stopped and who is killed then; the reply comes within `seconds`."""

    name: str
    side: Side
    words: tuple[str, ...]
    seconds: float
    victim: Callable[[int], int] = lambda pid: pid
    slack: bool = False


ARROWS = [
    Arrow("event → accepted, the bot", BEFORE, ACCEPT, 30),
    Arrow("turn taken, the job", AFTER, TAKE, 15),
    Arrow("turn, the worker", AFTER, ATTEMPT, 15, parent),
    Arrow("before the turn, the job", BEFORE, TAKE, 15),
    Arrow("turn, the job", AFTER, ATTEMPT, 15),
    Arrow("turn → reply, the job", BEFORE, REPLY, 15),
    Arrow("reply given, the job", AFTER, REPLY, 15),
    Arrow("turn → reply, the worker", BEFORE, REPLY, 15, parent),
    Arrow("accepted → ack, the bot", AFTER, ACCEPT, 30),
    Arrow("reply posted, the delivery job", AFTER, SLACK, 30, slack=True),
    Arrow("accepted → turn rung, the bot", BEFORE, RING, 30),
]


def struck(system: GatedSystem, site: Site, arrow: Arrow) -> tuple[str, float]:
    """Say something and strike at the arrow; the thread, and when."""
    wait_for(lambda: len(system.workers(QueueName.TURNS)) == 4, 15)
    wait_for(connected(system), 40)
    gate = system.slack_gate if arrow.slack else system.storage_gate
    with gate.hold(arrow.side, *arrow.words) as held:
        words = f"@Houston every day at 9:00 check {site.url()} answers 200"
        thread = system.workspace.post("ada", OPS, words)
        moment = at(held.seen, 30)
        pid = moment.pid if moment.pid > 0 else system.horses(QueueName.DELIVERIES)[0]
        killed = arrow.victim(pid)
        assert killed not in (0, 1, system.supervisor), arrow
        when = at(lambda: killed).kill()
        wait_for(lambda: not alive(killed) and not alive(pid), 5)
    return thread, when


def connected(system: GatedSystem) -> Callable[[], bool]:
    """Whether the bot that runs now has connected."""

    def look() -> bool:
        pid = system.part("bot")
        return bool(pid) and (system.folder / "run" / "bot").exists()

    return look


def plans(messages: list[dict[str, Any]]) -> list[str]:
    """The IDs of the Missions whose plans a thread shows."""
    return re.findall(r"M-[A-Z2-9]{6}", " ".join(str(m["text"]) for m in messages))


@pytest.mark.timeout(300)
def test_every_arrow_of_a_turn(gated: GatedSystem, site: Site) -> None:
    """[C10 P6] Whoever is killed: one answer, one Draft, no message lost."""
    threads: dict[Arrow, str] = {}
    late: dict[str, float] = {}
    for arrow in ARROWS:
        thread, when = struck(gated, site, arrow)
        threads[arrow] = thread
        with suppress(AssertionError):
            wait_for(partial(said, gated, thread), 60)
        took = time.monotonic() - when
        print(f"chaos: {arrow.name}: answered after {took:.1f} s")
        if took > arrow.seconds:
            late[arrow.name] = took
    assert late == {}
    wait_for(lambda: quiet(gated), 20)
    for arrow, thread in threads.items():
        answers = said(gated, thread)
        assert len(answers) == 1, (arrow, answers)
    assert gated.redis.zcard(f"houston:{gated.team}:missions") == len(ARROWS)
    check_channel(gated)


@pytest.mark.parametrize("side", Side)
def test_a_click_whose_bot_dies_takes_effect_at_most_once(
    gated: GatedSystem, site: Site, side: Side
) -> None:
    """[C5 C6] Killed before the step, nothing changed; after it, it is done. Press again."""
    wait_for(connected(gated), 40)
    thread = gated.workspace.post(
        "ada", OPS, f"@Houston every day at 9:00 check {site.url()} answers 200"
    )
    card = wait_for(lambda: said(gated, thread), 20)[0]
    mission = MissionId(re.findall(r"M-[A-Z2-9]{6}", str(card))[0])
    with gated.storage_gate.hold(side, "EVALSHA", "Launched") as held:
        gated.workspace.click("ada", OPS, card["ts"], "launch")
        at(held.seen).kill()
    found = gated.domain.store.mission(gated.team, mission)
    assert found
    assert found.version == (0 if side is BEFORE else 1)
    wait_for(connected(gated), 40)

    def pressed() -> bool:
        """Press until the bot hears it, and it is done."""
        stored = gated.domain.store.mission(gated.team, mission)
        if stored and stored.version:
            return True
        gated.workspace.click("ada", OPS, card["ts"], "launch")
        return False

    wait_for(pressed, 30)
    stored = gated.domain.store.mission(gated.team, mission)
    assert stored
    assert stored.version == 1
    launches = [c for c in gated.domain.store.changes(gated.team, mission, 50) if "aunch" in c.what]
    assert len(launches) == 1


def test_a_lost_connection_is_taken_up_again(gated: GatedSystem) -> None:
    """[L4 C10 P6] Cut with or without a word, redelivered, its ack lost: one answer each."""
    wait_for(connected(gated), 40)
    bad: list[dict[str, Any]] = [
        {"kind": "disconnect"},
        {"kind": "disconnect", "abrupt": True},
        {"kind": "redeliver", "count": 2},
        {"kind": "drop_acks", "count": 2},
    ]
    for switch in bad:
        gated.workspace.misbehave(**switch)
        began = time.monotonic()
        thread = gated.workspace.post("ada", OPS, "@Houston list my missions")
        wait_for(partial(said, gated, thread), 40)
        print(f"chaos: {switch}: answered after {time.monotonic() - began:.1f} s")
        wait_for(lambda: quiet(gated), 20)
        assert len(said(gated, thread)) == 1, switch
    gated.workspace.misbehave("none")
    check_channel(gated)


def test_a_mission_runs_after_all_that(gated: GatedSystem, site: Site) -> None:
    """[L1] Nothing is left that stands in the way of a run."""
    mission = gated.mission("Afterwards", once(site.url()))
    gated.run_now(mission)
    wait_for(lambda: [m for m in said(gated) if "Afterwards" in str(m)], 15)
