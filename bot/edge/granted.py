"""Workspaces of an organisation that let the app in, or no longer do [M6 P1].

An organisation installs the app once, and says in which of its workspaces it may be. Slack's events
about that come late and twice: each only puts the channels in doubt, and Slack is asked. Missions
of a channel are removed when it is known to belong to workspaces none of which lets the app in any
more, as the app was removed there; a channel of which less is known is treated as any other that
Houston cannot see.
"""

from __future__ import annotations

from typing import cast

import structlog

from bot.edge.context import Edge
from missions import keys as k
from missions.ids import ChannelId
from missions.keys import TeamKeys
from missions.leaving import Leaving
from missions.tx import redis_now

log = structlog.get_logger("bot.edge")


def doubt_all(edge: Edge) -> None:
    """Slack is to be asked for every channel with Missions; written in one step."""
    keys = TeamKeys(edge.team)
    channels = sorted(cast("set[str]", edge.domain.redis.smembers(keys.channels)))
    if not channels:
        return
    tx = edge.domain.store.team_tx(edge.team)
    for channel in channels:
        tx.zadd(k.PLACES, k.member(edge.team, channel, ""), redis_now())
    tx.commit()
    log.info("access_in_doubt", team=edge.team, channels=len(channels))


def is_taken_away(edge: Edge, channel: ChannelId) -> bool:
    """Whether no workspace of a channel lets the app in; raises `SlackFailure`."""
    if not edge.client.identity.is_org:
        return False
    homes = edge.directory.homes(edge.team, channel)
    return bool(homes) and homes.isdisjoint(edge.client.workspaces())


def forget(edge: Edge, channel: ChannelId) -> None:
    """Remove what belongs to a channel of a workspace that removed the app; raises `Lost`."""
    leaving, now = Leaving(edge.domain.store), edge.domain.clock.now()
    missions = edge.domain.places.lives_in(edge.team, channel)
    for mission in missions:
        leaving.remove(edge.team, mission.id, now)
    keys = leaving.clear_channel(edge.team, channel)
    log.info("channel_taken_away", channel=channel, missions=len(missions), keys=keys)
