"""The New Mission dialog, for those who prefer a form: own words, or a template [C1 C2]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from agent.templates import Blank, Every, Template
from bot import limits
from bot.blocks import sentences
from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import Block, Element, button, context, divider, plain, section
from bot.mrkdwn import Mrkdwn, clean, clip_plain, line, lines, link
from missions.blueprint import NAME_MAX, EventSource
from missions.ids import ChannelId
from missions.record import Record

View = dict[str, Any]
CHANNEL: Final = "channel"
"""`block_id` and `action_id` of the menu of places; its options are asked for as it opens."""
WISH: Final = "wish"
"""`block_id` and `action_id` of the person's own words."""
WISH_MAX: Final = 2_000
"""Characters of a wish: it is quoted in the channel together with the answer's thread."""


class FormId(StrEnum):
    """The `callback_id` of the dialogs that are about no Mission yet."""

    WISH = "new_mission"
    TEMPLATE = "new_from_template"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where a Mission can live, as the menu of places shows it."""

    id: ChannelId
    name: str


class Beginning(Record):
    """Carried in `private_metadata`: the template, or the message that a Mission is made of."""

    template: Template | None = None
    link: str | None = None


def wish_dialog(spot: Spot | None, text: str = "", source: Beginning | None = None) -> View:
    """Asks for the person's own words and the place; below, the templates.

    `source` is the message that it is made of, whose text fills the words.
    """
    wish = _input(
        WISH,
        sentences.NEW_ASK,
        _text(sentences.NEW_EXAMPLE, text, WISH_MAX, multiline=True),
    )
    blocks = [section(sentences.NEW_LEAD), wish, _where(spot)]
    if source and source.link:
        blocks.append(context(Mrkdwn(f"From {link(source.link, Mrkdwn('this message'))}")))
    blocks += [divider(), section(sentences.NEW_TEMPLATES)]
    blocks += [_offer(template, number) for number, template in enumerate(Template)]
    return _form(FormId.WISH, "New Mission", blocks, source or Beginning())


def template_dialog(template: Template, spot: Spot | None) -> View:
    """The few fields of a template."""
    sign, title, about = OFFERS[template]
    blocks = [section(Mrkdwn(f"{sign} {about}")), *_blanks(template), _where(spot)]
    return _form(FormId.TEMPLATE, title, blocks, Beginning(template=template))


OFFERS: Final[dict[Template, tuple[str, str, str]]] = {
    Template.SITE: (
        "🌐",
        "Watch a website",
        "Asks an address again and again: does it answer, and fast enough?",
    ),
    Template.CERTIFICATE: (
        "🔏",
        "Watch certificates",
        "Says in good time when a certificate is about to run out.",
    ),
    Template.API: (
        "🔎",
        "Watch an API's answer",
        "Asks an API and looks whether its answer has in it what it should.",
    ),
    Template.ALERT: (
        "🚨",
        "Look into alerts",
        "When an alert arrives, checks at once whether the service answers, and reports.",
    ),
    Template.DIGEST: (
        "📰",
        "Sum up a channel",
        "Counts what was said there: messages, the busiest threads, open questions, links.",
    ),
}
"""Sign, title and what it does. There is a template for what Tasks can do today, and no other."""


def places(spots: Sequence[Spot]) -> list[Element]:
    """The options of the menu of places."""
    return [_option(spot.name, spot.id) for spot in spots[: limits.SELECT_OPTIONS]]


def picked_channel(view: View) -> ChannelId | None:
    """The place that was picked in a dialog; None if none was."""
    option = _held(view, CHANNEL).get("selected_option") or {}
    return ChannelId(option["value"]) if option.get("value") else None


def picked_spot(view: View) -> Spot | None:
    """The same with its name, for another dialog."""
    option = _held(view, CHANNEL).get("selected_option") or {}
    name = str((option.get("text") or {}).get("text") or "")
    return Spot(ChannelId(option["value"]), name) if option.get("value") and name else None


def filled(view: View, template: Template) -> dict[Blank, str]:
    """What was put into the fields of a template's form."""
    found: dict[Blank, str] = {}
    for blank in BLANKS[template]:
        held = _held(view, blank)
        picked = (held.get("selected_option") or {}).get("value")
        found[blank] = str(held.get("value") or held.get("selected_time") or picked or "")
    return found


def wished(view: View) -> str:
    """The person's own words."""
    return str(_held(view, WISH).get("value") or "").strip()


def beginning_of(view: View) -> Beginning:
    """What the dialog carries; ValueError if it is none of ours."""
    return Beginning.load(view.get("private_metadata") or "")


def _held(view: View, name: str) -> dict[str, Any]:
    found: dict[str, Any] = view.get("state", {}).get("values", {}).get(name, {}).get(name, {})
    return found


def _offer(template: Template, number: int) -> Block:
    sign, title, about = OFFERS[template]
    text = lines([Mrkdwn(f"{sign} *{title}*"), line(about, 200)])
    return section(text, button("Use", ActionId.USE_TEMPLATE, Value(extra=template), number=number))


def _where(spot: Spot | None) -> Block:
    menu: Element = {
        "type": "external_select",
        "action_id": CHANNEL,
        "min_query_length": 0,
        "placeholder": plain(sentences.NEW_WHERE_PICK, limits.PLACEHOLDER),
    }
    if spot:
        menu["initial_option"] = _option(spot.name, spot.id)
    return _input(CHANNEL, sentences.NEW_WHERE, menu, sentences.NEW_WHERE_HINT)


