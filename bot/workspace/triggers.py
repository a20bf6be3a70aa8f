"""Things handed to the app that are good for a short time: trigger ids and response addresses."""

import secrets
from dataclasses import dataclass
from typing import Any

from bot import limits
from bot.workspace.config import Clock
from bot.workspace.errors import SlackError
from bot.workspace.identity import new_id

_KEPT = 10_000


def _forget_oldest(made: dict[str, Any]) -> None:
    while len(made) > _KEPT:
        del made[next(iter(made))]


class Triggers:
    """Trigger ids: each opens one dialog for one person within 3 s (Slack)."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._made: dict[str, tuple[str, float]] = {}
        self._used: dict[str, bool] = {}

    def make(self, user: str) -> str:
        """A trigger id for what someone just did."""
        trigger = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._made[trigger] = (user, self._clock() + self._seconds)
        _forget_oldest(self._made)
        return trigger

    def check(self, trigger: str) -> str:
        """The person a trigger id belongs to; raises when it is unknown, used or too old."""
        if trigger not in self._made:
            raise SlackError("invalid_trigger_id")
        user, until = self._made[trigger]
        if trigger in self._used:
            raise SlackError("exchanged_trigger_id")
        if self._clock() > until:
            raise SlackError("expired_trigger_id")
        return user

    def use_up(self, trigger: str) -> None:
        """Make a second use impossible."""
        self._used[trigger] = True
        _forget_oldest(self._used)


@dataclass(slots=True)
class ResponseAddress:
    """What an address in a payload may change: who clicked, where, and which message."""

    user: str
    channel: str
    message_ts: str | None
    ephemeral: bool
    until: float
    uses: int = limits.RESPONSE_URL_USES


class ResponseAddresses:
    """The addresses behind `response_url`: 5 uses in 30 minutes each (Slack)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made: dict[str, ResponseAddress] = {}

    def make(self, user: str, channel: str, ts: str | None = None, ephemeral: bool = False) -> str:
        """A new address; returns its last part."""
        key = f"{new_id('R')}/{secrets.token_hex(12)}"
        until = self._clock() + limits.RESPONSE_URL_SECONDS
        self._made[key] = ResponseAddress(user, channel, ts, ephemeral, until)
        _forget_oldest(self._made)
        return key

    def use(self, key: str) -> ResponseAddress:
        """Take one of its uses; raises when there is none left or it is too old."""
        address = self._made.get(key)
        if address is None:
            raise SlackError("invalid_url")
        if self._clock() > address.until:
            raise SlackError("expired_url")
        if address.uses <= 0:
            raise SlackError("used_url")
        address.uses -= 1
        return address
