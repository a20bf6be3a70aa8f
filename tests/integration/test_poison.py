"""A record that nobody can read stops its own occurrence only, with a reason in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from bot.blocks.look import reason_words
from jobs.after import ring_after
from jobs.execute import execute
from jobs.runtime import Runtime, install
from jobs.sweeps import Sweeps
from missions import keys as k
from missions.artifacts import Artifacts
from missions.domain import Domain
from missions.endings import Ending
from missions.execution import Outcome, Reason, Status
from missions.keys import MissionKeys, TeamKeys
from missions.not_started import NOT_STARTED
from tests.support.build import actor, launched, task
from tests.support.fakes import TEAM, RecordingBell
from tests.support.runs import FAILED, GOOD, claimed, due, ended, row_of


@pytest.fixture(autouse=True)
def worker(domain: Domain, tmp_path: Path) -> None:
    parts: dict[str, Any] = {"tools": {}, "checkpointer": None}
    install(Runtime(domain=domain, artifacts=Artifacts(str(tmp_path)), **parts))


@pytest.mark.parametrize("what", ["blueprint", "mission", "state"])
def test_what_cannot_be_read_is_skipped_and_says_so(
    domain: Domain, redis: Redis, what: str
) -> None:
    """[S1] It is not rung for again and again; the next Mission runs as ever."""
    bad, good = launched(domain), launched(domain)
    row, other = due(domain, bad, task()), due(domain, good, task())
    keys = TeamKeys(TEAM).mission(bad.id)
    match what:
        case "blueprint":
            redis.hset(keys.blueprints, "1", "{not json")
        case "mission":
            redis.hset(keys.record, "doc", '{"id": 7}')
        case "state":
            redis.hset(keys.tasks, "T1:carry", "{not json")
    execute(TEAM, bad.id, row)
    closed = row_of(domain, bad, row)
    assert (closed.outcome, closed.reason) == (Outcome.SKIPPED, Reason.UNREADABLE)
    assert redis.hget(k.QUARANTINE, keys.pending_member(row)) == "occurrence"
    assert claimed(domain, good, other)
    assert redis.zcard(k.PENDING) == 0


def test_a_row_that_cannot_be_read_itself_goes_from_the_queue(domain: Domain, redis: Redis) -> None:
    """[S1] An administrator finds it in the quarantine."""
    mission = launched(domain)
    row = due(domain, mission, task())
    keys = TeamKeys(TEAM).mission(mission.id)
    redis.hset(keys.occurrences, row, "{not json")
    execute(TEAM, mission.id, row)
    assert redis.zcard(k.PENDING) == redis.scard(keys.queued) == 0
    assert redis.hget(k.QUARANTINE, keys.pending_member(row)) == "occurrence"


def spoil(redis: Redis, keys: MissionKeys, what: str) -> None:
    """Make something that the end of an Execution needs unreadable."""
    match what:
        case "plan":
            redis.hset(keys.blueprints, "1", "{not json")
        case "mission":
            redis.hset(keys.record, "doc", '{"id": 7}')
        case "record lost":
            redis.delete(keys.record)
        case "state":
            redis.hset(keys.tasks, "T1:carry", "{not json")
        case "another type":
            redis.delete(keys.tasks)
            redis.set(keys.tasks, "text")


@pytest.mark.parametrize("what", ["plan", "mission", "record lost", "state", "another type"])
@pytest.mark.parametrize("ending", [GOOD, FAILED, Ending(status=Status.CANCELLED)])
def test_what_runs_while_its_mission_becomes_unreadable_ends_and_says_why(
    domain: Domain, redis: Redis, what: str, ending: Ending
) -> None:
    """[X1 X2 X4] It does not stay Running; nothing is left that would hold up another one."""
    bad = launched(domain)
    run = claimed(domain, bad, due(domain, bad, task())).execution
    keys = TeamKeys(TEAM).mission(bad.id)
    spoil(redis, keys, what)
    final = ended(domain, run, ending)
    wanted = Status.FAILED if ending is GOOD else ending.status
    assert (final.status, final.finding) == (wanted, None)
    assert str(final.error).startswith(ending.error or "Its Mission's records")
    assert "cannot be read any more" in str(final.error)
    assert domain.store.execution(TEAM, bad.id, run.id) == final
    assert not redis.exists(k.LEASES, keys.running(run.task), keys.stops)
    assert redis.hget(k.QUARANTINE, keys.lease_member(run.id)) == "mission"
    assert domain.endings.end(TEAM, run, GOOD) is None
    ring_after(domain, TEAM, bad.id)


@pytest.mark.parametrize("what", ["mission", "the run itself"])
def test_a_dead_run_that_cannot_be_read_is_looked_at_once(
    domain: Domain, redis: Redis, bell: RecordingBell, what: str
) -> None:
    """[X2] The sweep ends it, or sets it aside, and goes on with the others."""
    bad, good = launched(domain), launched(domain)
    runs = [claimed(domain, m, due(domain, m, task())).execution for m in (bad, good)]
    keys = TeamKeys(TEAM).mission(bad.id)
    if what == "mission":
        spoil(redis, keys, what)
    else:
        redis.hset(keys.executions, runs[0].id, "{not json")
    for run, mission in zip(runs, (bad, good), strict=True):
        redis.zadd(k.LEASES, {TeamKeys(TEAM).mission(mission.id).lease_member(run.id): 1})
    Sweeps(domain, bell).leases()  # type: ignore[arg-type]
    assert redis.zcard(k.LEASES) == redis.scard(keys.running(runs[0].task)) == 0
    assert redis.hexists(k.QUARANTINE, keys.lease_member(runs[0].id))
    last = domain.store.execution(TEAM, good.id, runs[1].id)
    assert last
    assert last.status is Status.FAILED


def test_a_deleted_missions_late_end_is_no_poison(domain: Domain, redis: Redis) -> None:
    """[M6] Its record is gone, and so is all that an end would write."""
    mission = launched(domain)
    run = claimed(domain, mission, due(domain, mission, task())).execution
    domain.lifecycle.delete(actor(), mission.id, mission.id)
    assert domain.endings.end(TEAM, run, GOOD) is None
    assert not redis.exists(k.QUARANTINE)


def test_every_reason_is_said_in_words() -> None:
    """[S1]"""
    assert set(NOT_STARTED) == set(Reason)
    assert all(str(reason_words(reason)) for reason in Reason)
