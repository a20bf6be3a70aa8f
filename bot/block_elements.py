"""What goes inside blocks: buttons, menus, inputs and rich text, each with its shape."""

from collections.abc import Mapping
from typing import Final

from bot import limits
from bot.block_shapes import (
    PLAIN,
    Rule,
    Shape,
    anything,
    choice,
    exactly_one,
    flag,
    focus,
    many,
    name,
    number,
    one_of,
    string,
    text,
    url,
    whole,
)

_confirm = Shape(
    {
        "title": text(limits.CONFIRM_TITLE, PLAIN),
        "text": text(limits.CONFIRM_TEXT),
        "confirm": text(limits.CONFIRM_BUTTON, PLAIN),
        "deny": text(limits.CONFIRM_BUTTON, PLAIN),
        "style": choice("primary", "danger"),
    },
    ("title", "text", "confirm", "deny"),
)


def _option_shape(*kinds: str, **more: Rule) -> Shape:
    return Shape(
        {
            "text": text(limits.OPTION_TEXT, *kinds),
            "value": string(limits.OPTION_VALUE),
            "description": text(limits.OPTION_DESCRIPTION, *kinds),
            **more,
        },
        ("text", "value"),
    )


_option = _option_shape(PLAIN)
_rich_option = _option_shape()
_link_option = _option_shape(PLAIN, url=url)
_group = Shape(
    {
        "label": text(limits.OPTION_TEXT, PLAIN),
        "options": many(_option, 1, limits.SELECT_OPTIONS),
    },
    ("label", "options"),
)
_placeholder = text(limits.PLACEHOLDER, PLAIN)
_users = many(name, 1, limits.VISIBLE_TO_USERS)
_COMMON: Final[dict[str, Rule]] = {"action_id": string(limits.ACTION_ID)}
_ASKING: Final[dict[str, Rule]] = {**_COMMON, "confirm": _confirm, "focus_on_load": focus}
_TYPED: Final[dict[str, Rule]] = {
    **_COMMON,
    "placeholder": _placeholder,
    "focus_on_load": focus,
    "dispatch_action_config": anything,
}
_select_options: Final[dict[str, Rule]] = {
    "options": many(_option, 1, limits.SELECT_OPTIONS),
    "option_groups": many(_group, 1, limits.OPTION_GROUPS),
}


def _select(initial: str, own: Mapping[str, Rule], also: Rule | None = None) -> dict[str, Shape]:
    """The shapes of a select menu: for one choice, and for several."""
    single = {**_ASKING, "placeholder": _placeholder, **own}
    several = {**single, "max_selected_items": number(1, limits.SELECT_OPTIONS)}
    first = _option if initial == "option" else name
    firsts = many(first, 1, limits.SELECT_OPTIONS)
    return {
        "": Shape({**single, f"initial_{initial}": first}, (), also),
        "multi_": Shape({**several, f"initial_{initial}s": firsts}, (), also),
    }


_CONVERSATION_FILTER: Final[dict[str, Rule]] = {
    "default_to_current_conversation": flag,
    "response_url_enabled": flag,
    "filter": anything,
}
_SELECTS: Final = {
    "static_select": _select("option", _select_options, exactly_one("options", "option_groups")),
    "external_select": _select("option", {"min_query_length": whole}),
    "users_select": _select("user", {}),
    "conversations_select": _select("conversation", _CONVERSATION_FILTER),
    "channels_select": _select("channel", {"response_url_enabled": flag}),
}


def _boxes(limit: int, initial: str, kind: Rule) -> Shape:
    fields = {**_ASKING, "options": many(_rich_option, 1, limit), initial: kind}
    return Shape(fields, ("options",))


def _feedback_button() -> Shape:
    return Shape(
        {
            "text": text(limits.BUTTON_TEXT, PLAIN),
            "value": string(limits.BUTTON_VALUE),
            "accessibility_label": string(limits.ACCESSIBILITY_LABEL),
        },
        ("text", "value"),
    )


