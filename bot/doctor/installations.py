"""Looks at the workspaces that installed the app, and at what that takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from redis import Redis
from redis.exceptions import RedisError

from bot import storage, wiring
from bot.doctor.result import Result
from bot.oauth.flow import INSTALL_PATH, REDIRECT_PATH
from bot.settings import Settings

SECONDS: Final = 5
"""How long storage may take."""


def look_at_installations(settings: Settings) -> Iterator[Result]:
    """Where people install it, and whether every installation can be used."""
    base = (settings.public_url or "").rstrip("/")
    yield Result("install", f"people install at {base}{INSTALL_PATH}")
    yield Result("redirect", f"Slack must know {base}{REDIRECT_PATH} as a Redirect URL")
    url = settings.redis_url.get_secret_value() if settings.redis_url else None
    own = settings.data_dir.resolve() / "storage.sock"
    if url is None and own.exists():
        url = storage.url(own)
    if url is None:
        return
    with Redis.from_url(
        url, decode_responses=True, socket_connect_timeout=SECONDS, socket_timeout=SECONDS
    ) as redis:
        try:
            yield from _installed(settings, redis)
        except (RedisError, ValueError) as error:
            cure = "See whether the server runs, and whether REDIS_URL has its address."
            yield Result("workspaces", f"storage does not answer ({type(error).__name__})", cure)


def _installed(settings: Settings, redis: Redis) -> Iterator[Result]:
    """Every workspace: can its record be opened, and does Slack renew its token?"""
    store = wiring.make_installed(settings, redis).store
    teams, stale = store.teams(), store.stale()
    for team in sorted(teams):
        if store.read(team) is None:
            cure = "Set HOUSTON_ENCRYPTION_KEYS to the key that it was encrypted with as well."
            yield Result("workspace", f"{team} cannot be opened with these keys", cure)
        elif team in stale:
            cure = f"Somebody there has to install Houston again, at {INSTALL_PATH}."
            yield Result("workspace", f"Slack refuses {team}'s token ({stale[team]})", cure)
    yield Result("workspaces", f"Houston is installed in {len(teams)}")
