"""Operations on a Task's strategy [B3 S7] and on a check's patience [B2]."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agent import operations as ops
from agent.triggers import OperationRefused
from missions.blueprint import (
    TIMEOUT_MAX_SECONDS,
    Budget,
    Check,
    Strategy,
)
from missions.phrases import say


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
    said = op.model_dump(exclude={"op"}, exclude_none=True)
    if not said:
        raise OperationRefused(say("op-budget-how"))
    return budget.model_copy(update=said)


def with_patience(check: Check, op: ops.SetPatience) -> Check:
    """The check that is a finding only if it failed often enough lately."""
    return check.model_copy(update={"fails": op.fails, "of_last": op.of_last})
