"""How times are said to people, in the language that is spoken.

A wording is built from the sets of minutes, hours and days that cronsim read, never from the text
of the expression. What has no wording that is exactly right is quoted as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from cronsim import CronSim

from missions.cron import Cron, compiled
from missions.phrases import grouped, listed, names, say

SHORTEST_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_NTHS: Mapping[int, str] = {
    1: "nth-1",
    2: "nth-2",
    3: "nth-3",
    4: "nth-4",
    CronSim.LAST: "nth-last",
}
_WEEKLY = ("weekly-0", "weekly-1", "weekly-2", "weekly-3", "weekly-4", "weekly-5", "weekly-6")
FEW_TIMES, MOST_TIMES = 3, 6
"""Times of day that a sentence lists gladly, and at most."""


def duration_in_words(seconds: float) -> str:
    """A duration with its two largest units: "0.4 s", "3 min 20 s", "2 days 4 h".

    Below zero, as after a clock was set back, counts as zero.
    """
    seconds = max(0.0, seconds)
    if round(seconds, 1) < 10:
        return say("seconds", n=decimal(f"{seconds:.1f}".removesuffix(".0")))
    whole = round(seconds)
    if whole < 60:
        return say("seconds", n=whole)
    if whole < 3600:
        return _two(say("minutes", n=whole // 60), "seconds", whole % 60)
    minutes = round(seconds / 60)
    if minutes < 24 * 60:
        return _two(say("hours", n=minutes // 60), "minutes", minutes % 60)
    hours = round(seconds / 3600)
    return _two(say("days", hours // 24), "hours", hours % 24)


def _two(large: str, unit: str, small: int) -> str:
    return f"{large} {say(unit, n=small)}" if small else large


def decimal(written: str) -> str:
    """A number that was written with a point, as the language writes it: `0,4` in German."""
    return written.replace(".", say("decimal-mark"))


def money_in_words(usd: float) -> str:
    """US dollars, e.g. "$12.50"; of a sum below ten cents the two digits that say something."""
    if usd and usd < 0.1:
        return "$" + decimal(f"{usd:.2g}")
    whole, cents = divmod(round(usd * 100), 100)
    return f"${grouped(whole)}" + decimal(f".{cents:02d}")


def weekday_in_words(number: int) -> str:
    """The day's name; 0 is Sunday."""
    return names("days", "wide")[number]


def day_in_words(day: date) -> str:
    """A day without its weekday: "24 Dec 2026"."""
    month = names("months", "abbreviated")[day.month - 1]
    return say("day", day=day.day, month=month, year=day.year)


def long_day_in_words(day: date) -> str:
    """`Monday, 23 November 2026`."""
    weekday = weekday_in_words(day.isoweekday() % 7)
    month = names("months", "wide")[day.month - 1]
    return say("long-day", weekday=weekday, day=day.day, month=month, year=day.year)


def month_in_words(day: date) -> str:
    """The month of a day: `November 2026`."""
    return say("month-of-year", month=names("months", "wide")[day.month - 1], year=day.year)


def month_name(day: date) -> str:
    """The month of a day, without the year."""
    return names("months", "wide")[day.month - 1]


def date_in_words(day: date) -> str:
    """A day of this year or the last, as in a headline: "9 Nov"."""
    return say("short-day", day=day.day, month=names("months", "abbreviated")[day.month - 1])


def moment_in_words(local: datetime, *, year: bool = True) -> str:
    """A day of somebody's calendar: "Tue 24 Nov 2026", or without the year."""
    return say(
        "date-with-year" if year else "date",
        weekday=names("days", "abbreviated")[local.isoweekday() % 7],
        day=local.day,
        month=names("months", "abbreviated")[local.month - 1],
        year=local.year,
    )


def instant_in_words(when: datetime, tz: ZoneInfo, now: datetime) -> str:
    """An instant in a person's zone: "Tue 24 Nov, 18:00 CET"; the year if it is not the current.

    `when` and `now` are aware. A zone without letters of its own is named by its offset.
    """
    local = when.astimezone(tz)
    day = moment_in_words(local, year=local.year != now.astimezone(tz).year)
    name = local.tzname() or ""
    zone = name if name.isalpha() else _offset_in_words(local)
    return say("instant", date=day, time=f"{local:%H:%M}", zone=zone)


def _offset_in_words(local: datetime) -> str:
    minutes = (local.utcoffset() or timedelta(0)) // timedelta(minutes=1)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def cron_in_words(cron: Cron) -> str:
    """A Cron Task's times: "Every weekday at 09:00", "Every 15 minutes"; else the expression.

    Local time of the Task's zone; what daylight saving does to it is not said.
    """
    sim = compiled(cron.text)
    days = _days(sim)
    times = _times(sorted(sim.minutes), sorted(sim.hours))
    if days is None or times is None:
        return say("cron-as-it-is", text=cron.text)
    if isinstance(times, _Pace):
        return say("cron-pace", pace=times, days=days.tail) if days.tail else times
    return say("cron-at", days=days.lead, times=times)


class _Pace(str):
    """Times that come in equal steps: they begin a sentence; others follow their days."""


