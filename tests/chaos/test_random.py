"""Random kills and freezes during a workload; then the same facts as after a planned one.

`CHAOS_KILLS` is how many (12 unless set), `CHAOS_SEED` repeats a run.
"""

from __future__ import annotations

import itertools
import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import pytest
from redis.exceptions import RedisError

from bot.workspace.client import Refused
from jobs.queues import QueueName
from missions.blueprint import CronTrigger
from missions.errors import HoustonError, TransitionRefused
from missions.execution import Cause, Occurrence, Outcome
from missions.ids import MissionId, TaskId
from missions.keys import TeamKeys
from missions.proposal import Proposal, ProposalState
from tests.chaos.facts import (
    Json,
    check_channel,
    check_ledger,
    executions,
    quiet,
    reported_once,
    rows,
    said,
)
from tests.chaos.kit import KILLS, OPS, System, alive, parent, strike, timed
from tests.support.site import Site
from tests.support.system import wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos-random")]

SEED = int(os.environ.get("CHAOS_SEED", str(int(time.time()))))
PARTS = ("storage", "workspace", "workers", "scheduler", "bot")
MISSIONS = 2
TIMED = TaskId("T1")
RESTS = 0.5
"""How often everything may come back before the next strike; else it falls while parts start."""
UNSEEN = "I could not see that you are a member"
"""Who wants a Mission is refused while Slack does not say who is a member: no answer means no."""
LAST_RESORT_SECONDS = 120.0
"""After the last strike: a lease, a change of leader, a sweep, redelivery by Slack after 60 s."""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("random") / "data"
    made = System(folder, HOUSTON_ALLOW_HOSTS=site.host)
    made.start()
    yield made
    made.stop()
    assert made.processes() == {}


@dataclass
class Workload:
    """What people do meanwhile: Run now, turns, and plans that they launch and change."""

    system: System
    chance: random.Random
    missions: list[MissionId]
    threads: list[str] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)
    clicks: Iterator[int] = field(default_factory=itertools.count)

    def heard(self) -> list[str]:
        """What began a thread and was taken in."""
        return sorted(heard(self.system) & {*self.threads, *self.plans})

    def act(self) -> None:
        """One thing; what is refused because a part is away was not promised."""
        what = self.chance.random()
        with suppress(OSError, Refused, RedisError, HoustonError):
            if what < 0.25:
                mission = self.chance.choice(self.missions)
                self.system.run_now(mission, f"click-{next(self.clicks)}")
            elif what < 0.4:
                self.switch()
            elif what < 0.55:
                said_ = "@Houston list my missions"
                self.threads.append(self.system.workspace.post("ada", OPS, said_))
            elif what < 0.7:
                # A plan of its own each: else its card would name the Mission that is like it.
                number = next(self.clicks)
                where = f"https://shop.example/{number}"
                said_ = (
                    f"@Houston every day at 9:00 check {where} answers 200, call it Plan {number}"
                )
                self.plans.append(self.system.workspace.post("ada", OPS, said_))
            elif what < 0.8 and self.plans:
                self.change(self.chance.choice(self.plans[-5:]))
            elif self.plans:
                self.press(self.chance.choice(self.plans[-5:]))

    def switch(self) -> None:
        """Disable, enable, or pause or enable the Task alone, as it comes; [M2] may refuse it."""
        verbs, ada = self.system.domain.lifecycle, self.system.ada
        mission = self.chance.choice(self.missions)
        match self.chance.choice(("disable", "enable", "enable", "pause", "free")):
            case "disable":
                verbs.disable(ada, mission)
            case "enable":
                verbs.enable(ada, mission)
            case "pause":
                verbs.pause_task(ada, mission, TIMED)
            case "free":
                verbs.enable_task(ada, mission, TIMED)

    def go_on(self) -> None:
        """Press what a plan offers, then ask for a change of it: the next strike meets both."""
        with suppress(OSError, Refused, RedisError, HoustonError):
            if self.plans:
                thread = self.chance.choice(self.plans[-3:])
                self.press(thread)
                self.change(thread)

    def change(self, thread: str) -> None:
        """Say that a plan is to run at another time, in its thread."""
        if offered(self.system, thread, "launch", "apply", "view_plan"):
            said_ = f"@Houston make it 10:{next(self.clicks) % 60:02d}"
            self.system.workspace.post("ada", OPS, said_, thread)

    def press(self, thread: str) -> None:
        """Press Launch or Apply on the latest card of a thread, twice as the impatient do."""
        for action, card in offered(self.system, thread, "launch", "apply")[-1:]:
            for _ in range(2):
                self.system.workspace.click("ada", OPS, card["ts"], action)


