"""The direct message with a person: asked of Slack once, as it stays the same for ever.

Slack opens 50 a minute: a crowd that is answered directly must not use that up.
"""

from __future__ import annotations

import time
from typing import Final, cast

from redis import Redis

from bot.client import SlackClient
from bot.slack_errors import RateLimited, SlackFailure
from missions.ids import ChannelId, PersonId
from missions.keys import TeamKeys

KEPT_MS: Final = 30 * 24 * 60 * 60 * 1000
"""How long it is remembered after it was asked for."""
WAITS: Final = (1.0, 5.0, 20.0)
"""Seconds before Slack is asked again, at the least."""
LONGEST_SECONDS: Final = 65.0
"""How long a thread waits for one answer; Slack counts by the minute."""


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


def direct_in_time(client: SlackClient, redis: Redis, person: PersonId) -> ChannelId:
    """The same for a thread that may wait: if Slack cannot say now, it is asked a few times more.

    Raises `SlackFailure` if it is refused, or if Slack cannot say for longer than that.
    """
    for wait in WAITS:
        try:
            return direct_with(client, redis, person)
        except SlackFailure as failure:
            if failure.permanent:
                raise
            asked = failure.retry_after if isinstance(failure, RateLimited) else 0.0
            time.sleep(min(max(wait, asked), LONGEST_SECONDS))
    return direct_with(client, redis, person)
