"""Rings for occurrences that are closed already: after an outage there are many [S2 S4]."""

from __future__ import annotations

import pytest
from redis import Redis

from jobs import queues
from jobs.queues import QueueName, RqBell
from missions.execution import Status
from missions.ids import MissionId, OccurrenceId
from tests.integration.process_kit import HORSES, World, eventually, running
from tests.support.fakes import TEAM

STALE = 500


def stale(count: int) -> list[tuple[str, MissionId, OccurrenceId]]:
    """Rings for rows that nobody has to claim any more."""
    return [(TEAM, MissionId("M-222222"), OccurrenceId(f"T1.time.{n}.000")) for n in range(count)]


def jobs(redis: Redis) -> list[str]:
    """What RQ keeps of jobs for the workers of Executions."""
    keys = map(str, redis.keys("rq:job:*"))
    return [key for key in keys if redis.hget(key, "origin") == "executions"]


def test_what_is_due_starts_soon_behind_many_that_are_closed(world: World, redis: Redis) -> None:
    """[S2] One process is forked: for the run. The others leave nothing behind."""
    bell = RqBell(Redis.from_url(world.url))
    bell.each_execution(stale(STALE))  # type: ignore[arg-type]
    mission = world.start("succeed")
    with running("worker", world.url, world.folder):
        assert world.final(mission, 20).status is Status.SUCCESS
        eventually(lambda: not jobs(redis), 15)
    assert redis.llen(HORSES) == 1
    assert bell.waiting(QueueName.EXECUTIONS) == 0
    assert not redis.llen("rq:queue:executions:intermediate")


def test_jobs_do_not_pile_up_without_bound(
    redis: Redis, bytes_redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[S4] Whoever is not rung for is found by the sweeps."""
    monkeypatch.setattr(queues, "CROWDED", 3)
    bell = RqBell(bytes_redis)
    for _ in range(5):
        bell.each_execution(stale(2))  # type: ignore[arg-type]
    assert bell.waiting(QueueName.EXECUTIONS) == 4
