"""Days of the month: “the first Monday of every month”, “the last working day of the month”."""

from __future__ import annotations

from dataclasses import dataclass

from agent.offline.almanac import EVERY, WEEKDAYS
from agent.offline.sentence import Sentence
from agent.offline.tokens import Kind

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_WORKING = ("working day", "work day", "workday", "business day", "weekday")
_OF_MONTH = (
    "of every month", "of each month", "of the month", "every month", "each month", "of a month",
    "in the month", "in every month", "in each month", "monthly",
)  # fmt: skip


@dataclass(frozen=True)
class MonthRule:
    """Day of month and weekday as fields of cron, and how it was said; "" if cron cannot say it."""

    day: str
    weekday: str
    words: str


def month_rule_at(s: Sentence, at: int, *, monthly: bool) -> tuple[MonthRule, int] | None:
    """The rule at that place and its length; `monthly` says that “every month” stood before."""
    start = at
    while s.low(start) in ("on", "the") or s.low(start) in EVERY:
        start += 1
    if s.low(start) == "day" and s.kind(start + 1) in (Kind.NUMBER, Kind.ORDINAL):
        return _numbered(s, at, start + 1, monthly=monthly)
    if found := _several(s, at, start, monthly=monthly):
        return found
    number = _ordinal(s, start)
    if number is None:
        return None
    if width := s.says_any(start + 1, _WORKING):
        return _ended(s, at, start + 1 + width, _working(number), monthly=monthly)
    day = WEEKDAYS.get(s.low(start + 1))
    if day is None:
        return None
    field = f"{day}L" if number < 0 else f"{day}#{number}"
    return _ended(s, at, start + 2, ("*", field), monthly=monthly)


def _several(s: Sentence, at: int, start: int, *, monthly: bool) -> tuple[MonthRule, int] | None:
    """“the 15th and last day of the month”, “the second and fourth Friday of the month”."""
    days, end = [], start
    while (day := _day_said(s, end)) is not None:
        days.append(day)
        end += 1 + (s.low(end + 1) == "day")
        joiner = end
        while s.low(joiner) in (",", "and", "&", "on", "the"):
            joiner += 1
        if joiner == end or _day_said(s, joiner) is None:
            break
        end = joiner
    if len(days) < 2:
        return None
    weekday = WEEKDAYS.get(s.low(end))
    if weekday is not None:
        fields = [f"{weekday}L" if d < 0 else f"{weekday}#{d}" for d in days]
        named = all(-1 <= d <= 4 for d in days)
        return _ended(s, at, end + 1, ("*", ",".join(fields)), monthly=monthly) if named else None
    end += s.low(end) == "days"
    shown = ",".join("L" if d < 0 else str(d) for d in sorted(days, key=lambda d: d % 32))
    return _ended(s, at, end, (shown, "*"), monthly=monthly)


def _day_said(s: Sentence, at: int) -> int | None:
    """The day of the month said there, -1 for the last; None if there is none."""
    if s.kind(at) is Kind.ORDINAL:
        number = int(s.low(at)) if len(s.low(at)) <= 2 else 0
        return number if 1 <= number <= 31 else None
    return _ORDINALS.get(s.low(at))


def _ordinal(s: Sentence, at: int) -> int | None:
    if s.kind(at) is Kind.ORDINAL and s.low(at) in ("1", "2", "3", "4"):
        return int(s.low(at))
    return _ORDINALS.get(s.low(at))


def _working(number: int) -> tuple[str, str]:
    """The last one is a day that cron can say; no other is."""
    return ("LW", "*") if number < 0 else ("", "")


def _numbered(s: Sentence, at: int, place: int, *, monthly: bool) -> tuple[MonthRule, int] | None:
    number = int(s.low(place)) if len(s.low(place)) <= 2 else 0
    if not 1 <= number <= 31:
        return None
    return _ended(s, at, place + 1, (str(number), "*"), monthly=monthly)


def _ended(
    s: Sentence, at: int, end: int, fields: tuple[str, str], *, monthly: bool
) -> tuple[MonthRule, int] | None:
    """With the words that say “of every month”; without them it may be meant once."""
    tail = s.says_any(end, _OF_MONTH)
    if not (tail or monthly):
        return None
    stop = end + tail
    words = s.text[s.tokens[at].start : s.tokens[stop - 1].end]
    return MonthRule(*fields, words), stop - at
