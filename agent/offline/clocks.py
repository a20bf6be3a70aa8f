"""A time of day in a sentence: “9:30”, “9 pm”, “half past nine”, “quarter to six”, “8h30”."""

from __future__ import annotations

import re

from agent.offline.almanac import MINUTE_UNITS, WEEKDAYS, Clock, unit_of
from agent.offline.sentence import Sentence
from agent.offline.tokens import Kind
from agent.offline.wordset import wordset

_SHARES = {"quarter": 15, "half": 30}
_COMPACT = re.compile(r"(\d{1,2})[.h](\d{2})|([01]\d)([0-5]\d)")
"""“6.30”, “8h30”, “0830”."""
_BEHIND = wordset(
    "and or in on every each daily weekdays weekday workdays weekends please sharp check to "
    "until till through instead with tomorrow today tonight then but not except from only make "
    "because due as since during while when if unless also thanks per for monitor watch ping test "
    "verify"
) | frozenset(WEEKDAYS)  # fmt: skip
"""Words that can follow an hour which is written as a word; another one is what is counted."""


def clock_at(s: Sentence, at: int, *, bare: bool) -> tuple[Clock, int] | None:
    """A time of day and its length in tokens; `bare` allows a number alone."""
    if fixed := _fixed(s, at):
        return fixed
    if spoken := _spoken(s, at):
        return spoken
    low, half = s.low(at), s.low(at + 1)
    if s.kind(at) is Kind.TIME:
        hour, minute = (int(x) for x in low.split(":"))
        length = 2 if half in ("am", "pm") else 1
        return _clock(hour, minute, half if length == 2 else "", length)
    if compact := _compact(s, at, bare=bare):
        return compact
    hour_said = s.number(at)
    if hour_said is None or hour_said > 24:
        return None
    if half in ("am", "pm"):
        return _clock(hour_said, 0, half, 2)
    if half in ("o'clock", "oclock"):
        return _clock(hour_said, 0, "", 2, sure=not 1 <= hour_said <= 6)
    if half == "h" and s.low(at - 1) in ("at", "by") and _ends(s, at + 2):
        return _clock(hour_said, 0, "", 2)
    if not bare or unit_of(half) or half in ("times", "%", "past"):
        return None
    if s.kind(at) is not Kind.NUMBER and not _ends(s, at + 1):
        return None
    return _clock(hour_said, 0, "", 1, sure=not 1 <= hour_said <= 6)


def sure_by_others(clocks: list[Clock]) -> list[Clock]:
    """“at 6, 12 and 18” counts 24 hours, so that 6 is in the morning."""
    if not any(c.hour > 12 and c.sure for c in clocks):
        return clocks
    late = next(i for i, c in enumerate(clocks) if c.hour > 12 and c.sure)
    return [Clock(c.hour, c.minute, c.sure or i < late) for i, c in enumerate(clocks)]


def _fixed(s: Sentence, at: int) -> tuple[Clock, int] | None:
    start = at + (s.low(at) == "12" and s.low(at + 1) in ("noon", "midnight"))
    low = s.low(start)
    if low in ("noon", "midday"):
        return Clock(12, 0), start + 1 - at
    return (Clock(0, 0), start + 1 - at) if low == "midnight" else None


def _spoken(s: Sentence, at: int) -> tuple[Clock, int] | None:
    """“half past nine”, “20 past 9”, “a quarter to six”, “ten minutes to 7 pm”."""
    start = at + (s.low(at) == "a")
    minutes = _SHARES.get(s.low(start), s.number(start))
    named = s.low(start + 1) in MINUTE_UNITS
    side = s.low(start + 1 + named)
    if minutes is None or not 0 < minutes < 60 or side not in ("past", "to"):
        return None
    sure = named or s.low(start) == "quarter" or s.low(at - 1) in ("at", "by")
    if side == "to" and not (sure and (named or s.kind(start) is Kind.WORD)):
        return None
    place = start + 2 + named
    hour = None if _spoken(s, place) else clock_at(s, place, bare=True)
    if hour is None or hour[0].minute:
        return None
    before = side == "to"
    clock = Clock((hour[0].hour - before) % 24, 60 - minutes if before else minutes, hour[0].sure)
    return clock, place + hour[1] - at


def _compact(s: Sentence, at: int, *, bare: bool) -> tuple[Clock, int] | None:
    token = s.token(at)
    found = _COMPACT.fullmatch(token.low) if token and token.kind is not Kind.QUOTED else None
    if found is None:
        return None
    half = s.low(at + 1) if s.low(at + 1) in ("am", "pm") else ""
    behind = at + 1 + bool(half)
    if not ((bare or half or "h" in s.low(at)) and _ends(s, behind)):
        return None
    return _clock(int(found[1] or found[3]), int(found[2] or found[4]), half, behind - at)


def _ends(s: Sentence, at: int) -> bool:
    """Whether what stands there can follow a time of day, so that it is not what is counted."""
    token = s.token(at)
    plain = token is None or token.kind in (Kind.PUNCT, Kind.URL, Kind.QUOTED)
    return plain or s.low(at) in _BEHIND


def _clock(
    hour: int, minute: int, half: str, length: int, *, sure: bool = True
) -> tuple[Clock, int] | None:
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if not 0 <= hour <= 23 or minute > 59:
        return None
    return Clock(hour, minute, sure), length
