"""A pool of workers forked from one preloaded parent; a worker that dies is replaced."""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Callable, Mapping
from types import FrameType

import structlog
from redis import Redis
from redis.exceptions import RedisError

from jobs.queues import QueueName
from jobs.worker import TetheredWorker, die_with_parent, settle_dead
from missions.errors import HoustonError
from missions.ids import new_token
from missions.tx import Lost

log = structlog.get_logger(__name__)

STOP_SECONDS = 4.0
"""How long workers may take to stop before they are killed; Ctrl-C ends all within 5 s."""

LOOK_SECONDS = 0.2
"""How often dead workers and a stop are looked for: a wait for children outlasts signals."""

RESTART_SECONDS = 0.5
"""Pause before a dead worker is replaced, so that one that dies at once does not spin."""


class Pool:
    """Forks workers from the main thread and waits for them."""

    def __init__(self, counts: Mapping[QueueName, int], connect: Callable[[], Redis]) -> None:
        self._wanted = [queue for queue, count in counts.items() for _ in range(count)]
        self._connect = connect
        self._children: dict[int, QueueName] = {}
        self._names: dict[int, str] = {}
        self._stopping = False

    def run(self) -> None:
        """Keep all workers running until told to stop."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        gc.collect()
        gc.freeze()
        for queue in self._wanted:
            self._fork(queue)
        while not self._stopping:
            time.sleep(LOOK_SECONDS)
            for pid in [p for p in self._children if _reaped(p)]:
                self._replace(pid)
        self._end()

    def _replace(self, pid: int) -> None:
        queue = self._children.pop(pid)
        log.warning("worker_died", queue=queue.value, pid=pid)
        self._settle(self._names.pop(pid))
        time.sleep(RESTART_SECONDS)
        if not self._stopping:
            self._fork(queue)

    def _settle(self, name: str) -> None:
        """End what it was doing at once; if storage is away, the leases do it later."""
        try:
            settle_dead(name, self._connect())
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
            TetheredWorker(queue, self._connect(), name).work(logging_level="WARNING")
            status = 0
        finally:
            os._exit(status)

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _end(self) -> None:
        for pid in self._children:
            _send(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while self._children and time.monotonic() < deadline:
            for pid in list(self._children):
                if _reaped(pid):
                    del self._children[pid]
            time.sleep(0.02)
        for pid in self._children:
            _send(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


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
