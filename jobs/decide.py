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
from missions.leftout import left_out_by
from missions.schedule import Settlement
from missions.settling import settlement_of


@dataclass(frozen=True)
class Decision:
    """What is to become of an entry of the timer, by what was read of its Task.

    The start is put off by `jitter`.
    """

    name: str
    score: float
    due: Due
    settlement: Settlement
    jitter: timedelta

    def firing(self) -> Firing | None:
        """The same for firing in bulk; None if the case is not plain."""
        run = self.settlement.run
        if run is None or self.settlement.missed or self.due.state.missed:
            return None
        if self.settlement.left_out or self.settlement.paused or self.jitter:
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


def decide(due: Due, name: str, score: float, now: datetime) -> Decision:
    """Decide about an entry.

    Raises `ValueError` for a record or a trigger that cannot be reckoned with.
    """
    state = due.state
    instant = state.next_at or datetime.fromtimestamp(score, UTC)
    settlement = settlement_of(due.plan, due.task, state, instant, now)
    return Decision(
        name=name,
        score=score,
        due=due,
        settlement=settlement,
        jitter=_jitter(due, settlement),
    )


@lru_cache(maxsize=256)
def _row(task: TaskId, run: datetime, trigger_rev: int) -> tuple[Occurrence, str]:
    """The ledger's row, also as it is stored: it does not say whose it is, and many share it."""
    row = time_row(task, run, trigger_rev)
    return row, row.dump()


def _jitter(due: Due, settlement: Settlement) -> timedelta:
    """By how much the start is put off; never past the next instant, nor into what is left out."""
    most, run = timedelta(seconds=due.task.strategy.jitter_seconds), settlement.run
    if not most or run is None:
        return timedelta()
    if settlement.next:
        most = min(most, (settlement.next - run) / 2)
    most = left_out_by(due.plan, due.task).room(run, most)
    return timedelta(seconds=random.uniform(0, most.total_seconds()))
