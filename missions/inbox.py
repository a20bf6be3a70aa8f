"""The inbox of a Mission: what arrived for its Event Rules and was not looked into yet.

Whoever receives something writes it here, rings, and is done; a job looks into it. Taking one off
happens after it was offered, so that nothing is lost when a process dies.
"""

from __future__ import annotations

from missions import keys as k
from missions.keys import MissionKeys
from missions.payloads import Delivery
from missions.store import Store
from missions.tx import MissionTransaction, redis_now

INBOX_MAX = 200
"""Deliveries that may wait; a sender that is faster is told to come back."""


class Inboxes:
    """Deliveries of all Missions, each in order of arrival."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def prepare(self, keys: MissionKeys, delivery: Delivery) -> MissionTransaction:
        """A transaction that puts a delivery in; it fails for a Mission that is deleted."""
        tx = self._store.mission_tx(keys)
        tx.require_present("mission", keys.record)
        tx.rpush(keys.inbox, delivery.dump())
        tx.zadd(k.INBOXES, k.member(keys.team, keys.mission), redis_now(), new_only=True)
        return tx

    def head(self, keys: MissionKeys) -> str | None:
        """The oldest delivery, as stored, or None."""
        found = self._store.lrange(keys.inbox, 1)
        return found[0] if found else None

    def taken(self, keys: MissionKeys, text: str) -> None:
        """The oldest delivery was looked into; `Lost` if another worker was faster."""
        self._store.mission_tx(keys).require_head("head", keys.inbox, text).lpop(
            keys.inbox
        ).commit()

    def emptied(self, keys: MissionKeys) -> None:
        """Nothing waits any more; `Lost` if something arrived meanwhile."""
        tx = self._store.mission_tx(keys).require_absent("filled", keys.inbox)
        tx.zrem(k.INBOXES, k.member(keys.team, keys.mission)).commit()
