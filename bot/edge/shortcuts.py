"""The shortcuts: New Mission from anywhere, and a Mission made of a message [C1 P4]."""

from __future__ import annotations

from typing import Any, Final

from agent.clean import clean_slack_text
from bot.blocks.dialogs import error_dialog
from bot.blocks.new_mission import Beginning
from bot.edge.context import Edge
from bot.edge.new_mission import ask
from bot.edge.place import Place, place_of_click
from missions.phrases import say

Json = dict[str, Any]

NEW_MISSION: Final = "new_mission"
"""`callback_id` of the global shortcut."""
OF_MESSAGE: Final = "mission_of_message"
"""`callback_id` of the message shortcut."""


def new_mission(edge: Edge, body: Json) -> None:
    """Open the dialog, empty."""
    ask(edge, place_of_click(body))


def of_message(edge: Edge, body: Json) -> None:
    """Open the dialog with the words of a message, which are data until somebody sends them.

    Where the bot is not, the person is told so, to them alone, with the cure [C11].
    """
    place = place_of_click(body)
    known = edge.domain.directory.channel(edge.team, place.channel) if place.channel else None
    if known is None or not known.bot_is_member:
        refusal = say("not-member-of", channel=known.name) if known else say("not-member-at-all")
        edge.client.open_view(place.trigger, error_dialog(refusal))
        return
    text = clean_slack_text(_words(body.get("message") or {}), edge.bot_user)
    ask(edge, place, text, Beginning(link=_link(edge, place)))


def _link(edge: Edge, place: Place) -> str | None:
    if place.channel is None or place.message_ts is None:
        return None
    return edge.client.identity.permalink(place.channel, place.message_ts, place.root)


def _words(message: Json) -> str:
    """What a message says: its text, or what stands in its attachments, as alerts do it."""
    attached = [
        str(one.get(part) or "")
        for one in message.get("attachments") or ()
        for part in ("title", "text")
    ]
    text = str(message.get("text") or "").strip()
    fallback = [str(one.get("fallback") or "") for one in message.get("attachments") or ()]
    return text or "\n".join(filter(None, attached)) or "\n".join(filter(None, fallback))
