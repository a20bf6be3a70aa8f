"""Real workers and schedulers as processes, with a stub in place of the agent.

Run as `python -m tests.integration.process_kit <role> <storage url> <folder>`. What a Task does is
said by its instructions; see `StubRunner`.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from redis import Redis

from agent.task.values import TaskInput, TaskResult
from jobs.pool import Pool
from jobs.queues import QueueName, RqBell
from jobs.runtime import Runtime, install
from jobs.scheduler import SchedulerProcess
from jobs.worker import TetheredWorker
from missions.artifacts import Artifacts
from missions.blueprint import Finding
from missions.domain import Domain
from missions.execution import Report
from tests.support.fakes import members

ROOT = Path(__file__).parents[2]
HORSES = "stub:horses"
"""List of the pids of the processes in which Tasks ran, newest last."""

T = TypeVar("T")


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class StubRunner:
    """Does what the instructions say: succeed, hang, swallow, raise, exit, or listen."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def run(self, work: TaskInput) -> TaskResult:
        self._redis.rpush(HORSES, os.getpid())
        how = work.task.instructions
        if how == "raise":
            raise KeyError("secret detail")
        if how == "exit":
            os._exit(7)
        while how == "hang":
            time.sleep(0.05)
        while how == "swallow":
            _swallow()
        while how == "listen" and not work.stopped():
            time.sleep(0.01)
        while how == "go on when told" and not self._redis.exists("stub:go"):
            time.sleep(0.05)
        report = Report(headline="All good")
        return TaskResult(Finding.ALL_GOOD, report, session=(), carry={}, changed=False)


def _swallow() -> None:
    """Work that takes no exception for an answer."""
    try:
        while True:
            time.sleep(0.05)
    except BaseException:  # noqa: BLE001  # the very misbehaviour under test
        time.sleep(0)


def real_domain(url: str) -> Domain:
    """A domain on the machine's clock that rings real queues."""
    return Domain.build(
        Redis.from_url(url, decode_responses=True),
        SystemClock(),
        members(),
        RqBell(Redis.from_url(url)),
    )


def main(role: str, url: str, folder: str) -> None:
    """Be a worker, a pool of two, or a scheduler, until ended."""
    logging.disable(logging.CRITICAL)
    domain, bytes_redis = real_domain(url), Redis.from_url(url)
    if role == "scheduler":
        process = SchedulerProcess(domain, RqBell(bytes_redis), bytes_redis)
        process.install_signals()
        process.run()
        return
    made: Any = Runtime(
        domain=domain,
        tools={},
        checkpointer=None,  # type: ignore[arg-type]  # no conversation here
        artifacts=Artifacts(folder),
        runner=StubRunner(domain.redis),  # type: ignore[arg-type]
    )
    install(made)
    if role == "pool":
        Pool({QueueName.EXECUTIONS: 2}, lambda: Redis.from_url(url)).run()
    else:
        TetheredWorker(QueueName.EXECUTIONS, bytes_redis).work(logging_level="CRITICAL")


@contextmanager
def running(role: str, url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process in that role; killed at the end, with all that it forked."""
    argv = [sys.executable, "-m", "tests.integration.process_kit", role, url, str(folder)]
    process = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def eventually(what: Callable[[], T | None], seconds: float = 10.0) -> T:
    """The first true answer; fails after some seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"nothing within {seconds} s")


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def children(pid: int) -> list[int]:
    """Pids of a process's children."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(p) for p in text.split()]


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal."""
    os.kill(pid, number)


if __name__ == "__main__":
    main(*sys.argv[1:4])
