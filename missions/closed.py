"""What the owner keeps of a Mission in a channel that Houston cannot see any more [M5 M6 P1].

Slack then says of nobody whether they may read there. The last that was heard stands for the owner
alone: not to be in the channel is no reason to lose what is theirs, or never to be able to delete
it. Whoever else once read there learns nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from missions.ids import ChannelId, MissionId, PersonId, TeamId
from missions.keys import TeamKeys
from missions.listing import LISTED
from missions.mission import Away, Mission
from missions.store import Store

WHY: Final = "-"
"""The field of a channel's record that says why; the others are Missions."""
UNSEEN: Final = frozenset({Away.REMOVED.value, Away.GONE.value})
"""What an archived channel is not: Slack still tells who may read that."""

Closed = Callable[[TeamId, ChannelId], bool]
"""Whether Houston cannot see a channel any more, as far as it knows."""


def closed_in(store: Store) -> Closed:
    """The same, by what storage says."""

    def closed(team: TeamId, channel: ChannelId) -> bool:
        return store.hget(TeamKeys(team).away(channel), WHY) in UNSEEN

    return closed


def owned_in_closed(
    store: Store, team: TeamId, person: PersonId, channels: Sequence[ChannelId]
) -> list[Mission]:
    """A person's own Missions in those of the channels that Houston cannot see any more."""
    pipe, keys = store.redis.pipeline(transaction=False), TeamKeys(team)
    for channel in channels:
        pipe.hget(keys.away(channel), WHY)
    known = zip(channels, pipe.execute() if channels else (), strict=True)
    shut = [channel for channel, why in known if why in UNSEEN]
    for channel in shut:
        for state in LISTED:
            pipe.zrange(keys.owned(channel, state, person), 0, -1)
    ids = [MissionId(one) for row in (pipe.execute() if shut else ()) for one in row]
    return store.missions(team, ids)
