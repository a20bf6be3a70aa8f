"""Answers that are offered to a question about times: phrases that leave nothing open."""

from __future__ import annotations

from agent.offline.almanac import Clock
from agent.offline.pieces import Pieces
from agent.triggers import days_field


def office_hours(p: Pieces) -> tuple[str, ...]:
    """Business hours, as hours of weekdays unless other days were said."""
    number, unit = p.interval or (15, "minute")
    each = each_of(number, unit) if unit in ("minute", "hour") else "every hour"
    days = "weekday" if day_words(p) == "day" else day_words(p)
    on_days = f"{days}s".replace(" and ", "s and ")
    return tuple(f"{each} between {h} on {on_days}" for h in ("9:00 and 17:00", "8:00 and 18:00"))


def all_times(clocks: list[Clock], later: int) -> str:
    """All the times, those that can be twelve hours off so much later."""
    meant = (c if c.sure else Clock(c.hour + later, c.minute) for c in clocks)
    return " and ".join(c.text for c in meant)


def spread(p: Pieces, often: int) -> tuple[str, ...]:
    """Times for so many runs a day, on the days that were said."""
    some = {
        2: ("9:00 and 17:00", "8:00 and 20:00"),
        3: ("8:00, 12:00 and 16:00", "6:00, 14:00 and 22:00"),
        4: ("8:00, 11:00, 14:00 and 17:00", "0:00, 6:00, 12:00 and 18:00"),
    }
    on_days = day_words(p)
    if times := some.get(often):
        return tuple(f"every {on_days} at {t}" for t in times)
    on_days = f" on {on_days}" if on_days != "day" else ""
    step = next((n for n in (1, 2, 3, 4) if often >= 24 // n), 4)
    return (f"{each_of(step, 'hour')}{on_days}",)


def each_of(number: int, unit: str) -> str:
    """“every 15 minutes”, “every hour”."""
    return f"every {number} {unit}s" if number > 1 else f"every {unit}"


OFTEN = ("every 15 minutes", "every hour")


def rounded(p: Pieces, each: str) -> tuple[str, ...]:
    """With the full hours around the stretch that was said."""
    first, last = p.window or (Clock(0, 0), Clock(0, 0))
    end = (last.hour + bool(last.minute)) % 24
    if first.hour == end:
        return (each,)
    return (f"{each} between {first.hour}:00 and {end}:00{on_days(p)}",)


def on_days(p: Pieces) -> str:
    """“ on Mondays and Fridays”; "" for every day."""
    return "" if day_words(p) == "day" else f" on {day_words(p)}s".replace(" and ", "s and ")


def ordinal(number: int) -> str:
    """“1st”, “22nd”, “13th”."""
    suffix = (
        {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number not in (11, 12, 13) else "th"
    )
    return f"{number}{suffix}"


DAY_NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


def with_times(p: Pieces) -> tuple[str, ...]:
    """The days that were said, with some times of the part of the day that was."""
    hours = {"morning": (7, 8, 9), "afternoon": (13, 15, 17), "evening": (18, 20, 22),
             "night": (0, 2, 23)}.get(p.part or "", (8, 9, 18))  # fmt: skip
    return tuple(repeated(p, f"at {h}:00") for h in hours)


def repeated(p: Pieces, at: str) -> str:
    """The recurring part of what was said, in plain words, with a time."""
    if p.day_offset is not None:
        return f"{('today', 'tomorrow', 'the day after tomorrow')[p.day_offset]} {at}"
    if p.date is not None:
        year, month, day = p.date
        shown = (
            f"{year}-{month:02}-{day:02}" if year else f"{ordinal(day)} of {MONTH_NAMES[month - 1]}"
        )
        return f"on {shown} {at}"
    if not p.days and not p.skip_days:
        return f"every day {at}" if p.interval or p.recurring else at
    if p.coming or p.once:
        return f"once on {DAY_NAMES[p.days[0]]} {at}"
    return f"every {day_words(p)} {at}"


def day_words(p: Pieces) -> str:
    """The days of the week that were said, behind “every”."""
    if not p.days and not p.skip_days:
        return "day"
    return (
        "weekday" if dow_field(p) == "1-5" else " and ".join(DAY_NAMES[d] for d in chosen_days(p))
    )


MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def chosen_days(p: Pieces) -> list[int]:
    """The days of the week meant; 0 is Sunday."""
    base = p.days or list(range(7))
    return [d for d in base if d not in p.skip_days]


def dow_field(p: Pieces) -> str:
    """The same as a field of cron."""
    return days_field(chosen_days(p)) if p.days or p.skip_days else "*"
