"""Dates and days of the month: “24 December”, “tomorrow”, “on the 15th of every month”."""

from __future__ import annotations

from agent.offline.almanac import MONTHS, PARTS, unit_of
from agent.offline.monthly import month_rule_at
from agent.offline.pieces import Pieces
from agent.offline.sentence import Sentence
from agent.offline.tokens import Kind

_DAYWORDS = {"today": 0, "tonight": 0, "tomorrow": 1}


def dayword_at(s: Sentence, at: int, p: Pieces) -> int:
    """“tomorrow”, “today”, “the day after tomorrow”; how many words it takes."""
    if length := s.says_any(at, ("the day after tomorrow", "day after tomorrow")):
        p.day_offset = 2
        return length
    if s.low(at) not in _DAYWORDS:
        return 0
    p.day_offset = _DAYWORDS[s.low(at)]
    if s.low(at) == "tonight":
        p.part = "night"
    if s.low(at + 1) in PARTS:
        p.part = s.low(at + 1)
        return 2
    return 1


def date_at(s: Sentence, at: int, p: Pieces) -> int:
    """A date at that place; how many words it takes."""
    start = at + (s.low(at) in ("on", "the"))
    start += s.low(start) == "the"
    token = s.token(start)
    if token is None:
        return 0
    if token.kind is Kind.DATE:
        year, month, day = (int(x) for x in token.text.split("-"))
        p.date = (year, month, day)
        return start + 1 - at
    first = _day_number(s, start)
    middle = start + 1 + (s.low(start + 1) == "of")
    if first and s.low(middle) in MONTHS:
        return _dated(s, at, p, MONTHS[s.low(middle)], first, middle + 1)
    second = _day_number(s, start + 1)
    if s.low(start) in MONTHS and second and unit_of(s.low(start + 2)) is None:
        return _dated(s, at, p, MONTHS[s.low(start)], second, start + 2)
    return 0


def _dated(s: Sentence, at: int, p: Pieces, month: int, day: int, after: int) -> int:
    year_at = after + (s.low(after) == ",")
    year = s.number(year_at)
    has_year = s.kind(year_at) is Kind.NUMBER and year is not None and 2000 <= year <= 2200
    p.date = (year if has_year else None, month, day)
    return (year_at + 1 if has_year else after) - at


def _day_number(s: Sentence, at: int) -> int | None:
    token = s.token(at)
    if token is None or token.kind not in (Kind.NUMBER, Kind.ORDINAL) or len(token.text) > 2:
        return None
    return int(token.text)


def month_day_at(s: Sentence, at: int, p: Pieces) -> int:
    """“on the 15th of every month”; how many words it takes."""
    start = at + (s.low(at) == "on")
    start += s.low(start) == "the"
    if s.kind(start) is not Kind.ORDINAL and s.low(start) not in ("first", "last"):
        return 0
    length = s.says_any(
        start + 1,
        ("of every month", "of each month", "of the month", "every month", "day of the month",
         "day of every month", "day of each month"),
    )  # fmt: skip
    ordinal = {"first": 1, "last": -1}.get(s.low(start))
    if not length and (ordinal or p.interval != (1, "month")):
        return 0
    p.month_day = ordinal or int(s.low(start))
    return start + 1 + length - at


def month_rule_of(s: Sentence, at: int, p: Pieces) -> int:
    """“the first Monday of every month”; how many words it takes."""
    found = month_rule_at(s, at, monthly=p.interval == (1, "month"))
    if found is None:
        return 0
    rule, length = found
    if rule.day:
        p.rule = rule
    else:
        p.uneven = rule.words
    return length
