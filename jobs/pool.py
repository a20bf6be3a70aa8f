"""A pool of workers forked from one preloaded parent; a worker that dies is replaced.

Told to stop (SIGTERM, or Ctrl-C at its own terminal) it drains: nothing new is taken, what runs may
finish, and what it says is still delivered. When the time for that is over, or when told again,
what still runs is stopped with that reason, and what does not listen is killed.
"""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from types import FrameType

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue

from jobs.queues import QueueName
from jobs.worker import TetheredWorker, die_with_parent, settle_dead
from missions.errors import HoustonError
from missions.ids import new_token
from missions.tx import Lost

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 20.0
"""How long what runs may take to finish. With what follows all is over within the 30 s that
Kubernetes waits between SIGTERM and SIGKILL."""

LAST_WORD_SECONDS = 2.0
"""How long, within the drain, deliveries go on for what the last job rang for."""

STOP_SECONDS = 3.5
"""How long workers that are told again may take before they are killed; Ctrl-C twice ends all
within 5 s, and what they held is still to be settled then."""

TELL_SECONDS = 0.5
"""How often they are told meanwhile: two signals in quick succession may arrive as one."""

LOOK_SECONDS = 0.2
"""How often dead workers and a stop are looked for: a wait for children outlasts signals."""

NICE = 5
"""How much jobs stand back for the bot, the scheduler and storage where all share a processor: who
presses a button or posts an event is answered before what was asked for is done. About a third of
the share; on an idle machine it changes nothing."""

RESTART_SECONDS = 0.5
"""Pause before a dead worker is replaced, so that one that dies at once does not spin."""


class Pool:
    """Forks workers from the main thread and waits for them."""

    def __init__(
        self,
        counts: Mapping[QueueName, int],
        connect: Callable[[], Redis],
        drain_seconds: float = DRAIN_SECONDS,
    ) -> None:
        self._wanted = [queue for queue, count in counts.items() for _ in range(count)]
        self._connect = connect
        self._children: dict[int, QueueName] = {}
        self._names: dict[int, str] = {}
        self._drain_seconds = drain_seconds
        self._told = 0

    def run(self) -> None:
        """Keep all workers running until told to stop; then drain."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        gc.collect()
        gc.freeze()
        for queue in self._wanted:
            self._fork(queue)
        while not self._told:
            time.sleep(LOOK_SECONDS)
            for pid in [p for p in self._children if _reaped(p)]:
                self._replace(pid)
        self._drain()
        self._end()

    def _replace(self, pid: int) -> None:
        queue = self._children.pop(pid)
        log.warning("worker_died", queue=queue.value, pid=pid)
        self._settle(self._names.pop(pid))
        time.sleep(RESTART_SECONDS)
        if not self._told:
            self._fork(queue)

    def _settle(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """End what it was doing at once; if storage is away, the leases do it later."""
        try:
            settle_dead(name, self._connect(), number)
        except (RedisError, HoustonError, Lost) as error:
            log.warning("not_settled", worker=name, error=type(error).__name__)

    def _fork(self, queue: QueueName) -> None:
        parent, name = os.getpid(), new_token()
        pid = os.fork()
        if pid:
            self._children[pid] = queue
            self._names[pid] = name
            return
        status = 1
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            die_with_parent()
            if os.getppid() != parent:
                return
            os.nice(NICE)
            TetheredWorker(queue, self._connect(), name).work(logging_level="WARNING")
            status = 0
        finally:
            os._exit(status)

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        self._told += 1

    def _drain(self) -> None:
        """Let what runs finish, and deliver what it says, before the deliveries end too."""
        deadline = time.monotonic() + self._drain_seconds
        last = [p for p, queue in self._children.items() if queue is QueueName.DELIVERIES]
        first = [p for p in self._children if p not in last]
        log.info("draining", workers=len(self._children), seconds=self._drain_seconds)
        _tell(first)
        while not self._reaped_all(first) and self._may_wait(deadline):
            time.sleep(LOOK_SECONDS)
        spoken = min(deadline, time.monotonic() + LAST_WORD_SECONDS)
        while last and first and self._undelivered() and self._may_wait(spoken):
            time.sleep(LOOK_SECONDS)
        _tell(last)
        while not self._reaped_all(last) and self._may_wait(deadline):
            time.sleep(LOOK_SECONDS)

    def _may_wait(self, deadline: float) -> bool:
        return self._told == 1 and time.monotonic() < deadline

    def _undelivered(self) -> int:
        """How many deliveries are rung for and not taken up; 0 if storage does not say."""
        try:
            return Queue(QueueName.DELIVERIES.value, connection=self._connect()).count
        except RedisError as error:
            log.warning("not_counted", error=type(error).__name__)
            return 0

    def _reaped_all(self, pids: Iterable[int]) -> bool:
        """Whether these workers have ended; what one left behind that died is settled."""
        for pid in [p for p in pids if p in self._children and _reaped(p)]:
            del self._children[pid]
            self._settle(self._names.pop(pid))
        return not any(p in self._children for p in pids)

    def _end(self) -> None:
        """End what still runs, with the reason that Houston was stopped."""
        deadline = time.monotonic() + STOP_SECONDS
        told = 0.0
        while not self._reaped_all(list(self._children)) and time.monotonic() < deadline:
            if time.monotonic() - told > TELL_SECONDS:
                told = time.monotonic()
                _tell(self._children)
            time.sleep(0.02)
        for pid in self._children:
            _send(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            self._settle(self._names.pop(pid), signal.SIGTERM)


def _tell(pids: Iterable[int]) -> None:
    for pid in pids:
        _send(pid, signal.SIGTERM)


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        log.info("worker_gone", pid=pid)


def _reaped(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True
