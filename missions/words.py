"""How times are said to people, in English.

A wording is built from the sets of minutes, hours and days that cronsim read, never from the text
of the expression. What has no wording that is exactly right is quoted as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from cronsim import CronSim

from missions.cron import Cron, compiled

DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
SHORTEST_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
ORDINALS = ("first", "second", "third", "fourth", "fifth")
FEW_TIMES, MOST_TIMES = 3, 6
"""Times of day that a sentence lists gladly, and at most."""


def duration_in_words(seconds: float) -> str:
    """A duration with its two largest units: "0.4 s", "3 min 20 s", "2 days 4 h".

    Below zero, as after a clock was set back, counts as zero.
    """
    seconds = max(0.0, seconds)
    if round(seconds, 1) < 10:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return _two(whole // 60, "min", whole % 60, "s")
    minutes = round(seconds / 60)
    if minutes < 24 * 60:
        return _two(minutes // 60, "h", minutes % 60, "min")
    hours = round(seconds / 3600)
    return _two(hours // 24, "day" if hours // 24 == 1 else "days", hours % 24, "h")


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large} {large_unit}" + (f" {small} {small_unit}" if small else "")


def instant_in_words(when: datetime, tz: ZoneInfo, now: datetime) -> str:
    """An instant in a person's zone: "Tue 24 Nov, 18:00 CET"; the year if it is not the current.

    `when` and `now` are aware. A zone without letters of its own is named by its offset.
    """
    local = when.astimezone(tz)
    day = f"{DAYS[local.isoweekday() % 7][:3]} {local.day} {MONTHS[local.month - 1][:3]}"
    if local.year != now.astimezone(tz).year:
        day += f" {local.year}"
    name = local.tzname() or ""
    return f"{day}, {local:%H:%M} {name if name.isalpha() else _offset_in_words(local)}"


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
        return f'cron "{cron.text}"'
    if times.startswith("at "):
        return f"{days.lead} {times}"
    return f"{times} {days.tail}".strip()


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
    months = (
        "" if len(sim.months) == 12 else _list(MONTHS[month - 1] for month in sorted(sim.months))
    )
    if by_date:
        return _dates(sim, months)
    days = _weekdays(sim, bool(months)) if by_weekday else _Days("Every day", "")
    if days is None or not months:
        return days
    return _Days(f"{days.lead} in {months}", f"{days.tail} in {months}".strip())


def _plain_weekdays(sim: CronSim) -> set[int]:
    return {item % 7 for item in sim.weekdays if isinstance(item, int)}


def _weekdays(sim: CronSim, in_months: bool) -> _Days | None:
    special = [item for item in sim.weekdays if not isinstance(item, int)]
    plain = _plain_weekdays(sim)
    if special:
        if len(sim.weekdays) > 1 or in_months:
            return None
        number, nth = special[0]
        place = "last" if nth == CronSim.LAST else ORDINALS[nth - 1]
        day = f"on the {place} {DAYS[number % 7]} of every month"
        return None if nth == 5 else _Days(_capital(day), day)
    if plain == set(range(1, 6)):
        return _Days("Every weekday", "on weekdays")
    if plain == {0, 6}:
        return _Days("Weekends", "on weekends")
    if len(plain) == 6:
        (missing,) = set(range(7)) - plain
        return _Days(f"Every day except {DAYS[missing]}s", f"except on {DAYS[missing]}s")
    names = _list(f"{DAYS[number]}s" for number in sorted(plain, key=lambda day: (day - 1) % 7))
    return _Days(names, f"on {names}")


def _dates(sim: CronSim, months: str) -> _Days | None:
    of = months or "every month"
    if min(sim.days) < 0:
        if len(sim.days) > 1:
            return None
        what = "day" if sim.days == {CronSim.LAST} else "weekday"
        day = f"on the last {what} of {of}"
    else:
        if max(sim.days) > min(SHORTEST_MONTHS[month - 1] for month in sim.months):
            if months or len(sim.days) > 1:
                return None
            of = "every month that has one"
        noun = "day" if len(sim.days) == 1 else "days"
        day = f"on {noun} {_list(map(str, sorted(sim.days)))} of {of}"
    return _Days(_capital(day), day)


def _times(minutes: Sequence[int], hours: Sequence[int]) -> str | None:
    """Say "at 09:00 and 17:00" for a few times, "Every 15 minutes" for many in equal steps."""
    count = len(hours) * len(minutes)
    round_the_clock = len(minutes) == 1 and len(hours) > 2 and _covers(hours, 24)
    rhythm = _rhythm(minutes, hours) if count > FEW_TIMES or round_the_clock else None
    if rhythm or count > MOST_TIMES:
        return rhythm
    return "at " + _list(f"{hour:02}:{minute:02}" for hour in hours for minute in minutes)


def _rhythm(minutes: Sequence[int], hours: Sequence[int]) -> str | None:
    if len(minutes) == 1:
        return _hourly(minutes[0], hours)
    if hours[-1] - hours[0] + 1 != len(hours):
        return None
    if _covers(minutes, 60):
        span = "" if len(hours) == 24 else f" from {hours[0]:02}:00 to {hours[-1]:02}:59"
        return f"Every {_many(60 // len(minutes), 'minute')}{span}"
    if len(minutes) <= MOST_TIMES and len(hours) == 24:
        return f"Every hour at {_list(f':{minute:02}' for minute in minutes)}"
    return None


def _hourly(minute: int, hours: Sequence[int]) -> str | None:
    step = _step(hours)
    if step is None:
        return None
    pace = f"Every {_many(step, 'hour')}"
    if _covers(hours, 24):
        return f"{pace} at :{minute:02}" if minute else pace
    return f"{pace} from {hours[0]:02}:{minute:02} to {hours[-1]:02}:{minute:02}"


def _covers(numbers: Sequence[int], whole: int) -> bool:
    """Whether numbers begin at 0 and go on in equal steps that divide the whole."""
    return numbers[0] == 0 and len(numbers) * (_step(numbers) or whole) == whole


def _step(numbers: Sequence[int]) -> int | None:
    """The distance that all neighbours have, if they have the same."""
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    return steps.pop() if len(steps) == 1 else None


def _many(n: int, unit: str) -> str:
    return unit if n == 1 else f"{n} {unit}s"


def _list(items: Iterable[str]) -> str:
    *most, last = items
    return f"{', '.join(most)} and {last}" if most else last


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
