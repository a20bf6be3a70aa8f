"""What leaves the quarantine: of Missions that can be read again, and of those that are gone [M6].

An entry that names no Mission stays until an administrator has looked at it.
"""

from __future__ import annotations

import structlog

from missions import keys as k
from missions.errors import HoustonError
from missions.execution import Execution, Occurrence
from missions.ids import MissionId, TeamId
from missions.keys import MissionKeys, TeamKeys
from missions.store import DRAFT_VERSION, Store
from missions.tx import is_records_fault

log = structlog.get_logger(__name__)

MOST = 200
"""How many entries one look takes up; a sound system has none."""


def release(store: Store) -> None:
    """Forget the entries of Missions that are gone, or of which all that they name can be read."""
    found = list(store.hgetall(k.QUARANTINE))[:MOST]
    done = [name for name in found if _is_over(store, name)]
    if done:
        store.team_tx(TeamId("")).hdel(k.QUARANTINE, *done).commit()
        log.info("quarantine_released", entries=len(done))


def of_mission(store: Store, keys: MissionKeys) -> list[str]:
    """The entries that name a Mission."""
    whole = k.member(keys.team, keys.mission)
    every = store.hgetall(k.QUARANTINE)
    return [name for name in every if name == whole or name.startswith(k.member(whole, ""))]


def _is_over(store: Store, name: str) -> bool:
    parts = name.split("|")
    if len(parts) not in (2, 3):
        return False
    keys = TeamKeys(TeamId(parts[0])).mission(MissionId(parts[1]))
    if store.redis.exists(keys.tombstone):
        return True
    try:
        return _is_readable(store, keys, parts[2] if len(parts) > 2 else "")
    except HoustonError:
        return False
    except Exception as error:  # whatever is still wrong with the record: it stays where it is
        if not is_records_fault(error):
            raise
        return False


def _is_readable(store: Store, keys: MissionKeys, what: str) -> bool:
    """Whether a Mission is there and, with the row or run named, holds what it should."""
    mission = store.mission(keys.team, keys.mission)
    if mission is None:
        return False
    plan = store.blueprint(keys.team, keys.mission, mission.version or DRAFT_VERSION)
    store.task_states(keys.team, keys.mission)
    store.running(keys.team, keys.mission)
    for key, kind in ((keys.occurrences, Occurrence), (keys.executions, Execution)):
        text = store.hget(key, what) if what else None
        if text is not None:
            kind.load(text)
    return plan is not None
