"""How durations, days, instants and money are said to people, in the language that is spoken."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from missions.phrases import grouped, names, say


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
