"""When a Cron Task is due: cron expressions of five fields, in a zone, across daylight saving.

The rule: if the hour field begins with `*`, elapsed time counts, so both passes of a fold run and
nothing is made up after a gap. Otherwise a time that a gap skips runs at the gap's end, once, and
one that a fold repeats runs in its first pass only.

cronsim finds the walls (naive local times) that an expression matches. The way from walls to
instants is our own: cronsim, asked inside the second pass of a fold, answers with the past.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice, pairwise, takewhile
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from missions.calendar import (
    DAY,
    SECOND,
    CronError,
    Stretch,
    ZoneError,
    local_instant,
    quoted,
    stretches,
    utc,
    wall,
    zone,
)
from missions.phrases import say

__all__ = [
    "Cron",
    "CronError",
    "Tally",
    "ZoneError",
    "local_instant",
    "next_occurrence",
    "occurrences",
    "smallest_gap",
    "tally",
    "zone",
]

ALIASES = {
    "@HOURLY": "0 * * * *",
    "@DAILY": "0 0 * * *",
    "@MIDNIGHT": "0 0 * * *",
    "@WEEKLY": "0 0 * * 0",
    "@MONTHLY": "0 0 1 * *",
    "@YEARLY": "0 0 1 1 *",
    "@ANNUALLY": "0 0 1 1 *",
}
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
FIELDS = (
    ("cron-field-minute", "cron-minute", 60),
    ("cron-field-hour", "cron-hour", 24),
    ("cron-field-day", "cron-day", 31),
    ("cron-field-month", "cron-month", 12),
    ("cron-field-weekday", "cron-weekday", 7),
)
"""Per field: the ids of its name and of its range in words, and how many values it has."""

LONGEST_TEXT = 200
"""Characters of an expression; cronsim itself sets no limit."""

MAX_PAUSE_YEARS = 10
"""An expression that pauses longer is refused: it is a slip, such as 29 February on a Sunday."""

# 28 years hold every combination of leap year and weekday, so every pause shows in them.
_CYCLE = range(2001, 2029)


@dataclass(frozen=True)
class Cron:
    """A cron expression that is known to run. `text` is canonical: five fields, upper case.

    Accepted beyond plain cron: names (MON, JAN), L (last day of the month, `5L` last Friday), LW
    (last weekday of the month), `MON#1` (first Monday). A day field that begins with `*` and the
    other one must both match; if neither does, one of them is enough (as in Debian's cron).
    Raises `CronError`.
    """

    text: str

    def __post_init__(self) -> None:
        if self.text != _canonical(self.text):
            raise CronError(say("cron-not-canonical", text=quoted(self.text)))
        compiled(self.text)

    @classmethod
    def parse(cls, text: str) -> Cron:
        """The expression a person typed, `@daily` and its like expanded. Raises `CronError`."""
        return cls(_canonical(text))

    @property
    def counts_elapsed(self) -> bool:
        """Whether elapsed time counts across daylight saving: the hour field begins with `*`."""
        return self.text.split()[1].startswith("*")


@dataclass(frozen=True)
class Tally:
    """How many occurrences a span holds, with the first and the last of them (UTC)."""

    count: int
    first: datetime
    last: datetime


def next_occurrence(cron: Cron, tz: ZoneInfo, after: datetime) -> datetime:
    """The first occurrence (UTC) strictly later than `after` (aware).

    Raises `CronError` if there is none within reach of the calendar.
    """
    found = next(_instants(cron, tz, after), None)
    if found is None:
        raise CronError(say("cron-not-again", text=quoted(cron.text)))
    return found


def occurrences(
    cron: Cron, tz: ZoneInfo, after: datetime, until: datetime, limit: int
) -> list[datetime]:
    """The occurrences (UTC) later than `after` and not later than `until`, at most `limit`."""
    end = utc(until)
    due = takewhile(lambda instant: instant <= end, _instants(cron, tz, after))
    return list(islice(due, limit))


def tally(cron: Cron, tz: ZoneInfo, after: datetime, until: datetime) -> Tally | None:
    """The exact count, first and last occurrence in (`after`, `until`]; None if there is none.

    Walls are counted by the day, not enumerated: a minutely Task over years takes milliseconds.
    """
    after, until = utc(after), utc(until)
    first = next(_instants(cron, tz, after), None)
    if first is None or first > until:
        return None
    count, last = 0, first
    for stretch in takewhile(lambda each: each.begin <= until, stretches(tz, after)):
        made_up, low = _start(cron, stretch, after)
        high = wall(min(stretch.end - SECOND, until), stretch.offset)
        walls = _count_walls(cron, low, high)
        count += walls + made_up
        if walls:
            last = stretch.instant(_last_wall(cron, high))
        elif made_up:
            last = stretch.begin
    return Tally(count, first, last)


@lru_cache(maxsize=1024)
def smallest_gap(cron: Cron) -> timedelta:
    """The smallest distance between neighbouring occurrences, by the clock on the wall.

    This is what the floor is held against. The one or two days a year on which a zone shifts are
    left out, so the zone does not matter: a Task at 02:30 and 03:05 is 35 minutes apart although
    the gap's end brings them to 5 minutes once a year.
    """
    sim = compiled(cron.text)
    times = [hour * 60 + minute for hour in sorted(sim.hours) for minute in sorted(sim.minutes)]
    within_day = min((later - earlier for earlier, later in pairwise(times)), default=None)
    overnight = times[0] + 24 * 60 - times[-1]
    if within_day is not None and within_day <= overnight:
        return timedelta(minutes=within_day)
    across = timedelta(minutes=overnight) + (_closest_days(sim) - 1) * DAY
    return across if within_day is None else min(across, timedelta(minutes=within_day))


@lru_cache(maxsize=4096)
def compiled(text: str) -> CronSim:
    """cronsim's reading of a canonical expression, checked, to be read only.

    Raises `CronError`.
    """
    fields = text.split()
    _check_count(fields)
    try:
        sim = CronSim(text, _new_year(_CYCLE[0]))
    except CronSimError as error:
        raise CronError(_fault(fields)) from error
    for value, (name, _, size) in zip(fields, FIELDS, strict=True):
        for step in re.findall(r"/(\d+)", value):
            if int(step) > size:
                raise CronError(say("cron-step", step=step, field=say(name), text=quoted(value)))
    _check_pauses(" ".join(fields[2:]))
    return sim


def _canonical(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise CronError(say("cron-too-long", most=LONGEST_TEXT))
    joined = " ".join(text.upper().split())
    if joined.startswith("@") and joined not in ALIASES:
        known = ", ".join(alias.lower() for alias in ALIASES)
        raise CronError(say("cron-alias", text=quoted(joined.lower()), known=known))
    fields = ALIASES.get(joined, joined).split(" ")
    return " ".join(",".join(map(_plain, field.split(","))) for field in fields)


def _plain(term: str) -> str:
    """A term that cronsim reads as it is meant.

    It takes Sunday for 0, so that no range by names ends in it, and `5-5/2` for `5/2`.
    """
    span = re.fullmatch(r"(\w+)-(\w+)(/0*[1-9]\d*)?", term)
    if span is None:
        return term
    first, last, step = _number(span[1]), _number(span[2]), span[3] or ""
    if span[2] == "SUN" and first in range(1, 7):
        return f"{span[1]}-7{step}"
    return span[1] if step and first == last else term


def _number(word: str) -> int | str:
    for names, lowest in ((WEEKDAYS, 0), (MONTHS, 1)):
        if word in names:
            return names.index(word) + lowest
    return int(word) if word.isdecimal() else word


def _check_count(fields: list[str]) -> None:
    if len(fields) == len(FIELDS):
        return
    said = say("cron-fields", n=len(fields))
    raise CronError(say("cron-fields-hint", said=said) if len(fields) in (6, 7) else said)


def _fault(fields: list[str]) -> str:
    """Which field cronsim refused, in words; if each is good alone, the date is impossible."""
    for place, (name, span, _) in enumerate(FIELDS):
        alone = ["*"] * len(FIELDS)
        alone[place] = fields[place]
        try:
            CronSim(" ".join(alone), _new_year(_CYCLE[0]))
        except CronSimError:
            text = quoted(fields[place])
            return say("cron-field-wrong", text=text, field=say(name), span=say(span))
    return say("cron-no-such-day", day=quoted(fields[2]))


@lru_cache(maxsize=1024)
def _check_pauses(dates: str) -> None:
    """Refuse day, month and weekday that match too seldom; many expressions share these fields.

    Looking through the years takes longer than all else, and a scheduler meets a new expression
    while it starts what is due.
    """
    text = f"0 0 {dates}"
    for year in _CYCLE:
        start = _new_year(year)
        first = next(CronSim(text, start - SECOND), None)
        if first is None or first >= start.replace(year=year + MAX_PAUSE_YEARS):
            raise CronError(say("cron-pauses", years=MAX_PAUSE_YEARS))


def _new_year(year: int) -> datetime:
    return datetime.combine(date(year, 1, 1), time())


def _instants(cron: Cron, tz: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """Every occurrence later than `after`, in order."""
    after = utc(after)
    for stretch in stretches(tz, after):
        made_up, low = _start(cron, stretch, after)
        if made_up:
            yield stretch.begin
        for match in CronSim(cron.text, low):
            instant = stretch.instant(match)
            if instant >= stretch.end:
                break
            yield instant


def _start(cron: Cron, stretch: Stretch, after: datetime) -> tuple[bool, datetime]:
    """Whether a stretch begins with a run that makes up for a gap, and where its walls start.

    The stretch's other occurrences are the matching walls later than the returned one.
    """
    low = wall(max(after, stretch.begin - SECOND), stretch.offset)
    shift = stretch.shift
    if shift is None or cron.counts_elapsed:
        return False, low
    made_up = False
    if shift.at == stretch.begin > after:
        match = next(CronSim(cron.text, shift.old_wall - SECOND), None)
        made_up = match is not None and shift.skips(match)
    # A made-up run stands for an ordinary one at the gap's end as well.
    return made_up, max(low, shift.unseen if made_up else shift.unseen - SECOND)


def _matches(sim: CronSim, day: date) -> bool:
    return day.month in sim.months and sim.match_day(day)


def _count_walls(cron: Cron, low: datetime, high: datetime) -> int:
    """How many walls match in (`low`, `high`]."""
    if low >= high:
        return 0
    sim = compiled(cron.text)
    hours, minutes = sorted(sim.hours), sorted(sim.minutes)
    per_day = len(hours) * len(minutes)

    def by(moment: datetime) -> int:
        in_hour = bisect_right(minutes, moment.minute) if moment.hour in sim.hours else 0
        return bisect_left(hours, moment.hour) * len(minutes) + in_hour

    first, last = low.date(), high.date()
    days = (first + DAY * n for n in range((last - first).days + 1))
    count = per_day * sum(_matches(sim, day) for day in days)
    count -= by(low) if _matches(sim, first) else 0
    count -= per_day - by(high) if _matches(sim, last) else 0
    return count


def _last_wall(cron: Cron, high: datetime) -> datetime:
    return next(CronSim(cron.text, high.replace(microsecond=0) + SECOND, reverse=True))


def _closest_days(sim: CronSim) -> int:
    """The smallest distance, in days, between two dates that match."""
    closest, previous = len(_CYCLE) * 366, None
    day, end = date(_CYCLE[0], 1, 1), date(_CYCLE[-1] + 1, 1, 1)
    while day < end and closest > 1:
        if _matches(sim, day):
            closest = min(closest, (day - previous).days) if previous else closest
            previous = day
        day += DAY
    return closest
