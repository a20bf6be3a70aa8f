"""The time engine against a reference that walks minute by minute and follows the rule's words.

The reference shares nothing with the engine: its own reader of fields, no cronsim, no search for
shifts beyond comparing the offsets of two neighbouring minutes.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from missions.cron import Cron, CronError, next_occurrence, occurrences, tally

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Havana",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Pacific/Apia",
    "UTC",
)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
WEEKDAYS = {"SUN": 0, "MON": 1, "TUE": 2, "WED": 3, "THU": 4, "FRI": 5, "SAT": 6}
MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}

TRAPS = (
    "30 2 * * *",
    "*/30 2 * * *",
    "*/30 1 * * *",
    "*/30 0 * * *",
    "15,45 0-3 * * *",
    "0 0 * * *",
    "0,30 23,0 * * *",
    "59 1-3 * * SUN",
    "* 2 * * *",
    "0 3 * * *",
    "*/15 * * * *",
    "30 */2 * * *",
    "10 */3 L * *",
    "45 1 * 3,10 SUN#2",
    "45 1 * 3,10 0L",
    "20 0-5/2 1-10 * FRI,SAT",
)


# --- the reference ---------------------------------------------------------------------------


def _numbers(field: str, low: int, high: int, names: dict[str, int]) -> set[int]:
    found: set[int] = set()
    for term in field.split(","):
        span, _, step = term.partition("/")
        if span == "*":
            first, last = low, high
        else:
            left, dash, right = span.partition("-")
            first = names[left] if left in names else int(left)
            last = (names[right] if right in names else int(right)) if dash else first
            last = high if step and not dash else last
        found |= set(range(first, last + 1, int(step or 1)))
    return found


@dataclass(frozen=True)
class Slow:
    """An expression, read field by field."""

    minutes: set[int]
    hours: set[int]
    months: set[int]
    dom: str
    dow: str
    hour_star: bool

    @classmethod
    def read(cls, text: str) -> Slow:
        minute, hour, dom, month, dow = text.split()
        return cls(
            _numbers(minute, 0, 59, {}),
            _numbers(hour, 0, 23, {}),
            _numbers(month, 1, 12, MONTHS),
            dom,
            dow,
            hour.startswith("*"),
        )

    def by_dom(self, day: date) -> bool:
        if self.dom == "L":
            return (day + DAY).day == 1
        return day.day in _numbers(self.dom, 1, 31, {})

    def by_dow(self, day: date) -> bool:
        sunday_first = (day.weekday() + 1) % 7
        name, hash_, nth = self.dow.partition("#")
        if hash_:
            return sunday_first == WEEKDAYS[name] and (day.day - 1) // 7 + 1 == int(nth)
        if self.dow.endswith("L"):
            return sunday_first == int(self.dow[:-1]) and (day + 7 * DAY).month != day.month
        numbers = _numbers(self.dow, 0, 7, WEEKDAYS)
        return sunday_first in numbers or (sunday_first == 0 and 7 in numbers)

    def on(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        if self.dom.startswith("*") or self.dow.startswith("*"):
            return self.by_dom(day) and self.by_dow(day)
        return self.by_dom(day) or self.by_dow(day)


@dataclass(frozen=True)
class Minute:
    """One minute of a zone's life: its instant, its wall, and the walls that a gap skips at it."""

    instant: datetime
    wall: datetime
    second_pass: bool
    skipped: tuple[datetime, ...]


@lru_cache(maxsize=300)
def minutes_of(zone_name: str, begin: datetime, count: int) -> list[Minute]:
    tz, found = ZoneInfo(zone_name), []
    before = (begin - MINUTE).astimezone(tz).replace(tzinfo=None)
    for number in range(count):
        instant = begin + number * MINUTE
        local = instant.astimezone(tz)
        wall = local.replace(tzinfo=None, fold=0)
        skipped = (wall - before) // MINUTE - 1
        gap = tuple(before + n * MINUTE for n in range(1, skipped + 1))
        found.append(Minute(instant, wall, local.fold == 1, gap))
        before = wall
    return found


def reference(text: str, zone_name: str, begin: datetime, count: int) -> list[datetime]:
    """[B5] said once more, slowly: which of `count` minutes from `begin` on are occurrences."""
    slow = Slow.read(text)
    days: dict[date, bool] = {}

    def matches(wall: datetime) -> bool:
        if wall.minute not in slow.minutes or wall.hour not in slow.hours:
            return False
        day = wall.date()
        if day not in days:
            days[day] = slow.on(day)
        return days[day]

    due = []
    for minute in minutes_of(zone_name, begin, count):
        if slow.hour_star:
            is_due = matches(minute.wall)
        else:
            ordinary = matches(minute.wall) and not minute.second_pass
            is_due = ordinary or any(matches(wall) for wall in minute.skipped)
        if is_due:
            due.append(minute.instant)
    return due


@lru_cache(maxsize=1)
def shift_hours() -> list[tuple[str, datetime]]:
    """Each zone's hours of 2020 to 2030 in which its offset changes, found by looking 6-hourly."""
    found = []
    for name in ZONES:
        tz, now = ZoneInfo(name), BEGIN
        while now < END:
            later = now + 6 * HOUR
            if now.astimezone(tz).utcoffset() != later.astimezone(tz).utcoffset():
                found.append((name, now))
            now = later
    return found


# --- expressions -----------------------------------------------------------------------------


