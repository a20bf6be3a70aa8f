"""Hours to be left out: “not between 22:00 and 6:00”, “freeze Friday 18:00 to Monday 8:00” [B5]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from agent.offline.almanac import Clock, days_at
from agent.offline.clocks import clock_at
from agent.offline.dates import date_at
from agent.offline.pieces import Pieces
from agent.offline.sentence import Sentence

_LEADS = (
    "not", "but not", "never", "except", "excluding", "leave out", "skip", "nothing", "no runs",
    "don't run", "do not run", "don't run it", "do not run it", "freeze", "a freeze",
    "add a freeze", "set a freeze", "with a freeze", "freeze it", "freeze all", "quiet",
)  # fmt: skip
_TILL = ("to", "until", "till", "through", "-", "–")
_DAILY = ("every day", "each day", "daily", "every night", "each night", "at night", "overnight")

Day = tuple[int | None, int, int]
"""Year, if said, month and day."""


@dataclass(frozen=True)
class _Moment:
    """A time of day, on a weekday or at a date, if that was said; and how many words it took."""

    clock: Clock
    weekday: int | None
    day: Day | None
    length: int


def window_at(s: Sentence, at: int, today: date, zone: str) -> tuple[dict[str, Any] | None, int]:
    """The operation that leaves out what is said there, and how many words say it.

    Hours that may be of the morning or of the evening are nobody's to guess. ValueError for a date
    that there is not.
    """
    lead = s.says_any(at, _LEADS)
    if not lead:
        return None, 0
    start = at + lead
    between = s.low(start) == "between"
    start += s.low(start) in ("from", "between")
    first = _moment(s, start)
    till = start + first.length if first else start
    if first is None or not (s.low(till) in _TILL or (between and s.low(till) == "and")):
        return None, 0
    last = _moment(s, till + 1)
    if last is None or not (first.clock.sure and last.clock.sure):
        return None, 0
    end = till + 1 + last.length
    operation = {"op": "leave_out", "begin": _text(first), "end": _text(last), "zone": zone}
    if first.day and last.day:
        begins = coming(first.day, today)
        dates = {"first": begins.isoformat(), "last": coming(last.day, begins).isoformat()}
        return {**operation, **dates}, end - at
    if first.day or last.day or (first.weekday is None) != (last.weekday is None):
        return None, 0
    if first.weekday is not None and last.weekday is not None:
        return {**operation, "days": [first.weekday], "until_day": last.weekday}, end - at
    days, more = _on(s, end)
    return {**operation, **({"days": days} if days else {})}, end + more - at


def _on(s: Sentence, at: int) -> tuple[list[int], int]:
    """On which weekdays; none is every day."""
    if length := s.says_any(at, _DAILY):
        return [], length
    on = s.low(at) == "on"
    found = days_at(s, at + on)
    return (found[0], found[2] + on) if found else ([], 0)


def _moment(s: Sentence, at: int) -> _Moment | None:
    """“Friday 18:00”, “20 December at 6 pm”, “22:00”."""
    weekday, day, length = None, None, 0
    if dated := date_said(s, at):
        day, length = dated
    elif found := days_at(s, at):
        if len(found[0]) != 1:
            return None
        weekday, length = found[0][0], found[2]
    length += s.low(at + length) in ("at", ",")
    clock = clock_at(s, at + length, bare=True)
    return _Moment(clock[0], weekday, day, length + clock[1]) if clock else None


def _text(moment: _Moment) -> str:
    return f"{moment.clock.hour:02}:{moment.clock.minute:02}"


def date_said(s: Sentence, at: int) -> tuple[Day, int] | None:
    """The date at that place, and how many words say it."""
    pieces = Pieces()
    length = date_at(s, at, pieces)
    return (pieces.date, length) if length and pieces.date else None


def coming(day: Day, after: date) -> date:
    """The date said; without a year the next one. ValueError if there is none."""
    year, month, number = day
    if year:
        return date(year, month, number)
    found = date(after.year, month, number)
    return found if found >= after else date(after.year + 1, month, number)
