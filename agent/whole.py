"""Operations on what a plan says of the whole Mission: days left out, people, money [B5 R1]."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agent import operations as ops
from agent.arranging import moved
from agent.leaving import LEAVING
from agent.mentions import mentioned, not_mentioned
from agent.strategy import with_budget
from missions.blueprint import Blueprint, Summary


def _summary(_: Blueprint, op: ops.SetSummary) -> dict[str, Any]:
    said = op.model_dump(exclude={"op"})
    return {"summary": Summary.model_validate(said) if op.every else None}


WHOLE: dict[type, Callable[[Blueprint, Any], dict[str, Any]]] = {
    **LEAVING,
    ops.MentionPeople: lambda b, op: {"mentions": mentioned(b.mentions, op)},
    ops.StopMentioning: lambda b, op: {"mentions": not_mentioned(b.mentions, op)},
    ops.SetSummary: _summary,
    ops.MoveTask: lambda b, op: {"tasks": moved(b.tasks, op)},
    ops.SetBudget: lambda b, op: {"budget": with_budget(b.budget, op)},
}
"""The fields of the Blueprint that each operation changes; each may raise `OperationRefused`."""
