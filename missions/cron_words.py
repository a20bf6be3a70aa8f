"""A Cron Task's times in words, in the language that is spoken.

A wording is built from the sets of minutes, hours and days that cronsim read, never from the text
of the expression. Only what would be too long a list stands beside the expression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cronsim import CronSim

from missions.cron import Cron, compiled
from missions.phrases import listed, names, say

SHORTEST_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_NTHS: Mapping[int, str] = {
    1: "nth-1",
    2: "nth-2",
    3: "nth-3",
    4: "nth-4",
    5: "nth-5",
    CronSim.LAST: "nth-last",
}
_WEEKLY = ("weekly-0", "weekly-1", "weekly-2", "weekly-3", "weekly-4", "weekly-5", "weekly-6")
FEW_TIMES, MOST_TIMES = 3, 6
"""Times of day that a sentence lists gladly, and at most where there is a shorter way."""
MARKS_MAX = 12
"""Minutes of an hour that a sentence lists; of more it says how many, beside the expression."""


def cron_in_words(cron: Cron) -> str:
    """A Cron Task's times: "Every weekday at 09:00", "Every 15 minutes".

    Local time of the Task's zone; what daylight saving does to it is not said.
    """
    sim = compiled(cron.text)
    days = _days(sim)
    minutes, hours = sorted(sim.minutes), sorted(sim.hours)
    times = _times(minutes, hours)
    if not isinstance(times, _Pace):
        return say("cron-at", days=days.lead, times=times)
    said = say("cron-pace", pace=times, days=days.tail) if days.tail else str(times)
    return say("cron-beside", words=said, text=cron.text) if times.rough else said


class _Pace(str):
    """Times that come in steps: they begin a sentence; others follow their days.

    What is `rough` does not say each of them.
    """

    rough = False


class _RoughPace(_Pace):
    rough = True


@dataclass(frozen=True)
class _Days:
    """Which days: `lead` begins a sentence, `tail` ends one."""

    lead: str
    tail: str


def _days(sim: CronSim) -> _Days:
    by_date = sim.days != set(range(1, 32))
    special = [item for item in sim.weekdays if not isinstance(item, int)]
    by_weekday = bool(special) or len(_plain_weekdays(sim)) < 7
    if not sim.day_and and not (by_date and by_weekday):
        # One of the two fields is enough, and one of them holds on every day.
        by_date = by_weekday = False
        special = []
    named = [names("months", "wide")[month - 1] for month in sorted(sim.months)]
    months = "" if len(sim.months) == 12 else listed(named)
    if by_date and by_weekday:
        how = "days-both" if sim.day_and else "days-either"
        weekdays = _on_weekdays(sim, "" if sim.day_and and not special else months)
        return _both(say(how, dates=_dates(sim, months), weekdays=weekdays))
    if by_date:
        return _both(_dates(sim, months))
    if special:
        return _both(_on_weekdays(sim, months))
    days = _weekdays(_plain_weekdays(sim)) if by_weekday else _Days(say("days-all"), "")
    if not months:
        return days
    return _Days(
        say("days-in-months", days=days.lead, months=months),
        _in_months(days.tail, months) or say("in-months", months=months),
    )


def _both(words: str) -> _Days:
    return _Days(_capital(words), words)


def _in_months(days: str, months: str) -> str:
    return say("days-in-months", days=days, months=months) if days and months else days


def _plain_weekdays(sim: CronSim) -> set[int]:
    return {item % 7 for item in sim.weekdays if isinstance(item, int)}


def _weekdays(plain: set[int]) -> _Days:
    if plain == set(range(1, 6)):
        return _Days(say("days-work"), say("days-work-tail"))
    if plain == {0, 6}:
        return _Days(say("days-weekend"), say("days-weekend-tail"))
    if len(plain) == 6:
        (missing,) = set(range(7)) - plain
        day = say(_WEEKLY[missing])
        return _Days(say("days-except", day=day), say("days-except-tail", day=day))
    told = listed([say(_WEEKLY[n]) for n in sorted(plain, key=_from_monday)])
    return _Days(_capital(say("days-named", names=told)), say("days-named-tail", names=told))


def _on_weekdays(sim: CronSim, months: str) -> str:
    """Plain weekdays, and those that are counted in their month: “the second Friday”."""
    plain = _plain_weekdays(sim)
    said = [_in_months(_weekdays(plain).tail, months)] if plain else []
    counted: dict[int, list[int]] = {}
    for item in sim.weekdays:
        if not isinstance(item, int):
            counted.setdefault(item[0] % 7, []).append(item[1])
    for day in sorted(counted, key=_from_monday):
        nths = sorted(counted[day], key=lambda nth: (nth < 0, nth))
        named = {"nth": listed([say(_NTHS[n]) for n in nths]), "day": names("days", "wide")[day]}
        said.append(say("nth-weekday", **named, of=_of(months, sure=5 not in nths)))
    return listed(said)


def _from_monday(day: int) -> int:
    return (day - 1) % 7


def _of(months: str, *, sure: bool) -> str:
    """Of which months; `sure` if each of them has such a day."""
    of = say("of-months", months=months) if months else say("of-every-month")
    return of if sure else say("of-where", of=of)


def _dates(sim: CronSim, months: str) -> str:
    """Days of the month: numbers, the last day, the last weekday."""
    said = []
    if numbers := sorted(n for n in sim.days if n > 0):
        sure = numbers[-1] <= min(SHORTEST_MONTHS[month - 1] for month in sim.months)
        of = _of(months, sure=sure)
        if not sure and not months and len(numbers) == 1:
            of = say("of-every-month-that-has-one")
        dates = _runs(numbers, lambda n: say("date-number", n=n))
        said.append(say("dates", len(numbers), days=listed(dates), of=of))
    of = _of(months, sure=True)
    if CronSim.LAST in sim.days:
        said.append(say("last-day", of=of))
    if CronSim.LAST_WEEKDAY in sim.days:
        said.append(say("last-weekday", of=of))
    return listed(said)


def _runs(numbers: Iterable[int], write: Callable[[int], str]) -> list[str]:
    """Numbers as they are said, three and more that follow one another as `8–14`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    said: list[str] = []
    for run in runs:
        if len(run) > 2:
            said.append(f"{write(run[0])}–{write(run[-1])}")
        else:
            said += map(write, run)
    return said


