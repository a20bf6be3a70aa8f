"""Words of the calendar and the clock: units, weekdays, times of day."""

from __future__ import annotations

from dataclasses import dataclass

from agent.offline.sentence import Sentence

MINUTE_UNITS = frozenset(["minute", "minutes", "min", "mins", "m"])
HOUR_UNITS = frozenset(["hour", "hours", "h", "hr", "hrs"])
DAY_UNITS = frozenset(["day", "days", "d"])
WEEK_UNITS = frozenset(["week", "weeks"])
SECOND_UNITS = frozenset(["second", "seconds", "sec", "secs", "s"])
MONTH_UNITS = frozenset(["month", "months"])
EVERY = frozenset({"every", "each"})
PARTS = frozenset({"morning", "afternoon", "evening", "night"})
DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
SHORT_DAYS = {
    "sun": 0, "mon": 1, "tue": 2, "tues": 2, "wed": 3, "weds": 3, "thu": 4, "thur": 4, "thurs": 4,
    "fri": 5, "sat": 6,
}  # fmt: skip
WEEKDAYS = {**{name: i for i, name in enumerate(DAYS)}, **SHORT_DAYS}
_WEEKDAYS_PLURAL = {f"{name}s": i for i, name in enumerate(DAYS)}
MONTHS = {
    name: i
    for i, names in enumerate(
        [
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ],
        start=1,
    )
    for name in names.split()
}
WORKING = (1, 2, 3, 4, 5)
WEEKEND = (6, 0)
_GROUPS = {
    "weekday": WORKING, "weekdays": WORKING, "workday": WORKING, "workdays": WORKING,
    "working day": WORKING, "working days": WORKING, "business day": WORKING,
    "business days": WORKING, "weekend": WEEKEND, "weekends": WEEKEND,
}  # fmt: skip


@dataclass(frozen=True)
class Clock:
    """A time of day; `sure` if it cannot be twelve hours off."""

    hour: int
    minute: int
    sure: bool = True

    @property
    def text(self) -> str:
        """HH:MM."""
        return f"{self.hour:02}:{self.minute:02}"


def in_part(clock: Clock, part: str | None) -> Clock:
    """The time within the part of the day that was named: 7 in the evening is 19:00."""
    hour = clock.hour
    from_hour = {"afternoon": 1, "evening": 1, "night": 6}.get(part or "", 24)
    if from_hour <= hour < 12:
        hour += 12
    elif part in ("night", "evening") and hour == 12 and not clock.minute:
        hour = 0
    return Clock(hour, clock.minute, clock.sure or part is not None)


def unit_of(word: str) -> str | None:
    """The unit a word names."""
    table = {
        "second": SECOND_UNITS, "minute": MINUTE_UNITS, "hour": HOUR_UNITS, "day": DAY_UNITS,
        "week": WEEK_UNITS, "month": MONTH_UNITS,
    }  # fmt: skip
    return next((unit for unit, words in table.items() if word in words), None)


def days_at(s: Sentence, at: int) -> tuple[list[int], bool, int] | None:
    """A list of weekdays, whether its form says that they come again, and its length."""
    days: list[int] = []
    again, length = False, 0
    while found := _day_at(s, at + length):
        more, plural, width = found
        if s.low(at + length + width) in ("to", "through", "-", "till") and len(more) == 1:
            end = _day_at(s, at + length + width + 1)
            if end and len(end[0]) == 1:
                more, width = _span(more[0], end[0][0]), width + 1 + end[2]
                plural = True
        days += more
        again = again or plural
        length += width
        joiner = length
        while s.low(at + joiner) in (",", "and", "or", "&", "on"):
            joiner += 1
        if not _day_at(s, at + joiner):
            break
        length = joiner
    return (list(dict.fromkeys(days)), again, length) if days else None


def _day_at(s: Sentence, at: int) -> tuple[list[int], bool, int] | None:
    for words, group in _GROUPS.items():
        if length := s.says(at, words):
            return list(group), True, length
    low = s.low(at)
    if low in WEEKDAYS:
        return [WEEKDAYS[low]], False, 1
    if low in _WEEKDAYS_PLURAL:
        return [_WEEKDAYS_PLURAL[low]], True, 1
    ends = low.split("-")
    if len(ends) == 2 and all(e in WEEKDAYS for e in ends):
        return _span(WEEKDAYS[ends[0]], WEEKDAYS[ends[1]]), True, 1
    return None


def _span(first: int, last: int) -> list[int]:
    return [(first + i) % 7 for i in range((last - first) % 7 + 1)]
