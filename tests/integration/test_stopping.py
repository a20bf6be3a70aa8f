"""What `houston up` says while it lets finish what runs, and that saying it holds nobody up."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import pytest

from bot.busy import UNKNOWN, busy
from bot.supervisor import Part, Supervisor
from tests.support.storage import StorageServer
from tests.support.system import wait_for

STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"


class Stopping:
    """A supervisor that was told to stop by Ctrl-C, with a part that does not end."""

    def __init__(self) -> None:
        self.asked: list[int] = [signal.SIGINT]
        self.said: list[str] = []
        self.supervisor = Supervisor(self.said.append, {}, self.asked)
        self.part = Part("the workers", [sys.executable, "-c", STUBBORN], begins=True)
        self.supervisor.start(self.part)

    def stop_again(self) -> None:
        self.asked.append(signal.SIGINT)


@pytest.fixture
def stopping() -> Iterator[Stopping]:
    made = Stopping()
    # It has begun to ignore SIGTERM once it sleeps.
    pid = made.part.process.pid if made.part.process else 0
    wait_for(lambda: ignores(pid, signal.SIGTERM))
    yield made
    if made.part.process:
        made.part.process.kill()
        made.part.process.wait()


def ignores(pid: int, number: signal.Signals) -> bool:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    (ignored,) = [one for one in status if one.startswith("SigIgn:")]
    return bool(int(ignored.split()[1], 16) >> (number - 1) & 1)


@pytest.fixture
def frozen(storage: StorageServer) -> Iterator[StorageServer]:
    storage.freeze()
    yield storage
    storage.thaw()


def line(what: str) -> str:
    return f"Waiting up to 10 s for {what} to finish. Ctrl-C again ends it at once."


@pytest.mark.parametrize("first", ["", UNKNOWN])
def test_who_presses_ctrl_c_sees_what_is_waited_for_although_it_is_not_known_at_once(
    stopping: Stopping, first: str
) -> None:
    """[L1] Neither a worker that is counted a moment later nor a storage that was busy hides it."""
    answers = chain([first, first], repeat("1 run"))
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        if "1 run" in text:
            stopping.stop_again()

    supervisor = stopping.supervisor
    supervisor._say = say
    supervisor.drain(20, lambda: next(answers))
    assert said == [line(what) for what in (first, "1 run") if what]
    assert len(stopping.asked) == 2


def test_ctrl_c_twice_waits_for_no_answer(stopping: Stopping, frozen: StorageServer) -> None:
    """[X2 L1] Storage hangs: the second one ends the wait all the same."""
    stopping.stop_again()
    began = time.monotonic()
    stopping.supervisor.drain(20, lambda: busy(frozen.url))
    assert time.monotonic() - began < 1
    assert stopping.said == []


def test_a_storage_that_hangs_is_given_up(
    frozen: StorageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[L1] A person waits: what it does not say in time is "what runs"."""
    monkeypatch.setattr("bot.busy.ASKED_SECONDS", 0.5)
    began = time.monotonic()
    assert busy(frozen.url) == UNKNOWN
    assert time.monotonic() - began < 1.5
