"""Rows of events in the ledger: one each, and one per Task and hour for a flood [B6 S1].

No event that meets its rule's condition ends without a row: beyond a number, those that were
skipped for the same reason, or missed, share one with first, last and count.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from missions.blueprint import Blueprint, EventSource, Scalar, Task
from missions.execution import Cause, EventNote, Occurrence, Outcome, Reason
from missions.ids import TaskId
from missions.keys import MissionKeys
from missions.ledger import occurrence_id, write_place
from missions.leftout import left_out_by
from missions.payloads import Event
from missions.store import Store
from missions.tx import Transaction

KEPT_VALUE = 200
"""Characters of a field's value that are kept with a row."""


def event_row(
    store: Store,
    keys: MissionKeys,
    task: Task,
    trigger_rev: int,
    event: Event,
    kept: Mapping[str, Scalar],
    now: datetime,
) -> Occurrence:
    """The occurrence of an event, due when that arrived [B3].

    The same event, when it counts again, is another one.
    """
    row_id = occurrence_id(task.id, Cause.EVENT, event.id)
    if store.hget(keys.occurrences, row_id):
        moment = int(now.timestamp() * 1000)
        row_id = occurrence_id(task.id, Cause.EVENT, f"{event.id}.{moment}")
    return Occurrence(
        id=row_id,
        task=task.id,
        cause=Cause.EVENT,
        due=min(event.at, now),
        trigger_rev=trigger_rev,
        event=EventNote(source=event.source, summary=event.summary, fields=_cut(kept)),
    )


def put_off(row: Occurrence, plan: Blueprint, task: Task, now: datetime) -> Occurrence:
    """The occurrence with its start put off by the Task's jitter, if it has one [B3].

    Never into what is left out.
    """
    if not task.strategy.jitter_seconds:
        return row
    most = left_out_by(plan, task).room(now, timedelta(seconds=task.strategy.jitter_seconds))
    later = now + timedelta(seconds=random.uniform(0, most.total_seconds()))
    return row.model_copy(update={"not_before": later})


def marked(row: Occurrence, marks: tuple[str, ...]) -> Occurrence:
    """The occurrence with what its event was noted by."""
    note = row.event.model_copy(update={"marks": marks}) if row.event else None
    return row.model_copy(update={"event": note})


def left_behind(
    task: TaskId, trigger_rev: int, source: EventSource, at: datetime, count: int
) -> Occurrence:
    """A row for events that were not looked into: more came than Houston takes at once."""
    return Occurrence(
        id=occurrence_id(task, Cause.EVENT, f"flood.{at.timestamp():.3f}"),
        task=task,
        cause=Cause.EVENT,
        due=at,
        trigger_rev=trigger_rev,
        outcome=Outcome.SKIPPED,
        reason=Reason.FLOOD,
        count=count,
        event=EventNote(source=source),
    )


def write_shared(
    tx: Transaction,
    store: Store,
    keys: MissionKeys,
    row: Occurrence,
    outcome: Outcome,
    reason: Reason,
) -> Occurrence:
    """Have the transaction count an event in the row that its Task has for that hour and reason.

    The row's own place in the ledger, if it had one, is the caller's to remove.
    """
    hour = int(row.due.timestamp() // 3600)
    shared_id = occurrence_id(row.task, Cause.EVENT, f"{outcome.value}.{reason.value}.{hour}")
    text = store.hget(keys.occurrences, shared_id)
    if text is None:
        now_is = {"outcome": outcome, "reason": reason, "not_before": None, "waiting": False}
        shared = row.model_copy(update={"id": shared_id, **now_is})
        tx.require_field("shared", keys.occurrences, shared_id, None)
    else:
        before = Occurrence.load(text)
        ends = sorted((before.due, before.last or before.due, row.due, row.last or row.due))
        joined = {"due": ends[0], "last": ends[-1], "count": before.count + row.count}
        shared = before.model_copy(update=joined)
        tx.require_field("shared", keys.occurrences, shared_id, text)
    tx.hset(keys.occurrences, {shared_id: shared.dump()})
    write_place(tx, keys, shared)
    return shared


def _cut(fields: Mapping[str, Scalar]) -> dict[str, Scalar]:
    return {n: v[:KEPT_VALUE] if isinstance(v, str) else v for n, v in fields.items()}