_slack_file = Shape({"id": name, "url": url}, (), exactly_one("id", "url"))
IMAGE: Final[dict[str, Rule]] = {
    "image_url": url,
    "slack_file": _slack_file,
    "alt_text": string(limits.IMAGE_ALT_TEXT),
}
_BUTTON = Shape(
    {
        **_COMMON,
        "text": text(limits.BUTTON_TEXT, PLAIN),
        "value": string(limits.BUTTON_VALUE, 0),
        "url": url,
        "style": choice("primary", "danger"),
        "confirm": _confirm,
        "accessibility_label": string(limits.ACCESSIBILITY_LABEL),
        "visible_to_user_ids": _users,
        "agent_prompt": string(limits.AGENT_PROMPT),
        "agent_prompt_display": anything,
    },
    ("text",),
)
_length = number(0, limits.INPUT_LENGTH)
_lines = number(1, limits.RICH_INPUT_LINES)
_ELEMENTS: Final[dict[str, Rule]] = {
    "button": _BUTTON,
    "image": Shape(IMAGE, ("alt_text",), exactly_one("image_url", "slack_file")),
    "icon_button": Shape(
        {
            **_COMMON,
            "icon": choice("trash"),
            "text": text(limits.BUTTON_TEXT, PLAIN),
            "value": string(limits.BUTTON_VALUE),
            "accessibility_label": string(limits.ACCESSIBILITY_LABEL),
            "visible_to_user_ids": _users,
            "confirm": _confirm,
        },
        ("icon", "text"),
    ),
    "feedback_buttons": Shape(
        {
            **_COMMON,
            "positive_button": _feedback_button(),
            "negative_button": _feedback_button(),
        },
        ("positive_button", "negative_button"),
    ),
    "workflow_button": Shape(
        {**_COMMON, "text": text(limits.BUTTON_TEXT, PLAIN), "workflow": anything},
        ("text", "workflow"),
    ),
    "overflow": Shape(
        {**_COMMON, "confirm": _confirm, "options": many(_link_option, 1, limits.OVERFLOW_OPTIONS)},
        ("options",),
    ),
    "checkboxes": _boxes(
        limits.CHECKBOX_OPTIONS,
        "initial_options",
        many(_rich_option, 1, limits.CHECKBOX_OPTIONS),
    ),
    "radio_buttons": _boxes(limits.RADIO_OPTIONS, "initial_option", _rich_option),
    "datepicker": Shape({**_ASKING, "placeholder": _placeholder, "initial_date": name}),
    "timepicker": Shape(
        {**_ASKING, "placeholder": _placeholder, "initial_time": name, "timezone": name}
    ),
    "datetimepicker": Shape({**_ASKING, "initial_date_time": whole}),
    "plain_text_input": Shape(
        {
            **_TYPED,
            "multiline": flag,
            "initial_value": string(limits.INPUT_LENGTH, 0),
            "min_length": _length,
            "max_length": number(1, limits.INPUT_LENGTH),
        }
    ),
    "rich_text_input": Shape(
        {**_TYPED, "initial_value": anything, "min_lines": _lines, "max_lines": _lines}
    ),
    "number_input": Shape(
        {
            **_TYPED,
            "is_decimal_allowed": flag,
            "initial_value": name,
            "min_value": name,
            "max_value": name,
        },
        ("is_decimal_allowed",),
    ),
    "email_text_input": Shape({**_TYPED, "initial_value": name}),
    "url_text_input": Shape({**_TYPED, "initial_value": url}),
    "file_input": Shape(
        {**_COMMON, "filetypes": anything, "max_files": number(1, limits.FILE_INPUT_FILES)}
    ),
    **{prefix + name: shape for name, pair in _SELECTS.items() for prefix, shape in pair.items()},
}
_MENUS: Final = tuple(prefix + name for name in _SELECTS for prefix in ("", "multi_"))
_PICKERS: Final = ("checkboxes", "radio_buttons", "datepicker", "timepicker")
IN_INPUT: Final = (
    *_MENUS,
    *_PICKERS,
    "datetimepicker",
    "plain_text_input",
    "rich_text_input",
    "number_input",
    "email_text_input",
    "url_text_input",
    "file_input",
)
IN_ACTIONS: Final = (
    *("button", "overflow", "workflow_button", "datetimepicker"),
    *_PICKERS,
    *_SELECTS,
)
IN_SECTION: Final = (*IN_ACTIONS, *(kind for kind in _MENUS if kind not in _SELECTS))


def element(*kinds: str) -> Rule:
    """An interactive or image element of one of these kinds."""
    return one_of(lambda: _ELEMENTS, *kinds)


# --- rich text --------------------------------------------------------------------------------

_style = anything
_RICH_PARTS: Final[dict[str, Rule]] = {
    "text": Shape({"text": string(limits.MESSAGE_TEXT), "style": _style}, ("text",)),
    "link": Shape(
        {"url": url, "text": string(limits.URL, 0), "style": _style, "unsafe": flag}, ("url",)
    ),
    "user": Shape({"user_id": name, "style": _style}, ("user_id",)),
    "usergroup": Shape({"usergroup_id": name, "style": _style}, ("usergroup_id",)),
    "channel": Shape({"channel_id": name, "style": _style}, ("channel_id",)),
    "emoji": Shape({"name": name, "unicode": name, "style": _style, "skin_tone": whole}),
    "date": Shape(
        {"timestamp": whole, "format": name, "fallback": name, "url": url, "style": _style},
        ("timestamp", "format"),
    ),
    "broadcast": Shape({"range": choice("here", "channel", "everyone")}, ("range",)),
    "color": Shape({"value": name}, ("value",)),
}
_parts = many(one_of(lambda: _RICH_PARTS, *_RICH_PARTS), 0, limits.MESSAGE_TEXT)
_rich_section = Shape({"elements": _parts}, ("elements",))
_bordered = Shape({"elements": _parts, "border": choice(0, 1), "language": name}, ("elements",))
_RICH_BLOCKS: Final[dict[str, Rule]] = {
    "rich_text_section": _rich_section,
    "rich_text_quote": _bordered,
    "rich_text_preformatted": _bordered,
    "rich_text_list": Shape(
        {
            "style": choice("bullet", "ordered"),
            "indent": number(0, limits.LIST_INDENT),
            "offset": whole,
            "border": choice(0, 1),
            "elements": many(
                one_of(lambda: {"rich_text_section": _rich_section}, "rich_text_section"),
                1,
                limits.MESSAGE_TEXT,
            ),
        },
        ("style", "elements"),
    ),
}
RICH: Final[dict[str, Rule]] = {
    "elements": many(one_of(lambda: _RICH_BLOCKS, *_RICH_BLOCKS), 1, limits.MESSAGE_TEXT)
}
rich_text = one_of(
    lambda: {"rich_text": Shape({**RICH, "block_id": name}, ("elements",))}, "rich_text"
)
