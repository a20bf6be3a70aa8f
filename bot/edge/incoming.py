"""What of all that Slack tells is said to Houston [C1]. Pure: text and place decide."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.client import Identity
from bot.edge.viewing import viewing
from missions.ids import ChannelId, PersonId
from missions.mailbox import Incoming

Json = dict[str, Any]

_SPOKEN: Final = frozenset({None, "file_share", "thread_broadcast", "me_message"})
"""Subtypes that are a person's words; edits, deletes, joins and bots' messages are not."""
_SYSTEM: Final = frozenset({"USLACK", "USLACKBOT"})


@dataclass(frozen=True, slots=True)
class Heard:
    """Words that may be for Houston.

    `addressed` says that they surely are: a mention, or a direct message. Others are replies in a
    thread, for Houston only if it has part in it. `root_author` began the thread, if that is known.
    """

    incoming: Incoming
    addressed: bool
    root_author: PersonId | None = None


def heard(body: Json, identity: Identity, now: datetime) -> Heard | None:
    """The words of an event, or None if they are not for Houston.

    A `message` that mentions Houston is left to the `app_mention` that Slack sends beside it: this
    is decided here, before (channel, ts) is marked as seen, or the one would swallow the other.
    """
    event = _said_now(body["event"], identity) or body["event"]
    if not _by_person(event, identity):
        return None
    mention = event["type"] == "app_mention"
    direct = event.get("channel_type") == "im"
    thread_ts = event.get("thread_ts")
    if mention and "edited" in event:
        return None
    if not mention and not direct and (_names(event, identity) or not thread_ts):
        return None
    return Heard(
        incoming=_incoming(body, event, identity, now, direct=direct),
        addressed=mention or direct,
        root_author=_root_author(event, identity),
    )


def _said_now(event: Json, identity: Identity) -> Json | None:
    """The mention that an edit of a message adds: said now; None if the event is no such edit.

    Slack sends no `app_mention` for it. A message that was heard before is not heard again: it has
    the same (channel, ts).
    """
    if event.get("subtype") != "message_changed" or event.get("channel_type") == "im":
        return None
    message, before = event.get("message") or {}, event.get("previous_message") or {}
    by_themselves = (message.get("edited") or {}).get("user") == message.get("user")
    if not by_themselves or _names(before, identity) or not _names(message, identity):
        return None
    told = {name: message[name] for name in message if name != "edited"}
    where = {name: event.get(name) for name in ("channel", "channel_type")}
    return {**told, **where, "type": "app_mention"}


def _names(message: Json, identity: Identity) -> bool:
    """Whether the text mentions Houston."""
    named = rf"<@{re.escape(identity.bot_user)}(\||>)"
    return re.search(named, message.get("text") or "") is not None


def _by_person(event: Json, identity: Identity) -> bool:
    person = event.get("user")
    return (
        bool(person)
        and event.get("subtype") in _SPOKEN
        and not event.get("bot_id")
        and not event.get("hidden")
        and person != identity.bot_user
        and person not in _SYSTEM
    )


def _incoming(
    body: Json, event: Json, identity: Identity, now: datetime, *, direct: bool
) -> Incoming:
    channel, ts = ChannelId(event["channel"]), str(event["ts"])
    root = str(event.get("thread_ts") or ts)
    place, message = viewing(event) if direct else ("", "")
    return Incoming(
        id=str(body["event_id"]),
        team=identity.team,
        channel=channel,
        thread_ts=root,
        ts=ts,
        person=PersonId(event["user"]),
        text=str(event.get("text") or ""),
        direct=direct,
        private=direct or event.get("channel_type") in ("group", "mpim"),
        link=identity.permalink(channel, ts, root),
        event_id=str(body["event_id"]),
        at=now,
        bot_user=identity.bot_user,
        viewing=ChannelId(place),
        viewing_ts=message,
    )


def _root_author(event: Json, identity: Identity) -> PersonId | None:
    author = event.get("parent_user_id")
    return PersonId(author) if author and author != identity.bot_user else None
