"""States of installations that were begun: used once, for ten minutes, in one browser [P6].

Slack hands the state back with its answer. It must be the one that the browser keeps in a cookie,
or somebody could have another person finish what they began. A state is signed, and nothing is
stored of it before it comes back: so nobody can fill storage, or use up what others may begin.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Final

from redis import Redis

from bot.oauth.vault import Vault
from missions import keys as k

KEPT_MS: Final = 10 * 60 * 1000
"""How long a person may take."""
AHEAD_MS: Final = 60 * 1000
"""How far the clock of another process may be ahead of ours."""
ANY: Final = "-"
"""Stands in a state that holds for every workspace."""
_ABOUT: Final = "install state"
_PARTS: Final = 4


class States:
    """States as text: a random part, when it was begun (ms), for whom, and the signature of all."""

    def __init__(self, vault: Vault, redis: Redis, now: Callable[[], datetime]) -> None:
        self._vault = vault
        self._redis = redis
        self._now = now

    def begin(self, team: str | None) -> str:
        """A new state, for one workspace only if one is named."""
        text = ".".join((secrets.token_urlsafe(24), str(self._now_ms()), team or ANY))
        return f"{text}.{self._vault.sign(text, _ABOUT)}"

    def read(self, state: str) -> str | None:
        """The workspace that a state is for, or `ANY`; None if it is not ours, or too old."""
        text, _, signature = state.rpartition(".")
        parts = state.split(".")
        if len(parts) != _PARTS or not self._vault.signed(text, signature, _ABOUT):
            return None
        age = self._now_ms() - int(parts[1])
        return parts[2] if -AHEAD_MS <= age < KEPT_MS else None

    def use(self, state: str) -> bool:
        """Use a state that holds; False if it was used before. Raises `RedisError`."""
        digest = hashlib.sha256(state.encode()).hexdigest()
        kept = self._redis.set(k.oauth_state(digest), "used", px=KEPT_MS + AHEAD_MS, nx=True)
        return bool(kept)

    def _now_ms(self) -> int:
        return int(self._now().timestamp() * 1000)


def same_browser(state: str, cookie: str) -> bool:
    """Whether the state came back to the browser that began."""
    return bool(state) and hmac.compare_digest(state.encode(), cookie.encode())
