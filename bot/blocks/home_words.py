"""The fixed words of Home."""

from __future__ import annotations

from typing import Final

from bot.mrkdwn import Mrkdwn

TEACH: Final = Mrkdwn(
    "*Nothing is watched yet.* This is how it goes:\n"
    "1. Tell me in a channel what to keep an eye on: "
    "“@Houston every weekday at 9:00 check https://example.com answers 200”.\n"
    "2. Look at the plan that I make of it, and press *Launch*. Nothing runs before.\n"
    "3. Reports come to that channel. Your Missions, and what waits for you, stand here."
)
NO_MATCH: Final = Mrkdwn("*No Mission matches.* Try other words or another state.")
NO_RUN: Final = Mrkdwn("no run yet")
SEARCH_LABEL: Final = "Search"
SEARCH_EXAMPLE: Final = "Name of a Mission or of a Task, then Enter"
