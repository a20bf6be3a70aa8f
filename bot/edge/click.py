"""A click on a button, or a choice from a menu, as the handlers get it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.blocks.actions import ActionId, Value, action_of, decode, picked
from bot.blocks.layout import Message
from bot.client import Identity
from bot.edge.place import Place, place_of_click
from missions.viewer import Actor

Json = dict[str, Any]
_MARK: Final = re.compile(r"([a-z_]+):.")


@dataclass(frozen=True, slots=True)
class Click:
    """`button` tells the buttons of one message apart; `card` is the kind of card it stands on.

    `view` is the dialog or Home that it was made in, with what was filled in so far. What was typed
    into an input that acts by itself is the value's `extra`.
    """

    place: Place
    action: ActionId
    value: Value
    button: str
    actor: Actor
    card: str = ""
    view: Json | None = None


def click_of(body: Json, identity: Identity) -> Click | None:
    """The click of a `block_actions` payload; None if it is none of ours."""
    pressed = body["actions"][0]
    typed = pressed.get("type") == "plain_text_input"
    text = pressed.get("value") or (pressed.get("selected_option") or {}).get("value") or ""
    action = action_of(str(pressed.get("action_id") or ""))
    try:
        value = Value(extra=str(text)) if typed else decode(str(text))
    except ValueError:
        return None
    if action is ActionId.REPORT_MENU:
        action, value = picked(value), value.model_copy(update={"extra": None})
    if action in (None, ActionId.REPORT_MENU):
        return None
    place = place_of_click(body)
    link = None
    if place.channel and place.message_ts and not place.ephemeral:
        link = identity.permalink(place.channel, place.message_ts, place.root)
    return Click(
        place=place,
        action=action,
        value=value,
        button=f"{pressed.get('block_id')}:{pressed.get('action_id')}:{text}",
        actor=place.actor(identity.team, link),
        card=_card(body),
        view=body.get("view"),
    )


def mark(kind: str, entry: str) -> str:
    """The `block_id` of a message's second block: the kind of card, unique to this revision."""
    return f"{kind}:{entry}"


def kinded(message: Message, kind: str) -> Message:
    """With the kind of card on every block: a click on what one person sees tells no more."""
    blocks = (
        {**block, "block_id": mark(kind, str(number))}
        for number, block in enumerate(message.blocks)
    )
    return replace(message, blocks=tuple(blocks))


def _card(body: Json) -> str:
    """The kind of card; what was streamed before the answer stands above its blocks."""
    if (body.get("container") or {}).get("is_ephemeral"):
        return str(body["actions"][0].get("block_id") or "").partition(":")[0]
    blocks = (body.get("message") or {}).get("blocks") or []
    marks = (_MARK.match(str(block.get("block_id") or "")) for block in blocks)
    return next((found[1] for found in marks if found), "")
