"""What a person looks at while they write to Houston, as Slack says beside their words [C1].

It names a place and no right: whether they may read there is asked where it is used [P1].
"""

from __future__ import annotations

from typing import Any, Final

CONTEXT_EVENT: Final = "app_context_changed"
"""An app that hears of it gets what is looked at in each direct message; of itself it needs nothing
to be done."""
CHANNEL: Final = "slack#/types/channel_id"
MESSAGE: Final = "slack#/types/message_context"


def viewing(event: dict[str, Any]) -> tuple[str, str]:
    """The channel and the ts of the message that they look at; "" for what is not said.

    What is looked at comes most telling first. Kinds that are not known are passed over.
    """
    context = event.get("app_context")
    entities = context.get("entities") if isinstance(context, dict) else None
    for entity in entities if isinstance(entities, list) else ():
        if not isinstance(entity, dict):
            continue
        kind, value = entity.get("type"), entity.get("value")
        if kind == CHANNEL and isinstance(value, str):
            return value, ""
        if kind == MESSAGE and isinstance(value, dict) and value.get("channel_id"):
            return str(value["channel_id"]), str(value.get("message_ts") or "")
    return "", ""
