"""Workers as processes: whatever is killed, frozen or stopped, an Execution ends with a reason."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis

from jobs.pool import NICE
from jobs.queues import RqBell
from jobs.runtime import Runtime, install
from jobs.sweeps import Sweeps
from jobs.worker import _end_execution
from missions import keys as k
from missions.artifacts import Artifacts
from missions.endings import Ending
from missions.execution import Execution, Outcome, Session, Status
from missions.keys import TeamKeys
from tests.integration.process_kit import (
    HORSES,
    World,
    alive,
    children,
    eventually,
    running,
    send,
    stop_at_once,
)
from tests.support.build import actor
from tests.support.fakes import TEAM
from tests.support.stored import members

STOPPED_RESPONDING = "The worker that ran it stopped responding."


@pytest.fixture
def worker(world: World) -> Iterator[int]:
    with running("worker", world.url, world.folder) as process:
        yield process.pid


def test_a_due_occurrence_is_run_to_its_end(world: World, worker: int) -> None:
    """[X3 X4] By a real worker, in a process of its own."""
    mission = world.start("succeed")
    final = world.final(mission, 20)
    assert (final.status, final.session) == (Status.SUCCESS, "session.json")
    assert world.horse() != worker
    assert len(list(world.folder.rglob("session.json"))) == 1
    mission = world.start("raise")
    final = world.final(mission, 10)
    assert final.status is Status.FAILED
    assert final.error == "Something broke inside Houston (KeyError)."
    assert transcript(world, final) == ["Looked around", "Ended: Failed"]


def test_jobs_stand_back_for_who_answers_people(world: World) -> None:
    """[S2 C10] Whoever clicks or posts is answered first where all share a processor."""
    world.start("hang")
    own, most = os.nice(0), 19
    with running("pool", world.url, world.folder) as pool:
        assert os.getpriority(os.PRIO_PROCESS, world.horse()) == min(own + NICE, most)
        assert os.getpriority(os.PRIO_PROCESS, pool.pid) == own


def transcript(world: World, run: Execution) -> list[str]:
    """What the Session of a run says was done, as it is kept among the artifacts."""
    assert run.session == "session.json"
    kept = Artifacts(str(world.folder)).get(TEAM, run.mission, run.id, run.session)
    return [step.what for step in Session.load(kept.decode()).steps]


@pytest.mark.parametrize("how", ["killed", "exit"])
def test_a_process_that_dies_fails_its_execution_at_once(
    world: World, worker: int, how: str
) -> None:
    """[X2] With that reason; it is never run again silently."""
    mission = world.start("hang" if how == "killed" else "exit")
    horse = world.horse()
    if how == "killed":
        send(horse, signal.SIGKILL)
    final = world.final(mission, 5)
    assert (final.status, final.error) == (
        Status.FAILED,
        "The process that ran it died unexpectedly.",
    )
    (row,) = world.domain.reader.ledger(actor().viewer, mission.id)
    assert row.outcome is Outcome.RUN
    assert alive(worker)
    next_ = world.start("succeed")
    assert world.final(next_, 5).status is Status.SUCCESS
    assert world.domain.redis.llen(HORSES) == 2


def test_a_worker_that_dies_takes_its_job_along(world: World, worker: int) -> None:
    """[X2] No orphan goes on; a sweep ends the Execution when its lease has run out."""
    mission = world.start("hang")
    horse = world.horse()
    send(worker, signal.SIGKILL)
    eventually(lambda: not alive(horse), 3)
    execution = world.execution(mission)
    assert execution is not None
    assert execution.status is Status.RUNNING
    _expire(world)
    final = world.final(mission, 1)
    assert (final.status, final.error) == (Status.FAILED, STOPPED_RESPONDING)
    with running("worker", world.url, world.folder):
        assert world.final(world.start("succeed"), 20).status is Status.SUCCESS
    assert world.execution(mission) == final


def _expire(world: World) -> None:
    """Let the leases run out, and sweep."""
    for name in members(world.domain.redis, k.LEASES):
        world.domain.redis.zadd(k.LEASES, {name: 1})
    Sweeps(world.domain, RqBell(Redis.from_url(world.url))).leases()


def test_a_frozen_process_that_wakes_up_late_changes_nothing(world: World, worker: int) -> None:
    """[X2 X4] Its lease ran out meanwhile; its end and its report are refused."""
    mission = world.start("go on when told")
    horse = world.horse()
    send(horse, signal.SIGSTOP)
    _expire(world)
    final = world.final(mission, 1)
    said = world.domain.redis.hlen(TeamKeys(TEAM).outbox)
    world.domain.redis.set("stub:go", 1)
    send(horse, signal.SIGCONT)
    eventually(lambda: not alive(horse), 10)
    assert final.error == STOPPED_RESPONDING
    assert world.execution(mission) == final
    assert world.domain.redis.hlen(TeamKeys(TEAM).outbox) == said
    assert world.domain.redis.zcard(k.LEASES) == 0


@pytest.mark.parametrize("how", ["hang", "swallow", "listen"])
def test_a_stop_ends_it_within_five_seconds(world: World, worker: int, how: str) -> None:
    """[X4 X5] Whether the work listens or not; its Session is kept up to there."""
    mission = world.start(how)
    horse = world.horse()
    began = time.monotonic()
    world.domain.lifecycle.stop(actor(), mission.id)
    final = world.final(mission, 5)
    assert (final.status, final.stopped_by) == (Status.CANCELLED, actor().person)
    assert transcript(world, final) == ["Looked around", "Ended: Cancelled"]
    eventually(lambda: not alive(horse), 5 - (time.monotonic() - began))


@pytest.mark.deadline
@pytest.mark.parametrize("how", ["swallow", "listen"])
def test_a_worker_told_to_stop_says_so_within_five_seconds(
    world: World, worker: int, how: str
) -> None:
    """[X2] Told twice: the first time what runs may finish. Also when the work listens."""
    mission = world.start(how)
    horse = world.horse()
    time.sleep(0.1)
    stop_at_once(worker)
    final = world.final(mission, 5)
    assert (final.status, final.error) == (Status.FAILED, "Houston was stopped.")
    eventually(lambda: not alive(horse) and not alive(worker), 5)


def test_what_swallows_everything_still_ends_at_its_deadline(world: World, worker: int) -> None:
    """[X2] Takes its ten seconds: no Task may set a shorter timeout."""
    mission = world.start("swallow", timeout_seconds=10)
    horse = world.horse()
    final = world.final(mission, 14)
    assert (final.status, final.error) == (Status.FAILED, "It took longer than 10 s.")
    assert final.seconds is not None
    assert 10 <= final.seconds < 12
    assert transcript(world, final) == ["Looked around", "Ended: Failed"]
    eventually(lambda: not alive(horse), 2)


def test_a_delete_ends_what_runs(world: World, worker: int) -> None:
    """[M6] It finds out by itself when it renews, and writes nothing back."""
    mission = world.start("hang")
    horse = world.horse()
    world.domain.lifecycle.delete(actor(), mission.id, mission.id)
    world.domain.remains.clear(TEAM, mission.id)
    eventually(lambda: not alive(horse), 8)
    assert world.domain.remains.left(TEAM, mission.id) == 0


def test_a_job_that_dies_does_not_end_anothers_execution(world: World, worker: int) -> None:
    """[S1] The same occurrence was rung for twice; only its holder can end it."""
    mission = world.start("go on when told")
    world.horse()
    (row,) = world.domain.reader.ledger(actor().viewer, mission.id)
    ending = Ending(status=Status.FAILED, error="x")
    install(_runtime(world))
    _end_execution(TEAM, mission.id, row.id, "another job", ending)
    execution = world.execution(mission)
    assert execution is not None
    assert execution.status is Status.RUNNING
    world.domain.redis.set("stub:go", 1)
    assert world.final(mission, 5).status is Status.SUCCESS


def _runtime(world: World) -> Runtime:
    parts: Any = {"checkpointer": None, "artifacts": None}
    return Runtime(domain=world.domain, tools={}, **parts)


def test_a_pool_replaces_the_dead_and_ends_clean(world: World) -> None:
    """A worker that dies is replaced; told to stop twice, all are gone within five seconds."""
    with running("pool", world.url, world.folder) as process:
        first = eventually(lambda: len(c := children(process.pid)) == 2 and c, 20)
        send(first[0], signal.SIGKILL)
        second = eventually(
            lambda: len(c := children(process.pid)) == 2 and first[0] not in c and c, 10
        )
        assert first[1] in second
        mission = world.start("hang")
        world.horse()
        stop_at_once(process.pid)
        process.wait(5)
        assert not any(alive(pid) for pid in second)
        final = world.final(mission, 1)
        assert final.error == "Houston was stopped."


def test_a_pool_that_is_killed_takes_everything_along(world: World) -> None:
    with running("pool", world.url, world.folder) as process:
        workers = eventually(lambda: len(c := children(process.pid)) == 2 and c, 20)
        world.start("hang")
        horse = world.horse()
        send(process.pid, signal.SIGKILL)
        eventually(lambda: not any(alive(pid) for pid in (*workers, horse)), 3)


def test_a_pool_with_frozen_workers_ends_all_the_same(world: World) -> None:
    """[L1] A second Ctrl-C ends all within five seconds, also what does not listen."""
    with running("pool", world.url, world.folder) as process:
        workers = eventually(lambda: len(c := children(process.pid)) == 2 and c, 20)
        for pid in workers:
            send(pid, signal.SIGSTOP)
        stop_at_once(process.pid)
        process.wait(6)
        assert not any(alive(pid) for pid in workers)
