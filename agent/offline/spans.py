"""Stretches of the past: “from Monday to Wednesday”, “yesterday”, “since 9:00”, “the last 3 hours”.

A day is meant whole; a weekday is the latest one that makes the stretch lie in the past.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agent.offline.almanac import WEEKDAYS, Clock, unit_of
from agent.offline.clocks import clock_at
from agent.offline.dates import date_at
from agent.offline.pieces import Pieces
from agent.offline.sentence import Sentence
from agent.offline.timing import Doubt
from missions.cron import CronError, local_instant
from missions.phrases import say

_FROM = ("from", "between", "starting", "starting from", "beginning")
_TO = ("to", "until", "till", "til", "through", "and", "up to", "-", "–")
_SINCE = ("since", "ever since")
_ON = ("on", "of", "during", "for", "in")
_LAST = ("the last", "the past", "last", "past", "the previous")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400, "week": 7 * 86_400}
_LONGEST = timedelta(days=400)
_OTHERWISE = frozenset({"until", "till", "before", "after", "by", "every", "each"})
"""Words behind which a day or a time is no stretch."""
EXAMPLES = ("yesterday", "the last 24 hours", "the last 7 days")
"""Answers that are offered when no stretch was said."""


@dataclass(frozen=True)
class Span:
    """Where the words stand, and the stretch from `first` up to but without `last`."""

    start: int
    stop: int
    first: datetime
    last: datetime
    doubt: Doubt | None = None


@dataclass(frozen=True)
class _Point:
    """A day, with a time of day if one was said; `weekday` if the day was named only so."""

    length: int
    day: date | None = None
    clock: Clock | None = None
    weekday: int | None = None
    now: bool = False


def find_span(s: Sentence, start: int, now: datetime, zone: str) -> Span | None:
    """The first stretch said from that place on; None if there is none."""
    for at in range(start, len(s)):
        if s.low(at - 1) in _OTHERWISE:
            continue
        if found := _span_at(s, at, now, ZoneInfo(zone)):
            return found
    return None


def _span_at(s: Sentence, at: int, now: datetime, tz: ZoneInfo) -> Span | None:
    today = now.astimezone(tz).date()
    if found := _latest(s, at, now):
        return found
    if found := _week(s, at, now, tz, today):
        return found
    if length := s.says_any(at, _SINCE):
        point = _point(s, at + length, today)
        end = at + length + point.length if point else 0
        return _made(at, end, point, None, now, tz) if point else None
    lead = s.says_any(at, _FROM)
    first = _point(s, at + lead, today)
    if first is None:
        return None
    end = at + lead + first.length
    joiner = s.says_any(end, _TO)
    last = _point(s, end + joiner, today) if joiner else None
    if last is not None:
        return _made(at, end + joiner + last.length, first, last, now, tz)
    if first.clock is not None:
        return _made(at, end, first, None, now, tz) if lead else None
    if lead:
        said = s.text[s.tokens[at + lead].start : s.tokens[end - 1].end]
        doubt = Doubt(say("ask-day-or-since"), (said, f"since {said}"))
        return Span(at, end, now, now, doubt)
    return _made(at, end, first, first, now, tz)


def _latest(s: Sentence, at: int, now: datetime) -> Span | None:
    """“the last 3 hours”."""
    length = s.says_any(at, _LAST)
    if not length:
        return None
    number = s.number(at + length)
    width = 1 if number is not None else 0
    seconds = _SECONDS.get(unit_of(s.low(at + length + width)) or "")
    if seconds is None or (number is None and s.low(at + length) in ("week", "day")):
        return None
    stop = at + length + width + 1
    span = timedelta(seconds=min((number or 1) * seconds, 10**9))
    if not timedelta() < span <= _LONGEST:
        return Span(at, stop, now, now, Doubt(say("ask-how-far-back"), EXAMPLES))
    return Span(at, stop, now - span, now)


def _week(s: Sentence, at: int, now: datetime, tz: ZoneInfo, today: date) -> Span | None:
    """“last week” is Monday to Sunday before this one; “this week” is since Monday."""
    monday = today - timedelta(days=today.weekday())
    if length := s.says_any(at, ("last week", "the previous week", "previous week")):
        return Span(at, at + length, _at(monday - timedelta(7), None, tz), _at(monday, None, tz))
    if length := s.says_any(at, ("this week",)):
        return Span(at, at + length, _at(monday, None, tz), now)
    return None


def _point(s: Sentence, at: int, today: date) -> _Point | None:
    """A day and a time of day, in either order, or one of them."""
    start = at + s.says_any(at, _ON)
    start += s.low(start) == "the"
    if s.low(start) == "now":
        return _Point(start + 1 - at, now=True)
    day = _day(s, start, today)
    if day is not None:
        end = at + (start - at) + day.length
        joined = end + (s.low(end) in ("at", ","))
        clock = clock_at(s, joined, bare=s.low(end) == "at")
        stop = joined + clock[1] if clock else end
        return _Point(stop - at, day.day, clock[0] if clock else None, day.weekday)
    start += s.low(start) == "at"
    clock = clock_at(s, start, bare=False)
    if clock is None:
        return None
    end = start + clock[1]
    day = _day(s, end + (s.low(end) == "on"), today)
    if day is None:
        return _Point(end - at, None, clock[0])
    stop = end + (s.low(end) == "on") + day.length
    return _Point(stop - at, day.day, clock[0], day.weekday)


def _day(s: Sentence, at: int, today: date) -> _Point | None:
    low = s.low(at).removesuffix("'s").removesuffix("’s")
    if length := s.says_any(at, ("the day before yesterday", "day before yesterday")):
        return _Point(length, today - timedelta(days=2))
    if low in ("yesterday", "today"):
        return _Point(1, today - timedelta(days=low == "yesterday"))
    skip = 1 if low in ("last", "past", "this") else 0
    named = s.low(at + skip).removesuffix("'s").removesuffix("’s")
    if named in WEEKDAYS:
        return _Point(skip + 1, None, None, WEEKDAYS[named])
    pieces = Pieces()
    length = date_at(s, at, pieces)
    if not length or pieces.date is None:
        return None
    year, month, number = pieces.date
    try:
        found = date(year or today.year, month, number)
        if not year and found > today:
            found = found.replace(year=today.year - 1)
    except ValueError:
        return None
    return _Point(length, found)


def _made(
    start: int,
    stop: int,
    first: _Point,
    last: _Point | None,
    now: datetime,
    tz: ZoneInfo,
) -> Span | None:
    """The stretch between two points; without the second, until now."""
    today = now.astimezone(tz).date()
    ends = _day_of(last, today) if last is not None and not last.now else today
    if ends is None:
        ends = _day_of(first, today) or today
    begins = _day_of(first, ends if last is not None else today) or ends
    if last is first and first.weekday == today.isoweekday() % 7:
        doubt = Doubt(say("ask-today-or-week"), ("today", f"on {today - timedelta(days=7)}"))
        return Span(start, stop, now, now, doubt)
    begin = now if first.now else _at(begins, first.clock, tz)
    if last is None or last.now:
        end = now
    elif last.clock is not None:
        end = _at(ends, last.clock, tz)
    else:
        end = _at(ends + timedelta(days=1), None, tz)
    clocks = [p.clock for p in (first, last) if p is not None and p.clock is not None]
    if any(not c.sure for c in clocks):
        return Span(start, stop, begin, end, Doubt(say("ask-morning-evening")))
    if begin >= min(end, now):
        doubt = Doubt(say("ask-no-past"), EXAMPLES)
        return Span(start, stop, begin, end, doubt)
    return Span(start, stop, begin, end)


def _day_of(point: _Point, latest: date) -> date | None:
    """The point's day; a weekday is the latest one that is not after `latest`."""
    if point.weekday is None:
        return point.day
    return latest - timedelta(days=(latest.isoweekday() - point.weekday) % 7)


def _at(day: date, clock: Clock | None, tz: ZoneInfo) -> datetime:
    naive = datetime.combine(day, time(clock.hour, clock.minute) if clock else time())
    try:
        return local_instant(naive, tz)
    except CronError:  # a gap swallowed it
        return naive.replace(tzinfo=tz)
