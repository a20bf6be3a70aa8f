"""Firing due Tasks in bulk: the plain case of `ledger.write_settlement`, a batch at a time.

Plain means: one occurrence is due, nothing was missed, it starts at once. All that a scheduler then
has to check and to write is always the same, so one script does it for a whole batch. What is not
plain goes through a transaction of its own; both leave the same behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import cast

from redis import Redis
from redis.commands.core import Script

from missions import keys as k
from missions.execution import Occurrence
from missions.ids import new_token
from missions.keys import ROOT, MissionKeys
from missions.ports import Ring
from missions.tx import RECEIPT_MS, Lost

FIRED = "fired"
"""The entry was carried out; any other answer names the guard that did not hold."""
UNREADABLE = "unreadable"
"""A record that the entry needs holds what it should not."""
LEAD = "lead"
"""Another scheduler leads; nothing was written."""


@dataclass(frozen=True, slots=True)
class Firing:
    """An entry of the timer with its score, what was read of its Task, and what comes of it.

    `rev` is the Mission's revision and `trigger` the trigger's, as stored, or None. `row` is the
    due occurrence, `text` the same as it is stored, `next` the instant for which the Task is armed
    then, or None.
    """

    entry: str
    score: float
    keys: MissionKeys
    rev: str
    trigger: str | None
    row: Occurrence
    text: str
    next: datetime | None

    @property
    def ring(self) -> Ring:
        """Whom to ring for."""
        return self.keys.team, self.keys.mission, self.row.id


class Firings:
    """Carries out batches of firings for the scheduler that leads."""

    def __init__(self, redis: Redis) -> None:
        source = resources.files("missions").joinpath("fire.lua").read_text()
        self._script: Script = redis.register_script(source)

    def carry_out(self, token: str, firings: Sequence[Firing]) -> list[str]:
        """What became of each: `FIRED`, `UNREADABLE`, or the guard that did not hold.

        `token` is that of the scheduler's lease. Raises `Lost` with guard `lead` if another one
        leads; then nothing was written.
        """
        keys = [f"{ROOT}:receipt:{new_token()}", k.SCHEDULER_LEASE, k.TIMER, k.PENDING]
        args = [token, str(RECEIPT_MS)]
        for firing in firings:
            keys += _keys(firing.keys)
            args += _args(firing)
        answer = cast(str, self._script(keys=keys, args=args))
        if answer == LEAD:
            raise Lost(LEAD)
        return answer.split(",")


def _keys(keys: MissionKeys) -> tuple[str, ...]:
    return (
        keys.tombstone,
        keys.record,
        keys.tasks,
        keys.occurrences,
        keys.ledger,
        keys.queued,
    )


def _args(firing: Firing) -> tuple[str, ...]:
    row = firing.row
    due = _told(row.due)
    coming = _told(firing.next) if firing.next else ("", "")
    return (
        firing.entry,
        repr(firing.score),
        firing.rev,
        row.task,
        firing.trigger or "",
        row.id,
        firing.text,
        *due,
        *coming,
        firing.keys.pending_member(row.id),
    )


@lru_cache(maxsize=256)
def _told(at: datetime) -> tuple[str, str]:
    """An instant as a score and as text; the Tasks of a batch share a few."""
    return repr(at.timestamp()), at.isoformat()
