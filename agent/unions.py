"""Which operations a change may hold, and which settings a new Mission's first plan."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agent import operations as ops

_OfAPlan = (
    ops.SetNotify
    | ops.SetTimeout
    | ops.SetEventLimits
    | ops.SetOverlap
    | ops.SetRetries
    | ops.SetJitter
    | ops.SetCatchUp
    | ops.SetPatience
    | ops.SetStreak
    | ops.SetKeeping
    | ops.LeaveOut
    | ops.MentionPeople
    | ops.SetSummary
    | ops.SetBudget
    | ops.AddAct
    | ops.LetAsk
)

Operation = Annotated[
    _OfAPlan
    | ops.SetTrigger
    | ops.SetTime
    | ops.SetDays
    | ops.SkipDays
    | ops.SetZone
    | ops.AddCheck
    | ops.RemoveCheck
    | ops.SetAddress
    | ops.SetLimits
    | ops.DropLimit
    | ops.RemoveAct
    | ops.SetGoal
    | ops.AddObjective
    | ops.RemoveObjective
    | ops.AddTask
    | ops.RemoveTask
    | ops.MoveTask
    | ops.SplitTask
    | ops.SetTitle
    | ops.SetInstructions
    | ops.KeepIn
    | ops.StopMentioning,
    Field(discriminator="op"),
]
"""All of them."""

Setting = Annotated[_OfAPlan, Field(discriminator="op")]
"""Those on a plan that has just been made: the rest stands in its Tasks already."""
