"""States of installations that were begun: used once, for ten minutes, in one browser [P6].

Slack hands the state back with its answer. It must be the one that the browser keeps in a cookie,
or somebody could have another person finish what they began.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from typing import Final, cast

from redis import Redis
from slack_sdk.oauth.state_store import OAuthStateStore

from missions import keys as k

KEPT_MS: Final = 10 * 60 * 1000
"""How long a person may take."""
BEGUN_MAX: Final = 1_000
"""Installations that may be begun in that time, by anybody: storage must not be filled so."""
ANY: Final = "-"
"""Kept with a state that holds for every workspace."""


class TooManyBegun(Exception):
    """More installations were begun just now than anybody would."""


class RedisStateStore(OAuthStateStore):
    """States in Redis, as digests. Raises `RedisError`."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    @property
    def logger(self) -> logging.Logger:
        """The SDK's own log, which is silent."""
        return logging.getLogger("bot.slack")

    def issue(self, *args: object, **kwargs: object) -> str:
        """A new state that holds for every workspace."""
        return self.begin(None)

    def consume(self, state: str) -> bool:
        """Whether the state was issued and not used; it is used now."""
        return self.take(state) is not None

    def begin(self, team: str | None) -> str:
        """A new state, for one workspace only if one is named; raises `TooManyBegun`."""
        count = k.oauth_state("begun")
        pipe = self._redis.pipeline(transaction=True)
        pipe.incr(count)
        pipe.pexpire(count, KEPT_MS, nx=True)
        if int(pipe.execute()[0]) > BEGUN_MAX:
            raise TooManyBegun
        state = secrets.token_urlsafe(32)
        self._redis.set(_key(state), team or ANY, px=KEPT_MS)
        return state

    def take(self, state: str) -> str | None:
        """Use a state: the workspace that it is for, `ANY`, or None if it does not hold."""
        return cast("str | None", self._redis.getdel(_key(state)))


def same_browser(state: str, cookie: str) -> bool:
    """Whether the state came back to the browser that began."""
    return bool(state) and hmac.compare_digest(state.encode(), cookie.encode())


def _key(state: str) -> str:
    return k.oauth_state(hashlib.sha256(state.encode()).hexdigest())
