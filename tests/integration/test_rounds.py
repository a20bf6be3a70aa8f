"""Sweeps through all Missions go a part at a time, and meet each."""

from __future__ import annotations

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from jobs.queues import RqBell
from jobs.rounds import Rounds
from missions.domain import Domain
from missions.ids import OccurrenceId
from tests.support.build import launched
from tests.support.fakes import TEAM


def test_a_round_meets_every_mission_once_then_begins_anew(domain: Domain) -> None:
    made = {launched(domain).id for _ in range(5)}
    rounds = Rounds(domain.store)
    parts = [[keys.mission for keys in rounds.next(2)] for _ in range(3)]
    assert [len(part) for part in parts] == [2, 2, 1]
    assert {mission for part in parts for mission in part} == made
    assert [keys.mission for keys in rounds.next(2)] == parts[0]


def test_without_missions_a_round_is_empty(domain: Domain) -> None:
    assert Rounds(domain.store).next(10) == []


def test_a_ring_for_many_leaves_one_job_each_as_a_ring_for_one_does(
    domain: Domain, bytes_redis: Redis
) -> None:
    """[P8] The jobs carry ids, and a worker can read them."""
    mission = launched(domain).id
    bell = RqBell(bytes_redis)
    bell.execution(TEAM, mission, OccurrenceId("alone"))
    bell.each_execution([(TEAM, mission, OccurrenceId(f"o{n}")) for n in range(3)])
    queue = Queue("executions", connection=bytes_redis, serializer=JSONSerializer)
    alone, *many = queue.jobs
    assert [list(job.args)[2] for job in many] == ["o0", "o1", "o2"]
    for job in many:
        assert (job.func_name, job.origin) == (alone.func_name, alone.origin)
        assert (job.timeout, job.result_ttl, job.failure_ttl) == (alone.timeout, 0, 0)
        assert job.get_status() == alone.get_status()
    assert len(bytes_redis.keys("rq:job:*")) == 4
