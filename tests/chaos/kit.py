"""Processes of a running Houston, and how to strike them: `at(state).kill(part)`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from bot import storage
from bot.client import SlackClient
from bot.compose import SystemClock
from bot.directory import SlackDirectory
from bot.workspace.client import WorkspaceClient
from bot.workspace.seed import channel_id
from jobs.queues import QueueName, RqBell
from missions.blueprint import Blueprint, Notify, OnceTrigger, Task, Trigger
from missions.domain import Domain
from missions.ids import ChannelId, MissionId, PersonId, TeamId
from missions.proposal import Proposal
from missions.viewer import Actor
from tests.chaos.gate import Gate
from tests.support import build
from tests.support.build import check, task
from tests.support.storage import StorageServer
from tests.support.system import ROOT, Houston, wait_for

OPS = "#ops"
KILLS = int(os.environ.get("CHAOS_KILLS", "12"))
"""How often random parts are struck."""
WHOLE = KILLS >= 100
"""Whether all is struck, as by `make chaos`, not only a part, as whenever the tests run."""
LOOK = 0.001
"""Seconds between two looks at a state that is waited for in order to strike."""


# --- striking ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moment:
    """A state that was seen; `pid` is of the process that is in it, if the state tells."""

    pid: int

    def kill(self, part: Callable[[int], int] = lambda pid: pid) -> float:
        """kill -9 of the part; when, monotonic."""
        strike(part(self.pid), signal.SIGKILL)
        return time.monotonic()

    def freeze(self, part: Callable[[int], int] = lambda pid: pid) -> int:
        """SIGSTOP of the part; its pid."""
        pid = part(self.pid)
        strike(pid, signal.SIGSTOP)
        return pid


def at(state: Callable[[], Any], seconds: float = 30.0) -> Moment:
    """Wait, looking all the time, until `state` says something; an int is taken as a pid."""
    deadline = time.monotonic() + seconds
    while True:
        found = state()
        if found:
            return Moment(found if type(found) is int else 0)
        if time.monotonic() > deadline:
            raise AssertionError(f"the state to strike at was not seen within {seconds:g} s")
        time.sleep(LOOK)


def strike(pid: int, number: signal.Signals) -> None:
    """Send a signal to one process that is none of the test's own."""
    assert pid > 1, "there is nothing to strike"
    assert pid != os.getpid()
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def parent(pid: int) -> int:
    """The parent of a process, 0 if it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


# --- the system --------------------------------------------------------------------------------


class System(Houston):
    """`houston up`, with a domain on its storage and names for its processes."""

    def start(self) -> None:
        """Start it, perhaps again, and wait until it says that it is ready."""
        before = self.output.count("is ready") if self._process else 0
        super().start()
        if before:
            wait_for(lambda: self.output.count("is ready") > before, 60, self._dead)
            self.workspace = client_of(self.told)

    @property
    def supervisor(self) -> int:
        assert self._process
        return self._process.pid

    def processes(self) -> dict[int, str]:
        """As told by the environment; storage overwrites its own and is known by its socket."""
        door = str(self.folder / "storage.sock")
        return {**super().processes(), **_with_words(door)}

    def ended(self, seconds: float) -> int:
        """The exit code of `houston up`, which ends by itself."""
        assert self._process
        code = self._process.wait(seconds)
        self._out.close()
        return code

    def part(self, word: str) -> int:
        """The process of a part, by a word of its command line; 0 if it is not running."""
        line = {"storage": "storage.sock", "workers": "worker all"}.get(word, f"cli {word}")
        found = [p for p in self.pids(line) if parent(p) == self.supervisor]
        return found[0] if found else 0

    def workers(self, queue: QueueName) -> list[int]:
        """The living workers of a queue."""
        pool, redis = self.part("workers"), self.redis
        names = redis.smembers(f"rq:workers:{queue.value}")
        pids = [int(redis.hget(name, "pid") or 0) for name in names]
        return sorted(p for p in pids if p and alive(p) and parent(p) == pool)

    def horses(self, queue: QueueName) -> list[int]:
        """The forked jobs of a queue that run now."""
        workers = set(self.workers(queue))
        return sorted(p for p in self.processes() if parent(p) in workers and alive(p))

    @cached_property
    def domain(self) -> Domain:
        """The domain as Houston's own processes see it."""
        told = self.told
        client = SlackClient(told["bot_token"], told["api_url"])
        redis = self.redis
        raw = Redis(connection_pool=_undecoded(redis))
        clock = SystemClock()
        directory = SlackDirectory(lambda _: client, redis)
        return Domain.build(redis, clock, directory, RqBell(raw), timedelta(seconds=1))

    @cached_property
    def team(self) -> TeamId:
        return TeamId(self.told["team_id"])

    @cached_property
    def ops(self) -> ChannelId:
        return ChannelId(channel_id(OPS.removeprefix("#")))

    @cached_property
    def ada(self) -> Actor:
        return Actor(team=self.team, person=PersonId(self.workspace.person("ada")))

    def draft(
        self, name: str, *tasks: Task, channel: ChannelId | None = None
    ) -> tuple[MissionId, Proposal]:
        """A Draft with these Tasks, as a turn would have left it."""
        mission, proposal = build.draft(
            self.domain,
            Blueprint(goal=name, tasks=tasks),
            name=name,
            channel=channel or self.ops,
            owner=self.ada.person,
            team=self.team,
            thread_ts=None,
        )
        return mission.id, proposal

    def mission(self, name: str, *tasks: Task, channel: ChannelId | None = None) -> MissionId:
        """An Active Mission with these Tasks."""
        made, proposal = self.draft(name, *tasks, channel=channel)
        self.domain.lifecycle.launch(self.ada, made, proposal.id)
        return made

    def run_now(self, mission: MissionId, click: str = "1") -> None:
        self.domain.lifecycle.run_now(self.ada, mission, click)


