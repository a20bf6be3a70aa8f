"""Occurrences that were put up in time and never claimed: they are missed [S1 S4].

While no worker lives, the scheduler closes them one by one; those that follow one another share one
row all the same. Only the leading scheduler does it, so that no two extend the same row.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

from missions import keys as k
from missions.event_rows import write_shared
from missions.execution import Cause, Occurrence, Outcome, Reason
from missions.ids import OccurrenceId
from missions.keys import MissionKeys
from missions.ledger import occurrence_id, write_closed, write_pending, write_place
from missions.store import Store
from missions.taskstate import MISSED, SETTLED, field
from missions.tx import Transaction

LATE = 0.0
"""Since when (Redis time in ms) an occurrence waits of which a worker found that it is too late."""

NEAR = 200
"""How many rows of a Mission are looked through at a time for a Task's next one."""

FAR = 2_000
"""Where the look ends: rows that far apart do not show as following one another anyway."""


def write_put_up_late(tx: Transaction, keys: MissionKeys, row: Occurrence) -> None:
    """Have the transaction write an event's occurrence that is too late already.

    The scheduler closes it at its next look, and tells of it with all else that was missed [S4].
    """
    write_pending(tx, keys, row)
    tx.zadd(k.PENDING, keys.pending_member(row.id), LATE)


def write_late(tx: Transaction, keys: MissionKeys, store: Store, row: Occurrence) -> Reason:
    """Have the transaction close a pending occurrence as missed; the reason.

    No worker took it; if no scheduler saw what was due after it, all stopped. It is one row with
    its neighbours that were missed for the same reason.
    """
    if row.cause is not Cause.TIME or row.execution:
        write_closed(tx, keys, row, Outcome.MISSED, Reason.UNTAKEN)
        if row.cause is Cause.EVENT and row.execution is None:
            tx.hdel(keys.occurrences, row.id).zrem(keys.ledger, row.id)
            write_shared(tx, store, keys, row, Outcome.MISSED, Reason.UNTAKEN)
        return Reason.UNTAKEN
    before, after = _neighbour(store, keys, row, -1), _neighbour(store, keys, row, 1)
    follows = after if after and after.due > row.due else None
    stopped = follows is not None and _is_missed(follows, Reason.OUTAGE)
    reason = Reason.OUTAGE if stopped else Reason.UNTAKEN
    parts = [before] if before and _is_missed(before, reason) else []
    parts += [row, follows] if follows and _is_missed(follows, reason) else [row]
    first, last = parts[0], parts[-1]
    missed = {
        "outcome": Outcome.MISSED,
        "reason": reason,
        "waiting": False,
        "last": last.last or last.due,
        "count": sum(part.count for part in parts),
    }
    for part in parts:
        tx.require_field("occurrence", keys.occurrences, part.id, part.stored())
    joined = first.model_copy(update=missed)
    tx.hset(keys.occurrences, {first.id: joined.dump()})
    write_place(tx, keys, joined)
    gone = [part.id for part in parts[1:]]
    if gone:
        tx.hdel(keys.occurrences, *gone)
        tx.zrem(keys.ledger, *gone)
    tx.srem(keys.queued, row.id)
    tx.zrem(k.PENDING, keys.pending_member(row.id))
    tx.zrem(k.DELAYED, keys.pending_member(row.id))
    _write_open(tx, keys, store, joined)
    return reason


def _write_open(tx: Transaction, keys: MissionKeys, store: Store, row: Occurrence) -> None:
    """If the row is the Task's newest by time, what is missed from now on extends it."""
    name = field(row.task, SETTLED)
    settled = store.hget(keys.tasks, name)
    if settled is None or datetime.fromisoformat(settled) <= (row.last or row.due):
        tx.require_field("settled", keys.tasks, name, settled)
        tx.hset(keys.tasks, {field(row.task, MISSED): row.id})


def _is_missed(row: Occurrence, reason: Reason) -> bool:
    return row.outcome is Outcome.MISSED and row.reason is reason


def _neighbour(store: Store, keys: MissionKeys, row: Occurrence, way: int) -> Occurrence | None:
    """The Task's row by time before (-1) or after (1) a row, or None."""
    ours = occurrence_id(row.task, Cause.TIME, "")
    bound = f"({row.due.timestamp()!r}"
    for start in range(0, FAR, NEAR):
        if way < 0:
            found = store.redis.zrevrangebyscore(keys.ledger, bound, "-inf", start, NEAR)
        else:
            found = store.redis.zrangebyscore(keys.ledger, bound, "+inf", start, NEAR)
        ids = cast("list[str]", found)
        for name in ids:
            if name.startswith(ours):
                return store.occurrence(keys.team, keys.mission, OccurrenceId(name))
        if len(ids) < NEAR:
            break
    return None
