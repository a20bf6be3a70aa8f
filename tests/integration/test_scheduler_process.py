"""Schedulers as processes: on time, one leads, another takes over, nothing runs twice."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import cast

import pytest
from redis import Redis

from missions import keys as k
from missions.blueprint import OnceTrigger
from missions.domain import Domain
from missions.execution import Occurrence
from missions.mission import Mission
from tests.integration.process_kit import eventually, real_domain, running, send
from tests.support.build import actor, blueprint, launched, task
from tests.support.storage import StorageServer


@pytest.fixture
def real(redis: Redis, storage: StorageServer) -> Iterator[Domain]:
    made = real_domain(storage.url)
    yield made
    made.redis.close()


def in_seconds(domain: Domain, seconds: float) -> Mission:
    """A Mission with a Once Task."""
    at = domain.clock.now() + timedelta(seconds=seconds)
    return launched(domain, blueprint(task(OnceTrigger(at=at, zone="UTC"))))


def rows(domain: Domain, mission: Mission) -> tuple[Occurrence, ...]:
    return domain.reader.ledger(actor().viewer, mission.id)


def leader(domain: Domain) -> str | None:
    return cast("str | None", domain.redis.get(k.SCHEDULER_LEASE))


@pytest.mark.deadline
def test_a_task_starts_within_a_second_of_its_instant(
    real: Domain, storage: StorageServer, tmp_path: Path
) -> None:
    """[S2] With the system idle: scheduler, queue and worker together, ten instants."""
    with (
        running("scheduler", storage.url, tmp_path),
        running("worker", storage.url, tmp_path),
    ):
        eventually(lambda: leader(real), 20)
        eventually(lambda: real.redis.exists("rq:workers"), 20)
        missions = [in_seconds(real, 1 + n / 3) for n in range(6)]
        for mission in missions:
            found = partial(real.reader.executions, actor().viewer, mission.id)
            execution = eventually(found, 10)[0]
            assert execution.started_at >= execution.scheduled_at
            assert execution.started_at - execution.scheduled_at < timedelta(seconds=1)


def test_a_scheduler_that_is_killed_is_replaced_within_15_s_and_nothing_runs_twice(
    real: Domain, storage: StorageServer, tmp_path: Path
) -> None:
    """[S3 S1] What came due in between is run once, by the other one."""
    with ExitStack() as both:
        first = both.enter_context(running("scheduler", storage.url, tmp_path))
        token = eventually(lambda: leader(real), 20)
        both.enter_context(running("scheduler", storage.url, tmp_path))
        before, between = in_seconds(real, 0.3), in_seconds(real, 3)
        eventually(lambda: rows(real, before))
        began = time.monotonic()
        send(first.pid, signal.SIGKILL)
        eventually(lambda: rows(real, between), 15)
        assert time.monotonic() - began < 15
        assert leader(real) not in (None, token)
        assert len(rows(real, before)) == len(rows(real, between)) == 1


def test_a_frozen_scheduler_that_wakes_up_does_not_lead_any_more(
    real: Domain, storage: StorageServer, tmp_path: Path
) -> None:
    """[S3] Two never act on the same occurrence."""
    with ExitStack() as both:
        first = both.enter_context(running("scheduler", storage.url, tmp_path))
        token = eventually(lambda: leader(real), 20)
        send(first.pid, signal.SIGSTOP)
        real.redis.delete(k.SCHEDULER_LEASE)
        both.enter_context(running("scheduler", storage.url, tmp_path))
        other = eventually(lambda: leader(real), 20)
        assert other != token
        missions = [in_seconds(real, n / 10) for n in range(5, 15)]
        send(first.pid, signal.SIGCONT)
        for mission in missions:
            eventually(partial(rows, real, mission), 10)
        time.sleep(0.5)
        assert [len(rows(real, m)) for m in missions] == [1] * len(missions)
        assert leader(real) == other


def test_a_scheduler_told_to_stop_hands_over_at_once(
    real: Domain, storage: StorageServer, tmp_path: Path
) -> None:
    with running("scheduler", storage.url, tmp_path) as process:
        eventually(lambda: leader(real), 20)
        process.terminate()
        assert process.wait(5) == 0
        assert leader(real) is None
