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
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from redis import Redis

from agent.task.values import TaskInput, TaskResult
from jobs.pool import Pool
from jobs.queues import QueueName, RqBell
from jobs.runtime import Runtime, install
from jobs.scheduler import SchedulerProcess
from jobs.worker import TetheredWorker
from missions.artifacts import Artifacts
from missions.blueprint import Finding, Strategy
from missions.cards import TextCard
from missions.domain import Domain
from missions.execution import Execution, Report, Status, Step
from missions.mission import Mission
from tests.support.build import actor, blueprint, launched, task
from tests.support.fakes import members

if TYPE_CHECKING:
    from agent.conversation import TurnResult
    from agent.desk import Desk

ROOT = Path(__file__).parents[2]
HORSES = "stub:horses"
"""List of the pids of the processes in which Tasks ran, newest last."""

POOLS = {
    "pool": {QueueName.EXECUTIONS: 2},
    "turns too": {QueueName.EXECUTIONS: 1, QueueName.TURNS: 1},
}
"""How many workers of which queue."""

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
        work.kept(Step(at=datetime.now(UTC), what="Looked around", result="all quiet"))
        self._redis.rpush(HORSES, os.getpid())
        how, began = work.task.instructions, time.monotonic()
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
        while how == "three seconds" and time.monotonic() < began + 3:
            time.sleep(0.05)
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


class StubConversation:
    """Thinks for as long as nobody says that it may go on."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def turn(self, desk: Desk, thread_id: str, checkpoint_id: str | None) -> TurnResult:
        from agent.conversation import TurnResult  # heavy: only who answers waits for it

        self._redis.rpush(HORSES, os.getpid())
        while not self._redis.exists("stub:go"):
            time.sleep(0.02)
        return TurnResult((), (TextCard(text=f"You said {desk.text}"),), "checkpoint")


def _wait(seconds: float, /) -> None:
    threading.Event().wait(seconds)


def main(role: str, url: str, folder: str, drain: str = "20") -> None:
    """Be a worker, a pool of two, a pool with turns, or a scheduler, until ended."""
    logging.disable(logging.CRITICAL)
    if "FAKETIME_TIMESTAMP_FILE" in os.environ:
        # libfaketime 0.9.10 refuses the absolute sleep that Python uses; waits are not affected.
        time.sleep = _wait  # type: ignore[assignment]
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
        conversation=StubConversation(domain.redis),  # type: ignore[arg-type]
    )
    install(made)
    if role in POOLS:
        Pool(POOLS[role], lambda: Redis.from_url(url), float(drain)).run()
    else:
        TetheredWorker(QueueName.EXECUTIONS, bytes_redis).work(logging_level="CRITICAL")


@dataclass
class World:
    """A real domain, and what it is made of."""

    domain: Domain
    url: str
    folder: Path

    def start(self, how: str, **strategy: int) -> Mission:
        """A Mission whose Task does that, run by a click."""
        plan = task(instructions=how, strategy=Strategy(**strategy))
        mission = launched(self.domain, blueprint(plan))
        self.domain.lifecycle.run_now(actor(), mission.id, "click")
        return mission

    def execution(self, mission: Mission) -> Execution | None:
        found = self.domain.reader.executions(actor().viewer, mission.id)
        return found[0] if found else None

    def horse(self) -> int:
        """The pid of the process in which the latest Task runs."""
        return eventually(lambda: int(self.domain.redis.lindex(HORSES, -1) or 0), 20)

    def final(self, mission: Mission, within: float) -> Execution:
        def look() -> Execution | None:
            found = self.execution(mission)
            return found if found and found.status is not Status.RUNNING else None

        return eventually(look, within)


@contextmanager
def running(
    role: str, url: str, folder: Path, *more: str, **env: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in that role; killed at the end, with all that it forked."""
    argv = [sys.executable, "-m", "tests.integration.process_kit", role, url, str(folder), *more]
    process = subprocess.Popen(
        argv,
        cwd=ROOT,
        env={**os.environ, **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def eventually(what: Callable[[], T | Literal[False] | None], seconds: float = 10.0) -> T:
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


def stop_at_once(pid: int) -> None:
    """SIGTERM twice: the first lets what runs finish, the second ends it."""
    send(pid, signal.SIGTERM)
    time.sleep(0.3)
    send(pid, signal.SIGTERM)


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal."""
    os.kill(pid, number)


if __name__ == "__main__":
    main(*sys.argv[1:])
