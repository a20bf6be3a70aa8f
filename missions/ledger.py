"""The ledger: every occurrence ends in one row — run, skipped or missed, with a reason [S1]."""

from __future__ import annotations

from datetime import datetime, timedelta

from missions import keys as k
from missions.execution import Cause, Occurrence, Outcome, Reason
from missions.ids import OccurrenceId, PersonId, TaskId
from missions.keys import MissionKeys
from missions.marks import write_given_back
from missions.schedule import Missed, Settlement
from missions.taskstate import MISSED, NEXT, SETTLED, TaskState, field
from missions.timetable import Timed
from missions.tx import Transaction, redis_now

ON_PLAN = frozenset({Cause.TIME, Cause.EVENT})
"""Causes that stem from a Task's trigger: if that has changed, they no longer count [S5]."""


def occurrence_id(task: TaskId, cause: Cause, key: str) -> OccurrenceId:
    """The id of an occurrence: the same cause gives the same id, so it counts once."""
    return OccurrenceId(f"{task}.{cause.value}.{key}")


def time_occurrence(task: Timed, due: datetime, trigger_rev: int) -> Occurrence:
    """A Task that is due because its instant has come."""
    return time_row(task.id, due, trigger_rev)


def time_row(task: TaskId, due: datetime, trigger_rev: int) -> Occurrence:
    """The same, by the Task's id."""
    return Occurrence(
        id=occurrence_id(task, Cause.TIME, f"{due.timestamp():.3f}"),
        task=task,
        cause=Cause.TIME,
        due=due,
        trigger_rev=trigger_rev,
    )


def click_occurrence(
    task: TaskId,
    cause: Cause,
    click: str,
    by: PersonId,
    now: datetime,
    trigger_rev: int,
    remark: str = "",
) -> Occurrence:
    """A Task that is due because a person wants it now; `click` makes it count once.

    `remark` is what they say to this run only.
    """
    return Occurrence(
        id=occurrence_id(task, cause, click),
        task=task,
        cause=cause,
        due=now,
        trigger_rev=trigger_rev,
        by=by,
        remark=remark,
    )


def write_place(tx: Transaction, keys: MissionKeys, row: Occurrence) -> None:
    """Have the transaction move a row that grew: its place is that of the last it stands for.

    So it is as old as its newest part, and kept for as long.
    """
    tx.zadd(keys.ledger, row.id, (row.last or row.due).timestamp())


def write_pending(tx: Transaction, keys: MissionKeys, occurrence: Occurrence) -> None:
    """Have the transaction write a due occurrence: row, queue and the index that sweeps watch."""
    tx.hset(keys.occurrences, {occurrence.id: occurrence.dump()})
    tx.zadd(keys.ledger, occurrence.id, occurrence.due.timestamp())
    tx.sadd(keys.queued, occurrence.id)
    if occurrence.not_before:
        at = occurrence.not_before.timestamp()
        tx.zadd(k.DELAYED, keys.pending_member(occurrence.id), at)
    else:
        tx.zadd(k.PENDING, keys.pending_member(occurrence.id), redis_now())


def write_closed(
    tx: Transaction, keys: MissionKeys, occurrence: Occurrence, outcome: Outcome, reason: Reason
) -> Occurrence:
    """Have the transaction end a pending occurrence without a run, or without a further attempt."""
    ended = {"outcome": outcome, "reason": reason, "waiting": False, "held": False}
    if occurrence.execution:
        ended["outcome"] = Outcome.RUN
    closed = occurrence.model_copy(update=ended)
    tx.require_field("occurrence", keys.occurrences, occurrence.id, occurrence.stored())
    tx.hset(keys.occurrences, {occurrence.id: closed.dump()})
    tx.srem(keys.queued, occurrence.id)
    tx.zrem(k.PENDING, keys.pending_member(occurrence.id))
    tx.zrem(k.DELAYED, keys.pending_member(occurrence.id))
    write_given_back(tx, keys, occurrence)
    return closed


