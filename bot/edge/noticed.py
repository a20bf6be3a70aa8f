"""What happens in a channel and may start an Event Rule: messages and reactions [B6]. Pure.

Nothing that Houston says or does is an event, so a rule cannot set itself off. Other bots may.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from agent.clean import clean_slack_text
from bot.client import Identity
from missions.blueprint import EventSource
from missions.ids import ChannelId

Json = dict[str, Any]

NOTICED: Final = frozenset({"message", "reaction_added"})
_POSTED: Final = frozenset({None, "file_share", "thread_broadcast", "me_message", "bot_message"})
"""Subtypes that are a new message; edits, deletes and joins are not."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something that happened in a channel; `body` are its fields as JSON."""

    source: EventSource
    channel: ChannelId
    id: str
    body: str


def noticed(body: Json, identity: Identity) -> Noticed | None:
    """What happened, or None if no rule can be about it.

    Messages in threads are conversation, and so is what mentions Houston or is said to it alone.
    """
    event = body["event"]
    if event.get("user") == identity.bot_user or event.get("bot_id") == identity.bot_id:
        return None
    if event.get("type") == "reaction_added":
        return _reaction(body, event)
    return _message(body, event, identity) if event.get("type") == "message" else None


def _message(body: Json, event: Json, identity: Identity) -> Noticed | None:
    root = event.get("thread_ts") in (None, event.get("ts"))
    posted = event.get("subtype") in _POSTED and not event.get("hidden")
    named = re.search(rf"<@{re.escape(identity.bot_user)}(\||>)", event.get("text") or "")
    shared = event.get("channel_type") not in ("im", "mpim")
    if not (posted and shared) or named or not (root or event.get("subtype") == "thread_broadcast"):
        return None
    fields = {
        "text": clean_slack_text(_words_of(event), identity.bot_user),
        "user": event.get("user") or event.get("bot_id") or "",
        "bot": bool(event.get("bot_id")),
        "channel": event["channel"],
        "ts": event["ts"],
    }
    return _noticed(body, EventSource.SLACK_MESSAGE, event["channel"], fields)


def _words_of(event: Json) -> str:
    """Its text; if it has none, that of its attachments, where bots that alert put theirs."""
    if event.get("text"):
        return str(event["text"])
    parts = []
    for attachment in (a for a in event.get("attachments") or () if isinstance(a, dict)):
        said = [attachment.get(name) for name in ("pretext", "title", "text")]
        parts += [str(p) for p in said if p] or [str(attachment.get("fallback") or "")]
    for block in (b for b in event.get("blocks") or () if isinstance(b, dict)):
        text = block.get("text")
        parts += [str(text.get("text") or "")] if isinstance(text, dict) else []
    return "\n".join(part for part in parts if part)


def _reaction(body: Json, event: Json) -> Noticed | None:
    item = event.get("item") or {}
    if item.get("type") != "message" or not item.get("channel"):
        return None
    fields = {
        "reaction": str(event.get("reaction") or "").partition("::")[0],
        "user": event.get("user") or "",
        "item_user": event.get("item_user") or "",
        "channel": item["channel"],
        "ts": item.get("ts") or "",
    }
    return _noticed(body, EventSource.SLACK_REACTION, item["channel"], fields)


def _noticed(body: Json, source: EventSource, channel: str, fields: Json) -> Noticed:
    return Noticed(source, ChannelId(channel), str(body["event_id"]), json.dumps(fields))