@dataclass(frozen=True)
class _Days:
    """Which days: `lead` begins a sentence, `tail` ends one."""

    lead: str
    tail: str


def _days(sim: CronSim) -> _Days | None:
    by_date = sim.days != set(range(1, 32))
    by_weekday = len(_plain_weekdays(sim)) < 7
    if not sim.day_and and not (by_date and by_weekday):
        # One of the two fields is enough, and one of them holds on every day.
        by_date = by_weekday = False
    if by_date and by_weekday:
        return None
    named = [names("months", "wide")[month - 1] for month in sorted(sim.months)]
    months = "" if len(sim.months) == 12 else listed(named)
    if by_date:
        return _dates(sim, months)
    days = _weekdays(sim, bool(months)) if by_weekday else _Days(say("days-all"), "")
    if days is None or not months:
        return days
    tail = say("days-in-months", days=days.tail, months=months) if days.tail else ""
    return _Days(
        say("days-in-months", days=days.lead, months=months),
        tail or say("in-months", months=months),
    )


def _plain_weekdays(sim: CronSim) -> set[int]:
    return {item % 7 for item in sim.weekdays if isinstance(item, int)}


def _weekdays(sim: CronSim, in_months: bool) -> _Days | None:
    special = [item for item in sim.weekdays if not isinstance(item, int)]
    plain = _plain_weekdays(sim)
    if special:
        if len(sim.weekdays) > 1 or in_months:
            return None
        number, nth = special[0]
        if nth == 5:
            return None
        day = say("nth-weekday", nth=say(_NTHS[nth]), day=weekday_in_words(number % 7))
        return _Days(_capital(day), day)
    if plain == set(range(1, 6)):
        return _Days(say("days-work"), say("days-work-tail"))
    if plain == {0, 6}:
        return _Days(say("days-weekend"), say("days-weekend-tail"))
    if len(plain) == 6:
        (missing,) = set(range(7)) - plain
        day = say(_WEEKLY[missing])
        return _Days(say("days-except", day=day), say("days-except-tail", day=day))
    told = listed([say(_WEEKLY[n]) for n in sorted(plain, key=lambda day: (day - 1) % 7)])
    return _Days(_capital(say("days-named", names=told)), say("days-named-tail", names=told))


def _dates(sim: CronSim, months: str) -> _Days | None:
    of = say("of-months", months=months) if months else say("of-every-month")
    if min(sim.days) < 0:
        if len(sim.days) > 1:
            return None
        day = say("last-day" if sim.days == {CronSim.LAST} else "last-weekday", of=of)
    else:
        if max(sim.days) > min(SHORTEST_MONTHS[month - 1] for month in sim.months):
            if months or len(sim.days) > 1:
                return None
            of = say("of-every-month-that-has-one")
        dates = listed([say("date-number", n=n) for n in sorted(sim.days)])
        day = say("dates", len(sim.days), days=dates, of=of)
    return _Days(_capital(day), day)


def _times(minutes: Sequence[int], hours: Sequence[int]) -> str | None:
    """Say "09:00 and 17:00" for a few times, "Every 15 minutes" for many in equal steps."""
    count = len(hours) * len(minutes)
    round_the_clock = len(minutes) == 1 and len(hours) > 2 and _covers(hours, 24)
    rhythm = _rhythm(minutes, hours) if count > FEW_TIMES or round_the_clock else None
    if rhythm or count > MOST_TIMES:
        return rhythm
    return listed([f"{hour:02}:{minute:02}" for hour in hours for minute in minutes])


def _rhythm(minutes: Sequence[int], hours: Sequence[int]) -> _Pace | None:
    if len(minutes) == 1:
        return _hourly(minutes[0], hours)
    if hours[-1] - hours[0] + 1 != len(hours):
        return None
    if _covers(minutes, 60):
        pace = say("every-minutes", 60 // len(minutes))
        if len(hours) == 24:
            return _Pace(pace)
        return _between(pace, f"{hours[0]:02}:00", f"{hours[-1]:02}:59")
    if len(minutes) <= MOST_TIMES and len(hours) == 24:
        marks = listed([f":{minute:02}" for minute in minutes])
        return _Pace(say("pace-at", pace=say("every-hours", 1), marks=marks))
    return None


def _hourly(minute: int, hours: Sequence[int]) -> _Pace | None:
    step = _step(hours)
    if step is None:
        return None
    pace = say("every-hours", step)
    if _covers(hours, 24):
        return _Pace(say("pace-at", pace=pace, marks=f":{minute:02}") if minute else pace)
    return _between(pace, f"{hours[0]:02}:{minute:02}", f"{hours[-1]:02}:{minute:02}")


def _between(pace: str, first: str, last: str) -> _Pace:
    return _Pace(say("pace-from-to", pace=pace, first=first, last=last))


def _covers(numbers: Sequence[int], whole: int) -> bool:
    """Whether numbers begin at 0 and go on in equal steps that divide the whole."""
    return numbers[0] == 0 and len(numbers) * (_step(numbers) or whole) == whole


def _step(numbers: Sequence[int]) -> int | None:
    """The distance that all neighbours have, if they have the same."""
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    return steps.pop() if len(steps) == 1 else None


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
