"""Events that are no words: what was remembered of Slack is wrong now, or Home was opened."""

from __future__ import annotations

from typing import Any, Final

import structlog

from bot.edge.agent_view import offer_prompts
from bot.edge.context import Edge
from bot.edge.home import HOME_EVENT, publish
from bot.edge.stopping import STOPPED_EVENT, on_stopped
from bot.slack_errors import SlackFailure
from missions.cards import ListCard
from missions.ids import ChannelId, PersonId

Json = dict[str, Any]

CHANNEL_EVENTS: Final = frozenset(
    {
        "channel_archive",
        "channel_deleted",
        "channel_id_changed",
        "channel_left",
        "channel_rename",
        "channel_unarchive",
        "group_archive",
        "group_deleted",
        "group_left",
        "group_rename",
        "group_unarchive",
        "member_joined_channel",
        "member_left_channel",
    }
)
PERSON_EVENTS: Final = frozenset({"user_change"})
MEMBER_EVENTS: Final = frozenset({"member_joined_channel", "member_left_channel"})
EVERYWHERE: Final = ChannelId("")
"""Stands for all channels in which a person may own Missions."""


log = structlog.get_logger("bot.edge")


def on_event(edge: Edge, event: Json) -> None:
    """Forget what the event is about; fill what was opened; stop what is to stop."""
    kind = event.get("type")
    if kind in CHANNEL_EVENTS:
        for field in ("channel", "old_channel_id", "new_channel_id"):
            channel = _id(event.get(field))
            if channel:
                edge.directory.forget_channel(edge.team, ChannelId(channel))
        if kind in MEMBER_EVENTS:
            channel, person = _id(event.get("channel")), _id(event.get("user"))
            edge.domain.bell.owner(edge.team, ChannelId(channel), PersonId(person))
    elif kind in PERSON_EVENTS:
        person = _id(event.get("user"))
        if person:
            edge.directory.forget_person(edge.team, PersonId(person))
            if _lost_rights(event.get("user")):
                edge.domain.bell.owner(edge.team, EVERYWHERE, PersonId(person))
    elif kind == HOME_EVENT and event.get("tab") == "home":
        _fill_home(edge, PersonId(_id(event.get("user"))))
    elif kind == HOME_EVENT and event.get("tab") == "messages":
        offer_prompts(edge, PersonId(_id(event.get("user"))), ChannelId(_id(event.get("channel"))))
    elif kind == STOPPED_EVENT:
        on_stopped(edge, event)


def _lost_rights(person: Any) -> bool:
    """Whether they can do less than others: other changes of a profile come all the time."""
    told = person if isinstance(person, dict) else {}
    return bool(told.get("deleted") or told.get("is_restricted"))


def _fill_home(edge: Edge, person: PersonId) -> None:
    try:
        publish(edge, person, ListCard())
    except SlackFailure as failure:
        log.warning("home_not_filled", person=person, code=failure.code)


def _id(told: Any) -> str:
    """An id that Slack gives as such, or inside of an object."""
    return str(told.get("id") or "") if isinstance(told, dict) else str(told or "")
