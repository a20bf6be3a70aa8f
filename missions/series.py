"""What checks measured over time: a bounded series per check and field, for charts [R1].

The points of a Task's check are kept with the Mission and go with it; of a check that left the
plan, or that checks something else now, nothing stays once the Task has run again.
"""

from __future__ import annotations

from bisect import insort
from typing import NamedTuple

from missions.execution import Cause, CheckResult, Execution, Measured, Report, Status
from missions.ids import CheckId, TaskId
from missions.keys import SEPARATOR, MissionKeys
from missions.record import Stored
from missions.store import Store
from missions.tx import Transaction

KEPT = 100
"""Points of a series: a day of runs every 15 minutes, or a quarter of daily ones."""
NO_QUANTITY = frozenset({"status"})
"""Numbers that are names: halfway between 200 and 500 lies nothing."""


class Point(NamedTuple):
    """What was measured by the Execution that started `at` (unix seconds)."""

    at: float
    value: float


class Series(Stored):
    """The points of one field of one check, the oldest first. `title` is the check's."""

    title: str
    points: tuple[Point, ...] = ()


class Measure(NamedTuple):
    """Which check, and which of its fields."""

    check: CheckId
    field: str


def series_of(
    store: Store, keys: MissionKeys, task: TaskId, wanted: list[Measure]
) -> dict[Measure, Series]:
    """The series that are there, in the order wanted."""
    texts = store.hmget(keys.series, [_field(task, measure) for measure in wanted])
    return {m: Series.load(text) for m, text in zip(wanted, texts, strict=True) if text}


def measures_of(report: Report) -> dict[Measure, float]:
    """The quantities that a Report holds."""
    return {
        Measure(result.check, measured.field): value
        for result in report.results
        for measured in result.measured
        if (value := _quantity(measured)) is not None
    }


def write_series(
    tx: Transaction, keys: MissionKeys, store: Store, final: Execution, report: Report | None
) -> None:
    """Have the transaction that ends an Execution add what it measured.

    A Draft's trial adds nothing, as later runs do not build on it.
    """
    if report is None or final.status is not Status.SUCCESS or final.cause is Cause.TRY_ONCE:
        return
    new = measures_of(report)
    titles = {result.check: result.title for result in report.results}
    fields = [_field(final.task, measure) for measure in new]
    for (measure, value), text in zip(new.items(), store.hmget(keys.series, fields), strict=True):
        name = _field(final.task, measure)
        tx.require_field("series", keys.series, name, text)
        grown = _with(text, titles[measure.check], Point(final.started_at.timestamp(), value))
        tx.hset(keys.series, {name: grown.dump()})
    _forget_checks(tx, keys, store, final.task, report.results)


def _with(text: str | None, title: str, point: Point) -> Series:
    before = Series.load(text) if text else None
    points = list(before.points) if before and before.title == title else []
    insort(points, point)
    return Series(title=title, points=tuple(points[-KEPT:]))


def _forget_checks(
    tx: Transaction,
    keys: MissionKeys,
    store: Store,
    task: TaskId,
    results: tuple[CheckResult, ...],
) -> None:
    there = {result.check for result in results}
    gone = [
        name
        for name in store.hkeys(keys.series)
        if name.startswith(f"{task}{SEPARATOR}") and name.split(SEPARATOR)[1] not in there
    ]
    if gone:
        tx.hdel(keys.series, *gone)


def _quantity(measured: Measured) -> float | None:
    value = measured.actual
    if measured.field in NO_QUANTITY or isinstance(value, bool):
        return None
    return float(value) if isinstance(value, int | float) else None


def _field(task: TaskId, measure: Measure) -> str:
    return SEPARATOR.join((task, measure.check, measure.field))