def _field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    ordered = st.tuples(number, number).map(sorted)
    step = st.integers(1, high - low)
    term = st.one_of(
        number.map(str),
        ordered.map(lambda pair: f"{pair[0]}-{pair[1]}"),
        st.tuples(ordered, step).map(lambda both: f"{both[0][0]}-{both[0][1]}/{both[1]}"),
        st.tuples(number, step).map(lambda both: f"{both[0]}/{both[1]}"),
    )
    starred = step.map(lambda number: f"*/{number}")
    return st.one_of(
        st.just("*"), starred, term, st.lists(term, min_size=2, max_size=3).map(",".join)
    )


NIGHT = st.one_of(
    st.sampled_from(["0", "1", "2", "3", "23", "0-3", "1,2", "2-3", "*", "*/2", "0-6/2"]),
    _field(0, 23),
)
DOM = st.one_of(st.just("*"), st.just("*"), st.just("L"), _field(1, 31))
DOW = st.one_of(
    st.just("*"),
    st.just("*"),
    st.sampled_from(["SUN", "SAT,SUN", "MON-FRI", "SUN#2", "FRI#5", "0L", "5L", "7"]),
    _field(0, 7),
)
MONTH = st.one_of(st.just("*"), st.just("*"), st.sampled_from(["MAR,OCT", "4-11"]), _field(1, 12))


@st.composite
def expressions(draw: st.DrawFn) -> str:
    """Expressions that run, most of them at night, when zones shift."""
    text = " ".join(draw(part) for part in (_field(0, 59), NIGHT, DOM, MONTH, DOW))
    try:
        return Cron.parse(text).text
    except CronError:
        return "30 2 * * *"


steady = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=80,
)


def agrees(text: str, zone_name: str, begin: datetime, count: int) -> list[datetime]:
    """Fails unless engine and reference name the same instants; returns them."""
    cron, tz = Cron.parse(text), ZoneInfo(zone_name)
    expected = reference(text, zone_name, begin, count)
    after, until = begin - timedelta(microseconds=1), begin + (count - 1) * MINUTE
    assert occurrences(cron, tz, after, until, count + 1) == expected
    counted = tally(cron, tz, after, until)
    if expected:
        assert counted is not None
        assert (counted.count, counted.first, counted.last) == (
            len(expected),
            expected[0],
            expected[-1],
        )
    else:
        assert counted is None
    return expected


# --- the tests -------------------------------------------------------------------------------


@pytest.mark.parametrize("zone_name", ZONES)
def test_every_shift_of_ten_years_follows_the_rule(zone_name: str) -> None:
    """[B5] Around each shift of 2020 to 2030 the traps run exactly when the rule says."""
    shifts = [hour for name, hour in shift_hours() if name == zone_name]
    for begin in shifts:
        for text in TRAPS:
            agrees(text, zone_name, begin - 4 * HOUR, 15 * 60)


def test_the_zones_hold_shifts_of_every_sort() -> None:
    """The windows are worth something: gaps, folds, half hours and shifts at midnight occur."""
    sizes, at_midnight = set(), set()
    for name, begin in shift_hours():
        walls = minutes_of(name, begin, 6 * 60 + 2)
        for earlier, later in pairwise(walls):
            if later.wall - earlier.wall != MINUTE:
                sizes.add((later.wall - earlier.wall - MINUTE) // MINUTE)
                at_midnight.add(earlier.wall.hour == 23)
    assert sizes == {60, -60, 30, -30}
    assert at_midnight == {True, False}


@steady
@given(text=expressions(), data=st.data())
def test_any_expression_around_any_shift(text: str, data: st.DataObject) -> None:
    """[B5] Any expression, two days around any shift."""
    zone_name, hour = data.draw(st.sampled_from(shift_hours()))
    agrees(text, zone_name, hour - DAY, 2 * 24 * 60)


@steady
@given(
    text=expressions(),
    zone_name=st.sampled_from(ZONES),
    begin=st.integers(0, (END - BEGIN) // DAY - 2).map(lambda number: BEGIN + number * DAY),
)
def test_any_expression_on_any_day(text: str, zone_name: str, begin: datetime) -> None:
    """[B5] Any expression, any day and a half of ten years."""
    agrees(text, zone_name, begin, 36 * 60)


@steady
@given(text=expressions(), seconds=st.integers(0, 20 * 3600 - 1), data=st.data())
def test_next_is_the_first_later_one(text: str, seconds: int, data: st.DataObject) -> None:
    """[B5] From any second near a shift, both passes of a fold included, next is strictly later."""
    zone_name, hour = data.draw(st.sampled_from(shift_hours()))
    begin = hour - 7 * HOUR
    after = begin + timedelta(seconds=seconds)
    found = next_occurrence(Cron.parse(text), ZoneInfo(zone_name), after)
    assert found > after
    due = [each for each in reference(text, zone_name, begin, 30 * 60) if each > after]
    if due:
        assert found == due[0]
    else:
        assert found >= begin + 30 * HOUR


@steady
@given(text=expressions(), zone_name=st.sampled_from(ZONES), days=st.integers(1, 3000))
def test_stepping_and_counting_agree_over_years(text: str, zone_name: str, days: int) -> None:
    """[B5] One step at a time leads through the same instants as asking for many at once."""
    cron, tz, now = Cron.parse(text), ZoneInfo(zone_name), BEGIN + days * DAY
    many = occurrences(cron, tz, now, now + 3000 * DAY, 20)
    for expected in many:
        now = next_occurrence(cron, tz, now)
        assert now == expected
    if len(many) == 20:
        counted = tally(cron, tz, BEGIN + days * DAY, many[-1])
        assert counted is not None
        assert (counted.count, counted.first, counted.last) == (20, many[0], many[-1])
