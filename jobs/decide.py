"""Deciding about a Task whose instant has come: what to run, what was missed, when next [B3 B5]."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from jobs.due import Due
from missions.execution import Occurrence
from missions.firing import Firing
from missions.ids import TaskId
from missions.ledger import time_row
from missions.schedule import Settlement, excluded, next_instant, own_window, settle, spared
from missions.taskstate import TaskState
from missions.timetable import TimedTask


@dataclass(frozen=True)
class Decision:
    """What is to become of an entry of the timer, by what was read of its Task.

    The start is put off by `jitter`; one that is `left_out` falls on a day that the plan excludes.
    """

    name: str
    score: float
    due: Due
    settlement: Settlement
    jitter: timedelta
    left_out: bool

    def firing(self) -> Firing | None:
        """The same for firing in bulk; None if the case is not plain."""
        run = self.settlement.run
        if run is None or self.settlement.missed or self.due.state.missed:
            return None
        if self.settlement.left_out or self.left_out or self.jitter:
            return None
        row, text = _row(self.due.task.id, run, self.due.state.trigger_rev)
        return Firing(
            entry=self.name,
            score=self.score,
            keys=self.due.keys,
            rev=self.due.rev,
            trigger=self.due.trigger_rev,
            row=row,
            text=text,
            next=self.settlement.next,
        )


def decide(due: Due, name: str, score: float, now: datetime) -> Decision | None:
    """Decide about an entry; None for a Task that is paused alone [M9].

    Raises `ValueError` for a record or a trigger that cannot be reckoned with.
    """
    state = due.state
    if state.paused(now):
        return None
    instant = state.next_at or datetime.fromtimestamp(score, UTC)
    settled = _settlement(due.task, state, instant, now)
    settlement = spared(due.plan, due.task.trigger, settled)
    run = settlement.run
    return Decision(
        name=name,
        score=score,
        due=due,
        settlement=settlement,
        jitter=_jitter(due.task, settlement),
        left_out=run is not None and excluded(due.plan, due.task.trigger, run),
    )


@lru_cache(maxsize=256)
def _row(task: TaskId, run: datetime, trigger_rev: int) -> tuple[Occurrence, str]:
    """The ledger's row, also as it is stored: it does not say whose it is, and many share it."""
    row = time_row(task, run, trigger_rev)
    return row, row.dump()


def _jitter(task: TimedTask, settlement: Settlement) -> timedelta:
    """By how much the start is put off; never past the next instant."""
    most = float(task.strategy.jitter_seconds)
    if settlement.run and settlement.next:
        most = min(most, (settlement.next - settlement.run).total_seconds() / 2)
    return timedelta(seconds=random.uniform(0, most)) if most > 0 else timedelta()


def _settlement(task: TimedTask, state: TaskState, due: datetime, now: datetime) -> Settlement:
    """What becomes of the Task; an instant that the ledger has already is not due again [B5].

    Clocks differ between machines and are set back: the entry may have been armed for the past.
    """
    if state.settled and due <= state.settled:
        later = next_instant(task.trigger, state.settled)
        if later is None:
            return Settlement(run=None, missed=None, next=None)
        due = later
    if due > now:
        return Settlement(run=None, missed=None, next=due)
    return settle(task.trigger, due, now, own_window(task))
