"""What follows a failed attempt: another one, an announcement, a pause of the Task [B3 S7]."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from missions import keys as k
from missions.blueprint import Task
from missions.cards import TaskPausedCard, TextCard
from missions.execution import Cause, Execution, Occurrence, Outcome, Status
from missions.ids import TaskId
from missions.keys import MissionKeys
from missions.mission import Change, Mission, Pause
from missions.onshow import write_redraw
from missions.outbox import entry, put
from missions.recorded import kept
from missions.resuming import write_resumed_at
from missions.saving import write_change
from missions.taskstate import BUILT_ON, PAUSE, TaskState, field
from missions.tx import Transaction

SPREAD = 0.2
"""By how much the pause before another attempt varies, so that retries do not march in step."""


def retry_at(task: Task, final: Execution, now: datetime, *, hopeless: bool) -> datetime | None:
    """When a failed attempt that ends now is tried again, or None if it is not.

    Not counted from its end as it is on record: that may lie ahead if the clock was set back.
    """
    strategy = task.strategy
    if final.status is not Status.FAILED or hopeless or final.cause is Cause.TRY_ONCE:
        return None
    if final.attempt > strategy.retries:
        return None
    pause = strategy.retry_seconds * 2 ** (final.attempt - 1)
    return now + timedelta(seconds=pause * random.uniform(1 - SPREAD, 1 + SPREAD))


def write_retry(tx: Transaction, keys: MissionKeys, row: Occurrence, at: datetime) -> None:
    """Have the transaction put the occurrence up for another attempt: the same row, not done."""
    changes = {"outcome": Outcome.PENDING, "attempt": row.attempt + 1, "not_before": at}
    again = row.model_copy(update=changes)
    tx.require_field("occurrence", keys.occurrences, row.id, row.stored())
    tx.hset(keys.occurrences, {row.id: again.dump()})
    tx.sadd(keys.queued, row.id)
    tx.zadd(k.DELAYED, keys.pending_member(row.id), at.timestamp())


def require_as_read(
    tx: Transaction, keys: MissionKeys, task: TaskId, fields: Mapping[str, str]
) -> None:
    """Make a transaction fail if what an end builds on changes meanwhile [S7 R2 M9].

    `fields` are the Mission's task fields, as read.
    """
    for name in BUILT_ON:
        known = field(task, name)
        tx.require_field("task", keys.tasks, known, fields.get(known))


def write_streak(
    tx: Transaction,
    keys: MissionKeys,
    mission: Mission,
    task: Task,
    final: Execution,
    state: TaskState,
    *,
    hopeless: bool,
) -> None:
    """Have the transaction announce failures in a row once, and pause the Task in the end.

    It has to be guarded by `require_as_read`: two may fail at once, and a person may pause it.
    """
    streak, strategy = state.streak + 1, task.strategy
    if hopeless or streak >= strategy.pause_after:
        if not state.paused(_ended(final)):
            why = (final.error or kept("rec-cannot-run")) if hopeless else _counted(streak)
            write_task_pause(tx, keys, mission, task, Pause(by=None, at=_ended(final), note=why))
    elif streak == strategy.announce_after:
        text = kept(
            "rec-failed-in-row",
            task=task.title,
            mission=mission.name,
            n=streak,
            most=strategy.pause_after,
        )
        said = entry(mission.team, mission.channel, TextCard(text=text))
        put(tx, said.model_copy(update={"mission": mission.id}))


def write_task_pause(
    tx: Transaction, keys: MissionKeys, mission: Mission, task: Task, pause: Pause
) -> None:
    """Have the transaction pause a Task alone, by a person or by Houston, and say so [M9].

    It stays armed: what comes due meanwhile is skipped and has its row [S1].
    """
    tx.hset(keys.tasks, {field(task.id, PAUSE): pause.dump()})
    write_resumed_at(tx, k.member(mission.team, mission.id, task.id), pause.until)
    change = Change(
        at=pause.at, by=pause.by, what=kept("rec-task-paused", task=task.id), after=pause.note
    )
    write_change(tx, keys, change)
    write_redraw(tx, keys)
    card = TaskPausedCard(
        mission=mission.id, task=task.id, by=pause.by, note=pause.note, until=pause.until
    )
    put(tx, entry(mission.team, mission.channel, card))


def _counted(streak: int) -> str:
    return kept("rec-streak-one") if streak == 1 else kept("rec-streak", n=streak)


def _ended(final: Execution) -> datetime:
    return final.ended_at or final.started_at
