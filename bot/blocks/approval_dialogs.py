"""The dialogs of an approval: why not, and other arguments [A1]."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from bot import limits
from bot.blocks.approval_card import call_text, parts
from bot.blocks.dialogs import DialogId, Origin
from bot.blocks.elements import Block, Element, context, plain, preformatted, section
from bot.blocks.look import mission_line
from bot.mrkdwn import clean, clip_plain, told
from missions.approval import Approval
from missions.blueprint import Scalar
from missions.mission import Mission
from missions.phrases import say
from missions.verbs.approvals import REASON_MAX

View = dict[str, Any]
METHODS: Final = ("POST", "PUT", "PATCH", "DELETE")
_TEXT_MAX: Final = 3_000
"""Slack: characters of an input."""


class CallField(StrEnum):
    """The inputs: `block_id` and `action_id` of each; but for the reason they are arguments."""

    REASON = "reason"
    METHOD = "method"
    URL = "url"
    HEADERS = "headers"
    JSON = "json"


def reject_dialog(mission: Mission, asked: Approval, origin: Origin) -> View:
    """Asks why not."""
    reason = _input(CallField.REASON, say("why-not"), _text("", REASON_MAX), say("reject-hint"))
    reason["element"]["placeholder"] = plain(say("reject-example"), limits.PLACEHOLDER)
    call = preformatted([parts(call_text(asked.arguments))[0]])
    blocks = [section(mission_line(mission)), call, {**reason, "optional": True}]
    return _form(DialogId.REJECT, say("reject-title"), say("reject"), blocks, origin)


def edit_dialog(mission: Mission, asked: Approval, origin: Origin) -> View:
    """The arguments, to be changed."""
    held = {name: str(value) for name, value in asked.arguments.items()}
    method = {
        "type": "static_select",
        "options": [_option(m) for m in METHODS],
        "initial_option": _option(held.get("method", METHODS[0])),
    }
    headers = _text(held.get("headers", ""), _TEXT_MAX, multiline=True)
    body = _text(held.get("json", ""), _TEXT_MAX, multiline=True)
    blocks = [
        section(mission_line(mission)),
        _input(CallField.METHOD, say("method"), method),
        _input(CallField.URL, say("call-address"), _text(held.get("url", ""), _TEXT_MAX)),
        {
            **_input(
                CallField.HEADERS,
                say("headers"),
                headers,
                say("headers-hint", by_name="{secret:name}"),
            ),
            "optional": True,
        },
        {**_input(CallField.JSON, say("json-body"), body), "optional": True},
        context(told("edit-hint")),
    ]
    return _form(DialogId.EDIT_CALL, say("edit-title"), say("save"), blocks, origin)


def call_in(view: View) -> dict[str, Scalar]:
    """The arguments that a submitted dialog says; what is empty is not there."""
    found: dict[str, Scalar] = {}
    for name in (CallField.METHOD, CallField.URL, CallField.HEADERS, CallField.JSON):
        state = view.get("state", {}).get("values", {}).get(name, {}).get(name, {})
        text = (state.get("selected_option") or {}).get("value") or state.get("value") or ""
        if str(text).strip():
            found[name.value] = str(text).strip()
    return found


def reason_in(view: View) -> str:
    """The reason that a submitted dialog gives; "" if none."""
    field = CallField.REASON
    state = view.get("state", {}).get("values", {}).get(field, {}).get(field, {})
    return str(state.get("value") or "").strip()


def _text(initial: str, most: int, *, multiline: bool = False) -> Element:
    element: Element = {"type": "plain_text_input", "max_length": most, "multiline": multiline}
    if initial.strip():
        element["initial_value"] = clip_plain(clean(initial), most)
    return element


def _option(name: str) -> Element:
    return {"text": plain(name, limits.OPTION_TEXT), "value": name}


def _input(field: CallField, text: str, element: Element, hint: str = "") -> Block:
    block: Block = {
        "type": "input",
        "block_id": field.value,
        "label": plain(text, limits.INPUT_LABEL),
        "element": {"action_id": field.value, **element},
    }
    return {**block, "hint": plain(hint, limits.INPUT_HINT)} if hint else block


def _form(dialog: DialogId, title: str, submit: str, blocks: list[Block], origin: Origin) -> View:
    return {
        "type": "modal",
        "callback_id": dialog.value,
        "title": plain(title, limits.VIEW_TITLE),
        "submit": plain(submit, limits.VIEW_BUTTON),
        "close": plain(say("cancel"), limits.VIEW_BUTTON),
        "private_metadata": origin.dump(),
        "blocks": blocks,
    }