class OtherScheduler:
    """A scheduler beside that of `houston up`, as on another machine; what died is started anew."""

    def __init__(self, system: System) -> None:
        told = system.told
        names = {"SLACK_API_URL": "api_url", "SLACK_BOT_TOKEN": "bot_token"}
        names["SLACK_APP_TOKEN"] = "app_token"
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("HOUSTON_", "SLACK_"))}
        self._env = {
            **keep,
            **{name: str(told[key]) for name, key in names.items()},
            "HOUSTON_DATA_DIR": str(system.folder),
            "REDIS_URL": f"unix://{system.folder / 'storage.sock'}",
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its process, which may have been started a moment ago."""
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "scheduler"],
                cwd=ROOT,
                env=self._env,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        return self._process.pid

    def stop(self) -> None:
        """End it, and wait for that."""
        if self._process is not None:
            strike(self._process.pid, signal.SIGKILL)
            self._process.wait(10)


class GatedSystem(System):
    """Serves a workspace that was started apart, through gates before storage and Slack."""

    def __init__(self, folder: Path, server: StorageServer, told: dict[str, Any], **settings: str):
        self._server, self._told = server, told
        door = folder.parent / "g.sock"
        self.storage_gate = Gate(server.socket, door)
        self.slack_gate = Gate(int(told["port"]))
        super().__init__(
            folder,
            REDIS_URL=f"unix://{door}",
            SLACK_BOT_TOKEN=told["bot_token"],
            SLACK_APP_TOKEN=told["app_token"],
            SLACK_API_URL=f"http://127.0.0.1:{self.slack_gate.port}/api/",
            **settings,
        )

    @property
    def told(self) -> dict[str, Any]:
        return self._told

    @property
    def redis(self) -> Redis:
        return Redis.from_url(self._server.url, decode_responses=True)

    def restart_storage(self) -> None:
        """kill -9, and a new server on the same data."""
        self._server.kill()
        self._server.start()

    def close(self) -> None:
        self.storage_gate.close()
        self.slack_gate.close()


@contextmanager
def workspace_apart(folder: Path, *arguments: str) -> Iterator[dict[str, Any]]:
    """`python -m bot.workspace`, not under `houston up`; what it says of itself."""
    ready = folder / "told.json"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "bot.workspace", "--data", str(folder)),
            *("--manifest", str(ROOT / "app_manifest.yml"), "--ready-file", str(ready)),
            *arguments,
        ],
        cwd=ROOT,
    )
    try:
        wait_for(ready.exists, 30)
        yield json.loads(ready.read_text())
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def storage_alone(data_dir: Path) -> Iterator[Redis]:
    """The storage of a Houston that has ended, served without it."""
    door = data_dir.parent / "alone.sock"
    process = subprocess.Popen(storage.argv(data_dir, door), stdout=subprocess.DEVNULL)
    redis = Redis.from_url(storage.url(door), decode_responses=True)
    try:
        wait_for(lambda: _answers(redis), 15)
        yield redis
    finally:
        redis.close()
        process.terminate()
        process.wait(15)


def _with_words(words: str) -> dict[int, str]:
    """Processes with these words in their command line."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and alive(int(entry.name)):
            with suppress(OSError):
                line = (entry / "cmdline").read_bytes().decode(errors="replace")
                if words in line:
                    found[int(entry.name)] = line.replace("\0", " ")
    return found


def _answers(redis: Redis) -> bool:
    try:
        return bool(redis.ping())
    except RedisError:
        return False


def once(url: str, seconds: float = 0.0, number: int = 1, **changes: object) -> Task:
    """A Once Task that is due in so many seconds and checks a URL; 0 means in a day."""
    instant = datetime.now(UTC) + timedelta(seconds=seconds or 86_400)
    return timed(url, OnceTrigger(at=instant, zone="UTC"), number, **changes)


def timed(url: str, trigger: Trigger, number: int = 1, **changes: object) -> Task:
    """A Task that checks a URL and always reports."""
    return task(trigger, number, checks=(check(url, number),), notify=Notify.ALWAYS, **changes)


def client_of(told: dict[str, Any]) -> WorkspaceClient:
    return WorkspaceClient(told["page_url"])


def _undecoded(redis: Redis) -> Any:
    pool = redis.connection_pool
    given = {**pool.connection_kwargs, "decode_responses": False}
    return type(pool)(connection_class=pool.connection_class, **given)