def offered(system: System, thread: str, *actions: str) -> list[tuple[str, Json]]:
    """The bot's messages in a thread that have one of these buttons, oldest first."""
    elements = (
        (element.get("action_id", "").partition(":")[0], message)
        for message in said(system, thread)
        for block in message["blocks"]
        for element in block.get("elements", ())
    )
    return [(action, message) for action, message in elements if action in actions]


def _passed(until: float) -> bool:
    return time.monotonic() > until


def victim(system: System, chance: random.Random) -> tuple[str, int]:
    """A random part, worker or running job: its name and pid, 0 if there is none now."""
    with suppress(RedisError):
        queue = chance.choice(list(QueueName))
        kind = chance.choice(("part", "worker", "job", "job"))
        if kind == "worker":
            return f"worker of {queue.value}", chance.choice(system.workers(queue) or [0])
        if kind == "job":
            return f"job of {queue.value}", chance.choice(system.horses(queue) or [0])
    word = chance.choice(PARTS)
    return word, system.part(word)


def hit(system: System, chance: random.Random) -> str:
    """Kill, or freeze for up to 3 s, something that is there; what it was."""
    name, pid = "", 0
    deadline = time.monotonic() + 10
    while not pid and time.monotonic() < deadline:
        name, pid = victim(system, chance)
    assert pid not in (1, system.supervisor, os.getpid())
    if not pid:
        return "nothing"
    assert parent(pid) > 1 or not alive(pid)
    if chance.random() < 0.7:
        strike(pid, signal.SIGKILL)
        return f"kill {name}"
    strike(pid, signal.SIGSTOP)
    until = time.monotonic() + chance.uniform(0.2, 3.0)
    with suppress(AssertionError):
        wait_for(partial(_passed, until), 4)
    strike(pid, signal.SIGCONT)
    return f"freeze {name}"


@pytest.mark.timeout(180 + 15 * KILLS)
def test_whatever_dies_the_facts_hold(system: System, site: Site) -> None:
    """[S1 X1 X2 R4 C10] Rows final and complete, reports and replies once, people answered."""
    print(f"\nchaos: CHAOS_SEED={SEED} CHAOS_KILLS={KILLS}")
    chance = random.Random(SEED)
    site.delay = 0.7
    every = CronTrigger(cron="* * * * *", zone="UTC")
    plan = timed(site.url(), every)
    missions = [system.mission(f"Minute {n}", plan) for n in range(MISSIONS)]
    work = Workload(system, chance, missions)
    hits: Counter[str] = Counter()
    for _ in range(KILLS):
        for _ in range(chance.randrange(1, 4)):
            work.act()
        until = time.monotonic() + chance.uniform(0.05, 2.5)
        with suppress(AssertionError):
            wait_for(partial(_passed, until), 4)
        hits[hit(system, chance)] += 1
        if chance.random() < RESTS:
            rest(system)
            work.go_on()
    began = time.monotonic()
    print(f"chaos: {dict(sorted(hits.items()))}")

    def settled() -> bool:
        with suppress(OSError, RedisError, Refused, HoustonError):
            for mission in missions:
                with suppress(TransitionRefused):  # it is Active: every one has its minutes
                    system.domain.lifecycle.enable(system.ada, mission)
            told = all(said(system, thread) for thread in work.heard())
            told = told and all(minutes(system, m) for m in missions)
            return told and quiet(system) and all(reported_once(system, m) for m in missions)
        return False

    try:
        wait_for(settled, LAST_RESORT_SECONDS)
    except AssertionError:
        silent = [t for t in work.heard() if not said(system, t)]
        odd = {m: executions(system, m) for m in missions if not reported_once(system, m)}
        raise AssertionError(f"seed {SEED}: unanswered {silent}; unreported {odd}") from None
    print(f"chaos: all settled {time.monotonic() - began:.1f} s after the last strike")
    for mission in missions:
        with suppress(TransitionRefused):  # it is disabled as it is
            system.domain.lifecycle.disable(system.ada, mission)
    wait_for(lambda: quiet(system), 60)
    for mission in missions:
        check_ledger(system, mission)
        check_minutes(system, mission)
    accepted = heard(system)
    for thread in work.threads:
        answers = said(system, thread)
        assert len(answers) == (thread in accepted), f"seed {SEED}: {thread} {answers}"
    retry(system, work)
    launched, applied = check_plans(system, work, accepted)
    check_channel(system)
    runs = sum(len(executions(system, m)) for m in missions)
    told = len(work.threads) + len(work.plans)
    print(
        f"chaos: {told} said, {len(accepted)} heard, {launched} plans launched, "
        f"{applied} changes applied, {runs} runs"
    )
    last = system.workspace.post("ada", OPS, "@Houston list my missions")
    wait_for(lambda: said(system, last), 30)


