"""What marks an event as one that was taken, and giving that back if nothing came of it [B6].

An alert that is put up while another one's run goes on may be skipped by whoever would start it.
When its sender repeats it hours later it still burns, and must not count as one that was looked
into.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from missions.execution import Occurrence
from missions.keys import MissionKeys
from missions.tx import Transaction

DEDUPE: Final = timedelta(hours=24)
"""How long an event, and a value of a rule's dedupe field, count as the same."""
SAME: Final = timedelta(minutes=5)
"""How long an event that started nothing counts as the same: a sender's second try, no repeat."""


def second_try(at: datetime) -> float:
    """The score of an event that came then and started nothing: as if it came almost a day ago."""
    return float(ms(at - DEDUPE) + int(SAME.total_seconds() * 1000))


def write_given_back(tx: Transaction, keys: MissionKeys, row: Occurrence) -> None:
    """Have the transaction that closes an occurrence without a run let its event come again.

    What it took of the cap of the hour stays taken: else a storm would be put up without end.
    """
    if row.event is None or row.execution or not row.event.marks:
        return
    own, *values = row.event.marks
    tx.zadd(keys.events_seen, own, second_try(row.due))
    tx.zrem(keys.events_seen, *values)


def ms(moment: datetime) -> int:
    """Unix time in ms."""
    return int(moment.timestamp() * 1000)