def _blanks(template: Template) -> list[Block]:
    return [_blank(blank, _HINTS.get((template, blank))) for blank in BLANKS[template]]


def _blank(blank: Blank, other_hint: str | None = None) -> Block:
    label, usual, element = _ELEMENTS[blank]
    hint = usual if other_hint is None else other_hint
    optional = blank in (Blank.NAME, Blank.UNDER_MS, Blank.FIELD, Blank.VALUE, Blank.CONTAINS)
    return _input(blank, label, {**element, "action_id": blank.value}, hint, optional=optional)


def _text(example: str, initial: str = "", most: int = 200, *, multiline: bool = False) -> Element:
    element: Element = {
        "type": "plain_text_input",
        "action_id": WISH,
        "max_length": most,
        "multiline": multiline,
        "placeholder": plain(example, limits.PLACEHOLDER),
    }
    if initial.strip():
        element["initial_value"] = clip_plain(clean(initial).strip(), most)
    return element


def _menu(options: Sequence[tuple[str, str]], initial: int | None = 0) -> Element:
    shown = [_option(text, value) for text, value in options]
    menu: Element = {"type": "static_select", "options": shown}
    return menu if initial is None else {**menu, "initial_option": shown[initial]}


def _option(text: str, value: str) -> Element:
    return {"text": plain(text, limits.OPTION_TEXT), "value": value}


_EVERY: Final = (
    ("Every 5 minutes", Every.FIVE_MINUTES),
    ("Every 15 minutes", Every.QUARTER),
    ("Every 30 minutes", Every.HALF_HOUR),
    ("Every hour", Every.HOUR),
    ("Every day at …", Every.DAY),
    ("Every weekday at …", Every.WEEKDAY),
)
_DAYS: Final = (
    ("Every weekday", Every.WEEKDAY),
    ("Every day", Every.DAY),
    ("Every Monday", Every.MONDAY),
)
_SOURCES: Final = (
    ("Alertmanager", EventSource.ALERTMANAGER),
    ("Grafana", EventSource.GRAFANA),
    ("GitHub", EventSource.GITHUB),
    ("Anything that can post JSON", EventSource.WEBHOOK),
)
_ELEMENTS: Final[dict[Blank, tuple[str, str, Element]]] = {
    Blank.NAME: ("Name", "", _text("Shop watch", most=NAME_MAX)),
    Blank.ADDRESSES: (
        "Addresses",
        "One on each line, 10 at most.",
        _text("https://shop.example/health", most=3_000, multiline=True),
    ),
    Blank.EVERY: ("How often", "", _menu(_EVERY, 1)),
    Blank.DAYS_OF: ("On which days", "", _menu(_DAYS)),
    Blank.AT: (
        "At what time",
        "In your time zone. Counts for “every day” and “every weekday”.",
        {"type": "timepicker", "initial_time": "09:00"},
    ),
    Blank.UNDER_MS: (
        "Answers in less than (ms)",
        "Leave it empty if the time does not matter.",
        _text("800", most=9),
    ),
    Blank.CONTAINS: (
        "The answer has in it",
        "Exactly this text, big and small letters included.",
        _text('"status":"ok"', most=500),
    ),
    Blank.DAYS: ("Days left at least", "", _text("14", "14", most=9)),
    Blank.SOURCE: (
        "Who sends the alerts",
        "After the launch, /mission hooks shows you the address to send to.",
        _menu(_SOURCES),
    ),
    Blank.FIELD: (
        "Only if this field",
        "With dots: labels.severity. Leave both empty for every alert.",
        _text("labels.severity", most=100),
    ),
    Blank.VALUE: ("has this value", "", _text("critical", most=200)),
}
_HINTS: Final = {(Template.DIGEST, Blank.AT): "In your time zone."}
_TIMES: Final = (Blank.EVERY, Blank.AT)
BLANKS: Final[dict[Template, tuple[Blank, ...]]] = {
    Template.SITE: (Blank.ADDRESSES, *_TIMES, Blank.UNDER_MS, Blank.CONTAINS, Blank.NAME),
    Template.CERTIFICATE: (Blank.ADDRESSES, Blank.DAYS, *_TIMES, Blank.NAME),
    Template.API: (Blank.ADDRESSES, Blank.CONTAINS, *_TIMES, Blank.UNDER_MS, Blank.NAME),
    Template.ALERT: (Blank.SOURCE, Blank.FIELD, Blank.VALUE, Blank.ADDRESSES, Blank.NAME),
    Template.DIGEST: (Blank.DAYS_OF, Blank.AT, Blank.NAME),
}
"""The fields of each template, in the order in which they are shown."""


def _input(
    name: str, label: str, element: Element, hint: str = "", *, optional: bool = False
) -> Block:
    block: Block = {
        "type": "input",
        "block_id": name,
        "label": plain(label, limits.INPUT_LABEL),
        "element": element,
        "optional": optional,
    }
    return {**block, "hint": plain(hint, limits.INPUT_HINT)} if hint else block


def _form(form: FormId, title: str, blocks: list[Block], begin: Beginning) -> View:
    return {
        "type": "modal",
        "callback_id": form.value,
        "title": plain(title, limits.VIEW_TITLE),
        "submit": plain("Make a plan", limits.VIEW_BUTTON),
        "close": plain("Cancel", limits.VIEW_BUTTON),
        "blocks": blocks,
        "private_metadata": begin.dump(),
    }


def error_at(name: str, sentence: str) -> dict[str, str]:
    """The `errors` of a refused submission: the sentence below the field."""
    return {str(name): clip_plain(sentence, limits.INPUT_HINT)}
