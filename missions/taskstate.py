"""What is known of a Task besides its plan: trigger revision, next instant, latest Execution.

Kept as fields `<task>:<name>` of one hash per Mission, so that each is guarded on its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import Field

from missions.blueprint import Finding, Trigger
from missions.execution import Execution, Status
from missions.ids import CheckId, ExecutionId, OccurrenceId, OutboxId, TaskId
from missions.mission import Pause
from missions.record import Record, Stored
from missions.schedule import next_instant

TRIGGER_REV = "trev"
"""Raised only when the Task's trigger changes [S5]."""
NEXT = "next"
"""ISO instant for which the Task is armed."""
LAST = "last"
"""JSON `Latest`."""
CARRY = "carry"
"""JSON check id → finding of the latest Execution that ran its checks."""
STREAK = "streak"
"""How many Executions in a row failed."""
MISSED = "missed"
"""Occurrence id of the ledger's row that further missed or paused occurrences extend [S1 M9]."""
REPORT = "report"
"""Outbox id of the latest root report, which a continuing finding updates [R2]."""

SETTLED = "settled"
"""ISO instant of the latest occurrence by time in the ledger: the next one is later [B5]."""

AHEAD = timedelta(days=1)
"""By how much the ledger may be ahead of the clock, which can be set back: those instants have
their rows. Further ahead a clock was wrong, and the Task must not stay silent until then."""

PAUSE = "pause"
"""JSON `Pause` of a Task that is paused alone [M9]."""

PAST = "past"
"""JSON check id → whether it passed in the latest runs, newest last, for "n of the last m" [B2]."""

WAITING = "waiting"
"""Occurrence id of the one that last began to wait for a run to end: one waits at a time [B3].

It says whom a second one races with, not whether that one still waits.
"""

FREED = "freed"
"""ISO instant at which an Execution of the Task last ended: what waited for it is late from then on
[B3]."""

HELD = "held"
"""JSON `Quieted`: the pauses of the Task alone that are over [M9]."""

FIELDS = (
    TRIGGER_REV,
    NEXT,
    LAST,
    CARRY,
    STREAK,
    MISSED,
    REPORT,
    SETTLED,
    PAUSE,
    PAST,
)


BUILT_ON = (STREAK, PAUSE, CARRY, PAST, REPORT)
"""What the end of an Execution reads and builds on: two ends of one Task at once must not."""


class Latest(Stored):
    """The latest Execution of a Task: a Task shows its status."""

    execution: ExecutionId
    status: Status
    finding: Finding | None = None

    @classmethod
    def of(cls, execution: Execution) -> Latest:
        """The part of an Execution that its Task shows."""
        return cls(execution=execution.id, status=execution.status, finding=execution.finding)


class TaskState(Record):
    """A Task's fields read together."""

    trigger_rev: int = 1
    next_at: datetime | None = None
    latest: Latest | None = None
    carry: dict[CheckId, Finding] = Field(default_factory=dict)
    streak: int = 0
    missed: OccurrenceId | None = None
    report: OutboxId | None = None
    settled: datetime | None = None
    pause: Pause | None = None
    past: dict[CheckId, tuple[bool, ...]] = Field(default_factory=dict)

    def paused(self, now: datetime) -> bool:
        """Whether the Task is paused alone [M9]."""
        return self.pause is not None and self.pause.holds(now)

    def coming(self, trigger: Trigger, now: datetime) -> datetime | None:
        """The next instant, strictly later than now and than the last one in the ledger [B5].

        Also of a Task that is paused alone: that one is skipped, and has its row [M9 S1].
        """
        return next_instant(trigger, max(now, self.known_until(now) or now))

    def known_until(self, now: datetime) -> datetime | None:
        """The latest instant that the ledger has; None if there is none that can be true."""
        return self.settled if self.settled and self.settled <= now + AHEAD else None

    def strayed(self, now: datetime) -> bool:
        """Whether a clock that was far ahead took the ledger to where nothing can be yet."""
        return self.settled is not None and self.known_until(now) is None

    @property
    def last_status(self) -> Status | None:
        """The status of the latest Execution."""
        return self.latest.status if self.latest else None

    @property
    def last_finding(self) -> Finding | None:
        """The finding of the latest Execution."""
        return self.latest.finding if self.latest else None

    @classmethod
    def read(cls, task: TaskId, fields: Mapping[str, str]) -> TaskState:
        """One Task's state out of the Mission's hash."""

        of = f"{task}:"

        def known(name: str) -> str | None:
            return fields.get(of + name) or None

        latest, next_at, missed, report = known(LAST), known(NEXT), known(MISSED), known(REPORT)
        settled, pause, carry, past = known(SETTLED), known(PAUSE), known(CARRY), known(PAST)
        return cls(
            trigger_rev=int(known(TRIGGER_REV) or 1),
            next_at=datetime.fromisoformat(next_at) if next_at else None,
            latest=Latest.load(latest) if latest else None,
            carry=json.loads(carry) if carry else {},
            streak=int(known(STREAK) or 0),
            missed=OccurrenceId(missed) if missed else None,
            report=OutboxId(report) if report else None,
            settled=datetime.fromisoformat(settled) if settled else None,
            pause=Pause.load(pause) if pause else None,
            past=json.loads(past) if past else {},
        )

    @classmethod
    def read_all(cls, fields: Mapping[str, str]) -> dict[TaskId, TaskState]:
        """Every Task's state out of the Mission's hash."""
        tasks = sorted({TaskId(name.partition(":")[0]) for name in fields})
        return {task: cls.read(task, fields) for task in tasks}


def field(task: TaskId, name: str) -> str:
    """The hash's field for a Task's value."""
    return f"{task}:{name}"


def passing(task: TaskId) -> tuple[str, ...]:
    """The fields of a Task that it loses when it leaves the plan.

    Its trigger's revision and how far the ledger has come stay: one that is restored goes on from
    there, so that nothing of the plan before starts, and no instant counts twice [S5 B5].
    """
    return tuple(
        field(task, name)
        for name in (*FIELDS, WAITING, FREED, HELD)
        if name not in (TRIGGER_REV, SETTLED)
    )
