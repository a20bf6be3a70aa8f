"""Operations on a Task's strategy [B3 S7], on a check's patience [B2], on days left out [B5]."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from agent import operations as ops
from agent.triggers import OperationRefused
from missions.blueprint import (
    EXCLUSIONS_MAX,
    TIMEOUT_MAX_SECONDS,
    Budget,
    Check,
    Exclusion,
    Strategy,
)
from missions.describe import exclusion_in_words
from missions.phrases import say

LONGEST_DAYS = 366
"""The longest stretch of days that can be left out at once; a Mission can be disabled for more."""


def with_strategy(strategy: Strategy, op: ops.OnTask) -> Strategy:
    """The strategy as the operation wants it, validated anew."""
    return Strategy.model_validate({**dict(strategy), **STRATEGY[type(op)](strategy, op)})


def _timeout(_: Strategy, op: ops.SetTimeout) -> dict[str, Any]:
    return {"timeout_seconds": min(op.minutes * 60, TIMEOUT_MAX_SECONDS)}


def _overlap(_: Strategy, op: ops.SetOverlap) -> dict[str, Any]:
    return {"overlap": op.overlap}


def _retries(before: Strategy, op: ops.SetRetries) -> dict[str, Any]:
    return {"retries": op.times, "retry_seconds": op.after_seconds or before.retry_seconds}


def _jitter(_: Strategy, op: ops.SetJitter) -> dict[str, Any]:
    return {"jitter_seconds": op.seconds}


def _catch_up(_: Strategy, op: ops.SetCatchUp) -> dict[str, Any]:
    return {"catch_up_seconds": op.seconds}


def _streak(before: Strategy, op: ops.SetStreak) -> dict[str, Any]:
    pause = op.pause_after or before.pause_after
    announce = op.announce_after or min(before.announce_after, pause)
    if announce > pause:
        raise OperationRefused(say("op-never-announced", pause=pause, announce=announce))
    return {"announce_after": announce, "pause_after": pause}


STRATEGY: dict[type, Callable[[Strategy, Any], dict[str, Any]]] = {
    ops.SetTimeout: _timeout,
    ops.SetOverlap: _overlap,
    ops.SetRetries: _retries,
    ops.SetJitter: _jitter,
    ops.SetCatchUp: _catch_up,
    ops.SetStreak: _streak,
}
"""What each operation changes in a strategy."""


def with_budget(budget: Budget, op: ops.SetBudget) -> Budget:
    """The budget with what was said. Raises `OperationRefused`."""
    said = op.model_dump(include={"run_tokens", "day_tokens"}, exclude_none=True)
    if not said:
        raise OperationRefused(say("op-budget-how"))
    return budget.model_copy(update=said)


def with_patience(check: Check, op: ops.SetPatience) -> Check:
    """The check that is a finding only if it failed often enough lately."""
    return check.model_copy(update={"fails": op.fails, "of_last": op.of_last})


def left_out(exclusions: tuple[Exclusion, ...], op: ops.LeaveOut) -> tuple[Exclusion, ...]:
    """The days with more of them, in order. Raises `OperationRefused`."""
    last = op.last or op.first
    if last < op.first:
        raise OperationRefused(say("op-last-before-first", last=last, first=op.first))
    if last - op.first >= timedelta(days=LONGEST_DAYS):
        raise OperationRefused(say("op-over-a-year"))
    added = Exclusion(first=op.first, last=last, label=" ".join(op.label.split()))
    if any(e.first <= added.first and added.last <= e.last for e in exclusions):
        raise OperationRefused(say("op-left-out-already", days=exclusion_in_words(added)))
    kept = [e for e in exclusions if not (added.first <= e.first and e.last <= added.last)]
    if len(kept) >= EXCLUSIONS_MAX:
        raise OperationRefused(say("op-left-out-most", most=EXCLUSIONS_MAX))
    return tuple(sorted((*kept, added), key=lambda e: (e.first, e.last)))


def kept_in(exclusions: tuple[Exclusion, ...], day: date) -> tuple[Exclusion, ...]:
    """The days without the stretch that holds this one. Raises `OperationRefused`."""
    kept = tuple(e for e in exclusions if not e.first <= day <= e.last)
    if len(kept) == len(exclusions):
        there = "; ".join(map(exclusion_in_words, exclusions)) or say("none")
        raise OperationRefused(say("op-not-left-out", day=day, there=there))
    return kept
