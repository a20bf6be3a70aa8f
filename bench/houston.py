"""The whole product as real processes, on a data folder that is gone at the end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis

from bench.storage import Storage
from bot.storage import socket_path, url

READY_SECONDS = 90


@dataclass(frozen=True)
class Running:
    """`houston up`, ready: its storage and what its local workspace says of itself."""

    storage: Storage
    told: dict[str, Any]

    @property
    def redis(self) -> Redis:
        """A client that decodes."""
        return self.storage.text

    def pids(self, *words: str) -> list[int]:
        """Processes of this Houston with all these words in their command line."""
        return [p for p, line in _processes(self.storage.folder) if all(w in line for w in words)]


@contextmanager
def houston(**settings: str) -> Iterator[Running]:
    """Start it, wait until it is ready, and end it with Ctrl-C."""
    with tempfile.TemporaryDirectory(prefix="houston-bench-") as name:
        folder = Path(name) / "data"
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("HOUSTON_", "SLACK_"))}
        keep.pop("REDIS_URL", None)
        env = {**keep, "HOUSTON_DATA_DIR": str(folder), "TZ": "UTC", **settings}
        out = Path(name) / "out"
        argv = [sys.executable, "-m", "bot.cli", "up"]
        with out.open("wb") as file:
            process = subprocess.Popen(argv, env=env, stdout=file, start_new_session=True)
        try:
            _wait_ready(process, out)
            told = json.loads((folder / "run" / "workspace.json").read_text())
            yield Running(Storage(url(socket_path(folder)), folder), told)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _wait_ready(process: subprocess.Popen[bytes], out: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while "is ready" not in out.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"houston did not start: {out.read_text()}")
        time.sleep(0.05)


def _processes(folder: Path) -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            environ = (entry / "environ").read_bytes().decode(errors="replace").split("\0")
            line = (entry / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
        except OSError:
            continue
        if f"HOUSTON_DATA_DIR={folder}" in environ:
            yield int(entry.name), line


def cpu_seconds(pid: int) -> float:
    """What a process has used of processors so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
