"""Operations on what is left out of all Tasks or one: days, freezes, recurring hours [B5]."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
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
    Weekday,
    Window,
)
from missions.describe import gap_in_words, left_out_in_words
from missions.phrases import say

LONGEST_DAYS = 366
"""The longest stretch of days that can be left out at once; a Mission can be disabled for more."""


def leave_out(b: Blueprint, op: ops.LeaveOut) -> dict[str, Any]:
    """The plan's fields with more dates, in order. Raises `OperationRefused`."""
    last = op.last or op.first
    if last < op.first:
        raise OperationRefused(say("op-last-before-first", last=last, first=op.first))
    if last - op.first >= timedelta(days=LONGEST_DAYS):
        raise OperationRefused(say("op-over-a-year"))
    hours = {name: said for name, said in (("begin", op.begin), ("end", op.end)) if said}
    zone = _zone(b, op, bool(hours))
    added = Exclusion(first=op.first, last=last, label=_label(op), zone=zone, **hours)
    _require_some(added)
    return _with(b, op.task, "exclusions", lambda known: _more_dates(known, added))


def leave_out_hours(b: Blueprint, op: ops.LeaveOutHours) -> dict[str, Any]:
    """The plan's fields with more hours that come again. Raises `OperationRefused`."""
    said = {day % 7 for day in op.days}
    days = tuple(day for day in EVERY_DAY if day in said) or EVERY_DAY
    later = _later(op, days)
    zone = _zone(b, op, True)
    hours = {"begin": op.begin, "end": op.end, "later": later}
    added = Window.model_validate({"days": days, "label": _label(op), "zone": zone, **hours})
    return _with(b, op.task, "windows", lambda known: _more_windows(known, added))


def keep_in(b: Blueprint, op: ops.KeepIn) -> dict[str, Any]:
    """The plan's fields without the dates that hold a day. Raises `OperationRefused`."""

    def others(known: tuple[Exclusion, ...]) -> tuple[Exclusion, ...]:
        return tuple(e for e in known if not e.first <= op.day <= e.last)

    left = {
        "exclusions": others(b.exclusions),
        "tasks": tuple(t.model_copy(update={"exclusions": others(t.exclusions)}) for t in b.tasks),
    }
    return _changed(b, left, lambda: say("op-not-left-out", day=op.day, there=_there(b)))


def keep_hours(b: Blueprint, op: ops.KeepHours) -> dict[str, Any]:
    """The plan's fields without hours that come again. Raises `OperationRefused`."""

    def others(known: tuple[Window, ...]) -> tuple[Window, ...]:
        return tuple(w for w in known if op.begin not in (None, w.begin))

    left = {
        "windows": others(b.windows),
        "tasks": tuple(t.model_copy(update={"windows": others(t.windows)}) for t in b.tasks),
    }
    return _changed(b, left, lambda: say("op-no-windows", there=_there(b)))


def _changed(b: Blueprint, left: dict[str, Any], problem: Callable[[], str]) -> dict[str, Any]:
    if all(getattr(b, name) == value for name, value in left.items()):
        raise OperationRefused(problem())
    return left


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


def _later(op: ops.LeaveOutHours, days: tuple[Weekday, ...]) -> int:
    """How many days after it begins a window ends."""
    if op.until_day is None:
        return int(op.end <= op.begin)
    later = (op.until_day - days[0]) % 7
    whole_week = later == 0 and op.end <= op.begin
    if len(days) > 1 or whole_week:
        raise OperationRefused(say("op-until-day"))
    return later


def _zone(b: Blueprint, op: ops.LeaveOut | ops.LeaveOutHours, hours: bool) -> str | None:
    """The zone that was said; hours of an Event Rule need one."""
    if op.zone:
        return known_zone(op.zone).key
    tasks: tuple[Task, ...] = b.tasks if op.task is None else (pick_task(b, op.task),)
    if hours and any(isinstance(t.trigger, EventTrigger) for t in tasks):
        raise OperationRefused(say("op-left-out-zone"))
    return None


def _label(op: ops.LeaveOut | ops.LeaveOutHours) -> str:
    return " ".join(op.label.split())


def _require_some(added: Gap) -> None:
    if added.is_empty:
        raise OperationRefused(say("op-left-out-empty", times=gap_in_words(added)))


LEAVING: dict[type, Callable[[Blueprint, Any], dict[str, Any]]] = {
    ops.LeaveOut: leave_out,
    ops.LeaveOutHours: leave_out_hours,
    ops.KeepIn: keep_in,
    ops.KeepHours: keep_hours,
}
"""The fields of the Blueprint that each operation changes; each may raise `OperationRefused`."""
