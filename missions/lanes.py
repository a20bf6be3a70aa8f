"""The lanes of a channel: its posts, its edits that wait for Slack's pace, and what goes last [R4].

Each is a list of outbox entries that one worker empties in order. What has cards follow their
Mission goes last: it answers nobody, and must hold back nothing that does. A person has a lane too:
what waits there moves to their direct message once it is known.
"""

from __future__ import annotations

from typing import Final

from missions.ids import ChannelId, PersonId

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


def to_person(person: PersonId) -> ChannelId:
    """The lane of what a person is told directly, until Slack says where that is."""
    return ChannelId(person)


def person_of(lane: ChannelId) -> PersonId | None:
    """Whose such a lane is; None for a channel's. Slack's ids of people begin with U or W."""
    return PersonId(lane) if lane.startswith(("U", "W")) else None


def before(lane: ChannelId) -> tuple[ChannelId, ...]:
    """The lanes that a lane that goes last gives way to; none for any other."""
    if not lane.endswith(LAST):
        return ()
    return lanes_of(ChannelId(lane.removesuffix(LAST)))[:-1]
