"""Checks and what they measured, in words; and text from outside made harmless [P4]."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from agent.checks.url import BadUrl, parse_url
from missions.blueprint import Check, Expectation, Op, Scalar

FRAGMENT_MAX = 200
"""Longest piece of foreign text that is ever copied into a report, in characters."""

_OPS: Mapping[Op, str] = {
    Op.EQ: "{}",
    Op.NE: "not {}",
    Op.LT: "under {}",
    Op.LE: "at most {}",
    Op.GT: "over {}",
    Op.GE: "at least {}",
    Op.CONTAINS: "contains {}",
    Op.MATCHES: "matches {}",
}
_NAMES = {
    "status": "status",
    "latency_ms": "time",
    "body": "text",
    "certificate_days": "certificate",
    "content_type": "content type",
}


def plain(text: str, limit: int = FRAGMENT_MAX) -> str:
    """Text on one line, without control and invisible characters, at most `limit` long."""
    visible = (
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Zs") else c
        for c in text[: limit * 4]
        if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn")
    )
    line = " ".join("".join(visible).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def value_in_words(field: str, value: Scalar) -> str:
    """A measured or expected value with its unit; text in quotes."""
    if isinstance(value, str):
        return f"“{plain(value)}”"
    number = f"{value:,.0f}" if field == "latency_ms" else f"{value:g}"
    if field == "latency_ms":
        return f"{number} ms"
    if field == "certificate_days":
        return f"{number} {'day' if value in (1, -1) else 'days'}"
    return number


def expected_in_words(expectation: Expectation) -> str:
    """What an expectation asks for, without the field's name: "under 800 ms"."""
    value = value_in_words(expectation.field, expectation.value)
    return _OPS[expectation.op].format(value)


def field_in_words(field: str) -> str:
    """The name of a measured field for people."""
    return _NAMES.get(field, field.replace("_", " "))


def target_of(check: Check) -> str:
    """What a check looks at, as short as it can be said: the path, or the host."""
    url = check.arguments.get("url")
    if not isinstance(url, str):
        return plain(check.tool)
    try:
        parts = parse_url(url)
    except BadUrl:
        return plain(url)
    path = parts.target.partition("?")[0]
    return plain(path if path != "/" else parts.authority, 80)
