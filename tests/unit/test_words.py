"""How times are said: wordings people expect, and a proof that no wording is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from missions.cron import Cron, CronError, next_occurrence, occurrences
from missions.cron_words import cron_in_words
from missions.phrases import Language, speaking
from missions.words import duration_in_words, instant_in_words

BERLIN = ZoneInfo("Europe/Berlin")
UTC_ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0 9 * * 1-5", "Every weekday at 09:00"),
        ("30 8 * * *", "Every day at 08:30"),
        ("@daily", "Every day at 00:00"),
        ("* * * * *", "Every minute"),
        ("*/15 * * * *", "Every 15 minutes"),
        ("0,30 * * * *", "Every 30 minutes"),
        ("0 * * * *", "Every hour"),
        ("20 * * * *", "Every hour at :20"),
        ("5/15 * * * *", "Every hour at :05, :20, :35 and :50"),
        ("0 */2 * * *", "Every 2 hours"),
        ("0 */8 * * *", "Every 8 hours"),
        ("20 */2 * * *", "Every 2 hours at :20"),
        ("0 9-17 * * *", "Every hour from 09:00 to 17:00"),
        ("20 8-20/2 * * *", "Every 2 hours from 08:20 to 20:20"),
        ("*/15 9-17 * * 1-5", "Every 15 minutes from 09:00 to 17:59 on weekdays"),
        ("*/10 9 * * *", "Every 10 minutes from 09:00 to 09:59"),
        ("0 9,17 * * *", "Every day at 09:00 and 17:00"),
        ("0 9,12,15 * * *", "Every day at 09:00, 12:00 and 15:00"),
        ("0 18 * * MON,THU", "Mondays and Thursdays at 18:00"),
        ("0 10 * * SUN,FRI", "Fridays and Sundays at 10:00"),
        ("0 10 * * SAT,SUN", "Weekends at 10:00"),
        ("0 10 * * MON-SUN", "Every day at 10:00"),
        ("0 10 * * MON-SAT", "Every day except Sundays at 10:00"),
        ("*/10 * * * MON-SAT", "Every 10 minutes except on Sundays"),
        ("0 9 * * MON#1", "On the first Monday of every month at 09:00"),
        ("0 9 * * 5L", "On the last Friday of every month at 09:00"),
        ("0 7 1 * *", "On day 1 of every month at 07:00"),
        ("0 7 1,15 * *", "On days 1 and 15 of every month at 07:00"),
        ("0 7 31 * *", "On day 31 of every month that has one at 07:00"),
        ("0 18 L * *", "On the last day of every month at 18:00"),
        ("0 18 LW * *", "On the last weekday of every month at 18:00"),
        ("0 9 24 12 *", "On day 24 of December at 09:00"),
        ("0 9 * JUN,JUL MON", "Mondays in June and July at 09:00"),
        ("0 * 1 1,4,7,10 *", "Every hour on day 1 of January, April, July and October"),
    ],
)
def test_a_schedule_is_said_in_words(text: str, words: str) -> None:
    """[B7] The plan shows triggers in words."""
    assert cron_in_words(Cron.parse(text)) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "*/7 * * * *",
            "Every hour at :00, :07, :14, :21, :28, :35, :42, :49 and :56",
        ),
        ("*/45 9-17 * * *", "Every hour at :00 and :45 from 09:00 to 17:59"),
        ("*/15 9,10,12 * * *", "At :00, :15, :30 and :45 past each of the hours 9, 10 and 12"),
        ("0 9 13 * FRI", "On day 13 of every month and also on Fridays at 09:00"),
        ("0 9 8-14 * FRI", "On days 8–14 of every month and also on Fridays at 09:00"),
        (
            "0 9 */10 * MON",
            "On Mondays, but only on days 1, 11, 21 and 31 of every month "
            "(where there is such a day) at 09:00",
        ),
        ("0 9 29 2 *", "On day 29 of February (where there is such a day) at 09:00"),
        ("0 9 1,L * *", "On day 1 of every month and on the last day of every month at 09:00"),
        (
            "0 9 * * MON#5",
            "On the fifth Monday of every month (where there is such a day) at 09:00",
        ),
        ("0 9 * * 5#2,5#4", "On the second and fourth Friday of every month at 09:00"),
        ("0 9 * * MON,FRI#1", "On Mondays and on the first Friday of every month at 09:00"),
        ("0 9 * 6 MON#1", "On the first Monday of June at 09:00"),
        ("0 1,2,3,5,8 * * *", "Every day at 01:00, 02:00, 03:00, 05:00 and 08:00"),
    ],
)
def test_an_odd_schedule_is_said_in_words_too(text: str, words: str) -> None:
    """[B5 C3] No sentence for people is a raw expression."""
    assert cron_in_words(Cron.parse(text)) == words


def test_only_too_long_a_list_stands_beside_the_expression() -> None:
    """[B5] It says how often, and quotes what says exactly when."""
    text = "1,3,5,7,9,11,13,15,18,20,22,24,26,29,31 2,5 * * *"
    said = cron_in_words(Cron.parse(text))
    assert said == f'15 times in each of the hours 2 and 5 (cron "{text}")'


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("text", ["0 9 8-14 * FRI", "0 9 15,L * *", "*/25 9,11 * 6 MON#5"])
def test_every_language_says_odd_schedules(text: str, language: Language) -> None:
    """[B5 C9]"""
    with speaking(language):
        assert "cron" not in cron_in_words(Cron.parse(text)).lower()


def test_either_day_field_may_hold_on_every_day() -> None:
    """Two restricted day fields mean "or": with every date listed, the weekday changes nothing."""
    assert cron_in_words(Cron.parse("0 9 1-31 * MON")) == "Every day at 09:00"
    assert cron_in_words(Cron.parse("0 9 1-31 * MON#1")) == "Every day at 09:00"
    assert cron_in_words(Cron.parse("0 9 * * MON")) == "Mondays at 09:00"


# --- a reader of the wordings, and its comparison with what really happens ------------------------

NAMES = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
PLACES = ("first", "second", "third", "fourth", "fifth")

DayRule = Callable[[date], bool]


def _items(words: str) -> list[str]:
    return re.split(r", | and ", words)


def _numbers(words: str) -> set[int]:
    """Numbers that are listed, runs as `8–14` among them."""
    ends = [[int(end.lstrip(":")) for end in item.split("–")] for item in _items(words)]
    return {n for each in ends for n in range(each[0], each[-1] + 1)}


def _read_times(words: str) -> tuple[set[time], str]:
    """The times of a day that a sentence names, and what it says about days."""
    if grid := re.fullmatch(
        r"At ([:\d, and–]+) past (?:each of the hours )?([\d, and–]+)(.*)", words
    ):
        hours, marks = _numbers(grid[2]), _numbers(grid[1])
        return {time(h, m) for h in hours for m in marks}, grid[3].strip()
    clock = re.fullmatch(r"(.+) at ([\d:, and]+)", words)
    if clock and not words.startswith(("Every hour at :", "Every 2 hours at :")):
        return {time.fromisoformat(item) for item in _items(clock[2])}, clock[1]
    pattern = (
        r"Every (?:(\d+) )?(minute|hour)s?(?: at ((?::\d\d(?:, | and |–)?)+))?"
        r"(?: from (\d\d:\d\d) to (\d\d:\d\d))? ?(.*)"
    )
    said = re.fullmatch(pattern, words.replace(" and :", ", :"))
    assert said, words
    pace = int(said[1] or 1) * (60 if said[2] == "hour" else 1)
    starts = sorted(_numbers((said[3] or ":00").strip(", ")))
    low, high = 0, 24 * 60 - 1
    if said[4]:
        low, high = (int(each[:2]) * 60 + int(each[3:]) for each in (said[4], said[5]))
    minutes = {minute for start in starts for minute in range(low + start, high + 1, pace)}
    return {time(minute // 60, minute % 60) for minute in minutes}, said[6]


def _read_days(words: str) -> DayRule:
    """The days that a sentence names."""
    words = words.replace(" (where there is such a day)", "")
    for glue, holds in ((" and also ", any), (", but only ", all)):
        if glue in words:
            rules = [_read_days(part) for part in words.split(glue)]
            return lambda day: holds(rule(day) for rule in rules)
    parts = re.split(r"(?:, | and )(?=on (?:the|days?) )", words)
    if len(parts) > 1:
        each = [_read_days(part) for part in parts]
        return lambda day: any(rule(day) for rule in each)
    return _read_plain(words)


def _read_plain(words: str) -> DayRule:
    if dated := re.fullmatch(r"[Oo]n (days?|the) (.+) of (.+)", words):
        return _read_dated(dated[1], dated[2], dated[3])
    base, _, months = words.partition("in ") if words.startswith("in ") else words.partition(" in ")
    numbers = {MONTHS.index(name) + 1 for name in _items(months)} if months else set(range(1, 13))
    base = re.sub("^[Oo]n ", "", base).replace("Except", "except")
    excepted = re.fullmatch(r"(?:Every day )?except (?:on )?(\w+)", base)
    if base in ("", "Every day"):
        days = set(range(7))
    elif base in ("Every weekday", "weekdays"):
        days = set(range(5))
    elif base in ("Weekends", "weekends"):
        days = {5, 6}
    elif excepted:
        days = set(range(7)) - {NAMES.index(excepted[1])}
    else:
        days = {NAMES.index(name) for name in _items(base)}
    return lambda day: day.month in numbers and day.weekday() in days


def _read_dated(noun: str, which: str, of: str) -> DayRule:
    every = of in ("every month", "every month that has one")
    months = set(range(1, 13)) if every else {MONTHS.index(name) + 1 for name in _items(of)}
    if noun != "the":
        numbers = _numbers(which)
        return lambda day: day.month in months and day.day in numbers
    if which == "last day":
        return lambda day: day.month in months and (day + DAY).month != day.month
    if which == "last weekday":
        later = (1, 2, 3)

        def last_weekday(day: date) -> bool:
            rest = [day + n * DAY for n in later if (day + n * DAY).month == day.month]
            is_last = all(each.weekday() > 4 for each in rest)
            return day.month in months and day.weekday() < 5 and is_last

        return last_weekday
    said, _, name = which.rpartition(" ")
    return lambda day: (
        day.month in months
        and day.weekday() == NAMES.index(name + "s")
        and any(_is_nth(day, place) for place in _items(said))
    )


def _is_nth(day: date, place: str) -> bool:
    """Whether it is the first, second … or last of its weekday in its month."""
    if place == "last":
        return (day + 7 * DAY).month != day.month
    return (day.day - 1) // 7 == PLACES.index(place)


def _list_of(low: int, high: int, most: int) -> st.SearchStrategy[str]:
    numbers = st.lists(st.integers(low, high), min_size=1, max_size=most, unique=True)
    return numbers.map(lambda items: ",".join(map(str, items)))


def _step_of(high: int) -> st.SearchStrategy[str]:
    return st.integers(1, high).map(lambda step: f"*/{step}")


def _span_of(low: int, high: int) -> st.SearchStrategy[str]:
    ends = st.tuples(st.integers(low, high), st.integers(low, high)).map(sorted)
    step = st.sampled_from(["", "", "/2", "/3"])
    return st.tuples(ends, step).map(lambda both: f"{both[0][0]}-{both[0][1]}{both[1]}")


STAR = st.just("*")
EXPRESSIONS = st.tuples(
    st.one_of(STAR, st.just("0"), _list_of(0, 59, 4), _step_of(40), st.just("0,20,40")),
    st.one_of(STAR, STAR, _list_of(0, 23, 4), _step_of(12), _span_of(0, 23)),
    st.one_of(
        STAR,
        STAR,
        STAR,
        _list_of(1, 31, 3),
        st.sampled_from(["L", "LW", "1,L", "8-14", "1-31", "*/2"]),
    ),
    st.one_of(STAR, STAR, _list_of(1, 12, 3), _span_of(1, 12)),
    st.one_of(
        *(STAR, STAR, _list_of(0, 7, 6), _span_of(0, 7)),
        st.sampled_from(
            ["MON-FRI", "SAT,SUN", "MON#1", "2#4", "5L", "SUN#5", "MON-SAT", "MON,5#2,5#4"]
        ),
    ),
).map(" ".join)


@settings(deadline=None, derandomize=True, max_examples=400)
@given(text=EXPRESSIONS)
def test_no_wording_is_wrong(text: str) -> None:
    """[B7] Whatever is said in words is exactly what happens: the same times on the same days."""
    try:
        cron = Cron.parse(text)
    except CronError:
        return
    words = cron_in_words(cron)
    if words.endswith(")") and "cron" in words:
        assert words.endswith(f'(cron "{cron.text}")')
        return
    times, days = _read_times(words)
    rule = _read_days(days)
    now = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    begin = next_occurrence(cron, UTC_ZONE, now).replace(hour=0, minute=0)
    first_day = occurrences(cron, UTC_ZONE, begin - DAY / 86400, begin + DAY * 0.9999, 1440)
    assert {each.time() for each in first_day} == times
    day = now.date() + DAY
    for _ in range(40):
        found = next_occurrence(cron, UTC_ZONE, now)
        while not rule(day):
            day += DAY
        assert found.date() == day
        now = datetime.combine(day, time(23, 59), tzinfo=UTC)
        day += DAY


def test_the_reader_of_the_proof_understands_a_sentence() -> None:
    """Both halves are read, times and days, so that the proof above is one."""
    times, days = _read_times("Every 15 minutes from 09:00 to 17:59 on weekdays")
    assert (len(times), min(times), max(times)) == (36, time(9), time(17, 45))
    assert [_read_days(days)(date(2026, 11, 20) + n * DAY) for n in range(3)] == [
        True,
        False,
        False,
    ]


# --- instants, durations, steps -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "zone_name", "words"),
    [
        (datetime(2026, 11, 24, 17, tzinfo=UTC), "Europe/Berlin", "Tue 24 Nov, 18:00 CET"),
        (datetime(2026, 7, 5, 7, 5, 59, tzinfo=UTC), "Europe/Berlin", "Sun 5 Jul, 09:05 CEST"),
        (datetime(2027, 1, 1, 8, tzinfo=UTC), "Europe/Berlin", "Fri 1 Jan 2027, 09:00 CET"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "Europe/Berlin", "Fri 1 Jan 2027, 00:30 CET"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "UTC", "Thu 31 Dec, 23:30 UTC"),
        (datetime(2026, 11, 24, 17, tzinfo=UTC), "America/Sao_Paulo", "Tue 24 Nov, 14:00 UTC-3"),
        (datetime(2026, 11, 24, 17, tzinfo=UTC), "Asia/Kathmandu", "Tue 24 Nov, 22:45 UTC+5:45"),
        (datetime(2026, 11, 24, 17, tzinfo=UTC), "America/St_Johns", "Tue 24 Nov, 13:30 NST"),
    ],
)
def test_an_instant_is_said_in_the_readers_zone(when: datetime, zone_name: str, words: str) -> None:
    """[C9] Times are said back in the person's zone."""
    assert instant_in_words(when, ZoneInfo(zone_name), NOW) == words


def test_the_two_passes_of_a_fold_are_told_apart() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    said = [instant_in_words(first + n * timedelta(hours=1), BERLIN, NOW) for n in (0, 1)]
    assert said == ["Sun 25 Oct, 02:30 CEST", "Sun 25 Oct, 02:30 CET"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 s"),
        (0, "0 s"),
        (0.04, "0 s"),
        (0.4, "0.4 s"),
        (4, "4 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (12, "12 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (200, "3 min 20 s"),
        (3599.4, "59 min 59 s"),
        (3599.6, "1 h"),
        (7500, "2 h 5 min"),
        (10800, "3 h"),
        (86399, "1 day"),
        (90000, "1 day 1 h"),
        (187200, "2 days 4 h"),
        (86400 * 1.99, "2 days"),
    ],
)
def test_a_duration_is_said_with_its_two_largest_units(seconds: float, words: str) -> None:
    assert duration_in_words(seconds) == words