def _times(minutes: Sequence[int], hours: Sequence[int]) -> str:
    """Say "09:00 and 17:00" for a few times, "Every 15 minutes" for many in equal steps."""
    count = len(hours) * len(minutes)
    round_the_clock = len(minutes) == 1 and len(hours) > 2 and _covers(hours, 24)
    rhythm = _rhythm(minutes, hours) if count > FEW_TIMES or round_the_clock else None
    if rhythm:
        return rhythm
    if count <= MOST_TIMES or len(minutes) == 1:
        return listed([f"{hour:02}:{minute:02}" for hour in hours for minute in minutes])
    return _grid(minutes, hours)


def _rhythm(minutes: Sequence[int], hours: Sequence[int]) -> _Pace | None:
    if len(minutes) == 1:
        return _hourly(minutes[0], hours)
    if hours[-1] - hours[0] + 1 != len(hours):
        return None
    span = f"{hours[0]:02}:00", f"{hours[-1]:02}:59"
    if _covers(minutes, 60):
        pace = say("every-minutes", 60 // len(minutes))
        return _Pace(pace) if len(hours) == 24 else _between(pace, *span)
    marks = _marks(minutes)
    if len(hours) == 1 or len(marks) > MARKS_MAX:
        return None
    pace = say("pace-at", pace=say("every-hours", 1), marks=listed(marks))
    return _Pace(pace) if len(hours) == 24 else _between(pace, *span)


def _grid(minutes: Sequence[int], hours: Sequence[int]) -> _Pace:
    """Minutes of hours that have no rhythm."""
    told = listed(_runs(hours, str))
    marks = _marks(minutes)
    if len(marks) > MARKS_MAX:
        return _RoughPace(say("times-many", len(hours), n=len(minutes), hours=told))
    return _Pace(say("times-grid", len(hours), marks=listed(marks), hours=told))


def _marks(minutes: Sequence[int]) -> list[str]:
    return _runs(minutes, lambda minute: f":{minute:02}")


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
