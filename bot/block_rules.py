"""Tells what Slack would refuse in a message or a view, before Slack is asked.

Blocks are plain dictionaries; `bot.limits` has the numbers. Where it is unproven that Slack takes
something on a surface, it is refused here: what passes fits everywhere.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot import limits
from bot.block_elements import IMAGE, IN_ACTIONS, IN_INPUT, IN_SECTION, RICH, element, rich_text
from bot.block_shapes import (
    PLAIN,
    Check,
    Problem,
    Rule,
    Shape,
    anything,
    choice,
    exactly_one,
    flag,
    many,
    name,
    number,
    one_of,
    some,
    string,
    text,
    url,
)

__all__ = ["Problem", "validate_message", "validate_view"]

MESSAGE: Final = "message"
MODAL: Final = "modal"
HOME: Final = "home"
_EVERYWHERE: Final = frozenset({MESSAGE, MODAL, HOME})
_MESSAGES: Final = frozenset({MESSAGE})
_DIALOGS: Final = frozenset({MODAL, HOME})

# --- tables and charts ------------------------------------------------------------------------


def _cell_text(check: Check, value: Any, pointer: str) -> None:
    string(limits.TABLE_CHARACTERS)(check, value, pointer)
    check.table += len(str(value))


def _cell_number(check: Check, value: Any, pointer: str) -> None:
    number(float("-inf"), float("inf"))(check, value, pointer)
    check.table += len(str(value))


def _cell_rich(check: Check, value: Any, pointer: str) -> None:
    rich_text(check, value, pointer)
    check.table += sum(len(part) for part in _shown(value))


_CELLS: Final[dict[str, Rule]] = {
    "raw_text": Shape({"text": _cell_text}, ("text",)),
    "raw_number": Shape({"value": _cell_number, "text": _cell_text}, ("value",)),
    "rich_text": _cell_rich,
}
_cell = one_of(lambda: _CELLS, *_CELLS)


def _even_rows(check: Check, value: Any, pointer: str) -> None:
    rows = [row for row in value.get("rows") or [] if isinstance(row, list)]
    if len({len(row) for row in rows}) > 1:
        check.say(f"{pointer}/rows", "every row must have the same number of cells")
    for index, cell in enumerate(rows[0] if rows else []):
        if isinstance(cell, dict) and cell.get("type") == "rich_text":
            check.say(f"{pointer}/rows/0/{index}", "header cells cannot be rich_text")


_column = Shape({"align": choice("left", "center", "right"), "is_wrapped": flag})
_point = Shape(
    {"label": string(limits.CHART_LABEL), "value": number(float("-inf"), float("inf"))},
    ("label", "value"),
)
_series = Shape(
    {
        "name": string(limits.CHART_LABEL),
        "data": many(_point, 1, limits.CHART_CATEGORIES),
    },
    ("name", "data"),
)
_axis = Shape(
    {
        "categories": many(string(limits.CHART_LABEL), 1, limits.CHART_CATEGORIES),
        "x_label": string(limits.CHART_AXIS_LABEL),
        "y_label": string(limits.CHART_AXIS_LABEL),
    },
    ("categories",),
)


def _points_match(check: Check, value: Any, pointer: str) -> None:
    """Series have different names, and each exactly one point per category."""
    axis, series = value.get("axis_config"), value.get("series")
    if not isinstance(axis, dict) or not isinstance(series, list):
        return
    named = [one.get("name") for one in series if isinstance(one, dict)]
    if len(set(map(str, named))) != len(named):
        check.say(f"{pointer}/series", "series names must be unique")
    categories = axis.get("categories")
    for index, one in enumerate(series):
        data = one.get("data") if isinstance(one, dict) else None
        labels = [p.get("label") for p in data if isinstance(p, dict)] if data else []
        if sorted(map(str, labels)) != sorted(map(str, categories or [])):
            check.say(f"{pointer}/series/{index}/data", "must have one point per category")


_plot = Shape(
    {"series": many(_series, 1, limits.CHART_SERIES), "axis_config": _axis},
    ("series", "axis_config"),
    _points_match,
)
_CHARTS: Final[dict[str, Rule]] = {
    "pie": Shape({"segments": many(_point, 1, limits.CHART_SEGMENTS)}, ("segments",)),
    "bar": _plot,
    "line": _plot,
    "area": _plot,
}


def _count_chart(check: Check, value: Any, pointer: str) -> None:
    check.charts += 1
    if check.charts > limits.CHARTS_PER_MESSAGE:
        check.say(pointer, f"no more than {limits.CHARTS_PER_MESSAGE} charts allowed")


def _count_markdown(check: Check, value: Any, pointer: str) -> None:
    check.markdown += len(str(value.get("text", "")))
    if check.markdown > limits.MARKDOWN_CHARACTERS:
        check.say(
            f"{pointer}/text", f"must be less than {limits.MARKDOWN_CHARACTERS + 1} characters"
        )


# --- blocks -----------------------------------------------------------------------------------


def _collapsible(check: Check, value: Any, pointer: str) -> None:
    exactly_one("title", "rich_text_title")(check, value, pointer)
    if value.get("is_collapsible") and value.get("has_header_divider"):
        check.say(pointer, "has_header_divider cannot be used with is_collapsible")


def _card_rule(check: Check, value: Any, pointer: str) -> None:
    some("hero_image", "title", "actions", "body")(check, value, pointer)
    if "icon" in value and "slack_icon" in value:
        check.say(pointer, "icon and slack_icon cannot be used together")


_image = element("image")
_task_card = one_of(lambda: {"task_card": _task}, "task_card")
_sources = Shape({"url": url, "text": string(limits.BLOCK_ID)}, ("url", "text"))
_card = Shape(
    {
        "block_id": name,
        "hero_image": _image,
        "icon": _image,
        "slack_icon": anything,
        "title": text(limits.CARD_TITLE),
        "subtitle": text(limits.CARD_SUBTITLE),
        "body": text(limits.CARD_BODY),
        "subtext": text(limits.CARD_SUBTEXT),
        "actions": many(element("button"), 1, limits.CARD_ACTIONS),
    },
    (),
    _card_rule,
)
_task: Shape = Shape(
    {
        "block_id": name,
        "task_id": name,
        "title": string(limits.TASK_TITLE),
        "status": choice("pending", "in_progress", "complete", "error"),
        "details": rich_text,
        "output": rich_text,
        "sources": many(one_of(lambda: {"url": _sources}, "url"), 1, limits.MESSAGE_BLOCKS),
    },
    ("task_id", "title"),
)
_CHILDREN: Final = (
    *("actions", "context", "divider", "header", "image"),
    *("input", "rich_text", "section", "table", "video"),
)

_SHAPES: Final[dict[str, tuple[frozenset[str], Shape]]] = {
    "section": (
        _EVERYWHERE,
        Shape(
            {
                "text": text(limits.SECTION_TEXT),
                "fields": many(text(limits.SECTION_FIELD_TEXT), 1, limits.SECTION_FIELDS),
                "accessory": element("image", *IN_SECTION),
                "expand": flag,
            },
            (),
            some("text", "fields"),
        ),
    ),
    "header": (_EVERYWHERE, Shape({"text": text(limits.HEADER_TEXT, PLAIN)}, ("text",))),
    "divider": (_EVERYWHERE, Shape({})),
    "context": (
        _EVERYWHERE,
        Shape(
            {
                "elements": many(
                    one_of(
                        lambda: {
                            "image": _image,
                            "mrkdwn": text(limits.CONTEXT_TEXT),
                            "plain_text": text(limits.CONTEXT_TEXT),
                        },
                        *("image", "mrkdwn", "plain_text"),
                    ),
                    1,
                    limits.CONTEXT_ELEMENTS,
                )
            },
            ("elements",),
        ),
    ),
    "actions": (
        _EVERYWHERE,
        Shape({"elements": many(element(*IN_ACTIONS), 1, limits.ACTIONS_ELEMENTS)}, ("elements",)),
    ),
    "context_actions": (
        _MESSAGES,
        Shape(
            {
                "elements": many(
                    element("feedback_buttons", "icon_button"), 1, limits.CONTEXT_ACTIONS_ELEMENTS
                )
            },
            ("elements",),
        ),
    ),
    "image": (
        _EVERYWHERE,
        Shape(
            {**IMAGE, "title": text(limits.IMAGE_TITLE, PLAIN)},
            ("alt_text",),
            exactly_one("image_url", "slack_file"),
        ),
    ),
    "input": (
        _DIALOGS,
        Shape(
            {
                "label": text(limits.INPUT_LABEL, PLAIN),
                "element": element(*IN_INPUT),
                "hint": text(limits.INPUT_HINT, PLAIN),
                "optional": flag,
                "dispatch_action": flag,
            },
            ("label", "element"),
        ),
    ),
    "markdown": (
        _MESSAGES,
        Shape({"text": string(limits.MESSAGE_TEXT)}, ("text",), _count_markdown),
    ),
    "rich_text": (_EVERYWHERE, Shape(RICH, ("elements",))),
    "table": (
        _MESSAGES,
        Shape(
            {
                "rows": many(many(_cell, 1, limits.TABLE_COLUMNS), 1, limits.TABLE_ROWS),
                "column_settings": many(_column, 1, limits.TABLE_COLUMNS),
            },
            ("rows",),
        ),
    ),
    "data_table": (
        _MESSAGES,
        Shape(
            {
                "rows": many(many(_cell, 1, limits.DATA_TABLE_COLUMNS), 2, limits.DATA_TABLE_ROWS),
                "caption": string(limits.BLOCK_ID),
                "page_size": number(1, limits.DATA_TABLE_PAGE),
                "row_header_column_index": number(0, limits.DATA_TABLE_COLUMNS - 1),
            },
            ("rows", "caption"),
            _even_rows,
        ),
    ),
    "data_visualization": (
        _MESSAGES,
        Shape(
            {"title": string(limits.CHART_TITLE), "chart": one_of(lambda: _CHARTS, *_CHARTS)},
            ("title", "chart"),
            _count_chart,
        ),
    ),
    "card": (_MESSAGES, _card),
    "carousel": (
        _MESSAGES,
        Shape(
            {"elements": many(one_of(lambda: {"card": _card}, "card"), 1, limits.CAROUSEL_CARDS)},
            ("elements",),
        ),
    ),
    "container": (
        _MESSAGES,
        Shape(
            {
                "title": text(limits.CONTAINER_TITLE, PLAIN),
                "rich_text_title": rich_text,
                "subtitle": text(limits.CONTAINER_SUBTITLE),
                "child_blocks": many(
                    lambda check, value, pointer: _block(check, value, pointer, _CHILDREN),
                    1,
                    limits.CONTAINER_CHILDREN,
                ),
                "width": choice("narrow", "standard", "wide", "full"),
                "icon": _image,
                "is_collapsible": flag,
                "default_collapsed": flag,
                "has_header_divider": flag,
            },
            ("child_blocks",),
            _collapsible,
        ),
    ),
    "alert": (
        frozenset({MODAL}),
        Shape(
            {
                "text": text(limits.ALERT_TEXT),
                "level": choice("default", "info", "warning", "error", "success"),
            },
            ("text",),
        ),
    ),
    "plan": (
        _MESSAGES,
        Shape(
            {
                "title": string(limits.TASK_TITLE),
                "tasks": many(
                    one_of(lambda: {"task_card": _task}, "task_card"), 1, limits.PLAN_TASKS
                ),
            },
            ("title",),
        ),
    ),
    "task_card": (_MESSAGES, _task),
    "video": (
        _EVERYWHERE,
        Shape(
            {
                "video_url": url,
                "thumbnail_url": url,
                "alt_text": string(limits.IMAGE_ALT_TEXT),
                "title": text(limits.VIDEO_TITLE, PLAIN),
                "title_url": url,
                "author_name": string(limits.VIDEO_AUTHOR),
                "description": text(limits.IMAGE_TITLE, PLAIN),
                "provider_name": string(limits.VIDEO_AUTHOR),
                "provider_icon_url": url,
            },
            ("video_url", "thumbnail_url", "alt_text", "title"),
        ),
    ),
}


def _block(check: Check, value: Any, pointer: str, kinds: tuple[str, ...] | None = None) -> None:
    kind = value.get("type") if isinstance(value, dict) else None
    known = _SHAPES.get(kind) if isinstance(kind, str) else None
    if known is None or check.surface not in known[0] or (kinds and kind not in kinds):
        check.say(f"{pointer}/type", f"unsupported type: {kind}")
        return
    block_id = value.get("block_id")
    if block_id is not None:
        name(check, block_id, f"{pointer}/block_id")
        if str(block_id) in check.block_ids:
            check.say(f"{pointer}/block_id", f"`block_id` {block_id} already exists")
        check.block_ids.add(str(block_id))
    known[1](check, {key: item for key, item in value.items() if key != "block_id"}, pointer)


# --- whole payloads ---------------------------------------------------------------------------

_SHOWN_KEYS: Final = frozenset(
    {"text", "title", "subtitle", "body", "subtext", "caption", "label", "alt_text", "name"}
)


def _shown(value: Any) -> Iterator[str]:
    """Every string in a block that a reader can see."""
    if isinstance(value, list):
        for item in value:
            yield from _shown(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, str) and key in _SHOWN_KEYS:
                yield item
            elif isinstance(item, dict | list):
                yield from _shown(item)


def validate_message(blocks: list[dict[str, Any]], text: str | None) -> list[Problem]:
    """Everything Slack would refuse in a message with these blocks and this text."""
    check = Check(MESSAGE)
    if not blocks and not text:
        check.say("/text", "a message needs text or blocks", "no_text")
    if text is not None and len(text) > limits.MESSAGE_TEXT:
        check.say(
            "/text", f"must be less than {limits.MESSAGE_TEXT + 1} characters", "msg_too_long"
        )
    if len(blocks) > limits.MESSAGE_BLOCKS:
        message = f"no more than {limits.MESSAGE_BLOCKS} items allowed"
        check.say("/blocks", message, "msg_blocks_too_many")
    for index, block in enumerate(blocks):
        _block(check, block, f"/blocks/{index}")
    if check.table > limits.TABLE_CHARACTERS:
        check.say("/blocks", f"tables hold more than {limits.TABLE_CHARACTERS} characters")
    if sum(len(part) for part in _shown(blocks)) > limits.MESSAGE_BLOCK_CHARACTERS:
        message = f"blocks hold more than {limits.MESSAGE_BLOCK_CHARACTERS} characters"
        check.say("/blocks", message, "msg_blocks_too_long")
    return check.problems


_button_text = text(limits.VIEW_BUTTON, PLAIN)
_VIEW: Final[dict[str, Rule]] = {
    "blocks": lambda check, value, pointer: many(_block, 0, limits.VIEW_BLOCKS)(
        check, value, pointer
    ),
    "private_metadata": string(limits.VIEW_PRIVATE_METADATA, 0),
    "callback_id": string(limits.VIEW_CALLBACK_ID, 0),
    "external_id": string(limits.VIEW_EXTERNAL_ID, 0),
}
_VIEWS: Final[Mapping[str, Shape]] = {
    MODAL: Shape(
        {
            **_VIEW,
            "title": text(limits.VIEW_TITLE, PLAIN),
            "submit": _button_text,
            "close": _button_text,
            "clear_on_close": flag,
            "notify_on_close": flag,
            "submit_disabled": flag,
        },
        ("title", "blocks"),
    ),
    HOME: Shape(_VIEW, ("blocks",)),
}


def validate_view(view: dict[str, Any]) -> list[Problem]:
    """Everything Slack would refuse in this dialog or Home view."""
    kind = view.get("type")
    check = Check(str(kind))
    shape = _VIEWS.get(str(kind))
    if shape is None:
        check.say("/view/type", f"unsupported type: {kind}")
        return check.problems
    shape(check, view, "/view")
    size = len(json.dumps(view, ensure_ascii=False).encode())
    if size > limits.VIEW_BYTES:
        check.say("/view", f"must be less than {limits.VIEW_BYTES} bytes", "view_too_large")
    blocks = view.get("blocks")
    asks = isinstance(blocks, list) and any(
        isinstance(block, dict) and block.get("type") == "input" for block in blocks
    )
    if kind == MODAL and asks and "submit" not in view:
        check.say("/view", "missing required field: submit")
    return check.problems
