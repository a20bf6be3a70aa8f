"""Conditions of Event Rules over the named fields of an event: whether they hold [B6].

A field that the event does not have makes its comparison not hold, whatever the operator.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache, reduce

import re2

from missions.blueprint import Comparison, Condition, Join, Op, Scalar
from missions.phrases import say

PATTERN_MAX = 500
"""Longest regular expression, in characters."""
ORDER = frozenset({Op.LT, Op.LE, Op.GT, Op.GE})
_TEXT = frozenset({Op.CONTAINS, Op.MATCHES})
_NAME = re.compile(r"[\w.:@/\-]+")
_NUMBER = re.compile(r"[+-]?(\d{1,18}(\.\d{0,18})?|\.\d{1,18})([eE][+-]?\d{1,2})?", re.ASCII)
"""As Prometheus, Grafana and JSON write numbers, 1.5e+06 among them."""
_WORDS = {
    Op.EQ: "is",
    Op.NE: "is-not",
    Op.LT: "is-below",
    Op.LE: "is-at-most",
    Op.GT: "is-above",
    Op.GE: "is-at-least",
    Op.CONTAINS: "contains",
    Op.MATCHES: "matches",
}


def holds(condition: Condition | None, fields: Mapping[str, Scalar]) -> bool:
    """Whether an event with these fields meets the condition; without one every event does."""
    if condition is None:
        return True
    each = (_compared(c, fields.get(c.field)) for c in condition.comparisons)
    return all(each) if condition.join is Join.ALL else any(each)


def problems(condition: Condition | None) -> tuple[str, ...]:
    """What is wrong with a condition, in words; () if nothing is."""
    return tuple(p for c in (condition.comparisons if condition else ()) for p in _problems(c))


def in_words(condition: Condition) -> str:
    """The condition as a part of a sentence: "labels.severity is critical"."""
    glue = "and" if condition.join is Join.ALL else "or"
    said = (say(_WORDS[c.op], field=c.field, value=_value(c)) for c in condition.comparisons)
    return reduce(lambda left, right: say(glue, left=left, right=right), said)


def is_field_name(name: str) -> bool:
    """Whether an event can have a field of that name, e.g. `labels.severity`."""
    return len(name) <= 100 and _NAME.fullmatch(name) is not None


def text_of(value: Scalar) -> str:
    """A value as text, the way JSON writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _compared(comparison: Comparison, actual: Scalar | None) -> bool:
    if actual is None:
        return False
    op, wanted = comparison.op, comparison.value
    if op in (Op.EQ, Op.NE):
        return _same(actual, wanted) is (op is Op.EQ)
    if op is Op.CONTAINS:
        return text_of(wanted).casefold() in text_of(actual).casefold()
    if op is Op.MATCHES:
        return _compiled(text_of(wanted)).search(text_of(actual)) is not None
    left, right = number_of(actual), number_of(wanted)
    return left is not None and right is not None and _ordered(op, left, right)


def _same(actual: Scalar, wanted: Scalar) -> bool:
    """Numbers are compared as numbers; two texts as texts, so that "007" is not "7"."""
    if not (isinstance(actual, str) and isinstance(wanted, str)):
        left, right = number_of(actual), number_of(wanted)
        if left is not None and right is not None:
            return left == right
    return text_of(actual) == text_of(wanted)


def number_of(value: Scalar) -> float | None:
    """A value as a number, also one that is written as text, as labels are; else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value) else None
    return value if math.isfinite(value) else None


def _ordered(op: Op, left: float, right: float) -> bool:
    if op is Op.LT:
        return left < right
    if op is Op.LE:
        return left <= right
    if op is Op.GT:
        return left > right
    return left >= right


def _problems(comparison: Comparison) -> list[str]:
    name, op, value = comparison.field, comparison.op, comparison.value
    if not is_field_name(name):
        return [say("not-a-field", name=name[:60])]
    if op in ORDER and number_of(value) is None:
        return [say("needs-number", condition=_of_what(name, op), text=text_of(value)[:60])]
    if op in _TEXT and not (isinstance(value, str) and value):
        return [say("needs-text", condition=_of_what(name, op))]
    return _pattern_problems(str(value)) if op is Op.MATCHES else []


def _of_what(name: str, op: Op) -> str:
    return say(_WORDS[op], field=say("quoted", text=name), value=say("what"))


def _pattern_problems(pattern: str) -> list[str]:
    if len(pattern) > PATTERN_MAX:
        return [say("pattern-too-long", most=PATTERN_MAX)]
    try:
        _compiled(pattern)
    except re2.error:
        return [say("not-a-pattern", pattern=pattern[:80])]
    return []


def _value(comparison: Comparison) -> str:
    text = text_of(comparison.value)
    if comparison.op is Op.MATCHES:
        return f"/{text}/"
    return (
        say("quoted", text=text)
        if comparison.op is Op.CONTAINS or " " in text or not text
        else text
    )


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re2._Regexp[str]:
    """A pattern that runs in linear time; re2.error if it is none."""
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)
