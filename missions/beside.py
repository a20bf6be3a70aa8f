"""Runs beside the timetable: those by hand, and those of the past [S6].

They take no place of the timetable's. What falls due while one of them runs waits for its end, so
that the ledger has no run less than was due.
"""

from __future__ import annotations

from collections.abc import Iterable

from missions.blueprint import Overlap, Task
from missions.execution import Cause, Execution, Occurrence
from missions.ledger import ON_PLAN

BY_HAND = frozenset({Cause.RUN_NOW, Cause.TRY_ONCE})
"""Causes that are a person's click, for one run now."""


def waits_its_turn(task: Task, row: Occurrence, running: Iterable[Execution]) -> bool:
    """Whether an occurrence waits for what runs, however the Task treats overlap.

    A past one waits for any, and any for past ones. What is due by the plan waits for a run by hand
    too, unless the plan says that the newest run stops the one before: that holds for each.
    """
    causes = {execution.cause for execution in running}
    if row.cause is Cause.BACKFILL or causes <= {Cause.BACKFILL}:
        return True
    if row.cause not in ON_PLAN or task.strategy.overlap is Overlap.REPLACE:
        return False
    return causes <= {Cause.BACKFILL, *BY_HAND}
