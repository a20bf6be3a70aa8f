"""The quarantine: records that could not be handled, each with a reason, while the others go on.

A bad record is one that holds what it should not: no JSON, another shape, another type of key. What
an older or newer Houston wrote, a race and an outage of storage are none. `houston doctor` and the
metrics tell how many there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from missions import keys as k
from missions.errors import HoustonError
from missions.ids import TeamId
from missions.keys import MissionKeys
from missions.store import Store
from missions.tx import Lost, is_records_fault

log = structlog.get_logger(__name__)

LEAD = "lead"
"""Guard of a scheduler that no longer leads: it stops, whatever it was at."""


@contextmanager
def by_itself(
    store: Store, index: str, name: str, instead: Callable[[], None] | None = None
) -> Iterator[None]:
    """Handle one member of an index by itself: one that is bad is set aside, the others go on.

    A race or a refusal ends with a line in the log, and the member stays. `instead` ends what the
    member stands for where leaving it out is not enough. Raises what storage itself is to blame
    for, and `Lost` with guard `lead`.
    """
    try:
        yield
    except Lost as lost:
        if lost.guard == LEAD:
            raise
        log.info("sweep_race", entry=name, guard=lost.guard)
    except HoustonError as error:
        log.error("entry_refused", index=index, entry=name, error=error.event)
    except Exception as error:  # whatever is wrong with one record, the others must go on
        if not is_records_fault(error):
            raise
        set_aside(store, index, name, error)
        if instead:
            instead()


def set_aside(store: Store, index: str, name: str, error: Exception) -> None:
    """Move a member of a sorted set or of a set to the quarantine, with the reason."""
    reason = f"{index.removeprefix(f'{k.ROOT}:')}: {type(error).__name__}"
    log.error("entry_set_aside", index=index, entry=name, error=type(error).__name__)
    tx = store.team_tx(TeamId("")).hset(k.QUARANTINE, {name: reason})
    remove = tx.srem if k.INDEXES[index] is k.Kind.SET else tx.zrem
    remove(index, name).commit()


@contextmanager
def noted(store: Store, keys: MissionKeys) -> Iterator[None]:
    """Look at one Mission by itself: one that cannot be read is noted, and stays listed."""
    try:
        yield
    except Lost as lost:
        log.info("mission_race", mission=keys.mission, guard=lost.guard)
    except HoustonError as error:
        log.error("mission_refused", mission=keys.mission, error=error.event)
    except Exception as error:  # whatever is wrong with one record, the others must go on
        if not is_records_fault(error):
            raise
        name = k.member(keys.team, keys.mission)
        if note(store, name, f"mission: {type(error).__name__}"):
            log.error("mission_unreadable", mission=keys.mission, error=type(error).__name__)


def note(store: Store, name: str, reason: str) -> bool:
    """Note what stays where it is but cannot be handled; whether that is new."""
    if store.hget(k.QUARANTINE, name) is not None:
        return False
    store.team_tx(TeamId("")).hset(k.QUARANTINE, {name: reason}).commit()
    return True


def counted(store: Store) -> dict[str, int]:
    """How many records are set aside, by the first word of the reason."""
    return dict(Counter(why.partition(":")[0] for why in store.hgetall(k.QUARANTINE).values()))
