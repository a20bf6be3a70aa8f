"""Random kills and freezes during a workload; then the same facts as after a planned one.

`CHAOS_KILLS` is how many (12 unless set), `CHAOS_SEED` repeats a run.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

import pytest
from redis.exceptions import RedisError

from bot.workspace.client import Refused
from missions.blueprint import CronTrigger
from missions.errors import HoustonError, TransitionRefused
from missions.execution import Cause, Occurrence, Outcome
from missions.ids import MissionId
from missions.keys import TeamKeys
from missions.proposal import Proposal, ProposalState
from tests.chaos.balance import check_strategies
from tests.chaos.facts import (
    WAITING,
    check_channel,
    check_ledger,
    executions,
    quiet,
    reported_once,
    rows,
    said,
)
from tests.chaos.kit import KILLS, OPS, OtherScheduler, System, timed
from tests.chaos.people import Workload, heard, offered
from tests.chaos.strategies import CHANNEL, Strategies
from tests.chaos.strikes import JOBS, OTHER, PARTS, WORKERS, How, Striker, mark, pause, planned
from tests.support.site import Site
from tests.support.system import wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos-random")]

SEED = int(os.environ.get("CHAOS_SEED", str(int(time.time()))))
MISSIONS = 2
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


def test_a_seed_gives_the_same_strikes() -> None:
    """Whoever repeats a run by its seed has the same kills and freezes, in the same order."""
    assert planned(7, KILLS) == planned(7, KILLS) != planned(8, KILLS)
    assert len([s for s in planned(7, 200) if s.how is How.KILL]) == 200
    assert {t for s in planned(7, 200) for t in s.targets[:1]} >= {*PARTS, *WORKERS, *JOBS, OTHER}


@contextmanager
def striking(system: System) -> Iterator[Striker]:
    """Who strikes, with a second scheduler to strike; in the end all goes on that was frozen."""
    other = OtherScheduler(system)
    striker = Striker(system, other)
    try:
        yield striker
    finally:
        striker.thaw(all_of_them=True)
        other.stop()


@pytest.mark.timeout(240 + 15 * KILLS)
def test_whatever_dies_the_facts_hold(system: System, site: Site) -> None:
    """[S1 S3 X1 X2 R4 C10 B3 B4 B6 S6 M3 M9 M10] Rows final and complete, reports and replies once,
    people answered, pauses over, no event lost."""
    plan = planned(SEED, KILLS)
    print(f"\nchaos: CHAOS_SEED={SEED} CHAOS_KILLS={KILLS}: {len(plan)} strikes, plan {mark(plan)}")
    chance = random.Random(f"{SEED} people")
    site.delay = 0.7
    minutely = timed(site.url(), CronTrigger(cron="* * * * *", zone="UTC"))
    missions = [system.mission(f"Minute {n}", minutely) for n in range(MISSIONS)]
    work, beside = Workload(system, chance, missions), Strategies(system, site)
    with striking(system) as striker:
        for strike in plan:
            for number in range(chance.randrange(1, 4)):
                work.act()
                beside.act(strike.seed + number)
            pause(strike.wait)
            striker.carry_out(strike)
            if strike.rest:
                striker.rest()
                work.go_on()
    print(f"chaos: {dict(sorted(striker.hits.items()))}")
    assert striker.total(How.KILL) == KILLS
    settle(work, beside)
    for mission in missions:
        check_ledger(system, mission)
        check_minutes(system, mission)
    try:
        print(f"chaos: {check_strategies(beside)}")
    except AssertionError as fault:
        raise AssertionError(f"seed {SEED}: {fault}") from fault
    check_people(work)
    for channel in (OPS, CHANNEL):
        check_channel(system, channel)
    last = system.workspace.post("ada", OPS, "@Houston list my missions")
    wait_for(lambda: said(system, last), 30)


def settle(work: Workload, beside: Strategies) -> None:
    """Wait until nothing is to be done any more, then disable everything."""
    system, missions, began = work.system, work.missions, time.monotonic()

    def settled() -> bool:
        with suppress(OSError, RedisError, Refused, HoustonError):
            for mission in missions:
                with suppress(TransitionRefused):  # it is Active: every one has its minutes
                    system.domain.lifecycle.enable(system.ada, mission)
            told = all(said(system, thread) for thread in work.heard())
            told = told and all(minutes(system, m) for m in missions)
            told = told and beside.pauses_are_over()
            return told and quiet(system) and all(reported_once(system, m) for m in missions)
        return False

    try:
        wait_for(settled, LAST_RESORT_SECONDS)
    except AssertionError:
        silent = [t for t in work.heard() if not said(system, t)]
        odd = {m: executions(system, m) for m in missions if not reported_once(system, m)}
        waits = {name: system.redis.zrange(name, 0, 9, withscores=True) for name in WAITING}
        told = f"unanswered {silent}; unreported {odd}; pauses over {beside.pauses_are_over()}"
        raise AssertionError(f"seed {SEED}: {told}; waiting {waits}") from None
    print(f"chaos: all settled {time.monotonic() - began:.1f} s after the last strike")
    for mission in missions:
        with suppress(TransitionRefused):  # it is disabled as it is
            system.domain.lifecycle.disable(system.ada, mission)
    beside.close()
    wait_for(lambda: quiet(system), 60)


def check_people(work: Workload) -> None:
    """[C6 C10] Each message that was heard has one answer; each Proposal was applied once."""
    system, accepted = work.system, heard(work.system)
    for thread in work.threads:
        answers = said(system, thread)
        assert len(answers) == (thread in accepted), f"seed {SEED}: {thread} {answers}"
    retry(system, work)
    launched, applied = check_plans(system, work, accepted)
    runs = sum(len(executions(system, m)) for m in work.missions)
    told = len(work.threads) + len(work.plans)
    print(
        f"chaos: {told} said, {len(accepted)} heard, {launched} plans launched, "
        f"{applied} changes applied, {runs} runs"
    )


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


def minutes(system: System, mission: MissionId) -> list[Occurrence]:
    """The rows of instants."""
    return [r for r in rows(system, mission) if r.cause is Cause.TIME]


def active(system: System, mission: MissionId) -> list[tuple[datetime, datetime]]:
    """From when to when the Mission was Active, by its change log; it is Paused now.

    A pause that ends by itself holds until the moment that its note says, ended or not [M3].
    """
    spans: list[tuple[datetime, datetime]] = []
    began: datetime | None = None
    until: datetime | None = None
    for change in reversed(system.domain.store.changes(system.team, mission, 1_000)):
        if change.what in ("Launched", "Enabled"):
            began = min(change.at, until) if until else change.at
        elif change.what == "Disabled":
            spans += [(began, change.at)] if began else []
            began, until = None, datetime.fromisoformat(change.after) if change.after else None
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