def _write_open(
    tx: Transaction,
    keys: MissionKeys,
    task: Timed,
    state: TaskState,
    previous: Occurrence | None,
    stretch: Missed,
    outcome: Outcome,
    reason: Reason,
) -> Occurrence:
    """Have the transaction note occurrences that do not run, in the Task's open row [S1 M9].

    They extend the `previous` one if that is of the same kind; else their own stays open.
    """
    if previous and (previous.outcome, previous.reason) == (outcome, reason):
        row = previous.model_copy(
            update={"last": stretch.last, "count": previous.count + stretch.count}
        )
        tx.require_field("missed", keys.occurrences, row.id, previous.stored())
        write_place(tx, keys, row)
    else:
        row = time_occurrence(task, stretch.first, state.trigger_rev).model_copy(
            update={
                "outcome": outcome,
                "reason": reason,
                "last": stretch.last,
                "count": stretch.count,
            }
        )
        tx.require_field("missed", keys.occurrences, row.id, None)
        tx.zadd(keys.ledger, row.id, row.due.timestamp())
    tx.hset(keys.occurrences, {row.id: row.dump()})
    tx.hset(keys.tasks, {field(task.id, MISSED): row.id})
    return row


def write_settlement(
    tx: Transaction,
    keys: MissionKeys,
    task: Timed,
    state: TaskState,
    previous: Occurrence | None,
    settlement: Settlement,
    *,
    skip: Reason | None = None,
    jitter: timedelta = timedelta(),
) -> Occurrence | None:
    """Have the transaction carry out what `schedule.settle` decided; the due occurrence, if any.

    With `skip` it is skipped at once, for that reason; `jitter` puts the start off. `previous` is
    the Task's open row.
    """
    due = write_settled(tx, keys, task, state, previous, settlement, skip=skip, jitter=jitter)
    write_armed(tx, keys, task.id, settlement.next)
    return due


def write_settled(
    tx: Transaction,
    keys: MissionKeys,
    task: Timed,
    state: TaskState,
    previous: Occurrence | None,
    settlement: Settlement,
    *,
    skip: Reason | None = None,
    jitter: timedelta = timedelta(),
) -> Occurrence | None:
    """The same for what is due only: for what the Task is armed next stays as it is."""
    around = (tx, keys, task, state)
    if settlement.paused:
        kind = Outcome.SKIPPED, Reason.TASK_PAUSED
        previous = _write_open(*around, previous, settlement.paused, *kind)
    if settlement.missed:
        kind = Outcome.MISSED, Reason.OUTAGE
        _write_open(*around, previous, settlement.missed, *kind)
    for stretch in settlement.left_out:
        _write_left_out(tx, keys, task, state, stretch)
    due = None
    if settlement.run:
        due = time_occurrence(task, settlement.run, state.trigger_rev)
        tx.require_field("occurrence", keys.occurrences, due.id, None)
        if skip:
            _write_skipped(tx, keys, due, skip)
        else:
            due = due.model_copy(update={"not_before": due.due + jitter}) if jitter else due
            write_pending(tx, keys, due)
        if state.missed or settlement.missed or settlement.paused:
            tx.hdel(keys.tasks, field(task.id, MISSED))
    if settlement.settled:
        tx.hset(keys.tasks, {field(task.id, SETTLED): settlement.settled.isoformat()})
    return None if skip else due


def _write_left_out(
    tx: Transaction, keys: MissionKeys, task: Timed, state: TaskState, stretch: Missed
) -> None:
    """Have the transaction note what was due on days left out [B5 S1]."""
    row = time_occurrence(task, stretch.first, state.trigger_rev)
    if stretch.count > 1:
        row = row.model_copy(update={"last": stretch.last, "count": stretch.count})
    tx.require_field("occurrence", keys.occurrences, row.id, None)
    _write_skipped(tx, keys, row, Reason.EXCLUDED)


def _write_skipped(
    tx: Transaction, keys: MissionKeys, occurrence: Occurrence, reason: Reason
) -> None:
    """Have the transaction write an occurrence that never was to start."""
    skipped = occurrence.model_copy(update={"outcome": Outcome.SKIPPED, "reason": reason})
    tx.hset(keys.occurrences, {skipped.id: skipped.dump()})
    tx.zadd(keys.ledger, skipped.id, skipped.due.timestamp())


def write_armed(tx: Transaction, keys: MissionKeys, task: TaskId, at: datetime | None) -> None:
    """Have the transaction arm a Task for an instant, or disarm it."""
    if at is None:
        tx.zrem(k.TIMER, keys.timer_member(task))
        tx.hdel(keys.tasks, field(task, NEXT))
        return
    tx.zadd(k.TIMER, keys.timer_member(task), at.timestamp())
    tx.hset(keys.tasks, {field(task, NEXT): at.isoformat()})
