"""Operations on what is left out of all Tasks or one: days, freezes, recurring hours [B5]."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from agent import operations as ops
from agent.picking import pick_task
from agent.triggers import OperationRefused, known_zone
from missions.blueprint import (
    EVERY_DAY,
    EXCLUSIONS_MAX,
    WINDOWS_MAX,
    Blueprint,
    EventTrigger,
    Exclusion,
    Gap,
    Task,
    Window,
)
from missions.describe import gap_in_words, left_out_in_words
from missions.phrases import say

LONGEST_DAYS = 366
"""The longest stretch of days that can be left out at once; a Mission can be disabled for more."""


def leave_out(b: Blueprint, op: ops.LeaveOut) -> dict[str, Any]:
    """The plan's fields with more dates or hours left out. Raises `OperationRefused`."""
    if op.first is not None:
        dates = _dates(b, op, op.first)
        return _with(b, op.task, "exclusions", lambda known: _more_dates(known, dates))
    hours = _hours(b, op, op.begin or "", op.end or "")
    return _with(b, op.task, "windows", lambda known: _more_windows(known, hours))


def _dates(b: Blueprint, op: ops.LeaveOut, first: date) -> Exclusion:
    last = op.last or first
    if last < first:
        raise OperationRefused(say("op-last-before-first", last=last, first=first))
    if last - first >= timedelta(days=LONGEST_DAYS):
        raise OperationRefused(say("op-over-a-year"))
    hours = {name: said for name, said in (("begin", op.begin), ("end", op.end)) if said}
    zone = _zone(b, op) if hours else None
    added = Exclusion(first=first, last=last, label=_label(op), zone=zone, **hours)
    if added.is_empty:
        raise OperationRefused(say("op-left-out-empty", times=gap_in_words(added)))
    return added


def _hours(b: Blueprint, op: ops.LeaveOut, begin: str, end: str) -> Window:
    said = {day % 7 for day in op.days}
    days = tuple(day for day in EVERY_DAY if day in said) or EVERY_DAY
    later = int(end <= begin) if op.until_day is None else (op.until_day - days[0]) % 7
    over = later == 0 and end <= begin
    if op.until_day is not None and (len(days) > 1 or over):
        raise OperationRefused(say("op-until-day"))
    zone = _zone(b, op)
    return Window(days=days, begin=begin, end=end, later=later, label=_label(op), zone=zone)


def keep_in(b: Blueprint, op: ops.KeepIn) -> dict[str, Any]:
    """The plan's fields without the dates that hold a day, or the hours that begin then.

    Raises `OperationRefused`.
    """
    left: dict[str, Any] = {
        **_kept(b, op),
        "tasks": tuple(t.model_copy(update=_kept(t, op)) for t in b.tasks),
    }
    if all(getattr(b, name) == value for name, value in left.items()):
        said = op.day or op.begin
        raise OperationRefused(say("op-not-left-out", day=said, there=_there(b)))
    return left


def _kept(of: Blueprint | Task, op: ops.KeepIn) -> dict[str, Any]:
    """What stays left out."""
    day = op.day
    return {
        "exclusions": tuple(e for e in of.exclusions if not (day and e.first <= day <= e.last)),
        "windows": tuple(w for w in of.windows if w.begin != op.begin),
    }


def _there(b: Blueprint) -> str:
    told = [*left_out_in_words(b), *(each for t in b.tasks for each in left_out_in_words(t))]
    return "; ".join(told) or say("none")


def _with(
    b: Blueprint, task: str | None, name: str, change: Callable[[Any], tuple[Gap, ...]]
) -> dict[str, Any]:
    """What becomes of the plan if a field of it, or of one of its Tasks, is changed."""
    if task is None:
        return {name: change(getattr(b, name))}
    of = pick_task(b, task)
    changed = of.model_copy(update={name: change(getattr(of, name))})
    return {"tasks": tuple(changed if t.id == of.id else t for t in b.tasks)}


def _more_dates(known: tuple[Exclusion, ...], added: Exclusion) -> tuple[Exclusion, ...]:
    if any(_holds(e, added) for e in known):
        raise OperationRefused(say("op-left-out-already", days=gap_in_words(added)))
    kept = [e for e in known if not _holds(added, e)]
    if len(kept) >= EXCLUSIONS_MAX:
        raise OperationRefused(say("op-left-out-most", most=EXCLUSIONS_MAX))
    return tuple(sorted((*kept, added), key=lambda e: (e.first, e.begin, e.last, e.end)))


def _holds(one: Exclusion, other: Exclusion) -> bool:
    """Whether dates lie within others, by the same clocks."""
    begins = (one.first, one.begin) <= (other.first, other.begin)
    return begins and (other.last, other.end) <= (one.last, one.end) and one.zone == other.zone


def _more_windows(known: tuple[Window, ...], added: Window) -> tuple[Window, ...]:
    if added in known:
        raise OperationRefused(say("op-left-out-already", days=gap_in_words(added)))
    if len(known) >= WINDOWS_MAX:
        raise OperationRefused(say("op-windows-most", most=WINDOWS_MAX))
    return (*known, added)


def _zone(b: Blueprint, op: ops.LeaveOut) -> str | None:
    """The zone that was said, unless it is that of all the Tasks; an Event Rule needs one."""
    tasks: tuple[Task, ...] = b.tasks if op.task is None else (pick_task(b, op.task),)
    if op.zone:
        named = known_zone(op.zone).key
        same = all(t.trigger.zone == named for t in tasks)
        return None if same and not _ruled(tasks) else named
    if _ruled(tasks):
        raise OperationRefused(say("op-left-out-zone"))
    return None


def _ruled(tasks: tuple[Task, ...]) -> bool:
    return any(isinstance(task.trigger, EventTrigger) for task in tasks)


def _label(op: ops.LeaveOut) -> str:
    return " ".join(op.label.split())


LEAVING: dict[type, Callable[[Blueprint, Any], dict[str, Any]]] = {
    ops.LeaveOut: leave_out,
    ops.KeepIn: keep_in,
}
"""The fields of the Blueprint that each operation changes; each may raise `OperationRefused`."""
