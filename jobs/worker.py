"""RQ's worker, made safe: a forked job dies with its parent, and a dead one is noticed at once."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import Any, cast

import structlog
from redis import Redis
from rq import Queue, Worker
from rq.exceptions import NoSuchJobError, StopRequested
from rq.executions import WORKER_EXECUTIONS_KEY_TEMPLATE
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.utils import now as utcnow
from rq.utils import parse_composite_key
from rq.worker import WorkerStatus

from jobs.after import ring_after
from jobs.queues import EXECUTE, RESUME, QueueName
from jobs.runtime import current
from missions import keys as k
from missions.endings import Ending
from missions.execution import Status
from missions.ids import (
    ApprovalId,
    ChannelId,
    ConversationId,
    MissionId,
    OccurrenceId,
    TeamId,
    execution_of,
)
from missions.keys import TeamKeys
from missions.recorded import kept

log = structlog.get_logger(__name__)

WORKER_TTL = 17
"""Seconds; RQ waits for work two seconds at a time with it, so that maintenance keeps running."""

LOOK_SECONDS = 2
"""How often RQ looks after a running job, and after what dead workers left."""

HORSE_TTL = 6
"""Seconds after which RQ gives up on a job whose worker is silent (RQ's default: over a minute)."""

DIED = "rec-worker-died"
STOPPED = "rec-stopped-houston"

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends; only Linux knows how.

    The signal fires when the *thread* that forked ends, so workers fork from their main thread.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class TetheredWorker(Worker):
    """One queue per process; the forked job cannot outlive its worker."""

    def __init__(self, queue: QueueName, bytes_redis: Redis, name: str | None = None) -> None:
        super().__init__(
            [Queue(queue.value, connection=bytes_redis, serializer=JSONSerializer)],
            name=name,
            connection=bytes_redis,
            serializer=JSONSerializer,
            worker_ttl=WORKER_TTL,
            job_monitoring_interval=LOOK_SECONDS,
            maintenance_interval=LOOK_SECONDS,
            default_result_ttl=0,
            log_job_description=False,
            work_horse_killed_handler=horse_killed,
        )
        self.max_connection_wait_time = 2

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:
        """How long RQ believes in a running job without a sign of life, in seconds."""
        return HORSE_TTL

    def clean_registries(self) -> None:
        """As RQ's, which raises for a job whose worker died and whose execution has expired.

        Its registries are worth no worker: rows, not RQ's jobs, say what is to be done.
        """
        try:
            super().clean_registries()  # type: ignore[no-untyped-call]
        except ValueError as error:
            log.warning("registries_not_cleaned", queues=self.queue_names(), error=str(error))
            self.last_cleaned_at = utcnow()  # type: ignore[assignment]

    def execute_job(self, job: Job, queue: Queue) -> None:
        """As RQ's. A ring for an occurrence that nobody has to claim any more costs no fork: after
        an outage there may be thousands of them before the first that counts."""
        if self._is_stale(job):
            log.info("stale_ring", job=job.id)
            queue.intermediate_queue.remove(job.id)
            job.delete(remove_from_queue=False)
            return
        super().execute_job(job, queue)

    def _is_stale(self, job: Job) -> bool:
        """Whether a job would find that its occurrence does not wait to be claimed."""
        if job.func_name != EXECUTE:
            return False
        member = k.member(*map(str, job.args))
        return self.connection.zscore(k.PENDING, member) is None

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """As RQ's, in a process that dies with its parent."""
        die_with_parent()
        if os.getppid() != self.pid:
            os._exit(1)
        super().main_work_horse(job, queue)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Told to stop: take no other job, and leave when the running one is done.

        Told again, the running job is told too: its Execution ends, a turn or a lane is handed
        back. Unlike RQ's, this asks storage nothing: it may be away. A job that was taken from the
        queue at this very moment is lost with its ring; the sweeps ring for its row again.
        """
        if self._stop_requested and self.horse_pid:
            with suppress(ProcessLookupError):  # it ended at this very moment
                os.kill(self.horse_pid, signal.SIGTERM)
        self._stop_requested = True
        if self.get_state() != WorkerStatus.BUSY:
            raise StopRequested

    def _install_signal_handlers(self) -> None:
        """SIGTERM stops; Ctrl-C at a terminal reaches the pool, which tells its workers."""
        signal.signal(signal.SIGTERM, self.request_stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def horse_killed(job: Job, pid: int, status: int, usage: Any) -> None:
    """RQ calls this in the parent when a forked job ended without having finished.

    No failure callback of RQ is called then, so what the job held is settled here.
    """
    log.warning("job_died", job=job.id, what=job.func_name, wait_status=status)
    ids = [str(a) for a in job.args]
    if job.func_name == EXECUTE:
        told = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGTERM
        ending = Ending(status=Status.FAILED, error=kept(STOPPED if told else DIED))
        _end_execution(TeamId(ids[0]), MissionId(ids[1]), OccurrenceId(ids[2]), job.id, ending)
    elif job.func_name == RESUME:
        told = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGTERM
        ending = Ending(status=Status.FAILED, error=kept(STOPPED if told else DIED))
        _end_resumed(TeamId(ids[0]), MissionId(ids[1]), ApprovalId(ids[2]), job.id, ending)
    elif job.func_name == "jobs.turn.answer":
        domain = current().domain
        domain.mailboxes.abandon(TeamId(ids[0]), ConversationId(ids[1]), job.id)
        domain.bell.turn(TeamId(ids[0]), ConversationId(ids[1]))
    elif job.func_name == "bot.deliveries.deliver":
        domain = current().domain
        rung = TeamId(ids[0]), ChannelId(ids[1])
        for lane in {rung, *domain.outbox.abandon(job.id, rung)}:
            domain.bell.delivery(*lane)
    elif job.func_name == "jobs.events.take":
        domain = current().domain
        domain.inboxes.abandon(TeamKeys(TeamId(ids[0])).mission(MissionId(ids[1])), job.id)
        domain.bell.events(TeamId(ids[0]), MissionId(ids[1]))


def settle_dead(worker: str, bytes_redis: Redis, number: signal.Signals = signal.SIGKILL) -> None:
    """Settle what a worker held that was killed, and its running job with it.

    `number` SIGTERM says that it was told to stop before.
    """
    key = WORKER_EXECUTIONS_KEY_TEMPLATE.format(worker)
    for held in cast("set[bytes]", bytes_redis.smembers(key)):
        job_id, _ = parse_composite_key(held.decode())
        try:
            job = Job.fetch(job_id, bytes_redis, JSONSerializer)
        except NoSuchJobError:
            continue
        horse_killed(job, 0, number, None)


def _end_execution(
    team: TeamId, mission: MissionId, occurrence: OccurrenceId, token: str, ending: Ending
) -> None:
    """End the Execution that the dead job held; another job may hold one of that occurrence."""
    domain = current().domain
    row = domain.store.occurrence(team, mission, occurrence)
    if row is None:
        return
    if row.execution is None:
        domain.bell.execution(team, mission, occurrence)
        return
    execution = domain.store.execution(team, mission, row.execution)
    if execution is None or execution.token != token:
        return
    if domain.endings.end(team, execution, ending):
        ring_after(domain, team, mission)


def _end_resumed(
    team: TeamId, mission: MissionId, approval: ApprovalId, token: str, ending: Ending
) -> None:
    """End the Execution that the dead job had taken up; if it had not yet, ring for it again."""
    domain = current().domain
    run = domain.store.execution(team, mission, execution_of(approval))
    if run is None or run.ended_at is not None:
        return
    if run.waits_for == approval:
        domain.bell.resume(team, mission, approval)
    elif run.token == token and domain.endings.end(team, run, ending):
        ring_after(domain, team, mission)
