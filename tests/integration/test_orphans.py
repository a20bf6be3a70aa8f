"""Files that belong to no Execution go; files of Executions, and new ones, stay."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from jobs.orphans import clear_orphans
from jobs.queues import RqBell
from jobs.runtime import Runtime, install
from jobs.sweeps import Sweeps
from missions.artifacts import SESSION_FILE, Artifacts
from missions.domain import Domain
from missions.ids import ExecutionId, MissionId
from missions.mission import Mission
from tests.integration.process_kit import SystemClock
from tests.support.build import launched, task
from tests.support.fakes import TEAM, RecordingBell, members
from tests.support.runs import claimed, due

GONE = ExecutionId("E-GONE")


@pytest.fixture
def artifacts(redis: Redis, tmp_path: Path) -> Artifacts:
    """The jobs' own, on the machine's clock: files are dated by it."""
    made = Artifacts(str(tmp_path))
    domain = Domain.build(redis, SystemClock(), members(), RecordingBell())
    parts: dict[str, Any] = {"tools": {}, "checkpointer": None}
    install(Runtime(domain=domain, artifacts=made, **parts))
    return made


def put(artifacts: Artifacts, folder: Path, mission: MissionId, of: ExecutionId, days: int) -> None:
    """A file of that age."""
    artifacts.put(TEAM, mission, of, SESSION_FILE, b"{}")
    then = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    os.utime(folder / TEAM / mission / of / SESSION_FILE, (then, then))


@pytest.fixture
def running(domain: Domain) -> tuple[Mission, ExecutionId]:
    mission = launched(domain)
    return mission, claimed(domain, mission, due(domain, mission, task())).execution.id


def test_old_files_of_nobody_go_and_all_others_stay(
    artifacts: Artifacts, tmp_path: Path, running: tuple[Mission, ExecutionId]
) -> None:
    """[M6 X4] What is just being written is younger than a day, or has a record."""
    mission, execution = running
    put(artifacts, tmp_path, mission.id, execution, days=30)
    put(artifacts, tmp_path, mission.id, GONE, days=2)
    put(artifacts, tmp_path, mission.id, ExecutionId("E-NEW"), days=0)
    put(artifacts, tmp_path, MissionId("M-DELETED"), GONE, days=2)
    clear_orphans(TEAM)
    assert {a.execution for a in artifacts.list(TEAM, mission.id)} == {execution, "E-NEW"}
    assert artifacts.list(TEAM, MissionId("M-DELETED")) == ()
    assert not (tmp_path / TEAM / mission.id / GONE).exists()


def test_several_at_once_do_no_harm(
    artifacts: Artifacts, tmp_path: Path, running: tuple[Mission, ExecutionId]
) -> None:
    """Also beside a worker that writes."""
    mission, execution = running
    for number in range(20):
        put(artifacts, tmp_path, mission.id, ExecutionId(f"E-{number}"), days=2)
    with ThreadPoolExecutor() as pool:
        jobs = [pool.submit(clear_orphans, TEAM) for _ in range(4)]
        artifacts.put(TEAM, mission.id, execution, SESSION_FILE, b"{}")
        for job in jobs:
            job.result()
    assert [a.execution for a in artifacts.list(TEAM, mission.id)] == [execution]


def test_it_is_rung_for_once_a_day_whoever_leads(
    domain: Domain, bytes_redis: Redis, running: tuple[Mission, ExecutionId]
) -> None:
    """Two schedulers, and one that starts again."""
    for _ in range(2):
        Sweeps(domain, RqBell(bytes_redis)).orphans()
    (job,) = bytes_redis.keys("rq:job:*")
    assert bytes_redis.hget(job, "description") == b"jobs.orphans.clear_orphans('T1')"
