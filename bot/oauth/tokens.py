"""The token with which a workspace is spoken to: read for each call, renewed before it expires.

Slack's tokens live 12 hours if the app rotates them, and a refresh token counts once. So a renewal
goes under a lock in Redis: one process asks Slack, all others go on with the old token while it
holds, or wait a moment for the new one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Final
from urllib.error import URLError

import structlog
from redis import Redis
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError, SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation import TokenRotator

from bot.oauth.installations import (
    Grant,
    Kept,
    RedisInstallationStore,
    installation_of,
    refusal_key,
    renewed,
)
from bot.slack_errors import TokenRefused, Unreachable
from missions.counting import Counting
from missions.ids import TeamId, new_token
from missions.keys import TeamKeys

EARLY_SECONDS: Final = 2 * 3600
"""How long before its end a token is renewed: an outage of Slack may last that long."""
LOCK_MS: Final = 30_000
"""Longer than Slack may take to answer."""
ASK_SECONDS: Final = 10
"""How long Slack may take to renew a token."""
WAIT_SECONDS: Final = 1.5
"""How long a call waits for another process's renewal: a click's answer has 3 s in all."""
POLL_SECONDS: Final = 0.05
AGAIN_MS: Final = 10 * 60 * 1000
"""After a refusal Slack is asked again this much later, or when the app is installed anew."""
FOR_EVER: Final = 10**9
"""Minutes: whether it is time to renew is decided here, not by the SDK."""
RENEWALS: Final = "token_renewals"
"""The count of renewals, by outcome."""
_TEMPORARY: Final = frozenset(
    {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
)

log = structlog.get_logger("bot.oauth")


class Tokens:
    """Tokens of all workspaces; `clock` tells unix seconds."""

    def __init__(
        self,
        store: RedisInstallationStore,
        redis: Redis,
        rotator: TokenRotator,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._redis = redis
        self._rotator = rotator
        self._clock = clock
        self._counting = Counting(redis)

    def token(self, team: TeamId, refused: str | None = None) -> str:
        """The token to use now; `refused` is one that Slack says has expired.

        Raises `TokenRefused` if the app has to be installed anew, `Unreachable` if the token has
        expired and Slack does not give another just now.
        """
        kept = self._store.read(team)
        if kept is None:
            raise TokenRefused("(not installed)")
        if refused != kept.grant.bot_token and self._left(kept.grant) > EARLY_SECONDS:
            return kept.grant.bot_token
        if kept.grant.refresh_token is None:
            return kept.grant.bot_token
        return self._renewed(team, kept, refused)

    def _left(self, grant: Grant) -> float:
        """For how many seconds its token holds."""
        return float("inf") if grant.expires_at is None else grant.expires_at - self._clock()

    def _renewed(self, team: TeamId, kept: Kept, refused: str | None) -> str:
        """Renew the token, unless another process is at it."""
        key, mine = TeamKeys(team).renewal, new_token()
        holds = self._left(kept.grant) > 0 and kept.grant.bot_token != refused
        until = time.monotonic() + WAIT_SECONDS
        while not self._redis.set(key, mine, nx=True, px=LOCK_MS):
            if holds:
                return kept.grant.bot_token
            if time.monotonic() > until:
                raise Unreachable("(token is being renewed)")
            time.sleep(POLL_SECONDS)
            if found := self._changed(team, kept):
                return found.grant.bot_token
        try:
            if found := self._changed(team, kept):
                return found.grant.bot_token
            return self._ask(kept, holds=holds)
        finally:
            if self._redis.get(key) == mine:
                self._redis.unlink(key)

    def _changed(self, team: TeamId, kept: Kept) -> Kept | None:
        """What another process made of the installation meanwhile."""
        found = self._store.read(team)
        if found is None:
            raise TokenRefused("(not installed)")
        return found if found.grant.bot_token != kept.grant.bot_token else None

    def _ask(self, kept: Kept, *, holds: bool) -> str:
        """Have Slack give another token. While the old one holds, a failure is no matter yet."""
        team, old = kept.grant.team, kept.grant.bot_token
        refusal = refusal_key(team)
        if why := self._redis.get(refusal):
            if holds:
                return old
            raise TokenRefused(str(why))
        try:
            bot = self._rotate(kept.grant)
        except Unreachable as failure:
            self._counting.count(RENEWALS, "deferred")
            log.warning("token_not_renewed_yet", team=team, code=failure.code)
            if holds:
                return old
            raise
        except TokenRefused as failure:
            self._counting.count(RENEWALS, "refused")
            self._redis.set(refusal, failure.code, px=AGAIN_MS)
            self._store.mark_stale(kept, failure.code)
            log.error("token_not_renewed", team=team, code=failure.code, cure="install again")
            if holds:
                return old
            raise
        if not self._store.renew(kept, renewed(kept.grant, bot)):
            raise Unreachable("(installed anew)")
        self._counting.count(RENEWALS, "renewed")
        log.info("token_renewed", team=team)
        return bot.bot_token

    def _rotate(self, grant: Grant) -> Bot:
        """Slack's new token; raises `TokenRefused` for good, `Unreachable` for now."""
        before = installation_of(grant).to_bot()
        try:
            bot = self._rotator.perform_bot_token_rotation(
                bot=before, minutes_before_expiration=FOR_EVER
            )
        except SlackTokenRotationError as error:
            raise _refusal(error.api_error) from None
        except (URLError, OSError, HTTPException, SlackClientError) as error:
            raise Unreachable(f"({type(error).__name__})") from None
        if bot is None:
            raise TokenRefused("(no bot token)")
        return bot


def _refusal(error: SlackApiError) -> TokenRefused | Unreachable:
    """What Slack's answer means; whatever is not known to pass needs a person."""
    status = getattr(error.response, "status_code", 0)
    data = getattr(error.response, "data", None)
    code = str(data.get("error") or "?") if isinstance(data, dict) else "?"
    if status == 429 or status >= 500 or code in _TEMPORARY or code == "?":
        return Unreachable(f"({code})")
    return TokenRefused(code)


def make_rotator(client_id: str, client_secret: str, base_url: str) -> TokenRotator:
    """The SDK's own, on the same address as everything else."""
    quiet = logging.getLogger("bot.slack")
    quiet.setLevel(logging.CRITICAL)
    web = WebClient(base_url=base_url, timeout=ASK_SECONDS, retry_handlers=[], logger=quiet)
    return TokenRotator(client_id=client_id, client_secret=client_secret, client=web)
