"""The lanes of a channel: its posts, its edits that wait for Slack's pace, and what goes last [R4].

Each is a list of outbox entries that one worker empties in order. What has cards follow their
Mission goes last: it answers nobody, and must hold back nothing that does.
"""

from __future__ import annotations

from typing import Final

from missions.ids import ChannelId

BESIDE: Final = "!edits"
"""Ends the name of the lane in which a channel's edits wait, so that its posts go on."""
LAST: Final = "!redraws"
"""Ends the name of the lane whose entries are sent once nothing else waits in the channel."""


def beside(channel: ChannelId) -> ChannelId:
    """The lane in which edits of a channel wait for Slack's pace."""
    return ChannelId(f"{channel}{BESIDE}")


def last(channel: ChannelId) -> ChannelId:
    """The lane in which the redraws of a channel wait for all else."""
    return ChannelId(f"{channel}{LAST}")


def lanes_of(channel: ChannelId) -> tuple[ChannelId, ...]:
    """All lanes of a channel, the one that goes first before the others."""
    return channel, beside(channel), last(channel)


def before(lane: ChannelId) -> tuple[ChannelId, ...]:
    """The lanes that a lane that goes last gives way to; none for any other."""
    if not lane.endswith(LAST):
        return ()
    return lanes_of(ChannelId(lane.removesuffix(LAST)))[:-1]
