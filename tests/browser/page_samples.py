"""Canned people, channels and messages for the workspace page."""

from typing import Any

from tests.browser.page_blocks import (
    ADA,
    BOT,
    EVERY_BLOCK,
    EVERY_ELEMENT,
    GRACE,
    HOSTILE_BLOCKS,
    LINUS,
    NOW,
    OPS,
    PLAN_CARD,
    REPORT,
    Json,
)

KINDS, HOSTILE, DM, EMPTY_DM = "C0KINDS", "C0HOSTILE", "D0ADABOT", "D0GRACE"


def ts(minutes: float) -> str:
    """A message timestamp, in minutes after the canned present."""
    return f"{NOW + minutes * 60:.6f}"


def message(minutes: float, user: str, text: str = "", **more: Any) -> Json:
    return {
        "ts": ts(minutes),
        "thread_ts": None,
        "user": user,
        "bot": user == BOT,
        "name": "Houston" if user == BOT else "",
        "text": text,
        "blocks": [],
        "edited": False,
        "reply_count": 0,
        "latest_reply": None,
        "reactions": [],
        "files": [],
        "ephemeral": False,
        "status": None,
        **more,
    }


MESSAGES: dict[str, list[Json]] = {
    OPS: [
        message(-1500, GRACE, "Checkout was slow last night, did anybody see it?"),
        message(
            -14,
            ADA,
            "<@U0HOUSTON> watch https://shop.example/checkout every 5 minutes,"
            " tell me if it needs more than 800 ms",
            reactions=[{"name": "eyes", "users": [BOT], "count": 1}],
        ),
        message(
            -13.6,
            BOT,
            "Plan: Checkout Watch",
            blocks=PLAN_CARD,
            reply_count=2,
            latest_reply=ts(-12),
        ),
        message(-9, LINUS, "nice :tada:", edited=True),
        message(-8, LINUS, "does it see the p95 too?"),
        message(
            -4,
            BOT,
            "Checkout Watch: attention",
            blocks=REPORT,
            reactions=[{"name": "+1", "users": [ADA, GRACE], "count": 2}],
            files=[
                {
                    "id": "F1",
                    "name": "checks.csv",
                    "title": "checks.csv",
                    "mimetype": "text/csv",
                    "size": 2311,
                    "url_private": "/files/F1",
                }
            ],
        ),
        message(-1, BOT, "Only an editor can launch this Mission. <@U0ADA> can.", ephemeral=True),
    ],
    KINDS: [
        message(-6, BOT, "every block", blocks=EVERY_BLOCK),
        message(-5, BOT, "every element", blocks=[EVERY_ELEMENT]),
    ],
    HOSTILE: [
        message(-6, GRACE, "&lt;script&gt;window.broken = 6&lt;/script&gt; &lt;!channel&gt;"),
        message(-5, BOT, "x", blocks=HOSTILE_BLOCKS),
    ],
    DM: [],
    EMPTY_DM: [],
}

REPLIES: dict[str, list[Json]] = {
    ts(-13.6): [
        message(-12.5, ADA, "8:30 instead of 9", thread_ts=ts(-13.6)),
        message(-12, BOT, "*Morning summary*: ~09:00~ → *08:30*", thread_ts=ts(-13.6)),
    ]
}


def _person(id_: str, name: str, zone: str, color: str, **more: Any) -> Json:
    base = {"id": id_, "name": name.split()[0].lower(), "real_name": name, "tz": zone}
    return base | {"is_admin": False, "is_guest": False, "color": color, **more}


def _channel(id_: str, name: str, **more: Any) -> Json:
    base = {"id": id_, "name": name, "is_private": False, "is_im": False, "is_member": True}
    return base | {"im_user": None, "topic": "", "unread": 0, **more}


STATE: Json = {
    "team": {"id": "T0", "name": "Orbit Shop"},
    "people": [
        _person(ADA, "Ada Byron", "Europe/Berlin", "9f69e7", is_admin=True),
        _person(GRACE, "Grace Hopper", "America/New_York", "3c9a55"),
        _person(LINUS, "Linus Guest", "Asia/Kolkata", "d0543f", is_guest=True),
    ],
    "bot": {"id": BOT, "name": "Houston"},
    "channels": [
        _channel(OPS, "ops", topic="Keeping the shop running"),
        _channel(KINDS, "kinds"),
        _channel(HOSTILE, "hostile", is_private=True, unread=2),
        _channel(DM, "", is_im=True, im_user=BOT),
        _channel(EMPTY_DM, "", is_im=True, im_user=GRACE),
    ],
    "commands": [
        {
            "command": "/mission",
            "description": "Missions of this channel",
            "usage_hint": "[list|pause|help]",
        },
        {"command": "/houston", "description": "Ask Houston", "usage_hint": "[words]"},
    ],
    "prompts": [
        {"title": "Watch a page", "message": "Check https://shop.example every 10 minutes"},
        {"title": "Morning summary", "message": "Every weekday at 8:30 sum up last night"},
    ],
    "demo": {
        "url": "http://127.0.0.1:8081",
        "mode": "healthy",
        "modes": ["healthy", "slow", "down"],
    },
    "misbehave": {"redeliver": 0, "drop_acks": 0, "reorder": False},
}
