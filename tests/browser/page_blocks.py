"""Canned blocks and views for the workspace page: every kind, a plan card, a report, dialogs."""

from typing import Any

Json = dict[str, Any]

NOW = 1_795_422_600  # 2026-11-23 09:30 in Berlin
ADA, GRACE, LINUS, BOT = "U0ADA", "U0GRACE", "U0LINUS", "U0HOUSTON"
OPS = "C0OPS"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def md(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(text: str, value: str, description: str = "") -> Json:
    made = {"text": plain(text), "value": value}
    return made | ({"description": plain(description)} if description else {})


def button(text: str, action_id: str, style: str = "", **more: Any) -> Json:
    made: Json = {
        "type": "button",
        "text": plain(text),
        "action_id": action_id,
        "value": "M-7KQ2XD",
    }
    return made | ({"style": style} if style else {}) | more


def raw(*cells: str | float) -> list[Json]:
    return [
        {"type": "raw_text", "text": cell}
        if isinstance(cell, str)
        else {"type": "raw_number", "value": cell}
        for cell in cells
    ]


PLAN_CARD: list[Json] = [
    {"type": "header", "block_id": "head", "text": plain("Checkout Watch")},
    {
        "type": "context",
        "block_id": "sub",
        "elements": [md("`M-7KQ2XD`  ·  Blueprint 1  ·  Draft  ·  owner <@U0ADA>")],
    },
    {
        "type": "section",
        "block_id": "goal",
        "fields": [
            md("*Goal*\nCheckout stays up and fast"),
            md("*Reports to*\n<#C0OPS>, on change"),
            md("*Objectives*\n• reachable\n• answers under 800 ms"),
            md("*Budget*\n$1.00 a day, 60 runs"),
        ],
    },
    {"type": "divider", "block_id": "line"},
    {
        "type": "section",
        "block_id": "task1",
        "text": md(
            "*1. Watch checkout*\nCron Task: every 5 minutes (Europe/Berlin)\n"
            "_Next:_ <!date^1795422900^{date_short_pretty} {time}|09:35 CET>, then 09:40, 09:45"
        ),
        "accessory": {
            "type": "overflow",
            "action_id": "task_menu",
            "options": [option("Pause this Task", "pause"), option("Show history", "history")],
        },
    },
    {
        "type": "section",
        "block_id": "task2",
        "text": md("*2. Morning summary*\nCron Task: at 08:30 on weekdays"),
    },
    {
        "type": "table",
        "block_id": "strategy",
        "column_settings": [{}, {"is_wrapped": True}],
        "rows": [
            raw("Strategy", "What it means"),
            raw("Overlap", "skip a run while one is running"),
            raw("Missed runs", "one run if missed by less than 2½ minutes"),
            raw("Retries", "none"),
        ],
    },
    {
        "type": "actions",
        "block_id": "decide",
        "elements": [
            button("Launch", "launch", "primary"),
            button("Try once", "try_once"),
            button("Change", "change"),
            button(
                "Discard",
                "discard",
                "danger",
                confirm={
                    "title": plain("Discard this draft?"),
                    "text": md("*Checkout Watch* is removed wholly."),
                    "confirm": plain("Discard"),
                    "deny": plain("Keep"),
                    "style": "danger",
                },
            ),
        ],
    },
]

_HOURS = ["04:00", "05:00", "06:00", "07:00", "08:00", "09:00"]


def series(name: str, *values: float) -> Json:
    return {
        "name": name,
        "data": [{"label": h, "value": v} for h, v in zip(_HOURS, values, strict=True)],
    }


def chart(kind: str, block_id: str, *lines: Json) -> Json:
    axis = {"categories": _HOURS, "x_label": "hour (Europe/Berlin)", "y_label": "milliseconds"}
    return {
        "type": "data_visualization",
        "block_id": block_id,
        "title": "Response time",
        "chart": {"type": kind, "series": list(lines), "axis_config": axis},
    }


REPORT: list[Json] = [
    {
        "type": "section",
        "block_id": "finding",
        "text": md(
            ":warning: *Checkout Watch: attention*  ·  `/checkout` needs 1,240 ms (limit 800)\n"
            "New: slow since 09:10. Continuing: none. Recovered: `/login`."
        ),
    },
    chart(
        "line",
        "series",
        series("p50", 220, 240, 230, 260, 310, 420),
        series("p95", 410, 430, 460, 520, 780, 1240),
    ),
    {
        "type": "actions",
        "block_id": "report",
        "elements": [
            button("View plan", "view_plan"),
            button("History", "history"),
            button("Run again", "run_again"),
            {
                "type": "static_select",
                "action_id": "mute",
                "placeholder": plain("Mute"),
                "options": [option("Until recovered", "recovered"), option("2 hours", "2h")],
            },
            {
                "type": "overflow",
                "action_id": "more",
                "options": [option("Delete…", "delete")],
            },
        ],
    },
    {"type": "context", "block_id": "foot", "elements": [md("Success in 4.2 s · $0.002")]},
]

RICH: Json = {
    "type": "rich_text",
    "block_id": "rich",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "bold", "style": {"bold": True}},
                {"type": "text", "text": " gone", "style": {"strike": True}},
                {"type": "text", "text": " code", "style": {"code": True}},
                {"type": "link", "url": "https://example.com/", "text": "a link"},
                {"type": "user", "user_id": GRACE},
                {"type": "channel", "channel_id": OPS},
                {"type": "broadcast", "range": "here"},
                {"type": "usergroup", "usergroup_id": "S1"},
                {"type": "emoji", "name": "rocket"},
                {"type": "color", "value": "#ff8800"},
                {"type": "date", "timestamp": NOW, "format": "at {time}", "fallback": "09:30"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "indent": 1,
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "an item"}]}
            ],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "a quote"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x = 1"}]},
    ],
}

