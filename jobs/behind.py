"""What the ledger and the notice already hold of Tasks that are behind, read for all at once [S4].

After an outage every Task has missed something. Asked one by one, storage would take longer to
answer than all else takes together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.decide import Decision
from missions.execution import Occurrence
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.outage import gathered_in
from missions.store import Store


@dataclass(frozen=True)
class Behind:
    """A decision with its Mission if the notice tells of it, what was gathered of the Task until
    now, and the stored row that further occurrences of the same kind extend."""

    decision: Decision
    mission: Mission | None = None
    gathered: str | None = None
    open_text: str | None = None

    def open_row(self) -> Occurrence | None:
        """The row that is extended; `ValueError` if it cannot be read."""
        return Occurrence.load(self.open_text) if self.open_text else None


def told_of(decision: Decision) -> Behind:
    """The decision with the Mission; `ValueError` if that is to be told of and cannot be read."""
    return Behind(decision, decision.due.mission() if decision.settlement.missed else None)


def read_all(store: Store, found: Sequence[Behind]) -> list[Behind | Exception]:
    """The same with what storage holds, in one round trip; or what it refused a record with."""
    pipe, asked = store.redis.pipeline(transaction=False), 0
    for behind in found:
        due = behind.decision.due
        if behind.mission:
            pipe.hget(*gathered_in(TeamKeys(due.keys.team), behind.mission, due.task.id))
            asked += 1
        if due.state.missed:
            pipe.hget(due.keys.occurrences, due.state.missed)
            asked += 1
    answers = iter(pipe.execute(raise_on_error=False) if asked else ())
    return [_with(behind, answers) for behind in found]


def _with(behind: Behind, answers: Iterator[Any]) -> Behind | Exception:
    gathered = next(answers) if behind.mission else None
    row = next(answers) if behind.decision.due.state.missed else None
    for answer in (gathered, row):
        if isinstance(answer, Exception):
            return answer
    return Behind(behind.decision, behind.mission, gathered, row)
