"""In which channels Houston surely is: Slack sends a channel's messages to members only [C11].

Slack sends each mention twice, as a mention and as a message. The second proves that Houston may
answer there, so that nobody has to wait until Slack was asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from bot.edge.lifecycle import doubt_of
from missions.ids import ChannelId, PersonId, TeamId

KEPT_SECONDS: Final = 60.0
"""As long as what Slack says of a channel is remembered."""
MOST: Final = 10_000
_SHARED: Final = ("channel", "group")


class Presence:
    """What this process heard lately. Used in the loop only."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[tuple[TeamId, ChannelId], float] = {}

    def learn(self, team: TeamId, bot_user: PersonId, event: dict[str, Any]) -> None:
        """Learn from an event; one that casts doubt on a channel has it forgotten."""
        doubt = doubt_of(event, bot_user)
        if doubt:
            self._until.pop((team, doubt.channel), None)
            return
        spoken = event.get("type") == "message" and event.get("subtype") is None
        if spoken and event.get("channel_type") in _SHARED and event.get("user") != bot_user:
            if len(self._until) >= MOST:
                self._until.clear()
            self._until[team, ChannelId(event["channel"])] = self._clock() + KEPT_SECONDS

    def known(self, team: TeamId, channel: ChannelId) -> bool:
        """Whether Houston is surely in the channel."""
        return self._until.get((team, channel), 0.0) > self._clock()
