"""Where a person can have a Mission: the channels that they and the bot are both in [P1]."""

from __future__ import annotations

import json
from typing import Final, cast

from bot.blocks.new_mission import Spot
from bot.directs import direct_with
from bot.edge.context import Edge
from missions.errors import HoustonError
from missions.ids import ChannelId, PersonId
from missions.keys import TeamKeys
from missions.phrases import say
from missions.ports import Access, Channel

KEPT_MS: Final = 30_000
"""How long the places are remembered while somebody types in the menu."""


class PlaceRefused(HoustonError):
    """A Mission cannot live there; the sentence says the cure [C11]."""

    event = "place_refused"


def suitable(edge: Edge, person: PersonId, typed: str) -> list[Spot]:
    """The places whose name has in it what was typed; raises `SlackFailure`.

    It helps to choose and proves nothing: `require_place` asks when the choice is made.
    """
    wanted = typed.strip().lstrip("#").casefold()
    return [spot for spot in _places(edge, person) if wanted in spot.name.casefold()]


def spot_of(edge: Edge, person: PersonId, channel: ChannelId | None) -> Spot | None:
    """The place where a dialog is opened, if this person can have a Mission there."""
    known = edge.domain.directory.channel(edge.team, channel) if channel else None
    if known is None or known.is_archived or not known.bot_is_member:
        return None
    if edge.domain.directory.access(edge.team, person, known.id) is not Access.MEMBER:
        return None
    return Spot(known.id, say("direct-with-me") if known.is_direct else f"#{known.name}")


def require_place(edge: Edge, person: PersonId, channel: ChannelId | None) -> Channel:
    """The channel, if person and bot are in it now; hidden and unknown ones refuse alike [P1]."""
    known = edge.domain.directory.channel(edge.team, channel) if channel else None
    access = Access.NONE
    if known:
        access = edge.domain.directory.access(edge.team, person, known.id, fresh=True)
    if known is None or access < Access.MEMBER:
        raise PlaceRefused(say("pick-shared-channel"))
    if not known.bot_is_member:
        raise PlaceRefused(say("not-member-there", channel=known.name))
    if known.is_archived:
        raise PlaceRefused(say("archived-pick-other", channel=known.name))
    return known


def _places(edge: Edge, person: PersonId) -> list[Spot]:
    key = TeamKeys(edge.team).cache("places", person)
    kept = cast("str | None", edge.domain.redis.get(key))
    if kept is None:
        ours = {one["id"] for one in edge.client.conversations_of()}
        both = [one for one in edge.client.conversations_of(person) if one["id"] in ours]
        found = sorted((str(one["name"]), str(one["id"])) for one in both)
        kept = json.dumps(
            [
                (direct_with(edge.client, edge.domain.redis, person), ""),
                *((i, f"#{n}") for n, i in found),
            ]
        )
        edge.domain.redis.set(key, kept, px=KEPT_MS)
    return [
        Spot(ChannelId(channel), name or say("direct-with-me"))
        for channel, name in json.loads(kept)
    ]
