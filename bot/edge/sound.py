"""Whether what Slack sends has the shape that it documents: as far as anything here relies on it.

Only Slack can send it, as it is signed or comes over our own connection. But what is misshapen
must end in a word and a line in the log, not in the middle of what it set off.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final


class Shape(Enum):
    """What stands at a place, if anything does; each of a LIST and of VALUES is an object."""

    TEXT = "text"
    NAMED = "named"
    LIST = "list"
    VALUES = "values"


Spec = Mapping[str, "Shape | Spec"]


def _texts(names: str) -> dict[str, Shape]:
    return dict.fromkeys(names.split("|"), Shape.TEXT)


_MESSAGE: Final[Spec] = {
    **_texts("text|ts|thread_ts|subtype|user|bot_id|parent_user_id"),
    **dict.fromkeys(("attachments", "blocks", "files"), Shape.LIST),
    "edited": _texts("user"),
}
_ONE: Final[Spec] = _texts("id|team_id|enterprise_id")
_ANY: Final[Spec] = {
    **_texts("event_id|api_app_id|team_id|enterprise_id|trigger_id|response_url|callback_id"),
    **_texts("type|action_id|value"),
    **dict.fromkeys(("team", "enterprise", "user", "channel"), _ONE),
    "authorizations": Shape.LIST,
    "message": _MESSAGE,
    "container": _texts("message_ts|thread_ts|channel_id"),
    "view": {
        **_texts("id|hash|type|team_id|callback_id|private_metadata|app_installed_team_id"),
        "blocks": Shape.LIST,
        "state": {"values": Shape.VALUES},
    },
}
"""What is the same in everything that Slack sends; all may be missing or null."""
_EVENT: Final[Spec] = {
    **_MESSAGE,
    **_texts("type|channel_type|reaction|tab|team|user_team|event_ts"),
    **_texts("old_channel_id|new_channel_id"),
    **dict.fromkeys(("user", "channel"), Shape.NAMED),
    **dict.fromkeys(("message", "previous_message"), _MESSAGE),
    "item": _texts("type|channel|ts"),
    "tokens": {},
}
_PRESSED: Final[Spec] = {
    **_texts("action_id|block_id|value|type"),
    "selected_option": _texts("value"),
}
_MUST: Final = {
    "event_callback": "event_id|event.type",
    "block_actions": "user.id|actions",
    "view_submission": "user.id|view.callback_id",
    "view_closed": "user.id|view.callback_id",
    "block_suggestion": "user.id|action_id",
    "shortcut": "user.id|callback_id",
    "message_action": "user.id|callback_id|channel.id|message.ts",
    "command": "user_id|channel_id|command",
}
"""What may not be missing or empty, by the type of what is sent."""
_BY_SOMEBODY: Final = {
    "message": "event.channel|event.ts",
    "app_mention": "event.channel|event.ts",
    "reaction_added": "",
    "member_joined_channel": "",
    "member_left_channel": "",
}
"""Events whose person and channel are ids, not objects, and what else they may not lack."""


def flaw(body: Any) -> str | None:
    """What is wrong with a payload, as a name for the log and never a word of it; None if sound."""
    if not isinstance(body, dict):
        return "payload"
    return next(_flaws(body), None)


def _flaws(body: dict[str, Any]) -> Iterator[str]:
    kind = "command" if "command" in body else body.get("type")
    alike = {n: v for n, v in body.items() if n not in ("team", "enterprise") or type(v) is not str}
    yield from _wrong(alike, _ANY if kind != "command" else _texts("team_id|enterprise_id"), "")
    if kind == "event_callback":
        yield from _wrong(body.get("event"), _EVENT, "event.")
    yield from _missing(body, _MUST.get(kind or "", ""))
    if kind == "event_callback" and body["event"]["type"] in _BY_SOMEBODY:
        yield from _wrong(body["event"], _texts("user|channel"), "event.")
        yield from _missing(body, _BY_SOMEBODY[body["event"]["type"]])
    if kind == "block_actions":
        yield from _wrong_click(body["actions"])


def _wrong(found: Any, spec: Spec, where: str) -> Iterator[str]:
    """The names of what is there and is not what it should be."""
    if found is None:
        return
    if not isinstance(found, dict):
        yield where.rstrip(".")
        return
    for name, wanted in spec.items():
        if not isinstance(wanted, Shape):
            yield from _wrong(found.get(name), wanted, f"{where}{name}.")
        elif found.get(name) is not None and not _is(found[name], wanted):
            yield f"{where}{name}"


def _missing(body: dict[str, Any], names: str) -> Iterator[str]:
    for name in filter(None, names.split("|")):
        found: Any = body
        for part in name.split("."):
            found = (found or {}).get(part)
        if not found or not isinstance(found, str | list):
            yield name


def _wrong_click(actions: Any) -> Iterator[str]:
    """A click has something that was pressed, and says when."""
    if not _is(actions, Shape.LIST):
        yield "actions"
        return
    yield from _wrong(actions[0], _PRESSED, "actions.")
    if not actions[0].get("action_id"):
        yield "actions.action_id"
    try:
        at = float(actions[0].get("action_ts") or 0)
    except (TypeError, ValueError):
        at = math.nan
    if not math.isfinite(at):
        yield "actions.action_ts"


def _is(found: Any, what: Shape) -> bool:
    match what:
        case Shape.TEXT:
            return isinstance(found, str)
        case Shape.NAMED:
            return isinstance(found, str | dict)
        case Shape.LIST:
            return isinstance(found, list) and all(isinstance(one, dict) for one in found)
        case Shape.VALUES:
            return _are_objects(found) and all(map(_are_objects, found.values()))


def _are_objects(found: Any) -> bool:
    return isinstance(found, dict) and all(isinstance(one, dict) for one in found.values())