_IMAGE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # noqa: E501

_CARD: Json = {
    "type": "card",
    "block_id": "card",
    "title": md("*Nightly Watch*"),
    "subtitle": md("M-3FHT9W"),
    "body": md("Active, next run 02:00"),
    "subtext": md("3 Tasks"),
    "actions": [button("Open", "card_open")],
}


def task(title: str, status: str, **more: Any) -> Json:
    return {"task_id": title, "type": "task_card", "title": title, "status": status, **more}


def _detail(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


EVERY_BLOCK: list[Json] = [
    {"type": "header", "block_id": "h", "text": plain("Every block :rocket:")},
    {"type": "divider", "block_id": "d"},
    {
        "type": "section",
        "block_id": "s",
        "text": md("*bold* _italic_ ~gone~ `code`\n&gt; quoted\n```pre\n  formatted```<!here>"),
        "accessory": {"type": "image", "image_url": _IMAGE, "alt_text": "a dot"},
    },
    {"type": "context", "block_id": "c", "elements": [md("small print")]},
    {"type": "image", "block_id": "i", "image_url": _IMAGE, "alt_text": "dot", "title": plain("A")},
    {
        "type": "image",
        "block_id": "far",
        "image_url": "https://example.com/a.png",
        "alt_text": "far",
    },
    {
        "type": "markdown",
        "block_id": "m",
        "text": "## Heading\n\n1. one\n2. **two**\n   - deep\n\n- [x] done\n\n"
        "| a | b |\n|---|--:|\n| 1 | 2 |\n\n```\ncode()\n```\n\n> said\n\n---\n[label](https://example.com/x)",
    },
    RICH,
    {"type": "table", "block_id": "t", "rows": [raw("Check", "Result"), raw("/login", "pass")]},
    {
        "type": "data_table",
        "block_id": "dt",
        "caption": "Runs",
        "page_size": 3,
        "rows": [raw("When", "ms"), *(raw(f"run {n}", (n * 37) % 100) for n in range(1, 8))],
    },
    chart("bar", "bars", series("p50", 220, 240, 230, 260, 310, 420)),
    chart("area", "areas", series("p50", 220, 240, 230, 260, 310, 420)),
    {
        "type": "data_visualization",
        "block_id": "pie",
        "title": "Findings",
        "chart": {
            "type": "pie",
            "segments": [
                {"label": "all good", "value": 41},
                {"label": "attention", "value": 5},
                {"label": "critical", "value": 2},
            ],
        },
    },
    _CARD,
    {
        "type": "carousel",
        "block_id": "cs",
        "elements": [_CARD | {"block_id": f"k{n}"} for n in "abc"],
    },
    {
        "type": "container",
        "block_id": "box",
        "title": plain("Details"),
        "subtitle": plain("four checks"),
        "is_collapsible": True,
        "default_collapsed": True,
        "child_blocks": [{"type": "section", "block_id": "in", "text": md("inside")}],
    },
    {"type": "alert", "block_id": "al", "level": "warning", "text": md("Careful")},
    {
        "type": "plan",
        "block_id": "p",
        "title": "Checking the shop",
        "tasks": [
            task("Look at /login", "complete", output=_detail("200 in 90 ms")),
            task("Look at /checkout", "in_progress", details=_detail("waiting for an answer")),
            task("Write the report", "pending"),
        ],
    },
    task("Alone", "error", details=_detail("no answer")) | {"block_id": "tc"},
    {"type": "file", "block_id": "f", "external_id": "EXT1", "source": "remote"},
    {
        "type": "context_actions",
        "block_id": "ca",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": {"text": plain("Good"), "value": "good"},
                "negative_button": {"text": plain("Bad"), "value": "bad"},
            },
            {"type": "icon_button", "icon": "trash", "action_id": "bin", "text": plain("Remove")},
        ],
    },
    {"type": "hologram", "block_id": "u"},
]

