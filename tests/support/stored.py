"""What lies in storage, as tests read it: typed, and whatever its kind."""

from __future__ import annotations

from typing import Any, cast

from redis import Redis

from missions.domain import Domain
from missions.ids import ChannelId
from missions.keys import TeamKeys
from missions.outbox import Entry
from tests.support.fakes import OPS, TEAM


def lane(domain: Domain, channel: ChannelId = OPS) -> list[Entry]:
    """What waits to be said in a channel, in order."""
    keys = TeamKeys(TEAM)
    ids = cast("list[str]", domain.redis.lrange(keys.lane(channel), 0, -1))
    return [Entry.load(cast(str, domain.redis.hget(keys.outbox, each))) for each in ids]


def outbox(domain: Domain) -> list[Entry]:
    """All that waits to be said, wherever."""
    return [Entry.load(text) for text in outbox_texts(domain)]


def outbox_texts(domain: Domain) -> list[str]:
    """The same, as it is written."""
    return cast("list[str]", domain.redis.hvals(TeamKeys(TEAM).outbox))


def members(redis: Redis, key: str) -> list[str]:
    """Who stands in a sorted set, lowest first."""
    return cast("list[str]", redis.zrange(key, 0, -1))


def scores(redis: Redis, key: str) -> dict[str, float]:
    """A sorted set: what each member stands at."""
    return dict(cast("list[tuple[str, float]]", redis.zrange(key, 0, -1, withscores=True)))


def content(redis: Redis, key: str) -> Any:
    """All that a key holds, whatever it is; a sorted set as what each member stands at."""
    match redis.type(key):
        case "string":
            return redis.get(key)
        case "hash":
            return redis.hgetall(key)
        case "list":
            return redis.lrange(key, 0, -1)
        case "set":
            return redis.smembers(key)
        case "zset":
            return scores(redis, key)
        case other:
            raise ValueError(f"{key} is a {other}")
