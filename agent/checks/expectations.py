"""Expectations: whether one makes sense for a field, and whether it holds [B2 B7]."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import re2

from missions.blueprint import Expectation, Finding, Op, Scalar
from missions.phrases import say

PATTERN_MAX = 500
"""Longest regular expression, in characters."""
ORDER = frozenset({Op.LT, Op.LE, Op.GT, Op.GE})
EQUALITY = frozenset({Op.EQ, Op.NE})
TEXT = frozenset({Op.CONTAINS, Op.MATCHES})


@dataclass(frozen=True)
class Field:
    """A field that a tool measures: text or a number within bounds, and the fitting operators."""

    ops: frozenset[Op]
    text: bool = False
    low: float = -math.inf
    high: float = math.inf


def expectation_problems(expectation: Expectation, fields: Mapping[str, Field]) -> tuple[str, ...]:
    """What is wrong with an expectation, in words; () if nothing is."""
    field = fields.get(expectation.field)
    if field is None:
        return (say("expect-unknown", field=expectation.field, known=", ".join(sorted(fields))),)
    if expectation.op not in field.ops:
        ops = ", ".join(op.value for op in Op if op in field.ops)
        name = expectation.field
        return (say("expect-operator", field=name, operator=expectation.op, known=ops),)
    found = []
    if expectation.severity is Finding.ALL_GOOD:
        found.append(say("expect-severity", field=expectation.field))
    found += _text_problems(expectation) if field.text else _number_problems(expectation, field)
    return tuple(found)


def holds(expectation: Expectation, actual: Scalar | None) -> bool:
    """True if what was measured is what was expected; never for what could not be measured."""
    value, op = expectation.value, expectation.op
    if actual is None:
        return False
    if op in EQUALITY:
        return (actual == value) is (op is Op.EQ)
    if op is Op.CONTAINS:
        return str(value) in str(actual)
    if op is Op.MATCHES:
        return compiled(str(value)).search(str(actual)) is not None
    if isinstance(actual, str) or isinstance(value, str):
        return False
    return _ordered(op, actual, value)


def compiled(pattern: str) -> re2._Regexp[str]:
    """A pattern that runs in linear time; re2.error if it is none."""
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)


def _ordered(op: Op, actual: float, value: float) -> bool:
    if op is Op.LT:
        return actual < value
    if op is Op.LE:
        return actual <= value
    if op is Op.GT:
        return actual > value
    return actual >= value


def _text_problems(expectation: Expectation) -> list[str]:
    value = expectation.value
    if not isinstance(value, str) or not value:
        return [say("expect-text", field=expectation.field)]
    if expectation.op is not Op.MATCHES:
        return []
    if len(value) > PATTERN_MAX:
        return [say("expect-pattern-long", field=expectation.field, most=PATTERN_MAX)]
    try:
        compiled(value)
    except re2.error:
        return [say("not-a-pattern", pattern=value[:80])]
    return []


def _number_problems(expectation: Expectation, field: Field) -> list[str]:
    value = expectation.value
    if isinstance(value, bool | str) or not math.isfinite(value):
        return [say("expect-number", field=expectation.field)]
    if not field.low <= value <= field.high:
        return [
            say(
                "expect-range",
                field=expectation.field,
                low=f"{field.low:g}",
                high=f"{field.high:g}",
            )
        ]
    return []
