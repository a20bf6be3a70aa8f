"""Told to stop, a worker takes nothing new and lets finish what runs; then nothing is left."""

from __future__ import annotations

import signal
import time
from datetime import UTC, datetime

import pytest

from missions.execution import Occurrence, Outcome, Status
from missions.ids import MissionId
from missions.keys import TeamKeys
from missions.mailbox import Incoming
from tests.integration.process_kit import World, alive, children, eventually, running, send
from tests.support.build import actor
from tests.support.fakes import ADA, OPS, TEAM
from tests.support.stored import outbox

STOPPED = "Houston was stopped."


def rows(world: World, mission: MissionId) -> tuple[Occurrence, ...]:
    return world.domain.reader.ledger(actor().viewer, mission)


def reports(world: World, mission: MissionId) -> int:
    """How many root reports of the Mission wait to be posted."""
    return len(
        [e for e in outbox(world.domain) if e.mission == mission and e.card.kind == "report"]
    )


def test_what_runs_may_finish_and_what_waits_is_run_by_the_next_worker_once(world: World) -> None:
    """[X2 S1] Three seconds of work end well after SIGTERM; what is queued is left in its row."""
    with running("pool", world.url, world.folder) as process:
        eventually(lambda: len(children(process.pid)) == 2, 20)
        long = [world.start("three seconds") for _ in range(2)]
        eventually(lambda: all(world.execution(m) for m in long), 20)
        queued = [world.start("succeed") for _ in range(3)]
        send(process.pid, signal.SIGTERM)
        assert process.wait(8) == 0
        for mission in long:
            assert world.final(mission, 0.1).status is Status.SUCCESS
        assert [world.execution(m) for m in queued] == [None] * 3
        assert [rows(world, m.id)[0].outcome for m in queued] == [Outcome.PENDING] * 3
    with running("pool", world.url, world.folder):
        for mission in queued:
            assert world.final(mission, 20).status is Status.SUCCESS
    for mission in (*long, *queued):
        assert len(world.domain.reader.executions(actor().viewer, mission.id)) == 1
        assert [r.outcome for r in rows(world, mission.id)] == [Outcome.RUN]
        assert reports(world, mission.id) == 1


@pytest.mark.parametrize("how", ["hang", "swallow"])
def test_what_does_not_finish_in_time_ends_failed_with_that_reason(world: World, how: str) -> None:
    """[X2 X4] Once, reported, and no process is left."""
    with running("pool", world.url, world.folder, "1") as process:
        workers = eventually(lambda: len(c := children(process.pid)) == 2 and c, 20)
        mission = world.start(how)
        horse = world.horse()
        began = time.monotonic()
        send(process.pid, signal.SIGTERM)
        assert process.wait(8) == 0
        assert 1 <= time.monotonic() - began < 5.5
        assert not any(alive(pid) for pid in (*workers, horse))
    final = world.final(mission, 0.1)
    assert (final.status, final.error) == (Status.FAILED, STOPPED)
    assert reports(world, mission.id) == 1
    with running("worker", world.url, world.folder):
        assert world.final(world.start("succeed"), 20).status is Status.SUCCESS
    assert world.execution(mission) == final
    assert len(world.domain.reader.executions(actor().viewer, mission.id)) == 1


def test_what_cannot_even_be_told_ends_failed_with_that_reason(world: World) -> None:
    """[X2] Worker and job are frozen: both are killed, and the pool says what happened."""
    with running("pool", world.url, world.folder, "0") as process:
        workers = eventually(lambda: len(c := children(process.pid)) == 2 and c, 20)
        mission = world.start("hang")
        horse = world.horse()
        for pid in (*workers, horse):
            send(pid, signal.SIGSTOP)
        send(process.pid, signal.SIGTERM)
        assert process.wait(8) == 0
        assert not any(alive(pid) for pid in (*workers, horse))
    final = world.final(mission, 0.1)
    assert (final.status, final.error) == (Status.FAILED, STOPPED)


def test_an_answer_that_is_not_finished_is_handed_back(world: World) -> None:
    """[C10] The next worker takes it up at once, not after the lease; it is answered once."""
    said = Incoming(
        id="I-1",
        team=TEAM,
        channel=OPS,
        thread_ts="100.000100",
        ts="100.000101",
        person=ADA,
        text="hello",
        event_id="Ev1",
        at=datetime.now(UTC),
    )
    with running("turns too", world.url, world.folder, "0.5") as process:
        eventually(lambda: len(children(process.pid)) == 2, 20)
        assert world.domain.mailboxes.accept(said)
        world.domain.bell.turn(TEAM, said.conversation)
        thinking = world.horse()
        send(process.pid, signal.SIGTERM)
        assert process.wait(8) == 0
        assert not alive(thinking)
    assert not world.domain.redis.exists(TeamKeys(TEAM).mailbox_lease(said.conversation))
    world.domain.redis.set("stub:go", 1)
    with running("turns too", world.url, world.folder):
        eventually(lambda: world.domain.redis.hlen(TeamKeys(TEAM).outbox), 15)
        time.sleep(0.5)
    (text,) = world.domain.redis.hvals(TeamKeys(TEAM).outbox)
    assert "You said hello" in text
    assert world.domain.redis.llen(TeamKeys(TEAM).mailbox(said.conversation)) == 0
