"""The queues, and the bell that rings for work in them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.serializers import JSONSerializer
from rq.utils import now as utcnow

from jobs.rings import Rings
from jobs.traced import to_carry
from missions.blueprint import TIMEOUT_MAX_SECONDS
from missions.ids import (
    ApprovalId,
    ChannelId,
    ConversationId,
    MissionId,
    OccurrenceId,
    PersonId,
    TeamId,
)
from missions.ports import Ring

log = structlog.get_logger(__name__)

TURN_TIMEOUT_SECONDS = 300
"""A turn that takes longer is given up and tried again."""

DELIVERY_TIMEOUT_SECONDS = 120
CLEANUP_TIMEOUT_SECONDS = 600

SHOWN = 20
"""How many jobs that could not be rung a line of the log names."""

LAST_RESORT_SECONDS = 120
"""How much longer than its own deadline an Execution's job may take before RQ ends it."""

CROWDED = 20_000
"""How many Executions' jobs may wait (about 20 MB) before no more are rung for."""

ANSWER = "jobs.turn.answer"
TAKE = "jobs.events.take"
EXECUTE = "jobs.execute.execute"
RESUME = "jobs.resume.resume"
EXECUTE_SECONDS = TIMEOUT_MAX_SECONDS + LAST_RESORT_SECONDS


class QueueName(StrEnum):
    """One queue per kind of work; a worker process serves exactly one."""

    TURNS = "turns"
    EXECUTIONS = "executions"
    DELIVERIES = "deliveries"


class RqBell:
    """Rings by enqueueing a job. A failed ring is logged and left to the sweeps."""

    def __init__(self, bytes_redis: Redis) -> None:
        self._queues = {
            name: Queue(name.value, connection=bytes_redis, serializer=JSONSerializer)
            for name in QueueName
        }
        queues = self._queues
        self._executions = Rings(queues[QueueName.EXECUTIONS], EXECUTE, EXECUTE_SECONDS)
        self._turns = Rings(queues[QueueName.TURNS], ANSWER, TURN_TIMEOUT_SECONDS)
        self._events = Rings(queues[QueueName.TURNS], TAKE, TURN_TIMEOUT_SECONDS)

    def execution(self, team: TeamId, mission: MissionId, occurrence: OccurrenceId) -> None:
        """An occurrence waits to be claimed."""
        self._ring(QueueName.EXECUTIONS, EXECUTE, EXECUTE_SECONDS, team, mission, occurrence)

    def each_execution(self, rings: Sequence[Ring]) -> None:
        """Occurrences wait to be claimed: one job each, all in one round trip.

        While very many jobs wait already, as when workers are away, the sweeps ring later.
        """
        try:
            if self.waiting(QueueName.EXECUTIONS) < CROWDED:
                self._ring_all(self._executions, rings)
        except RedisError as error:
            log.warning("rings_failed", path=EXECUTE, count=len(rings), error=type(error).__name__)

    def resume(self, team: TeamId, mission: MissionId, approval: ApprovalId) -> None:
        """An approval was answered, or its Execution is to be looked at."""
        self._ring(QueueName.EXECUTIONS, RESUME, EXECUTE_SECONDS, team, mission, approval)

    def events(self, team: TeamId, mission: MissionId) -> None:
        """Something arrived for the Mission's Event Rules."""
        self._ring_all(self._events, [(team, mission)])

    def each_events(self, missions: Sequence[tuple[TeamId, MissionId]]) -> None:
        """Something arrived for the Event Rules of many: one job each, all in one round trip."""
        self._ring_all(self._events, missions)

    def turn(self, team: TeamId, conversation: ConversationId) -> None:
        """A mailbox has a message."""
        self._ring_all(self._turns, [(team, conversation)])

    def delivery(self, team: TeamId, channel: ChannelId) -> None:
        """A lane has an entry."""
        path = "bot.deliveries.deliver"
        self._ring(QueueName.DELIVERIES, path, DELIVERY_TIMEOUT_SECONDS, team, channel)

    def cleanup(self, team: TeamId, mission: MissionId) -> None:
        """A deleted Mission has remains: in storage, then in Slack."""
        self._ring(QueueName.TURNS, "jobs.clear.clear", CLEANUP_TIMEOUT_SECONDS, team, mission)

    def owner(self, team: TeamId, channel: ChannelId, person: PersonId) -> None:
        """Something is to be known of a person who may own Missions there."""
        path = "jobs.owners.check"
        self._ring(QueueName.TURNS, path, CLEANUP_TIMEOUT_SECONDS, team, channel, person)

    def slack_cleanup(self, team: TeamId, mission: MissionId) -> None:
        """A deleted Mission's messages are still in Slack."""
        path = "bot.cleanup.clean"
        self._ring(QueueName.DELIVERIES, path, CLEANUP_TIMEOUT_SECONDS, team, mission)

    def retain(self, team: TeamId, mission: MissionId) -> None:
        """A Mission has records that are outdated."""
        path = "jobs.retain.retain"
        self._ring(QueueName.TURNS, path, CLEANUP_TIMEOUT_SECONDS, team, mission)

    def orphans(self, team: TeamId) -> None:
        """A workspace's artifacts are to be looked through for files of nobody."""
        path = "jobs.orphans.clear_orphans"
        self._ring(QueueName.TURNS, path, CLEANUP_TIMEOUT_SECONDS, team)

    def leaving(self, team: TeamId) -> None:
        """A workspace may have removed the app."""
        self._ring(QueueName.TURNS, "bot.leaving.leave", CLEANUP_TIMEOUT_SECONDS, team)

    def waiting(self, name: QueueName) -> int:
        """How many jobs wait in a queue."""
        return int(self._queues[name].count)

    def behind(self, name: QueueName) -> float:
        """How many seconds the next job of a queue has waited; 0 if none does."""
        queue = self._queues[name]
        job = queue.fetch_job(next(iter(queue.get_job_ids(0, 1)), ""))
        if job is None or job.enqueued_at is None:
            return 0.0
        return (utcnow() - job.enqueued_at).total_seconds()

    def is_served(self, name: QueueName) -> bool:
        """Whether a worker of that queue gave a sign of life lately."""
        return bool(Worker.all(queue=self._queues[name]))

    def _ring_all(self, rings: Rings, calls: Sequence[tuple[str, ...]]) -> None:
        try:
            rings.ring(calls)
        except RedisError as error:
            problem = type(error).__name__
            log.warning("rings_failed", path=rings.path, ids=calls[:SHOWN], error=problem)

    def _ring(self, name: QueueName, path: str, timeout: int, *ids: str) -> None:
        try:
            self._queues[name].enqueue_call(
                path, args=ids, timeout=timeout, result_ttl=0, failure_ttl=0, meta=to_carry()
            )
        except RedisError as error:
            log.warning("ring_failed", queue=name.value, ids=ids, error=type(error).__name__)
