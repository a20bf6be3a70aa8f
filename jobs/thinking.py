"""Waiting for an answer: it can be stopped, and it has an end [C10].

A call to a model that hangs cannot be ended from outside, so it is left behind in its thread: the
process that has one is to end soon.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

from agent.patience import TOTAL_SECONDS
from agent.task.values import Stopped
from agent.task.waiting import run_watched
from missions.errors import HoustonError
from missions.phrases import say
from missions.ports import Clock

CAP_SECONDS: Final = TOTAL_SECONDS
"""How long an answer may take in all; then the person is told, and the message kept."""

T = TypeVar("T")


class TurnStopped(HoustonError):
    """Somebody pressed Stop."""

    event = "turn_stopped"

    def __init__(self) -> None:
        super().__init__(say("turn-stopped"))


class TooSlow(HoustonError):
    """The answer took too long."""

    event = "turn_too_slow"

    def __init__(self) -> None:
        super().__init__(say("turn-too-slow", seconds=CAP_SECONDS))


def thought(work: Callable[[], T], asked: Callable[[], bool], clock: Clock) -> T:
    """What `work` gives or raises; `TurnStopped` once `asked` says so, `TooSlow` at the cap.

    Both are noticed within half a second.
    """
    late = clock.now() + timedelta(seconds=CAP_SECONDS)
    stopped = False

    def over() -> bool:
        nonlocal stopped
        stopped = asked()
        return stopped or clock.now() >= late

    try:
        (answer,) = run_watched([work], 1, over)
    except Stopped:
        raise (TurnStopped if stopped else TooSlow)() from None
    return answer.result()
