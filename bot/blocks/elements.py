"""Blocks and elements as plain dicts, each cut to Slack's limit (`bot.limits`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot import limits
from bot.blocks.actions import ActionId, Value, encode, fits
from bot.mrkdwn import NOTHING, Mrkdwn, clip, from_markdown, link, one_line, plain_line, told
from missions.phrases import say

Block = dict[str, Any]
Element = dict[str, Any]


def mrkdwn(text: Mrkdwn, limit: int = limits.SECTION_TEXT) -> Element:
    """A text object in which Slack links and mentions nothing by itself."""
    shown = clip(Mrkdwn(text.strip()) or NOTHING, limit)
    return {"type": "mrkdwn", "text": shown, "verbatim": True}


def plain(text: str, limit: int) -> Element:
    """A text object that is shown as it is."""
    shown = plain_line(text, limit) or NOTHING
    return {"type": "plain_text", "text": shown, "emoji": False}


def header(text: str) -> Block:
    """A large line (150 characters)."""
    return {"type": "header", "text": plain(text, limits.HEADER_TEXT)}


def section(text: Mrkdwn, accessory: Element | None = None) -> Block:
    """A paragraph (3,000 characters), with a button beside it if wanted."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    return {**block, "accessory": accessory} if accessory else block


def context(*texts: Mrkdwn) -> Block:
    """Small grey lines; empty ones are left out, and 10 at most are shown."""
    shown = [mrkdwn(text, limits.CONTEXT_TEXT) for text in texts if text]
    return {"type": "context", "elements": shown[: limits.CONTEXT_ELEMENTS] or [mrkdwn(NOTHING)]}


def remark(text: str, sign: str = "ℹ️", url: str = "") -> Block:
    """What Houston says in a view of what was pressed there, with its code and bold (400).

    `url` is where to find what it tells of.
    """
    said = Mrkdwn(f"{sign} {clip(from_markdown(one_line(text)), 400)}")
    return context(Mrkdwn(f"{said} {link(url, told('show-it'))}") if url else said)


def divider() -> Block:
    """A thin line."""
    return {"type": "divider"}


def actions(*elements: Element) -> Block:
    """A row of 1 to 25 buttons."""
    return {"type": "actions", "elements": list(elements[: limits.ACTIONS_ELEMENTS])}


def button(
    text: str, action: ActionId, value: Value, *, style: str | None = None, number: int = 0
) -> Element:
    """A button; `number` tells buttons with the same action in one row apart."""
    shown: Element = {
        "type": "button",
        "text": plain(text, limits.BUTTON_TEXT),
        "action_id": action.numbered(number),
        "value": encode(value),
    }
    return {**shown, "style": style} if style else shown


def fitting(
    text: str, action: ActionId, value: Value, *, style: str | None = None, number: int = 0
) -> Element | None:
    """As `button`; None if what it is to carry is too long: `too_long` says so then."""
    return button(text, action, value, style=style, number=number) if fits(value) else None


def too_long() -> Block:
    """In place of a button that cannot carry what it stands for."""
    return context(told("too-long-to-press"))


def link_button(text: str, url: str, action: ActionId) -> Element:
    """A button that leads to an address of our own; Slack tells of the click nevertheless."""
    return {**button(text, action, Value()), "url": url}


def chosen_select(
    placeholder: str, action: ActionId, options: Sequence[tuple[str, Value]], chosen: int
) -> Element:
    """As `select`, with up to 100 options and one of them chosen."""
    shown = [_option(text, value) for text, value in options[: limits.SELECT_OPTIONS]]
    return {
        "type": "static_select",
        "action_id": action.numbered(),
        "placeholder": plain(placeholder, limits.PLACEHOLDER),
        "options": shown,
        "initial_option": shown[chosen],
    }


def feedback(positive: Value, negative: Value) -> Block:
    """The pair of buttons that ask whether a message helped."""

    def one(text: str, label: str, value: Value) -> Element:
        return {
            "text": plain(text, limits.BUTTON_TEXT),
            "accessibility_label": label,
            "value": encode(value),
        }

    pair = {
        "type": "feedback_buttons",
        "action_id": ActionId.FEEDBACK.numbered(),
        "positive_button": one(say("helpful"), say("was-helpful"), positive),
        "negative_button": one(say("not-helpful"), say("was-not-helpful"), negative),
    }
    return {"type": "context_actions", "elements": [pair]}


def select(placeholder: str, action: ActionId, options: Sequence[tuple[str, Value]]) -> Element:
    """A menu that says what it is for; each value has 150 characters at most."""
    menu = overflow(action, options)
    return {
        **menu,
        "type": "static_select",
        "placeholder": plain(placeholder, limits.PLACEHOLDER),
    }


def overflow(action: ActionId, options: Sequence[tuple[str, Value]]) -> Element:
    """A menu of 1 to 5 options; each value has 150 characters at most."""
    return {
        "type": "overflow",
        "action_id": action.numbered(),
        "options": [_option(text, value) for text, value in options[: limits.OVERFLOW_OPTIONS]],
    }


def _option(text: str, value: Value) -> Element:
    return {
        "text": plain(text, limits.OPTION_TEXT),
        "value": encode(value, limits.OPTION_VALUE),
    }


def preformatted(lines: Sequence[str]) -> Block:
    """Quoted data, line by line, in code style; as rich text it cannot act."""
    shown = "\n".join(lines) or NOTHING
    text = {"type": "text", "text": shown}
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_preformatted", "elements": [text]}],
    }


def table(rows: Sequence[Sequence[str]]) -> Block:
    """A table of text; the first row is its head."""
    return {
        "type": "table",
        "column_settings": [{"is_wrapped": True} for _ in rows[0]],
        "rows": [[{"type": "raw_text", "text": cell or NOTHING} for cell in row] for row in rows],
    }