EVERY_ELEMENT: Json = {
    "type": "actions",
    "block_id": "all",
    "elements": [
        button("Plain", "plain"),
        button("Docs", "docs", url="https://example.com/docs"),
        button("Hidden", "hidden", visible_to_user_ids=[GRACE]),
        {
            "type": "static_select",
            "action_id": "static",
            "options": [option(f"Choice {n}", str(n)) for n in range(12)],
        },
        {
            "type": "multi_static_select",
            "action_id": "multi",
            "options": [option("Red", "r"), option("Blue", "b")],
        },
        {"type": "users_select", "action_id": "users", "placeholder": plain("A person")},
        {"type": "channels_select", "action_id": "rooms"},
        {"type": "conversations_select", "action_id": "talks"},
        {
            "type": "checkboxes",
            "action_id": "checks",
            "options": [option("Quiet", "q", "no pings"), option("Loud", "l")],
        },
        {
            "type": "radio_buttons",
            "action_id": "radios",
            "options": [option("One", "1"), option("Two", "2")],
        },
        {"type": "datepicker", "action_id": "date", "initial_date": "2026-11-23"},
        {"type": "timepicker", "action_id": "time", "initial_time": "08:30"},
        {"type": "datetimepicker", "action_id": "instant", "initial_date_time": NOW},
        {"type": "teleporter", "action_id": "odd"},
    ],
}


def field(block_id: str, label: str, element: Json, **more: Any) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": element,
        **more,
    }


def view(title: str, blocks: list[Json], submit: str = "Save", **more: Any) -> Json:
    return {
        "type": "modal",
        "title": plain(title),
        "submit": plain(submit),
        "close": plain("Cancel"),
        "blocks": blocks,
        **more,
    }


DELETE_VIEW = view(
    "Delete Mission",
    [
        {
            "type": "alert",
            "block_id": "warning",
            "level": "error",
            "text": md("This cannot be undone. Nothing of *Checkout Watch* will be left."),
        },
        {
            "type": "section",
            "block_id": "counts",
            "text": md("What goes: *2* Blueprint versions, *318* Executions, *41* messages."),
        },
        field(
            "id",
            "Type the Mission's ID to delete it",
            {"type": "plain_text_input", "action_id": "typed", "placeholder": plain("M-……")},
            hint=plain("The ID is M-7KQ2XD."),
        ),
    ],
    submit="Delete",
)

INPUT_VIEW = view(
    "Change the plan",
    [
        field(
            "name",
            "Name",
            {"type": "plain_text_input", "action_id": "v", "initial_value": "Checkout Watch"},
        ),
        field(
            "why",
            "Instructions",
            {"type": "plain_text_input", "action_id": "v", "multiline": True},
            optional=True,
        ),
        field(
            "when",
            "Missed runs",
            {
                "type": "static_select",
                "action_id": "v",
                "options": [option("Skip", "skip"), option("One run", "one")],
            },
        ),
        field(
            "how",
            "Overlap",
            {
                "type": "radio_buttons",
                "action_id": "v",
                "options": [option("Skip", "skip"), option("Queue one", "queue")],
                "initial_option": option("Skip", "skip"),
            },
        ),
        field(
            "days",
            "Days",
            {
                "type": "checkboxes",
                "action_id": "v",
                "options": [option("Weekdays", "wd"), option("Weekend", "we")],
            },
            optional=True,
        ),
        field(
            "from", "From", {"type": "datepicker", "action_id": "v", "initial_date": "2026-11-24"}
        ),
        field("at", "At", {"type": "timepicker", "action_id": "v", "initial_time": "08:30"}),
        field(
            "until", "Until", {"type": "datetimepicker", "action_id": "v", "initial_date_time": NOW}
        ),
        field("who", "Tell", {"type": "users_select", "action_id": "v", "initial_user": GRACE}),
        field(
            "limit",
            "Limit in ms",
            {"type": "number_input", "action_id": "v", "is_decimal_allowed": False},
            optional=True,
        ),
        field("page", "Page", {"type": "url_text_input", "action_id": "v"}, optional=True),
        field("mail", "Mail", {"type": "email_text_input", "action_id": "v"}, optional=True),
    ],
    callback_id="change",
)

HOSTILE_TEXT = '<script>window.broken = 1</script><img src=x onerror="window.broken = 2">'
HOSTILE_BLOCKS: list[Json] = [
    {"type": "header", "block_id": "a", "text": plain(HOSTILE_TEXT + " <!channel>")},
    {"type": "section", "block_id": "b", "text": md("&lt;!channel&gt; " + HOSTILE_TEXT)},
    {
        "type": "markdown",
        "block_id": "c",
        "text": HOSTILE_TEXT + " [go](javascript:window.broken=3)",
    },
    {"type": "section", "block_id": "d", "text": md("<javascript:window.broken=4|go>")},
    _detail(HOSTILE_TEXT + " <!channel> <@U0ADA>") | {"block_id": "e"},
    {"type": "table", "block_id": "f", "rows": [raw(HOSTILE_TEXT), raw("<!channel>")]},
    {
        "type": "section",
        "block_id": "g",
        "text": md(HOSTILE_TEXT),
        "accessory": button(HOSTILE_TEXT, "x", url="javascript:window.broken=5"),
    },
]

HOME_VIEW: Json = {
    "id": "V0HOME",
    "type": "home",
    "blocks": [
        {"type": "header", "block_id": "h", "text": plain("Missions")},
        {
            "type": "section",
            "block_id": "row",
            "text": md("*Checkout Watch*  `M-7KQ2XD`\nActive · next run 09:35"),
            "accessory": button("Open", "open_mission"),
        },
    ],
}
