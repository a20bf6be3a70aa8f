"""Looks at Redis or Valkey: is it there, does it keep what it is told, do the clocks agree?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, cast

from redis import Redis
from redis.exceptions import RedisError

from bot import storage
from bot.doctor.result import Result
from bot.settings import Settings
from missions import keys as k
from missions.quarantine import counted
from missions.store import Store

SECONDS: Final = 5
"""How long storage may take."""
SKEW_SECONDS: Final = 2.0
"""How much clocks may differ: leases go by Redis time, due times by this machine's."""
OLDEST: Final = (6, 2)
"""The oldest version that has every command we use."""


def look_at_storage(settings: Settings, now: Callable[[], float]) -> Iterator[Result]:
    """Reachable, durable, of the same time; `now` is this machine's time, unix seconds."""
    url = _url(settings)
    if url is None:
        said = "REDIS_URL is not set: `houston up` starts a storage of its own"
        yield Result("storage", said)
        return
    with Redis.from_url(
        url, decode_responses=True, socket_connect_timeout=SECONDS, socket_timeout=SECONDS
    ) as redis:
        try:
            info = cast("dict[str, Any]", redis.info())
            seconds, micros = redis.time()
            aside = counted(Store(redis))
        except (RedisError, ValueError) as error:
            cure = "See whether the server runs, and whether REDIS_URL has its address."
            yield Result("storage", f"it does not answer ({type(error).__name__})", cure)
            return
    yield _version(info)
    yield _durable(info)
    yield _evicting(info)
    yield _quarantine(aside)
    yield _skew(now() - (int(seconds) + int(micros) / 1e6))


def _url(settings: Settings) -> str | None:
    """Where storage is; the one of our own only while it runs."""
    if settings.redis_url:
        return settings.redis_url.get_secret_value()
    own = settings.data_dir.resolve() / "storage.sock"
    return storage.url(own) if own.exists() else None


def _version(info: dict[str, Any]) -> Result:
    text = str(info.get("valkey_version") or info.get("redis_version") or "?")
    name = "Valkey" if info.get("valkey_version") else "Redis"
    numbers = tuple(int(part) for part in text.split(".")[:2] if part.isdigit())
    if numbers and numbers < OLDEST:
        cure = f"Use {OLDEST[0]}.{OLDEST[1]} or newer."
        return Result("storage", f"{name} {text} is too old", cure)
    return Result("storage", f"{name} {text} answers")


def _durable(info: dict[str, Any]) -> Result:
    if not int(info.get("aof_enabled", 0)):
        cure = "Set `appendonly yes` there, or what was confirmed is lost when the server dies."
        return Result("durability", "it does not write an append-only file", cure)
    if info.get("aof_last_write_status", "ok") != "ok":
        cure = "See whether its disk is full."
        return Result("durability", "its last write to disk failed", cure)
    return Result("durability", "what it is told is written to disk")


def _evicting(info: dict[str, Any]) -> Result:
    policy = str(info.get("maxmemory_policy", "?"))
    if policy != "noeviction":
        cure = "Set `maxmemory-policy noeviction` there, or it drops Missions when it is full."
        return Result("eviction", f"its policy is {policy}", cure)
    return Result("eviction", "nothing is dropped when it is full")


def _quarantine(aside: dict[str, int]) -> Result:
    if not aside:
        return Result("records", "none had to be set aside")
    found = ", ".join(f"{count} × {what}" for what, count in sorted(aside.items()))
    cure = (
        f"Read the names and reasons in the hash `{k.QUARANTINE}`. Restore the Mission from its "
        "export, or delete it; then remove the entry there."
    )
    return Result("records", f"some could not be read and were set aside ({found})", cure)


def _skew(seconds: float) -> Result:
    if abs(seconds) > SKEW_SECONDS:
        cure = "Let both machines follow a time server (NTP)."
        return Result("clock", f"this machine and the storage differ by {seconds:+.1f} s", cure)
    return Result("clock", f"this machine and the storage differ by {abs(seconds):.1f} s")
