"""The direct message with a person: asked of Slack once, as it stays the same for ever.

Slack opens 50 a minute: a crowd that is answered directly must not use that up.
"""

from __future__ import annotations

from typing import Final, cast

from redis import Redis

from bot.client import SlackClient
from missions.ids import ChannelId, PersonId
from missions.keys import TeamKeys

KEPT_MS: Final = 30 * 24 * 60 * 60 * 1000
"""How long it is remembered after it was asked for."""


def direct_with(client: SlackClient, redis: Redis, person: PersonId) -> ChannelId:
    """The direct message of our bot with the person, opened if need be; raises `SlackFailure`."""
    who = client.identity
    key = TeamKeys(who.team).cache("direct", who.bot_user, person)
    kept = cast("str | None", redis.get(key))
    if kept is not None:
        return ChannelId(kept)
    found = client.direct(person)
    redis.set(key, found, px=KEPT_MS)
    return found
