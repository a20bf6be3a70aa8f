"""What Slack takes is passed, what it refuses is named: every limit, and one beyond it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot import limits
from bot.block_rules import validate_message, validate_view

Json = dict[str, Any]
Make = Callable[[int], Any]


def plain(size: int) -> Json:
    return {"type": "plain_text", "text": "x" * size}


def mrkdwn(size: int) -> Json:
    return {"type": "mrkdwn", "text": "x" * size}


def button(**fields: Any) -> Json:
    return {"type": "button", "text": plain(2), **fields}


def option(index: int = 0, **fields: Any) -> Json:
    return {"text": plain(2), "value": f"v{index}", **fields}


def options(count: int) -> list[Json]:
    return [option(index) for index in range(count)]


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def section(**fields: Any) -> Json:
    return {"type": "section", **fields}


def rich(size: int) -> Json:
    text = {"type": "text", "text": "x" * size}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [text]}]}


def rich_list(**fields: Any) -> Json:
    item = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}
    listed = {"type": "rich_text_list", "style": "bullet", "elements": [item], **fields}
    return {"type": "rich_text", "elements": [listed]}


def image(**fields: Any) -> Json:
    return {"type": "image", "image_url": "https://x", "alt_text": "x", **fields}


def cells(count: int, size: int = 1) -> list[Json]:
    return [{"type": "raw_text", "text": "x" * size} for _ in range(count)]


def table(rows: int, columns: int = 1, **fields: Any) -> Json:
    return {"type": "table", "rows": [cells(columns) for _ in range(rows)], **fields}


def data_table(rows: int, columns: int = 1, **fields: Any) -> Json:
    return {**table(rows, columns), "type": "data_table", "caption": "c", **fields}


def pie(count: int = 1, title: int = 1, label: int = 0) -> Json:
    segments = [{"label": "y" * label or f"s{index}", "value": index} for index in range(count)]
    chart = {"type": "pie", "segments": segments}
    return {"type": "data_visualization", "title": "x" * title, "chart": chart}


def bars(series: int = 1, categories: int = 1, name: int = 0, axis: int = 1) -> Json:
    labels = [f"c{index}" for index in range(categories)]
    data = [{"label": label, "value": 1.5} for label in labels]
    named = [{"name": "y" * name or f"s{index}", "data": data} for index in range(series)]
    config = {"categories": labels, "x_label": "x" * axis, "y_label": "x" * axis}
    chart = {"type": "bar", "series": named, "axis_config": config}
    return {"type": "data_visualization", "title": "t", "chart": chart}


def card(**fields: Any) -> Json:
    return {"type": "card", "title": mrkdwn(1), **fields}


def container(**fields: Any) -> Json:
    children = fields.pop("child_blocks", [{"type": "divider"}])
    return {"type": "container", "title": plain(1), "child_blocks": children, **fields}


def task(**fields: Any) -> Json:
    return {"type": "task_card", "task_id": "t", "title": "T", **fields}


def plan(count: int = 1, title: int = 1) -> Json:
    tasks = [task(task_id=str(index)) for index in range(count)]
    return {"type": "plan", "title": "x" * title, "tasks": tasks}


def video(**fields: Any) -> Json:
    links = {"video_url": "https://x", "thumbnail_url": "https://x"}
    return {"type": "video", **links, "alt_text": "x", "title": plain(1), **fields}


def select(**fields: Any) -> Json:
    return {"type": "static_select", "options": options(1), **fields}


def confirm(**fields: Any) -> Json:
    texts = {"title": plain(1), "text": plain(1), "confirm": plain(1), "deny": plain(1)}
    return {**texts, **fields}


def feedback(**fields: Any) -> Json:
    one = {"text": plain(1), "value": "v", **fields}
    buttons = {"type": "feedback_buttons", "positive_button": one, "negative_button": one}
    return {"type": "context_actions", "elements": [buttons]}


def icon(**fields: Any) -> Json:
    return {"type": "icon_button", "icon": "trash", "text": plain(1), **fields}


MESSAGE_LIMITS: dict[str, tuple[int, Make]] = {
    "section text": (limits.SECTION_TEXT, lambda n: section(text=mrkdwn(n))),
    "section fields": (limits.SECTION_FIELDS, lambda n: section(fields=[mrkdwn(1)] * n)),
    "section field": (limits.SECTION_FIELD_TEXT, lambda n: section(fields=[mrkdwn(n)])),
    "block_id": (limits.BLOCK_ID, lambda n: section(text=mrkdwn(1), block_id="x" * n)),
    "header": (limits.HEADER_TEXT, lambda n: {"type": "header", "text": plain(n)}),
    "context": (limits.CONTEXT_ELEMENTS, lambda n: {"type": "context", "elements": [plain(1)] * n}),
    "context text": (limits.CONTEXT_TEXT, lambda n: {"type": "context", "elements": [plain(n)]}),
    "actions": (limits.ACTIONS_ELEMENTS, lambda n: actions(*[button()] * n)),
    "context actions": (
        limits.CONTEXT_ACTIONS_ELEMENTS,
        lambda n: {"type": "context_actions", "elements": [icon()] * n},
    ),
    "feedback text": (limits.BUTTON_TEXT, lambda n: feedback(text=plain(n))),
    "feedback value": (limits.BUTTON_VALUE, lambda n: feedback(value="x" * n)),
    "image url": (limits.URL, lambda n: image(image_url="x" * n)),
    "image alt": (limits.IMAGE_ALT_TEXT, lambda n: image(alt_text="x" * n)),
    "image title": (limits.IMAGE_TITLE, lambda n: image(title=plain(n))),
    "list indent": (limits.LIST_INDENT, lambda n: rich_list(indent=n)),
    "table rows": (limits.TABLE_ROWS, lambda n: table(n)),
    "table columns": (limits.TABLE_COLUMNS, lambda n: table(2, n)),
    "table settings": (
        limits.TABLE_COLUMNS,
        lambda n: table(1, column_settings=[{"align": "left"}] * n),
    ),
    "data table rows": (limits.DATA_TABLE_ROWS, lambda n: data_table(n)),
    "data table columns": (limits.DATA_TABLE_COLUMNS, lambda n: data_table(2, n)),
    "data table page": (limits.DATA_TABLE_PAGE, lambda n: data_table(2, page_size=n)),
    "chart title": (limits.CHART_TITLE, lambda n: pie(title=n)),
    "pie segments": (limits.CHART_SEGMENTS, lambda n: pie(n)),
    "pie label": (limits.CHART_LABEL, lambda n: pie(label=n)),
    "chart series": (limits.CHART_SERIES, lambda n: bars(n)),
    "chart categories": (limits.CHART_CATEGORIES, lambda n: bars(categories=n)),
    "series name": (limits.CHART_LABEL, lambda n: bars(name=n)),
    "axis label": (limits.CHART_AXIS_LABEL, lambda n: bars(axis=n)),
    "card title": (limits.CARD_TITLE, lambda n: card(title=mrkdwn(n))),
    "card subtitle": (limits.CARD_SUBTITLE, lambda n: card(subtitle=mrkdwn(n))),
    "card body": (limits.CARD_BODY, lambda n: card(body=mrkdwn(n))),
    "card subtext": (limits.CARD_SUBTEXT, lambda n: card(subtext=mrkdwn(n))),
    "card buttons": (limits.CARD_ACTIONS, lambda n: card(actions=[button()] * n)),
    "carousel": (limits.CAROUSEL_CARDS, lambda n: {"type": "carousel", "elements": [card()] * n}),
    "container": (
        limits.CONTAINER_CHILDREN,
        lambda n: container(child_blocks=[{"type": "divider"}] * n),
    ),
    "container title": (limits.CONTAINER_TITLE, lambda n: container(title=plain(n))),
    "container subtitle": (limits.CONTAINER_SUBTITLE, lambda n: container(subtitle=plain(n))),
    "plan tasks": (limits.PLAN_TASKS, lambda n: plan(n)),
    "plan title": (limits.TASK_TITLE, lambda n: plan(title=n)),
    "task title": (limits.TASK_TITLE, lambda n: task(title="x" * n)),
    "video title": (limits.VIDEO_TITLE, lambda n: video(title=plain(n))),
    "video author": (limits.VIDEO_AUTHOR, lambda n: video(author_name="x" * n)),
    "button text": (limits.BUTTON_TEXT, lambda n: actions(button(text=plain(n)))),
    "button value": (limits.BUTTON_VALUE, lambda n: actions(button(value="x" * n))),
    "button url": (limits.URL, lambda n: actions(button(url="x" * n))),
    "button label": (
        limits.ACCESSIBILITY_LABEL,
        lambda n: actions(button(accessibility_label="x" * n)),
    ),
    "button viewers": (
        limits.VISIBLE_TO_USERS,
        lambda n: actions(button(visible_to_user_ids=["U1"] * n)),
    ),
    "agent prompt": (limits.AGENT_PROMPT, lambda n: actions(button(agent_prompt="x" * n))),
    "action id": (limits.ACTION_ID, lambda n: actions(button(action_id="x" * n))),
    "overflow": (
        limits.OVERFLOW_OPTIONS,
        lambda n: actions({"type": "overflow", "options": options(n)}),
    ),
    "checkboxes": (
        limits.CHECKBOX_OPTIONS,
        lambda n: actions({"type": "checkboxes", "options": options(n)}),
    ),
    "radio buttons": (
        limits.RADIO_OPTIONS,
        lambda n: actions({"type": "radio_buttons", "options": options(n)}),
    ),
    "select options": (limits.SELECT_OPTIONS, lambda n: actions(select(options=options(n)))),
    "select groups": (
        limits.OPTION_GROUPS,
        lambda n: actions(
            {
                "type": "static_select",
                "option_groups": [{"label": plain(1), "options": options(1)}] * n,
            }
        ),
    ),
    "option text": (
        limits.OPTION_TEXT,
        lambda n: actions(select(options=[option(text=plain(n))])),
    ),
    "option value": (
        limits.OPTION_VALUE,
        lambda n: actions(select(options=[option(value="x" * n)])),
    ),
    "option description": (
        limits.OPTION_DESCRIPTION,
        lambda n: actions(select(options=[option(description=plain(n))])),
    ),
    "placeholder": (limits.PLACEHOLDER, lambda n: actions(select(placeholder=plain(n)))),
    "confirm title": (
        limits.CONFIRM_TITLE,
        lambda n: actions(button(confirm=confirm(title=plain(n)))),
    ),
    "confirm text": (
        limits.CONFIRM_TEXT,
        lambda n: actions(button(confirm=confirm(text=plain(n)))),
    ),
    "confirm button": (
        limits.CONFIRM_BUTTON,
        lambda n: actions(button(confirm=confirm(deny=plain(n)))),
    ),
}


@pytest.mark.parametrize("name", MESSAGE_LIMITS)
def test_a_block_at_its_limit_passes_and_one_beyond_is_refused(name: str) -> None:
    """[R5]"""
    limit, make = MESSAGE_LIMITS[name]
    assert validate_message([make(limit)], "x") == []
    assert validate_message([make(limit + 1)], "x") != []


def test_table_cells_share_ten_thousand_characters() -> None:
    """[R5]"""
    half = limits.TABLE_CHARACTERS // 2
    fits = [{"type": "table", "rows": [cells(1, half)]}] * 2
    assert validate_message(fits, "x") == []
    more = [*fits, table(1)]
    assert [one.pointer for one in validate_message(more, "x")] == ["/blocks"]


def test_markdown_blocks_share_twelve_thousand_characters() -> None:
    """[R5]"""
    half = {"type": "markdown", "text": "x" * (limits.MARKDOWN_CHARACTERS // 2)}
    assert validate_message([half, half], "x") == []
    problems = validate_message([half, half, {"type": "markdown", "text": "x"}], "x")
    assert [one.pointer for one in problems] == ["/blocks/2/text"]


def test_all_blocks_share_a_total_of_characters() -> None:
    """[R5]"""
    size = limits.MESSAGE_BLOCK_CHARACTERS // 6
    fits = [section(text=mrkdwn(size)) for _ in range(6)]
    assert validate_message(fits, "x") == []
    codes = [one.code for one in validate_message([*fits, section(text=mrkdwn(1))], "x")]
    assert codes == ["msg_blocks_too_long"]


def test_fifty_blocks_and_two_charts_fit_a_message() -> None:
    """[R5]"""
    divider = {"type": "divider"}
    assert validate_message([divider] * limits.MESSAGE_BLOCKS, "x") == []
    codes = [one.code for one in validate_message([divider] * (limits.MESSAGE_BLOCKS + 1), "x")]
    assert codes == ["msg_blocks_too_many"]
    assert validate_message([pie(), bars()], "x") == []
    assert validate_message([pie(), bars(), pie()], "x") != []


def test_text_is_required_without_blocks_and_bounded() -> None:
    assert [one.code for one in validate_message([], None)] == ["no_text"]
    assert validate_message([], "x" * limits.MESSAGE_TEXT) == []
    codes = [one.code for one in validate_message([], "x" * (limits.MESSAGE_TEXT + 1))]
    assert codes == ["msg_too_long"]


REFUSED: dict[str, Json] = {
    "unknown block": {"type": "telegram"},
    "no type": {"text": plain(1)},
    "input in a message": {
        "type": "input",
        "label": plain(1),
        "element": {"type": "plain_text_input"},
    },
    "alert in a message": {"type": "alert", "text": plain(1)},
    "unknown field": section(text=plain(1), colour="red"),
    "empty section": section(),
    "empty text": section(text=mrkdwn(0)),
    "mrkdwn header": {"type": "header", "text": mrkdwn(1)},
    "empty actions": actions(),
    "input element in actions": actions({"type": "plain_text_input"}),
    "button style": actions(button(style="rainbow")),
    "image with two sources": image(slack_file={"id": "F1"}),
    "image without alt": {"type": "image", "image_url": "https://x"},
    "empty cell": {"type": "table", "rows": [[{"type": "raw_text", "text": ""}]]},
    "uneven data table": {**data_table(2), "rows": [cells(1), cells(2)]},
    "rich header cell": {**data_table(2), "rows": [[rich(1)], cells(1)]},
    "data table without caption": {"type": "data_table", "rows": [cells(1), cells(1)]},
    "equal series names": {
        **bars(2),
        "chart": {
            **bars(2)["chart"],
            "series": [bars(1)["chart"]["series"][0], bars(1)["chart"]["series"][0]],
        },
    },
    "series without its point": {
        **bars(),
        "chart": {**bars()["chart"], "axis_config": {"categories": ["other"]}},
    },
    "text as number": {
        **pie(),
        "chart": {"type": "pie", "segments": [{"label": "a", "value": "3"}]},
    },
    "empty card": {"type": "card", "subtitle": mrkdwn(1)},
    "card with two icons": card(icon=image(), slack_icon={"name": "x"}),
    "container in container": container(child_blocks=[container()]),
    "markdown in container": container(child_blocks=[{"type": "markdown", "text": "x"}]),
    "divider with collapsible": container(is_collapsible=True, has_header_divider=True),
    "task status": task(status="done"),
    "address in a select": actions(select(options=[option(url="https://x")])),
    "select without options": actions({"type": "static_select"}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_slack_refuses_is_refused(name: str) -> None:
    problems = validate_message([REFUSED[name]], "x")
    assert problems
    assert all(one.pointer.startswith("/blocks/0") for one in problems)


def test_block_ids_are_unique_in_a_message() -> None:
    twice = [section(text=plain(1), block_id="a"), section(text=plain(1), block_id="a")]
    assert [one.pointer for one in validate_message(twice, "x")] == ["/blocks/1/block_id"]


def modal(**fields: Any) -> Json:
    return {"type": "modal", "title": plain(1), "blocks": [], **fields}


def field(**element: Any) -> Json:
    asked = {"type": "plain_text_input", **element}
    return {"type": "input", "label": plain(1), "element": asked}


def asking(block: Json) -> Json:
    return modal(submit=plain(1), blocks=[block])


VIEW_LIMITS: dict[str, tuple[int, Make]] = {
    "title": (limits.VIEW_TITLE, lambda n: modal(title=plain(n))),
    "submit": (limits.VIEW_BUTTON, lambda n: modal(submit=plain(n))),
    "close": (limits.VIEW_BUTTON, lambda n: modal(close=plain(n))),
    "private metadata": (limits.VIEW_PRIVATE_METADATA, lambda n: modal(private_metadata="x" * n)),
    "callback id": (limits.VIEW_CALLBACK_ID, lambda n: modal(callback_id="x" * n)),
    "external id": (limits.VIEW_EXTERNAL_ID, lambda n: modal(external_id="x" * n)),
    "blocks": (limits.VIEW_BLOCKS, lambda n: modal(blocks=[{"type": "divider"}] * n)),
    "home blocks": (
        limits.VIEW_BLOCKS,
        lambda n: {"type": "home", "blocks": [{"type": "divider"}] * n},
    ),
    "alert": (limits.ALERT_TEXT, lambda n: modal(blocks=[{"type": "alert", "text": plain(n)}])),
    "label": (limits.INPUT_LABEL, lambda n: asking({**field(), "label": plain(n)})),
    "hint": (limits.INPUT_HINT, lambda n: asking({**field(), "hint": plain(n)})),
    "max length": (limits.INPUT_LENGTH, lambda n: asking(field(max_length=n))),
    "initial value": (limits.INPUT_LENGTH, lambda n: asking(field(initial_value="x" * n))),
    "rich lines": (
        limits.RICH_INPUT_LINES,
        lambda n: asking(field(type="rich_text_input", max_lines=n)),
    ),
    "files": (
        limits.FILE_INPUT_FILES,
        lambda n: asking(field(type="file_input", max_files=n)),
    ),
    "choices": (
        limits.SELECT_OPTIONS,
        lambda n: asking(field(type="multi_static_select", options=options(n))),
    ),
}


@pytest.mark.parametrize("name", VIEW_LIMITS)
def test_a_view_at_its_limit_passes_and_one_beyond_is_refused(name: str) -> None:
    """[R5]"""
    limit, make = VIEW_LIMITS[name]
    assert validate_view(make(limit)) == []
    assert validate_view(make(limit + 1)) != []


def test_a_view_holds_250_kilobytes() -> None:
    """[R5]"""
    text = section(text=mrkdwn(limits.SECTION_TEXT))
    view = modal(blocks=[text] * 80)
    spare = limits.VIEW_BYTES - len(json.dumps(view).encode())
    fill = section(text=mrkdwn(1))
    while spare > limits.SECTION_TEXT + 200:
        view["blocks"].append(text)
        spare = limits.VIEW_BYTES - len(json.dumps(view).encode())
    view["blocks"].append(fill)
    spare = limits.VIEW_BYTES - len(json.dumps(view).encode())
    view["blocks"][-1] = section(text=mrkdwn(1 + spare))
    assert validate_view(view) == []
    view["blocks"][-1] = section(text=mrkdwn(2 + spare))
    assert [one.code for one in validate_view(view)] == ["view_too_large"]


@pytest.mark.parametrize(
    "view",
    [
        {"type": "popup", "blocks": []},
        {"type": "modal", "blocks": []},
        {"type": "home", "blocks": [], "title": plain(1)},
        modal(blocks=[field()]),
        modal(blocks=[{"type": "markdown", "text": "x"}]),
        asking({**field(), "element": button()}),
        modal(
            submit=plain(1),
            blocks=[field(focus_on_load=True), field(focus_on_load=True)],
        ),
    ],
    ids=["kind", "no title", "home title", "no submit", "markdown", "button input", "two focused"],
)
def test_a_view_slack_refuses_is_refused(view: Json) -> None:
    assert validate_view(view) != []
