"""How long a language model is waited for, and how often it is asked again [C10]."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from contextvars import copy_context
from dataclasses import dataclass
from typing import TypeVar

from agent.pulse import LeftBehind, Pulse, listen
from agent.trouble import ModelTrouble, Trouble

T = TypeVar("T")

TOTAL_SECONDS = 90
"""How long a turn, or the model's part of an Execution, may take in all."""

CALL_SECONDS = 45
"""How long a model may be silent: half of the total, so that a second try or a stand-in has time.

An answer that comes piece by piece is waited for as long as the total allows."""


@dataclass(frozen=True)
class Patience:
    """Times are in seconds. A call that failed is repeated at most `retries` times.

    `call` is the longest silence in a call; `total` what all calls may take together.

    The first pause is `pause` long, each further one twice as long, with jitter; a provider that
    asks for more than `longest` is not asked again.
    """

    total: float = TOTAL_SECONDS
    call: float = CALL_SECONDS
    retries: int = 2
    pause: float = 1.0
    longest: float = 15.0

    def of_call(self, left: float) -> float:
        """How long the next call may be silent, where `left` remains of the total."""
        return min(self.call, left)

    def before_retry(self, done: int, asked: float | None, left: float) -> float | None:
        """The pause before another try, of which `done` were made; None for no other try.

        `asked` is the pause that the provider asks for, `left` is what remains of the total.
        """
        if done >= self.retries:
            return None
        wait = self.pause * 2**done * random.uniform(0.75, 1.25)
        if asked is not None:
            wait = max(asked, wait) if asked <= self.longest else float("inf")
        return wait if wait <= self.longest and wait < left else None


PATIENCE = Patience()
"""How long people are made to wait."""


def within(
    seconds: float, work: Callable[[], T], pulse: Pulse | None = None, longest: float | None = None
) -> T:
    """What `work` gives or raises; `ModelTrouble` if it is silent for longer.

    Silence is what the `pulse` does not hear: clients measure that between two bytes only, and some
    providers send blanks. However much comes, it takes no longer than `longest`, which is as long
    as the silence if it is not given. What takes longer is left behind in its thread, with nobody
    to take its result.
    """
    future: Future[T] = Future()
    pulse = pulse or Pulse()
    context = copy_context()
    context.run(listen, pulse)

    def go() -> None:
        try:
            future.set_result(context.run(work))
        except BaseException as failed:  # noqa: BLE001 - handed to who waits
            future.set_exception(failed)

    threading.Thread(target=go, name="model", daemon=True).start()
    end = pulse.last + (seconds if longest is None else longest)
    while (left := min(pulse.last + seconds, end) - time.monotonic()) > 0:
        try:
            return future.result(left)
        except NotYet:
            if future.done():  # the work raised one of its own
                raise
        except LeftBehind:
            break
    pulse.leave()
    raise ModelTrouble(Trouble.SLOW)
