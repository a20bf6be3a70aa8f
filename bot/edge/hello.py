"""Says hello to who invited Houston to a channel: once, to them alone, with a first sentence."""

from __future__ import annotations

from typing import Any, Final

from bot.edge.context import Edge
from bot.edge.place import Place
from missions.ids import ChannelId, PersonId
from missions.keys import TeamKeys
from missions.phrases import say, speaking

Json = dict[str, Any]
KEPT_MS: Final = 30 * 24 * 60 * 60 * 1000
"""For so long a channel that Houston comes back to hears no second hello."""


def invited(event: Json, bot_user: PersonId) -> tuple[ChannelId, PersonId] | None:
    """Into which channel Houston was invited, and by whom; None if it was not. Pure."""
    told = event.get("channel"), event.get("inviter")
    if event.get("type") != "member_joined_channel" or event.get("user") != bot_user:
        return None
    channel, inviter = told
    if not isinstance(channel, str) or not isinstance(inviter, str) or inviter == bot_user:
        return None
    return (ChannelId(channel), PersonId(inviter)) if channel and inviter else None


def greet(edge: Edge, channel: ChannelId, inviter: PersonId) -> None:
    """What to say first, in the person's language."""
    key = TeamKeys(edge.team).cache("hello", channel)
    if not edge.domain.redis.set(key, "1", nx=True, px=KEPT_MS):
        return
    with speaking(edge.directory.language(edge.team, inviter)):
        edge.say(Place(person=inviter, channel=channel), say("hello-channel"))
