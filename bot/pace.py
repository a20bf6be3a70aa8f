"""Keeps to Slack's rates before Slack has to ask for it: per method, and per channel within it.

Calls are counted in Redis, not per process: workers, their forks and the edge share one token, and
Slack counts per app. A call that would be too many is refused here, with how long to wait; nobody
sleeps for it. Within a method no channel takes all: the others go on while one is flooded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

from redis import Redis

from bot import limits
from missions.ids import TeamId, new_token
from missions.keys import TeamKeys

MARGIN: Final = 1.05
"""How much longer our windows are than Slack's, as calls take a while to arrive."""
SHARE: Final = 0.8
"""How much of a method's calls one channel may take."""
MINUTE_MS: Final = 60_000
SECOND_MS: Final = 1_000
POST: Final = "chat.postMessage"
REDRAW: Final = "redraw"
"""Not a method: the edits by which cards follow their Missions, which leave room for the others."""
REDRAWS_SHARE: Final = 0.6
"""How much of Slack's edits they may take, so that one that answers a person never waits long."""
UNPACED: Final = frozenset({"auth.test"})
"""Asked once, and to see whether Slack is there at all."""


READS: Final = frozenset(
    {
        *("conversations.info", "conversations.members", "conversations.history"),
        *("conversations.replies", "users.info", "users.conversations"),
    }
)
"""Look-ups, which wait only when Slack itself says so: rights hang on them, and a no that comes
from our own counting would be a wrong answer to a person."""


@dataclass(frozen=True, slots=True)
class Window:
    """At most `most` calls in `ms`."""

    key: str
    most: int
    ms: float


class Pace:
    """Counts the calls of one app."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def enter(self, team: TeamId, method: str, channel: str = "") -> float:
        """Seconds to wait before the method may be called; 0.0: now, and it is counted."""
        if method in UNPACED:
            return 0.0
        windows = self._windows(team, method, channel)
        seconds, micros = self._redis.time()
        now = int(seconds) * 1_000 + int(micros) / 1_000
        call = new_token()
        pipe = self._redis.pipeline(transaction=True)
        for name in self._holds(team, method, channel):
            pipe.pttl(name)
        for window in windows:
            pipe.zremrangebyscore(window.key, "-inf", now - window.ms)
            pipe.zadd(window.key, {call: now})
            pipe.pexpire(window.key, int(window.ms))
            pipe.zrank(window.key, call)
            pipe.zrange(window.key, 0, 0, withscores=True)
        told = pipe.execute()
        held = max(cast("list[int]", told[:2]))
        wait = held / 1_000 if held > 0 else 0.0
        for at, window in enumerate(windows):
            rank, first = told[2 + 5 * at + 3], told[2 + 5 * at + 4]
            if rank is not None and rank >= window.most:
                wait = max(wait, (float(first[0][1]) + window.ms - now) / 1_000, 0.01)
        if wait:
            pipe = self._redis.pipeline(transaction=False)
            for window in windows:
                pipe.zrem(window.key, call)
            pipe.execute()
        return wait

    def hold(self, team: TeamId, method: str, channel: str, seconds: float) -> None:
        """Slack said when to come again: for posts in that channel, else for the method."""
        if seconds <= 0:
            return
        own, whole = self._holds(team, method, channel)
        self._redis.set(own if method == POST else whole, "1", px=max(1, int(seconds * 1_000)))

    def _windows(self, team: TeamId, method: str, channel: str) -> list[Window]:
        if method in READS:
            return []
        keys = TeamKeys(team)
        minute = MINUTE_MS * MARGIN
        if method == REDRAW:
            most = int(limits.METHOD_TIERS["chat.update"] * REDRAWS_SHARE)
            return [Window(keys.cache("pace", REDRAW), most, minute)]
        tier = limits.METHOD_TIERS.get(method, limits.TIER_SPECIAL)
        windows = [Window(keys.cache("pace", method), tier, minute)]
        if not channel:
            return windows
        own = keys.cache("pace", method, channel)
        if method == POST:
            second = SECOND_MS * MARGIN
            return [*windows, Window(own, limits.POST_PER_SECOND_AND_CHANNEL, second)]
        return [*windows, Window(own, max(1, int(tier * SHARE)), minute)]

    def _holds(self, team: TeamId, method: str, channel: str) -> tuple[str, str]:
        keys = TeamKeys(team)
        return keys.cache("hold", method, channel), keys.cache("hold", method)
