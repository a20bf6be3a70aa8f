"""The inbox of a Mission: what arrived for its Event Rules and was not looked into yet.

Whoever receives something writes it here, rings, and is done; a job looks into it. Taking one off
happens after it was offered, so that nothing is lost when a process dies.
"""

from __future__ import annotations

from contextlib import suppress

from missions import keys as k
from missions.keys import MissionKeys
from missions.payloads import Delivery
from missions.store import Store
from missions.tx import Lost, MissionTransaction, redis_now

LEASE_MS = 20_000
"""How long an inbox is held without a sign of life."""
INBOX_MAX = 200
"""Deliveries that may wait; a sender that is faster is told to come back."""


class Inboxes:
    """Deliveries of all Missions, each in order of arrival."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def prepare(self, keys: MissionKeys, *deliveries: Delivery) -> MissionTransaction:
        """A transaction that puts deliveries in; it fails for a Mission that is deleted."""
        tx = self._store.mission_tx(keys)
        tx.require_present("mission", keys.record)
        tx.rpush(keys.inbox, *(delivery.dump() for delivery in deliveries))
        tx.zadd(k.INBOXES, k.member(keys.team, keys.mission), redis_now(), new_only=True)
        return tx

    def hold(self, keys: MissionKeys, token: str) -> bool:
        """Be the one who looks into the inbox; False while another one does, or if it is gone."""
        tx = self._store.mission_tx(keys).require_absent("lease", keys.inbox_lease)
        try:
            tx.set(keys.inbox_lease, token, px=LEASE_MS).commit()
        except Lost:
            return False
        return True

    def head(self, keys: MissionKeys) -> str | None:
        """The oldest delivery, as stored, or None."""
        found = self._store.lrange(keys.inbox, 1)
        return found[0] if found else None

    def taken(self, keys: MissionKeys, text: str, token: str) -> None:
        """The oldest delivery was looked into; `Lost` if the inbox went to another worker."""
        tx = self._held(keys, token).require_head("head", keys.inbox, text)
        tx.set(keys.inbox_lease, token, px=LEASE_MS).lpop(keys.inbox).commit()

    def let_go(self, keys: MissionKeys, token: str) -> None:
        """Nothing waits any more; `Lost` with guard `filled` if something arrived meanwhile."""
        tx = self._held(keys, token).require_absent("filled", keys.inbox)
        tx.zrem(k.INBOXES, k.member(keys.team, keys.mission)).unlink(keys.inbox_lease).commit()

    def abandon(self, keys: MissionKeys, token: str) -> None:
        """Free the inbox at once: its holder is dead, or lets others go first."""
        with suppress(Lost):
            self._held(keys, token).unlink(keys.inbox_lease).commit()

    def _held(self, keys: MissionKeys, token: str) -> MissionTransaction:
        tx = self._store.mission_tx(keys)
        tx.require_value("lease", keys.inbox_lease, token)
        return tx
