"""The New Mission dialog, for those who prefer a form: own words, or a template [C1 C2]."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from agent.templates import Blank, Every, Template
from bot import limits
from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import Block, Element, button, context, divider, plain, section
from bot.mrkdwn import Mrkdwn, clean, clip_plain, line, lines, link, told
from missions.blueprint import NAME_MAX, EventSource
from missions.ids import ChannelId
from missions.phrases import grouped, say
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
        say("new-ask"),
        _text(say("new-example"), text, WISH_MAX, multiline=True),
    )
    blocks = [section(told("new-lead")), wish, *_cut(text), _where(spot)]
    if source and source.link:
        blocks.append(context(told("from-message", link=link(source.link, told("this-message")))))
    blocks += [divider(), section(told("new-templates"))]
    blocks += [_offer(template, number) for number, template in enumerate(Template)]
    return _form(FormId.WISH, say("new-mission"), blocks, source or Beginning())


def _cut(text: str) -> list[Block]:
    """That not all of the words fit in, which are there to be shortened before they are sent."""
    size = len(clean(text).strip())
    if size <= WISH_MAX:
        return []
    return [context(told("words-cut", most=Mrkdwn(grouped(WISH_MAX)), size=Mrkdwn(grouped(size))))]


def template_dialog(template: Template, spot: Spot | None) -> View:
    """The few fields of a template."""
    sign, title, about = _offered(template)
    blocks = [section(Mrkdwn(f"{sign} {about}")), *_blanks(template), _where(spot)]
    return _form(FormId.TEMPLATE, title, blocks, Beginning(template=template))


_OFFERS: Final = {
    Template.SITE: (
        "🌐",
        "offer-site",
        "offer-site-about",
    ),
    Template.CERTIFICATE: (
        "🔏",
        "offer-certificate",
        "offer-certificate-about",
    ),
    Template.API: (
        "🔎",
        "offer-api",
        "offer-api-about",
    ),
    Template.ALERT: (
        "🚨",
        "offer-alert",
        "offer-alert-about",
    ),
    Template.DIGEST: (
        "📰",
        "offer-digest",
        "offer-digest-about",
    ),
}
"""Sign, and the ids of title and what it does. There is a template for what Tasks can do today,
and no other."""


def _offered(template: Template) -> tuple[str, str, str]:
    sign, title, about = _OFFERS[template]
    return sign, say(title), say(about)


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
    sign, title, about = _offered(template)
    text = lines([Mrkdwn(f"{sign} *{title}*"), line(about, 200)])
    return section(
        text, button(say("use"), ActionId.USE_TEMPLATE, Value(extra=template), number=number)
    )


def _where(spot: Spot | None) -> Block:
    menu: Element = {
        "type": "external_select",
        "action_id": CHANNEL,
        "min_query_length": 0,
        "placeholder": plain(say("new-where-pick"), limits.PLACEHOLDER),
    }
    if spot:
        menu["initial_option"] = _option(spot.name, spot.id)
    return _input(CHANNEL, say("new-where"), menu, say("new-where-hint"))


def _blanks(template: Template) -> list[Block]:
    return [_blank(template, blank) for blank in BLANKS[template]]


def _blank(template: Template, blank: Blank) -> Block:
    label, usual, made = _ELEMENTS[blank]
    made = _OTHERWISE.get((template, blank), made)
    other_hint = _HINTS.get((template, blank))
    hint = usual if other_hint is None else other_hint
    optional = blank in (Blank.NAME, Blank.UNDER_MS, Blank.FIELD, Blank.VALUE, Blank.CONTAINS)
    return _input(
        blank,
        say(label),
        {**made(), "action_id": blank.value},
        say(hint) if hint else "",
        optional=optional,
    )


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
    """A menu of these ids of sentences, or names that are the same in every language."""
    shown = [_option(_NAMES.get(text) or say(text), value) for text, value in options]
    menu: Element = {"type": "static_select", "options": shown}
    return menu if initial is None else {**menu, "initial_option": shown[initial]}


def _option(text: str, value: str) -> Element:
    return {"text": plain(text, limits.OPTION_TEXT), "value": value}


_EVERY: Final = (
    ("five-minutes", Every.FIVE_MINUTES),
    ("quarter", Every.QUARTER),
    ("half-hour", Every.HALF_HOUR),
    ("every-hour", Every.HOUR),
    ("every-day-at", Every.DAY),
    ("every-weekday-at", Every.WEEKDAY),
)
_DAYS: Final = (
    ("days-work", Every.WEEKDAY),
    ("days-all", Every.DAY),
    ("every-monday", Every.MONDAY),
)
_NAMES: Final = {"alertmanager": "Alertmanager", "grafana": "Grafana", "github": "GitHub"}
_SOURCES: Final = (
    ("alertmanager", EventSource.ALERTMANAGER),
    ("grafana", EventSource.GRAFANA),
    ("github", EventSource.GITHUB),
    ("anything-json", EventSource.WEBHOOK),
)
_ELEMENTS: Final[dict[Blank, tuple[str, str, Callable[[], Element]]]] = {
    Blank.NAME: ("name", "", lambda: _text(say("name-example"), most=NAME_MAX)),
    Blank.ADDRESSES: (
        "addresses",
        "addresses-hint",
        lambda: _text("https://shop.example/health", most=3_000, multiline=True),
    ),
    Blank.EVERY: ("how-often", "", lambda: _menu(_EVERY, 1)),
    Blank.DAYS_OF: ("on-which-days", "", lambda: _menu(_DAYS)),
    Blank.AT: (
        "at-what-time",
        "at-hint",
        lambda: {"type": "timepicker", "initial_time": "09:00"},
    ),
    Blank.UNDER_MS: (
        "under-ms",
        "under-ms-hint",
        lambda: _text("800", most=9),
    ),
    Blank.CONTAINS: (
        "answer-contains",
        "answer-contains-hint",
        lambda: _text('"status":"ok"', most=500),
    ),
    Blank.DAYS: ("days-left", "", lambda: _text("14", "14", most=9)),
    Blank.SOURCE: (
        "who-sends",
        "who-sends-hint",
        lambda: _menu(_SOURCES),
    ),
    Blank.FIELD: (
        "only-if-field",
        "only-if-field-hint",
        lambda: _text("labels.severity", most=100),
    ),
    Blank.VALUE: ("has-this-value", "", lambda: _text("critical", most=200)),
}
_OTHERWISE: Final[dict[tuple[Template, Blank], Callable[[], Element]]] = {
    (Template.CERTIFICATE, Blank.EVERY): lambda: _menu(_EVERY, 4),
}
"""Where a template proposes something else: a certificate runs out by the day."""
_HINTS: Final = {(Template.DIGEST, Blank.AT): "in-your-zone"}
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
        "submit": plain(say("make-a-plan"), limits.VIEW_BUTTON),
        "close": plain(say("cancel"), limits.VIEW_BUTTON),
        "blocks": blocks,
        "private_metadata": begin.dump(),
    }


def error_at(name: str, sentence: str) -> dict[str, str]:
    """The `errors` of a refused submission: the sentence below the field."""
    return {str(name): clip_plain(sentence, limits.INPUT_HINT)}
