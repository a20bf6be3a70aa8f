"""`houston up`: starts every part on this machine, restarts what dies, ends all together [L1].

Told to stop, it first lets finish what runs: the parts that begin new work are told, the others
serve on. SIGTERM, as from a service manager, gives the time that the settings say; Ctrl-C at a
terminal a shorter one, since a person waits. A second signal ends all at once.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import IO

from bot.busy import UNKNOWN
from jobs.worker import die_with_parent

BRIEF_SECONDS = 10.0
"""How long Ctrl-C lets what runs finish; a second one ends all within 5 s."""

STOP_SECONDS = 4.2
"""How long parts may take to end before they are killed."""

STORAGE_STOP_SECONDS = 0.7
ASK_SECONDS = 0.5
"""How long after nothing was heard of what runs it is asked for again."""
READY_SECONDS = 60.0
RESTART_SECONDS = 1.0
"""Pause before a part that died is started again; doubled each time it dies young, up to 8 s."""
RESTART_MOST_SECONDS = 8.0
"""With the seconds that starting takes, another scheduler is there within 15 s [S3]."""
YOUNG_SECONDS = 20.0


class CannotStart(Exception):
    """A part did not start; the text says which, and what to do."""


@dataclass
class Part:
    """One process. `ready` is a file that it writes when it can be used, if it does.

    `begins` says that it begins new work: it is the first to be told to stop.
    """

    name: str
    argv: list[str]
    env: dict[str, str] = field(default_factory=dict)
    ready: Path | None = None
    begins: bool = False
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = RESTART_SECONDS
    again: float | None = None

    def start(self, base: dict[str, str]) -> None:
        """Start it in a session of its own, tied to our life."""
        if self.ready:
            self.ready.unlink(missing_ok=True)
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - argv is our own
            self.argv,
            env={**base, **self.env},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    @property
    def running(self) -> bool:
        """Whether the process has not ended."""
        return self.process is not None and self.process.poll() is None


def lock(data_dir: Path) -> IO[str]:
    """Hold the data folder for this process; two storage servers would both write into it."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = (data_dir / "lock").open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise CannotStart(
            f"Houston already runs on the data folder {data_dir}. "
            "Stop it, or set HOUSTON_DATA_DIR to another folder."
        ) from None
    return handle


class Supervisor:
    """Starts parts in order, watches them from the main thread, and ends them."""

    def __init__(
        self, say: Callable[[str], None], base: dict[str, str], asked: Sequence[int]
    ) -> None:
        """`asked` are the signals that asked to stop so far; it grows."""
        self._say = say
        self._base = base
        self._parts: list[Part] = []
        self._asked = asked

    def share(self, **settings: str) -> None:
        """Set environment names for the parts that start from now on."""
        self._base.update(settings)

    def start(self, part: Part) -> None:
        """Start a part and look after it from now on."""
        self._parts.append(part)
        part.start(dict(self._base))

    def wait_ready(self, *parts: Part) -> None:
        """Wait until the parts say that they can be used; `CannotStart` if one ends before."""
        deadline = time.monotonic() + READY_SECONDS
        for part in parts:
            while part.ready and not part.ready.exists():
                if self._asked:
                    raise CannotStart("Stopped while starting.")
                if not part.running:
                    raise CannotStart(f"{part.name} ended while starting; see its log.")
                if time.monotonic() > deadline:
                    raise CannotStart(f"{part.name} was not ready within {READY_SECONDS:g} s.")
                time.sleep(0.02)

    def watch(self) -> None:
        """Restart what dies, until told to stop."""
        while not self._asked:
            for part in self._parts:
                if part.running or self._asked:
                    continue
                self._restart(part)
            time.sleep(0.1)

    def drain(self, seconds: float, busy: Callable[[], str]) -> None:
        """Let finish what runs, for at most so many seconds or until asked again.

        `busy` says in words what that is; "" if nothing runs. It is asked beside, as storage may
        be long in answering, and until it says: whoever presses Ctrl-C sees what is waited for.
        """
        by_hand = list(self._asked[:1]) == [signal.SIGINT]
        if by_hand:
            seconds = min(seconds, BRIEF_SECONDS)
        again = " Ctrl-C again ends it at once." if by_hand else ""
        first = [part for part in self._parts if part.begins]
        _terminate(first)
        deadline = time.monotonic() + seconds
        heard = Heard(busy, deadline)
        while any(p.running for p in first) and time.monotonic() < deadline:
            if len(self._asked) > 1:
                break
            if found := heard.news():
                self._say(f"Waiting up to {seconds:g} s for {found} to finish.{again}")
            time.sleep(0.05)

    def end(self) -> None:
        """End the parts, the first started last."""
        others, first = self._parts[1:], self._parts[:1]
        _end(others, STOP_SECONDS)
        _end(first, STORAGE_STOP_SECONDS)

    def _restart(self, part: Part) -> None:
        """Start a part again that died, at once or after its pause; the others are not held up."""
        now = time.monotonic()
        if part.again is None:
            code = part.process.returncode if part.process else None
            young = now - part.started < YOUNG_SECONDS
            part.pause = min(part.pause * 2, RESTART_MOST_SECONDS) if young else RESTART_SECONDS
            part.again = now + part.pause - RESTART_SECONDS
            self._say(f"{part.name} ended unexpectedly (code {code}); starting it again.")
        if now >= part.again:
            part.again = None
            part.start(dict(self._base))


class Heard:
    """What runs, as it is heard of; asking holds nobody up."""

    def __init__(self, busy: Callable[[], str], until: float) -> None:
        self._busy = busy
        self._until = until
        self._found: SimpleQueue[str] = SimpleQueue()
        threading.Thread(target=self._ask, name="busy", daemon=True).start()

    def news(self) -> str:
        """What was found since the last call, "" if nothing."""
        return "" if self._found.empty() else self._found.get()

    def _ask(self) -> None:
        """Ask until the answer is a sure one: a worker may be counted a moment later."""
        last = ""
        while time.monotonic() < self._until:
            found = self._busy()
            if found and found != last:
                self._found.put(found)
            if found not in ("", UNKNOWN):
                return
            last = found or last
            time.sleep(ASK_SECONDS)


def _terminate(parts: list[Part]) -> None:
    for part in parts:
        if part.process and part.running:
            part.process.terminate()


def _end(parts: list[Part], seconds: float) -> None:
    _terminate(parts)
    deadline = time.monotonic() + seconds
    for part in parts:
        if part.process is None:
            continue
        try:
            part.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _kill_session(part.process)


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def python(*arguments: str) -> list[str]:
    """The command for a part that is a command of our own."""
    return [sys.executable, "-m", "bot.cli", *arguments]
