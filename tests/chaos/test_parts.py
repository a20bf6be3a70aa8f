"""What `houston up` promises of its parts: one dies, it comes back; one ends, all end."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.exceptions import RedisError

from jobs.queues import QueueName
from missions import keys as k
from missions.blueprint import CronTrigger
from missions.execution import Outcome, Status
from missions.keys import TeamKeys
from tests.chaos.facts import (
    check_channel,
    check_ledger,
    executions,
    final,
    quiet,
    reported_once,
    rows,
    said,
    settle,
)
from tests.chaos.kit import OPS, System, alive, at, once, parent, storage_alone, strike, timed
from tests.support.site import Site
from tests.support.system import wait_for

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos-parts"), pytest.mark.timeout(200)]

PARTS = {
    "storage": "the storage",
    "workspace": "the local workspace",
    "workers": "the workers",
    "scheduler": "the scheduler",
    "bot": "the bot",
}


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[System]:
    """`houston up` as people start it."""
    folder = tmp_path_factory.mktemp("parts") / "data"
    made = System(folder, HOUSTON_ALLOW_HOSTS=site.host)
    made.start()
    yield made
    if made.part("storage"):
        made.stop()
    assert made.processes() == {}


@pytest.fixture(autouse=True)
def healthy(site: Site) -> None:
    site.status, site.delay = 200, 0.0


def answered(system: System, seconds: float) -> float:
    """Ask something; how long until the one answer was there."""
    began = time.monotonic()
    thread = system.workspace.post("ada", OPS, "@Houston list my missions")
    wait_for(lambda: said(system, thread), seconds)
    return time.monotonic() - began


def test_a_frozen_job_is_given_up_and_writes_nothing_back(system: System, site: Site) -> None:
    """[X2 X4] SIGSTOP for longer than the lease: Failed within a minute; late it changes nothing."""
    site.delay = 2.0
    mission = system.mission("Frozen", once(site.url()))
    system.run_now(mission)
    horse = at(lambda: system.redis.zcard(k.LEASES) and system.horses(QueueName.EXECUTIONS)[:1])
    frozen = system.horses(QueueName.EXECUTIONS)[0]
    horse.freeze(lambda _: frozen)
    began = time.monotonic()
    settle(system, mission, 60)
    print(f"chaos: a frozen job: failed after {time.monotonic() - began:.1f} s")
    before = executions(system, mission)
    strike(frozen, signal.SIGCONT)
    wait_for(lambda: not alive(frozen), 15)
    assert executions(system, mission) == before
    assert before[0].status is Status.FAILED
    assert "stopped responding" in str(before[0].error)
    assert reported_once(system, mission)


@pytest.mark.parametrize("word", PARTS)
def test_a_part_that_dies_comes_back(system: System, site: Site, word: str) -> None:
    """[L1 S1 S3] kill -9 while a Task runs and another comes due: a line says so, all is done."""
    site.delay = 3.0
    lines = system.output.count(f"{PARTS[word]} ended unexpectedly")
    pid = wait_for(lambda: system.part(word), 20)
    soon = system.mission(f"Due while {word} is away", once(site.url(), 2.5))
    running = system.mission(f"Running while {word} dies", once(site.url()))
    system.run_now(running)
    at(lambda: system.redis.zcard(k.LEASES))
    when = at(lambda: pid).kill()
    wait_for(lambda: system.output.count(f"{PARTS[word]} ended unexpectedly") == lines + 1, 5)
    back = wait_for(lambda: system.part(word) not in (0, pid) and time.monotonic(), 15)
    for mission in (running, soon):
        wait_for(lambda m=mission: _settled(system, m), 75)
    print(
        f"chaos: {PARTS[word]}: started again after {back - when:.1f} s, "
        f"all reported after {time.monotonic() - when:.1f} s"
    )
    for mission in (running, soon):
        check_ledger(system, mission)
    status = [e.status for e in executions(system, running)]
    assert status == [Status.FAILED if word == "workers" else Status.SUCCESS]
    assert [e.status for e in executions(system, soon)] == [Status.SUCCESS]
    site.delay = 0.0
    print(f"chaos: {PARTS[word]}: answers {answered(system, 75):.1f} s after it was asked")
    wait_for(lambda: quiet(system), 20)
    check_channel(system)


def _settled(system: System, mission: str) -> bool:
    """As far as storage can be asked just now."""
    try:
        return final(system, mission) and reported_once(system, mission)  # type: ignore[arg-type]
    except RedisError:
        return False


def test_a_lost_connection_is_taken_up_again(system: System) -> None:
    """[L4 C10] Cut without a word, redelivered, its ack lost: one answer each."""
    for abrupt in (False, True):
        system.workspace.misbehave("disconnect", abrupt=abrupt)
        answered(system, 30)
    for kind in ("redeliver", "drop_acks"):
        system.workspace.misbehave(kind, count=2)
        thread = system.workspace.post("ada", OPS, "@Houston list my missions")
        wait_for(lambda thread=thread: said(system, thread), 30)
        wait_for(lambda: quiet(system), 20)
        assert len(said(system, thread)) == 1, kind
    system.workspace.misbehave("none")


@pytest.mark.parametrize("kind", ["timeout_after_accept", "rate_limit"])
def test_a_post_whose_outcome_is_unknown_is_there_once(
    system: System, site: Site, kind: str
) -> None:
    """[R4] The answer to the post never came, or the rate was limited: once in the channel."""
    system.workspace.misbehave(kind, method="chat.postMessage", count=2)
    mission = system.mission(kind, once(site.url()))
    system.run_now(mission)
    settle(system, mission, 30)
    wait_for(lambda: quiet(system), 20)
    assert len([m for m in said(system) if f"“{kind}”" in str(m) or kind in m["text"]]) == 1
    check_channel(system)


def test_a_frozen_storage_is_waited_for(system: System, site: Site) -> None:
    """[S1 X2] Four seconds without storage: what runs goes on and ends well."""
    site.delay = 1.0
    mission = system.mission("Waits for storage", once(site.url()))
    system.run_now(mission)
    at(lambda: system.redis.zcard(k.LEASES))
    storage = system.part("storage")
    began = time.monotonic()
    strike(storage, signal.SIGSTOP)
    try:
        wait_for(lambda: time.monotonic() - began > 4, 6)
    finally:
        strike(storage, signal.SIGCONT)
    settle(system, mission, 60)
    assert [e.status for e in executions(system, mission)] == [Status.SUCCESS]


def test_a_second_houston_on_the_folder_is_refused(system: System) -> None:
    """[L1] Two storage servers on one folder would destroy it."""
    second = System(system.folder)
    with pytest.raises(AssertionError, match="houston up ended"):
        second.start()
    assert "Houston already runs on the data folder" in system.output
    assert answered(system, 20)


def test_ctrl_c_ends_all_and_what_ran_says_so(system: System, site: Site) -> None:
    """[X1 S4 L1] Ends within 5 s; the run failed as Houston was stopped; missed runs are noted."""
    site.delay = 30.0
    every = CronTrigger(cron="* * * * *", zone="UTC")
    mission = system.mission("Every minute", timed(site.url(), every))
    running = system.mission("Stopped", once(site.url()))
    system.run_now(running)
    at(lambda: system.redis.zcard(k.LEASES))
    took = system.stop()
    print(f"chaos: Ctrl-C: all ended after {took:.1f} s")
    assert took < 5
    assert system.processes() == {}
    site.delay = 0.0
    _pretend_away(system, mission)
    system.start()
    found = executions(system, running)
    assert [(e.status, e.error) for e in found] == [(Status.FAILED, "Houston was stopped.")]
    settle(system, running, 20)
    # Twenty minutes were missed but for the last, which the catch-up rule runs; one notice.
    wait_for(lambda: [r for r in rows(system, mission) if r.outcome is Outcome.RUN], 20)
    settle(system, mission, 20)
    missed = [r for r in rows(system, mission) if r.outcome is Outcome.MISSED]
    assert len(missed) == 1
    assert missed[0].count >= 19
    ran = [r for r in rows(system, mission) if r.outcome is Outcome.RUN]
    assert len(ran) == 1
    assert datetime.now(UTC) - ran[0].due < timedelta(minutes=2)
    wait_for(lambda: quiet(system), 20)
    notices = [m for m in said(system) if re.search(r"away|missed|not run", m["text"], re.I)]
    assert len(notices) == 1, [m["text"] for m in said(system)]


def _pretend_away(system: System, mission: str) -> None:
    """Make it 20 minutes since the Task was armed: on storage of its own, while all is ended."""
    with storage_alone(system.folder) as redis:
        team = next(iter(redis.smembers(k.TEAMS)))
        keys = TeamKeys(team).mission(mission)  # type: ignore[arg-type]
        due = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=20)
        redis.hset(keys.tasks, "T1:next", due.isoformat())
        redis.zadd(k.TIMER, {keys.timer_member("T1"): due.timestamp()})  # type: ignore[arg-type]


def test_a_killed_supervisor_leaves_no_process(system: System, site: Site) -> None:
    """[L1] kill -9 of `houston up`: no orphan goes on; the next start takes the folder over."""
    site.delay = 30.0
    mission = system.mission("Orphan", once(site.url()))
    system.run_now(mission)
    at(lambda: system.redis.zcard(k.LEASES))
    began = at(lambda: system.supervisor).kill()
    wait_for(lambda: not system.processes(), 5)
    print(f"chaos: supervisor killed: nothing left after {time.monotonic() - began:.1f} s")
    system.reap()
    site.delay = 0.0
    system.start()
    settle(system, mission, 75)
    assert [e.status for e in executions(system, mission)] == [Status.FAILED]
    assert answered(system, 20)
    assert Path(f"/proc/{system.supervisor}").exists()
    assert parent(system.part("bot")) == system.supervisor
