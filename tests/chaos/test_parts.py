"""What `houston up` promises of its parts: one dies, it comes back; one ends, all end."""

from __future__ import annotations

import signal
import time
from functools import partial

import pytest
from redis.exceptions import RedisError

from jobs.queues import QueueName
from missions import keys as k
from missions.execution import Status
from missions.ids import MissionId
from tests.chaos.facts import (
    answered,
    check_channel,
    check_ledger,
    executions,
    final,
    quiet,
    reported_once,
    said,
    settle,
)
from tests.chaos.kit import System, alive, at, once, strike
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


@pytest.fixture(autouse=True)
def healthy(site: Site) -> None:
    site.status, site.delay = 200, 0.0


def test_a_frozen_job_is_given_up_and_writes_nothing_back(system: System, site: Site) -> None:
    """[X2 X4] SIGSTOP for longer than the lease: Failed in a minute; late it changes nothing."""
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
    before = 0 if word == "workspace" else connects(system)
    soon = system.mission(f"Due while {word} is away", once(site.url(), 2.5))
    running = system.mission(f"Running while {word} dies", once(site.url()))
    system.run_now(running)
    at(lambda: system.redis.zcard(k.LEASES))
    when = at(lambda: pid).kill()
    wait_for(lambda: system.output.count(f"{PARTS[word]} ended unexpectedly") == lines + 1, 5)
    back = wait_for(lambda: system.part(word) not in (0, pid) and time.monotonic(), 15)
    for mission in (running, soon):
        wait_for(partial(_settled, system, mission), 75)
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
    if word in ("workspace", "bot"):  # what is said meanwhile Slack delivers after a minute
        wait_for(lambda: connects(system) > before, 30)
    print(f"chaos: {PARTS[word]}: answers {answered(system, 75):.1f} s after it was asked")
    wait_for(lambda: quiet(system), 20)
    check_channel(system)


def connects(system: System) -> int:
    """How often the bot has asked the workspace for a connection."""
    calls = system.workspace.api_log()
    return len([c for c in calls if c["method"] == "apps.connections.open" and c["ok"]])


def _settled(system: System, mission: MissionId) -> bool:
    """As far as storage can be asked just now."""
    try:
        return final(system, mission) and reported_once(system, mission)
    except RedisError:
        return False


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
