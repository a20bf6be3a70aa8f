"""Pauses of all that are over, for a day: what was due while one held is not made up [M10 M4].

A worker may take an occurrence, and look into an event, long after it was due.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from missions.mission import Pause
from missions.record import Record, Stored
from missions.store import Store
from missions.tx import Transaction

KEPT: Final = timedelta(days=1)
"""How long they are kept: longer than anything waits between its instant and its start."""

MOST: Final = 100
"""How many are kept, however often somebody pauses."""


class Held(Record):
    """From when to when a pause of all held; at `end` it did no more."""

    begin: datetime
    end: datetime

    def covers(self, at: datetime) -> bool:
        """Whether it held at that instant."""
        return self.begin <= at < self.end


class Quieted(Stored):
    """The pauses of a place, a Mission or a Task that are over, oldest first."""

    pauses: tuple[Held, ...] = ()

    def covers(self, at: datetime) -> bool:
        """Whether one of them held at that instant."""
        return any(held.covers(at) for held in self.pauses)

    def after(self, pause: Pause, now: datetime) -> Quieted:
        """The same with a pause that is over from now on."""
        held = Held(begin=pause.at, end=now if pause.until is None else min(now, pause.until))
        kept = [one for one in self.pauses if now - one.end < KEPT]
        return Quieted(pauses=(*kept, held)[-MOST:])


def write_over(tx: Transaction, key: str, known: Quieted, pause: Pause, now: datetime) -> None:
    """Have the transaction keep in which time a pause held that is over from now on.

    `known` is what the key holds. Whoever writes it guards, and replaces, the pause itself: so no
    two add to the same.
    """
    tx.set(key, known.after(pause, now).dump(), px=int(KEPT.total_seconds() * 1000))


def write_held(
    tx: Transaction, store: Store, key: str, name: str, pause: Pause | None, now: datetime
) -> None:
    """The same for the pause of a Mission or a Task, if there is one, in a field of a hash.

    Whoever writes it guards the pause.
    """
    if pause:
        known = store.hget(key, name)
        before = Quieted.load(known) if known else Quieted()
        tx.hset(key, {name: before.after(pause, now).dump()})
