"""Checks and what they measured, in words; and text from outside made harmless [P4]."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from agent.checks.url import BadUrl, parse_url
from missions.blueprint import Check, Expectation, Op, Scalar
from missions.execution import Measured
from missions.phrases import grouped, say
from missions.words import decimal

FRAGMENT_MAX = 200
"""Longest piece of foreign text that is ever copied into a report, in characters."""

_OPS: Mapping[Op, str] = {
    Op.NE: "expected-not",
    Op.LT: "expected-under",
    Op.LE: "expected-at-most",
    Op.GT: "expected-over",
    Op.GE: "expected-at-least",
    Op.CONTAINS: "expected-contains",
    Op.MATCHES: "expected-matches",
}
_NAMES = {
    "status": "named-status",
    "latency_ms": "named-time",
    "body": "named-text",
    "certificate_days": "named-certificate",
    "content_type": "named-content-type",
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
        return say("quoted", text=plain(value))
    if field == "latency_ms":
        return say("milliseconds", n=grouped(round(value)))
    if field == "certificate_days":
        return say("days", round(value))
    return _number(value)


def measured_in_words(measured: Measured) -> str:
    """What was measured beside what was expected: "status 503, expected 200".

    What is just as expected is said once: "status 200".
    """
    field, actual = field_in_words(measured.field), actual_in_words(measured)
    if actual == measured.expected or (measured.field == "body" and measured.holds):
        return f"{field} {actual}"
    return say("report-measured", field=field, actual=actual, expected=measured.expected)


def actual_in_words(measured: Measured) -> str:
    """A measured value in words; a page's text is not repeated, only whether it fits."""
    if measured.actual is None:
        return say("not-measured")
    if measured.field == "body":
        return say("as-expected" if measured.holds else "not-as-expected")
    return value_in_words(measured.field, measured.actual)


def expected_in_words(expectation: Expectation) -> str:
    """What an expectation asks for, without the field's name: "under 800 ms"."""
    value = value_in_words(expectation.field, expectation.value)
    return say(_OPS[expectation.op], value=value) if expectation.op in _OPS else value


def field_in_words(field: str) -> str:
    """The name of a measured field for people."""
    return say(_NAMES[field]) if field in _NAMES else field.replace("_", " ")


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


def _number(value: float) -> str:
    """As people write it: six digits that say something, thousands grouped."""
    if value == int(value) or abs(value) >= 100_000:
        return grouped(round(value))
    whole, mark, rest = f"{value:.6g}".partition(".")
    return (grouped(int(whole)) if abs(value) >= 1_000 else whole) + decimal(mark + rest)