def rest(system: System) -> None:
    """Give what was struck the time to come back, so that people get something done again."""

    def back() -> bool:
        return all(map(system.part, PARTS)) and (system.folder / "run" / "bot").exists()

    with suppress(AssertionError):
        wait_for(back, 15)


def retry(system: System, work: Workload) -> None:
    """Press Retry where Houston gave up: whoever kills each attempt gets an apology [C10]."""
    given_up = [(t, card) for t in work.heard() for _, card in offered(system, t, "retry")]
    print(f"chaos: {len(given_up)} to be retried")
    for thread, card in given_up:
        before = len(said(system, thread))
        system.workspace.click("ada", OPS, card["ts"], "retry")
        wait_for(lambda t=thread, n=before: len(said(system, t)) > n, 30)  # type: ignore[misc]
    wait_for(lambda: quiet(system), 60)


def check_plans(system: System, work: Workload, accepted: set[str]) -> tuple[int, int]:
    """One Draft for each that was heard and not refused, and each Proposal launched or applied
    once, however often it was pressed; how many of both."""
    launched = applied = 0
    for thread in work.plans:
        answers = said(system, thread)
        named = re.findall(r"M-[A-Z2-9]{6}", str(answers))
        found = f"seed {SEED}: {thread} {[a['text'] for a in answers]}"
        refused = any(UNSEEN in answer["text"] for answer in answers)
        assert len(set(named)) == (thread in accepted and not refused), found
        for mission in {MissionId(name) for name in named}:
            one, changed = check_versions(system, mission)
            launched += one
            applied += changed
    return launched, applied


def check_versions(system: System, mission: MissionId) -> tuple[int, int]:
    """Versions, change log, answered Proposals and the plan that holds say the same."""
    found = system.domain.store.mission(system.team, mission)
    assert found, f"seed {SEED}: {mission}"
    keys = TeamKeys(system.team).mission(mission)
    log = system.domain.store.changes(system.team, mission, 200)
    launches = [c for c in log if c.what == "Launched"]
    changes = [c for c in log if c.what == "Plan changed"]
    told = f"seed {SEED}: {mission} {log}"
    assert len(launches) <= 1, told
    assert len(launches) + len(changes) == found.version, told
    assert len({c.after for c in changes}) == len(changes), told
    stored = system.domain.store.hgetall(keys.proposals)
    proposals = [Proposal.load(text) for text in stored.values() if text.startswith("{")]
    applied = [p for p in proposals if p.state is ProposalState.APPLIED]
    assert len(applied) == found.version, told
    assert sorted(p.base_version for p in applied) == list(range(found.version)), told
    if applied:
        last = max(applied, key=lambda p: p.base_version)
        plan = system.domain.store.blueprint(system.team, mission, found.version)
        assert plan == last.blueprint, told
    return len(launches), len(changes)


def heard(system: System) -> set[str]:
    """The messages that Houston took in; a killed workspace forgets what it had not delivered."""
    return {line["ts"] for line in system.logs("bot") if line["event"] == "accepted"}


def minutes(system: System, mission: MissionId) -> list[Occurrence]:
    """The rows of instants."""
    return [r for r in rows(system, mission) if r.cause is Cause.TIME]


def active(system: System, mission: MissionId) -> list[tuple[datetime, datetime]]:
    """From when to when the Mission was Active, by its change log; it is Paused now."""
    spans, began = [], None
    for change in reversed(system.domain.store.changes(system.team, mission, 1_000)):
        if change.what in ("Launched", "Enabled"):
            began = change.at
        elif change.what == "Disabled" and began:
            spans.append((began, change.at))
            began = None
    assert began is None, f"seed {SEED}: {mission}"
    return spans


def check_minutes(system: System, mission: MissionId) -> None:
    """Every minute of the time in which the Mission was Active is in exactly one row.

    From the first to the last: what came due a moment before it was disabled, too.
    """
    due = minutes(system, mission)
    seen: Counter[int] = Counter()
    for row in due:
        first = int(row.due.timestamp()) // 60
        last = int((row.last or row.due).timestamp()) // 60
        assert row.outcome is not Outcome.MISSED or last - first + 1 == row.count, row
        seen.update(range(first, last + 1))
    spans = active(system, mission)
    promised = {
        minute
        for began, over in spans
        for minute in range(int(began.timestamp()) // 60, int(over.timestamp()) // 60 + 1)
        if began.timestamp() < minute * 60 <= over.timestamp()
    }
    assert promised, "no minute came due"
    assert set(seen) == promised, f"seed {SEED}: {spans} {due}"
    assert set(seen.values()) == {1}, due
