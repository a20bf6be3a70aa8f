"""The clock of storage was set: nobody is believed alive, or waits, until it is as late again; and
nobody is believed dead.

Leases and what waits are noted by the clock of storage [X2 S3]. Set back by an hour, an Execution
whose worker died would be Running for that hour, and nobody would ring for what nobody heard of.
Set forward, all leases are over at once. Who lives renews its own in a few seconds, whatever is
done here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import structlog

from missions import keys as k
from missions.claims import LEASE_MS
from missions.domain import Domain
from missions.ids import ChannelId, ConversationId, MissionId, TeamId
from missions.keys import TeamKeys
from missions.tx import Lost

log = structlog.get_logger(__name__)

AHEAD: Final = {
    k.LEASES: LEASE_MS,
    k.PENDING: 0,
    k.MAILBOXES: 0,
    k.INBOXES: 0,
}
"""How far ahead an entry is noted at the most, in ms: the end of a lease; since when it waits."""

NOT_BEFORE: Final = (k.LANES, k.CLEANUPS, k.LEAVING, k.PLACES, k.REDRAWS)
"""What Slack may have put off for long: looked at only when the clock was seen to be set back."""

SLACK_MS: Final = 5_000
"""A clock that is set right by less than this does no harm."""

MOST: Final = 500
"""How many entries of an index one look moves."""

HELD_MOST: Final = 5_000
"""Of how many conversations, inboxes and channels the leases are looked at."""


class StorageClock:
    """Looks for what is further ahead than anything is noted."""

    def __init__(self, domain: Domain) -> None:
        self._redis = domain.redis
        self._store = domain.store
        self._seen = 0
        self._looked = time.monotonic()

    def look(self) -> bool:
        """Bring what is too far ahead back to what it would be now; whether the clock was set
        forward since the last look."""
        now, before = self._store.now_ms(), self._seen
        passed = (time.monotonic() - self._looked) * 1000
        self._seen, self._looked = now, time.monotonic()
        for index, ahead in AHEAD.items():
            self._bring_back(index, now + ahead)
        if before - now > SLACK_MS:
            log.warning("storage_clock_set_back", seconds=(before - now) / 1000)
            for index in NOT_BEFORE:
                self._bring_back(index, now)
            self._shorten()
        forward = now - before - passed
        if before and forward > SLACK_MS:
            log.warning("storage_clock_set_forward", seconds=forward / 1000)
            return True
        return False

    def _bring_back(self, index: str, at: int) -> None:
        for name, score in self._store.beyond(index, at + SLACK_MS, MOST):
            tx = self._store.team_tx(TeamId("")).require_score("moved", index, name, score)
            with suppress(Lost):  # renewed, claimed, ended or deleted meanwhile
                tx.zadd(index, name, float(at)).commit()
                log.warning("brought_back", index=index, entry=name)

    def _shorten(self) -> None:
        """No lease lasts longer than one; storage would keep those of the dead for as long as its
        clock was set back."""
        leases = list(self._leases())
        pipe = self._redis.pipeline(transaction=False)
        for lease in leases:
            pipe.pttl(lease)
        for lease, left in zip(leases, pipe.execute() if leases else (), strict=True):
            if left > LEASE_MS:
                self._redis.pexpire(lease, LEASE_MS)

    def _leases(self) -> Iterator[str]:
        """The leases of all that waits, as far as its name can be read."""
        for index in (k.MAILBOXES, k.INBOXES, k.LANES):
            for name in self._store.zrange(index, 0, HELD_MOST - 1):
                with suppress(ValueError):
                    team, of = k.split_member(name, 2)
                    yield _lease(index, TeamKeys(TeamId(team)), of)


def _lease(index: str, team: TeamKeys, of: str) -> str:
    if index == k.MAILBOXES:
        return team.mailbox_lease(ConversationId(of))
    if index == k.INBOXES:
        return team.mission(MissionId(of)).inbox_lease
    return team.lane_lease(ChannelId(of))
