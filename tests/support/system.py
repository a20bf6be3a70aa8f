"""The whole of Houston as real processes, for scenario and chaos tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

from redis import Redis

from bot.workspace.client import WorkspaceClient

T = TypeVar("T")
ROOT = Path(__file__).parents[2]


class Houston:
    """`houston up` on a data folder of its own, with the local workspace."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._leaving = False

    def start(self) -> None:
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("HOUSTON_", "SLACK_"))}
        keep.pop("REDIS_URL", None)
        env = {**keep, "HOUSTON_DATA_DIR": str(self.folder), "TZ": "UTC", **self._settings}
        self._out = (self.folder.parent / f"{self.folder.name}.out").open("ab")
        before = len(self.output)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "up"],
            cwd=ROOT,
            env=env,
            stdout=self._out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._leaving = False
        try:
            wait_for(lambda: "is ready" in self.output[before:], 90, self._dead)
        except AssertionError:
            self.reap()
            raise
        self.workspace = WorkspaceClient(self.told["page_url"])

    def set(self, **settings: str) -> None:
        """Settings for the next start, besides those of before."""
        self._settings |= settings

    @property
    def output(self) -> str:
        return (self.folder.parent / f"{self.folder.name}.out").read_text()

    @property
    def told(self) -> dict[str, Any]:
        """What the local workspace says of itself."""
        found: dict[str, Any] = json.loads((self.folder / "run" / "workspace.json").read_text())
        return found

    @property
    def redis(self) -> Redis:
        return Redis.from_url(f"unix://{self.folder / 'storage.sock'}", decode_responses=True)

    def tell(self, number: signal.Signals = signal.SIGINT) -> None:
        """Send `houston up` a signal and go on."""
        assert self._process
        self._leaving = True
        self._process.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGINT) -> float:
        """Ctrl-C; how many seconds it took."""
        assert self._process
        began = time.monotonic()
        self._process.send_signal(number)
        try:
            self._process.wait(20)
        finally:
            self.reap()
        return time.monotonic() - began

    @property
    def serves(self) -> bool:
        """Whether it was started, has not ended and was not told to."""
        return self._process is not None and self._process.poll() is None and not self._leaving

    def reap(self) -> None:
        """Leave nothing of it, whatever came of it: its parts die with it."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._out.close()

    def logs(self, part: str) -> list[dict[str, Any]]:
        path = self.folder / "logs" / f"{part}.log"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def processes(self) -> dict[int, str]:
        """Every process of this Houston, by its data folder in the environment."""
        return dict(_processes(str(self.folder)))

    def pids(self, *words: str) -> list[int]:
        """Processes whose command line has all these words."""
        return [p for p, line in self.processes().items() if all(w in line for w in words)]

    def _dead(self) -> None:
        assert self._process
        if self._process.poll() is not None:
            raise AssertionError(f"houston up ended: {self.output}")


def wait_for(
    find: Callable[[], T | Literal[False] | None],
    seconds: float = 10.0,
    look: Callable[[], object] | None = None,
) -> T:
    """What `find` gives once it gives something; AssertionError if it does not in time."""
    deadline = time.monotonic() + seconds
    while True:
        found = find()
        if found:
            return found
        if look:
            look()
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s")
        time.sleep(0.05)


def _processes(folder: str) -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            environ = (entry / "environ").read_bytes().decode(errors="replace").split("\0")
            line = (entry / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if f"HOUSTON_DATA_DIR={folder}" in environ and state != "Z":
            yield int(entry.name), line
