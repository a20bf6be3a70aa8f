"""Starting several things at the very same moment, again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from jobs.timer import Timer
from missions.errors import HoustonError
from missions.tx import Lost, Transaction

ROUNDS = 12
"""How often a race is run: either side wins some."""


def at_once(*racers: Callable[[], Any]) -> list[Any]:
    """What each came to, in order: its answer, or the refusal or lost race that it ended in."""
    gate = threading.Barrier(len(racers))

    def run(racer: Callable[[], Any]) -> Any:
        gate.wait(5)
        try:
            return racer()
        except (HoustonError, Lost) as refusal:
            return refusal

    with ThreadPoolExecutor(len(racers)) as pool:
        return [each.result() for each in [pool.submit(run, racer) for racer in racers]]


def between(first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """What `first` came to: it has read and decided, `second` happens wholly, then it commits."""
    commit = Transaction.commit
    come: list[None] = []

    def late(tx: Transaction) -> None:
        if not come:
            come.append(None)
            Transaction.commit = commit  # type: ignore[method-assign]
            second()
        commit(tx)

    Transaction.commit = late  # type: ignore[method-assign, assignment]
    try:
        return first()
    finally:
        Transaction.commit = commit  # type: ignore[method-assign]


def before_firing(timer: Timer, second: Callable[[], Any]) -> Any:
    """What `timer` came to: it has read and decided, `second` happens wholly, then it fires."""
    carry_out = timer._carry_out

    def late(found: Any) -> None:
        timer._carry_out = carry_out  # type: ignore[method-assign]
        second()
        carry_out(found)

    timer._carry_out = late  # type: ignore[method-assign]
    try:
        return timer.enqueue_jobs()
    finally:
        timer._carry_out = carry_out  # type: ignore[method-assign]
