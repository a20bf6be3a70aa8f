"""Slack says that it dropped events: an app is told of 30,000 an hour in a workspace [C10 L4].

What was dropped is lost to us; so those whom it concerns are told that something may be missing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog

from bot.edge.context import Edge
from missions.cards import TextCard
from missions.ids import MissionId, PersonId
from missions.keys import SEPARATOR, TeamKeys
from missions.listing import Listing
from missions.phrases import say, speaking

DROPPED: Final = "app_rate_limited"
"""The type of what Slack sends then, which is no event with an id of its own."""
QUIET_MS: Final = 60 * 60 * 1000
"""How often it is said, while Slack says it every minute."""
MOST: Final = 20
"""How many people are told."""

log = structlog.get_logger("bot.edge")


def on_dropped(edge: Edge, body: dict[str, Any]) -> None:
    """Log it, and once an hour tell whose Missions it concerns."""
    minute = body.get("minute_rate_limited")
    log.error("slack_dropped_events", team=edge.team, minute=minute)
    key = TeamKeys(edge.team).cache("told", DROPPED)
    if not edge.domain.redis.set(key, "1", nx=True, px=QUIET_MS):
        return
    now = edge.domain.clock.now()
    at = datetime.fromtimestamp(minute, UTC) if isinstance(minute, int) else now
    for person in _concerned(edge):
        known = edge.directory.person(edge.team, person)
        zone = known.zone if known else "UTC"
        with speaking(edge.directory.language(edge.team, person)):
            when = f"{at.astimezone(ZoneInfo(zone)):%H:%M}"
            edge.tell_directly(person, TextCard(text=say("events-dropped", at=when, zone=zone)))


def _concerned(edge: Edge) -> list[PersonId]:
    """Owners of Missions: first those whose rules listen in channels, then administrators."""
    store, keys = edge.domain.store, TeamKeys(edge.team)
    listening = {
        MissionId(name.partition(SEPARATOR)[0])
        for channel in Listing(store).channels(edge.team)
        for name in store.hkeys(keys.channel_rules(channel))
    }
    first = {one.owner for one in store.missions(edge.team, sorted(listening))}
    ids = store.zrange(keys.missions, 0, -1)
    owners = {one.owner for one in store.missions(edge.team, map(MissionId, ids))}
    others = sorted(sorted(owners - first)[:MOST], key=lambda one: not _is_admin(edge, one))
    return [*sorted(first), *others][:MOST]


def _is_admin(edge: Edge, person: PersonId) -> bool:
    known = edge.directory.person(edge.team, person)
    return known is not None and known.is_admin
