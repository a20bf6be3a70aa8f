"""Whether a due occurrence waited longer than its catch-up window allows [B3].

One that waits for a run to end is late from that end on: while the run goes on it waits as planned,
but then nobody may be long in starting it, as with any other.
"""

from __future__ import annotations

from datetime import datetime

from missions.blueprint import Task
from missions.execution import Cause, Occurrence
from missions.keys import MissionKeys
from missions.ledger import ON_PLAN
from missions.schedule import CATCH_UP_MAX, window_of
from missions.store import Store
from missions.taskstate import FREED, field
from missions.tx import Transaction


def too_late(task: Task, occurrence: Occurrence, now: datetime) -> bool:
    """Whether a due occurrence that waits for no run has waited too long.

    A retry is late from when it was put off to; what a person asked for, two hours after the click.
    """
    return _is_past(task, occurrence, occurrence.due, now)


def is_late(
    store: Store, keys: MissionKeys, task: Task, occurrence: Occurrence, now: datetime
) -> bool:
    """The same of any due occurrence; a backfill never is, nor what still waits for a run."""
    if occurrence.cause is Cause.BACKFILL:
        return False
    if not occurrence.waiting:
        return too_late(task, occurrence, now)
    if store.smembers(keys.running(task.id)):
        return False
    return _is_past(task, occurrence, _freed(store, keys, occurrence, now), now)


def require_late(tx: Transaction, keys: MissionKeys, occurrence: Occurrence) -> None:
    """Have the transaction fail if what made the occurrence late no longer holds."""
    if occurrence.waiting:
        tx.require_absent("overlap", keys.running(occurrence.task))


def _is_past(task: Task, occurrence: Occurrence, since: datetime, now: datetime) -> bool:
    since = max(since, occurrence.due, occurrence.not_before or occurrence.due)
    planned = occurrence.cause in ON_PLAN
    return now - since > (window_of(task, occurrence.due) if planned else CATCH_UP_MAX)


def _freed(store: Store, keys: MissionKeys, occurrence: Occurrence, now: datetime) -> datetime:
    """When an Execution of the Task last ended; now, if that was not kept yet."""
    ended = store.hget(keys.tasks, field(occurrence.task, FREED))
    return datetime.fromisoformat(ended) if ended else now
