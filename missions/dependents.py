"""Tasks that depend on others: the end of one is an event for those that wait for it [B4].

The event is taken in the very step that ends the Execution, so it is neither lost nor doubled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from missions.blueprint import After, Blueprint, EventSource, EventTrigger, Scalar, Task
from missions.events import Rule, write_cooling, write_event
from missions.execution import Cause, Execution, Report, Status
from missions.ids import TaskId
from missions.keys import MissionKeys
from missions.mission import Mission, MissionState
from missions.payloads import VALUE_MAX, Event
from missions.store import Store
from missions.tx import Transaction

if TYPE_CHECKING:
    from missions.quiet import Quiet

CHECKS_MAX = 20
"""Checks of one report that are handed on."""

_FITS = {
    After.SUCCESS: (Status.SUCCESS,),
    After.FAILURE: (Status.FAILED,),
    After.FINISH: (Status.SUCCESS, Status.FAILED, Status.CANCELLED),
}


def upstream_of(task: Task) -> TaskId | None:
    """The Task that this one waits for, if it depends on one."""
    trigger = task.trigger
    if isinstance(trigger, EventTrigger) and trigger.source is EventSource.TASK_RESULT:
        return trigger.task
    return None


def cycle_in(plan: Blueprint) -> tuple[Task, ...]:
    """Tasks that wait for one another in a circle, in order; () if none do."""
    for start in plan.tasks:
        path: list[Task] = []
        at: Task | None = start
        while at is not None and at not in path:
            path.append(at)
            before = upstream_of(at)
            at = plan.task(before) if before else None
        if at is start:
            return tuple(path)
    return ()


def write_end_of_event(
    tx: Transaction,
    keys: MissionKeys,
    store: Store,
    quiet: Quiet,
    mission: Mission,
    plan: Blueprint,
    fields: Mapping[str, str],
    final: Execution,
    report: Report | None,
    now: datetime,
) -> None:
    """Have the transaction that ends an Execution wake the Tasks that waited for it.

    A trial wakes nobody, nor does a backfill: what depends on it is not flooded with the past.
    """
    if final.cause is Cause.EVENT:
        write_cooling(tx, keys, final.task, now)
    if final.cause in (Cause.TRY_ONCE, Cause.BACKFILL) or mission.state is MissionState.DRAFT:
        return
    for rule in _waiting(mission, plan, fields, final):
        event = _event(store, keys, final, report, now)
        write_event(tx, store, quiet, rule, event, now)


def _waiting(
    mission: Mission, plan: Blueprint, fields: Mapping[str, str], final: Execution
) -> Iterator[Rule]:
    for task in plan.tasks:
        rule = Rule.of(mission, plan, task.id, fields)
        if rule and upstream_of(task) == final.task and final.status in _FITS[rule.trigger.after]:
            yield rule


def _event(
    store: Store, keys: MissionKeys, final: Execution, report: Report | None, now: datetime
) -> Event:
    """What is known of the upstream's end, and of the event that it had itself."""
    known: dict[str, Scalar] = {
        "task": final.task,
        "title": final.task_title,
        "status": final.status.value,
        "finding": final.finding.value if final.finding else "",
        "headline": report.headline[:VALUE_MAX] if report else "",
        "error": (final.error or "")[:VALUE_MAX],
        "execution": final.id,
    }
    known |= _findings(report) if report else {}
    row = store.occurrence(keys.team, keys.mission, final.occurrence)
    if row and row.event:
        known |= {f"event.{name}": value for name, value in row.event.fields.items()}
    said = report.headline if report else final.error or final.status.value
    return Event(
        source=EventSource.TASK_RESULT,
        id=final.id,
        at=now,
        fields={name: value for name, value in known.items() if value != ""},
        summary=f"{final.task_title}: {said}"[:200],
    )


def _findings(report: Report) -> dict[str, Scalar]:
    """What each check gave, by its ID, and the lines that were said: `checks.C1.finding`."""
    known: dict[str, Scalar] = {"lines": "\n".join(report.lines)[:VALUE_MAX]}
    for result in report.results[:CHECKS_MAX]:
        name = f"checks.{result.check}"
        known |= {f"{name}.finding": result.finding.value, f"{name}.note": result.note[:VALUE_MAX]}
        for measured in result.measured:
            if measured.actual is not None:
                known[f"{name}.{measured.field}"] = measured.actual
    return known
