"""The pieces of a schedule: intervals, days, dates, times of day, cron text.

`find_pieces` walks over the sentence and claims what it recognises; `agent.offline.timing` makes a
schedule of the pieces.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from agent.offline.sentence import Sentence
from agent.offline.tokens import Kind

TAG = "time"
MINUTE_UNITS = frozenset(["minute", "minutes", "min", "mins", "m"])
HOUR_UNITS = frozenset(["hour", "hours", "h", "hr", "hrs"])
DAY_UNITS = frozenset(["day", "days", "d"])
WEEK_UNITS = frozenset(["week", "weeks"])
SECOND_UNITS = frozenset(["second", "seconds", "sec", "secs", "s"])
MONTH_UNITS = frozenset(["month", "months"])
EVERY = frozenset({"every", "each"})
PARTS = frozenset({"morning", "afternoon", "evening", "night"})
_OTHER = {"other": 2, "second": 2, "third": 3, "fourth": 4, "2nd": 2, "3rd": 3, "alternate": 2}
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_SHORT_DAYS = {
    "sun": 0, "mon": 1, "tue": 2, "tues": 2, "wed": 3, "weds": 3, "thu": 4, "thur": 4, "thurs": 4,
    "fri": 5, "sat": 6,
}  # fmt: skip
WEEKDAYS = {**{name: i for i, name in enumerate(_DAYS)}, **_SHORT_DAYS}
_WEEKDAYS_PLURAL = {f"{name}s": i for i, name in enumerate(_DAYS)}
WORKING = (1, 2, 3, 4, 5)
WEEKEND = (6, 0)
_GROUPS = {
    "weekday": WORKING, "weekdays": WORKING, "workday": WORKING, "workdays": WORKING,
    "working day": WORKING, "working days": WORKING, "business day": WORKING,
    "business days": WORKING, "weekend": WEEKEND, "weekends": WEEKEND,
}  # fmt: skip
_MONTHS = {
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
_DAYWORDS = {"today": 0, "tonight": 0, "tomorrow": 1}
_CRON_CHARS = frozenset("0123456789*/,-#?lw")
_CRON_NAMES = frozenset(_SHORT_DAYS) | {m for m in _MONTHS if len(m) == 3}


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


@dataclass
class Pieces:
    """What the sentence says of times."""

    interval: tuple[int, str] | None = None  # number and "second|minute|hour|day|week|month"
    past: int | None = None  # minutes past the hour
    times: list[Clock] = field(default_factory=list)
    part: str | None = None  # of the day
    days: list[int] = field(default_factory=list)
    recurring: bool = False  # the days or times come again
    single_days: bool = False  # days were named that may be meant once
    coming: str | None = None  # "next" or "this" before a day
    once: bool = False
    day_offset: int | None = None  # today is 0
    date: tuple[int | None, int, int] | None = None
    month_day: int | None = None
    after_minutes: int | None = None
    cron: str | None = None
    window: tuple[Clock, Clock] | None = None
    instead_of: Clock | None = None
    skip_days: list[int] = field(default_factory=list)
    uneven: str | None = None  # what cron cannot say
    often: int | None = None  # times a day, unsaid when

    @property
    def any(self) -> bool:
        """Whether anything was said."""
        return self != Pieces()


def find_pieces(sentence: Sentence) -> Pieces:
    """Claim and collect all that the sentence says of times."""
    pieces = Pieces()
    for at in range(len(sentence)):
        if sentence.token(at) is None:
            continue
        for matcher in _MATCHERS:
            if length := matcher(sentence, at, pieces):
                sentence.claim(at, at + length, TAG)
                break
    return pieces


def unit_of(word: str) -> str | None:
    """The unit a word names."""
    table = {
        "second": SECOND_UNITS, "minute": MINUTE_UNITS, "hour": HOUR_UNITS, "day": DAY_UNITS,
        "week": WEEK_UNITS, "month": MONTH_UNITS,
    }  # fmt: skip
    return next((unit for unit, words in table.items() if word in words), None)


def clock_at(s: Sentence, at: int, *, bare: bool) -> tuple[Clock, int] | None:
    """A time of day and its length in tokens; `bare` allows a number alone."""
    low = s.low(at)
    if low in ("noon", "midday"):
        return Clock(12, 0), 1
    if low == "midnight":
        return Clock(0, 0), 1
    half = s.low(at + 1)
    if s.kind(at) is Kind.TIME:
        hour, minute = (int(x) for x in low.split(":"))
        length = 2 if half in ("am", "pm") else 1
        return _clock(hour, minute, half if length == 2 else "", length)
    hour_said = s.number(at)
    if hour_said is None or hour_said > 24:
        return None
    if half in ("am", "pm"):
        return _clock(hour_said, 0, half, 2)
    if half in ("o'clock", "oclock"):
        return _clock(hour_said, 0, "", 2, sure=not 1 <= hour_said <= 6)
    if not bare or unit_of(half) or s.kind(at) is not Kind.NUMBER or half in ("times", "%"):
        return None
    return _clock(hour_said, 0, "", 1, sure=not 1 <= hour_said <= 6)


def _clock(
    hour: int, minute: int, half: str, length: int, *, sure: bool = True
) -> tuple[Clock, int] | None:
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if not 0 <= hour <= 23 or minute > 59:
        return None
    return Clock(hour, minute, sure), length


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


def _cron(s: Sentence, at: int, p: Pieces) -> int:
    token = s.tokens[at]
    if token.low.startswith("@") and token.low[1:] in _CRON_ALIASES:
        p.cron = token.low
        return 1
    named = token.low in ("cron", "crontab")
    start = at + 1 if named else at
    while named and s.low(start) in ("expression", "schedule", "is", ":", "of"):
        start += 1
    quoted = s.token(start)
    if quoted and quoted.kind is Kind.QUOTED and (named or _is_cron(quoted.text.split())):
        p.cron = quoted.text
        return start + 1 - at
    run: list[str] = []
    while (t := s.token(start + len(run))) and t.kind is not Kind.QUOTED and _cronish(t.low):
        run.append(t.text)
    if (named and len(run) >= 2) or _is_cron(run):
        p.cron = " ".join(run)
        return start + len(run) - at
    return 0


_CRON_ALIASES = frozenset(
    ["hourly", "daily", "midnight", "weekly", "monthly", "yearly", "annually"]
)


def _is_cron(fields: list[str]) -> bool:
    """Five fields or more that can only be a cron expression."""
    return len(fields) >= 5 and any("*" in f for f in fields) and all(map(_cronish, fields))


def _cronish(word: str) -> bool:
    low = word.lower()
    parts = low.replace("/", ",").replace("-", ",").replace("#", ",").split(",")
    return set(low) <= _CRON_CHARS or all(
        part in _CRON_NAMES or set(part) <= _CRON_CHARS for part in parts
    )


def _every(s: Sentence, at: int, p: Pieces) -> int:
    if s.low(at) not in EVERY:
        return 0
    low = s.low(at + 1)
    if low in _OTHER or s.kind(at + 1) is Kind.ORDINAL:
        return _every_other(s, at, p)
    if low in ("half", "quarter"):
        width = 3
        while s.low(at + width - 1) in ("an", "of", "a"):
            width += 1
        if unit_of(s.low(at + width - 1)) == "hour":
            p.interval = (30 if low == "half" else 15, "minute")
            return width
        return 0
    number = s.number(at + 1)
    skip = 2 if number is not None else 1
    if unit := unit_of(s.low(at + skip)):
        p.interval = (number if number is not None else 1, unit)
        return skip + 1
    if number is not None:
        return 0
    if low in PARTS:
        p.part, p.recurring, p.interval = low, True, (1, "day")
        return 2
    if found := days_at(s, at + 1):
        days, _, length = found
        p.days += days
        p.recurring = True
        if s.low(at + 1 + length) in PARTS:
            p.part = s.low(at + 1 + length)
            length += 1
        return 1 + length
    return 0


def _every_other(s: Sentence, at: int, p: Pieces) -> int:
    """“every second Friday”, “every 3rd day”; “every 1st” and “every 15th” are days of a month."""
    if s.kind(at + 1) is Kind.ORDINAL and not (unit_of(s.low(at + 2)) or days_at(s, at + 2)):
        p.month_day = int(s.low(at + 1))
        return 2
    found = days_at(s, at + 2)
    unit = unit_of(s.low(at + 2))
    if not found and not unit and s.low(at + 2) not in PARTS:
        return 0
    length = 2 + (found[2] if found else 1)
    if found:
        p.days += found[0]
    p.uneven = " ".join(s.tokens[i].text for i in range(at, at + length))
    if unit == "hour" and s.low(at + 1) in _OTHER:
        p.uneven, p.interval = None, (_OTHER[s.low(at + 1)], "hour")
    return length


_ADVERBS: dict[str, tuple[int, str]] = {
    "hourly": (1, "hour"), "daily": (1, "day"), "everyday": (1, "day"), "weekly": (1, "week"),
    "monthly": (1, "month"), "once a day": (1, "day"), "once an hour": (1, "hour"),
    "once a week": (1, "week"), "once a month": (1, "month"), "a day": (1, "day"),
}  # fmt: skip


def _adverb(s: Sentence, at: int, p: Pieces) -> int:
    if s.low(at) in ("biweekly", "fortnightly", "bimonthly"):
        p.uneven = s.low(at)
        return 1
    if s.low(at) == "nightly":
        p.interval, p.part = (1, "day"), "night"
        return 1
    times = {"twice": 2, "thrice": 3}.get(s.low(at)) or (
        s.number(at) if s.low(at + 1) in ("times", "x") else None
    )
    if times and times > 1:
        start = at + (1 if s.low(at) in ("twice", "thrice") else 2)
        if s.low(start) in ("a", "an", "per", "each") and s.low(start + 1) in ("day", "hour"):
            p.often = times
            return start + 2 - at
        if s.low(start) == "daily":
            p.often = times
            return start + 1 - at
        return 0
    for words, interval in _ADVERBS.items():
        if words != "a day" and (length := s.says(at, words)):
            p.interval = interval
            return length
    return 0


def _except(s: Sentence, at: int, p: Pieces) -> int:
    length = s.says_any(
        at,
        ("but not on", "but not", "not on", "except on", "except for", "except", "excluding",
         "skip", "never on", "without"),
    )  # fmt: skip
    if length and s.low(at + length) in ("the", "on"):
        length += 1
    if length and (found := days_at(s, at + length)):
        p.skip_days += found[0]
        return length + found[2]
    return 0


def _instead(s: Sentence, at: int, p: Pieces) -> int:
    length = s.says_any(at, ("instead of", "rather than", "not at", "not"))
    if length and s.low(at + length) == "at":
        length += 1
    if length and (found := clock_at(s, at + length, bare=True)):
        p.instead_of = found[0]
        return length + found[1]
    return 0


def _window(s: Sentence, at: int, p: Pieces) -> int:
    joint = {"between": "and", "from": "to"}.get(s.low(at))
    first = clock_at(s, at + 1, bare=True) if joint else None
    if not first or s.low(at + 1 + first[1]) not in (joint, "until", "till", "through"):
        return 0
    last = clock_at(s, at + 2 + first[1], bare=True)
    if not last:
        return 0
    p.window = (first[0], last[0])
    return 2 + first[1] + last[1]


def _relative(s: Sentence, at: int, p: Pieces) -> int:
    if s.low(at) != "in":
        return 0
    if length := s.says(at, "in half an hour"):
        p.after_minutes = 30
        return length
    number = 1 if s.low(at + 1) in ("a", "an") else s.number(at + 1)
    scale = {"minute": 1, "hour": 60, "day": 1440, "week": 10080}.get(unit_of(s.low(at + 2)) or "")
    if number is None or scale is None:
        return 0
    p.after_minutes = number * scale
    return 3


def _dayword(s: Sentence, at: int, p: Pieces) -> int:
    if length := s.says_any(at, ("the day after tomorrow", "day after tomorrow")):
        p.day_offset = 2
        return length
    if s.low(at) not in _DAYWORDS:
        return 0
    p.day_offset = _DAYWORDS[s.low(at)]
    if s.low(at) == "tonight":
        p.part = "night"
    if s.low(at + 1) in PARTS:
        p.part = s.low(at + 1)
        return 2
    return 1


def _date(s: Sentence, at: int, p: Pieces) -> int:
    start = at + (s.low(at) in ("on", "the"))
    start += s.low(start) == "the"
    token = s.token(start)
    if token is None:
        return 0
    if token.kind is Kind.DATE:
        year, month, day = (int(x) for x in token.text.split("-"))
        p.date = (year, month, day)
        return start + 1 - at
    first = _day_number(s, start)
    middle = start + 1 + (s.low(start + 1) == "of")
    if first and s.low(middle) in _MONTHS:
        return _dated(s, at, p, _MONTHS[s.low(middle)], first, middle + 1)
    second = _day_number(s, start + 1)
    if s.low(start) in _MONTHS and second and unit_of(s.low(start + 2)) is None:
        return _dated(s, at, p, _MONTHS[s.low(start)], second, start + 2)
    return 0


def _dated(s: Sentence, at: int, p: Pieces, month: int, day: int, after: int) -> int:
    year_at = after + (s.low(after) == ",")
    year = s.number(year_at)
    has_year = s.kind(year_at) is Kind.NUMBER and year is not None and 2000 <= year <= 2200
    p.date = (year if has_year else None, month, day)
    return (year_at + 1 if has_year else after) - at


def _day_number(s: Sentence, at: int) -> int | None:
    token = s.token(at)
    if token is None or token.kind not in (Kind.NUMBER, Kind.ORDINAL) or len(token.text) > 2:
        return None
    return int(token.text)


def _month_day(s: Sentence, at: int, p: Pieces) -> int:
    start = at + (s.low(at) == "on")
    start += s.low(start) == "the"
    if s.kind(start) is not Kind.ORDINAL and s.low(start) not in ("first", "last"):
        return 0
    length = s.says_any(
        start + 1,
        ("of every month", "of each month", "of the month", "every month", "day of the month",
         "day of every month", "day of each month"),
    )  # fmt: skip
    ordinal = {"first": 1, "last": -1}.get(s.low(start))
    if not length and (ordinal or p.interval != (1, "month")):
        return 0
    p.month_day = ordinal or int(s.low(start))
    return start + 1 + length - at


def _days(s: Sentence, at: int, p: Pieces) -> int:
    start, lead = at, ""
    while s.low(start) in ("on", "only", "just"):
        start += 1
    if s.low(start) in ("next", "this", "coming", "once"):
        lead = s.low(start)
        start += 1
        start += s.low(start) == "on"
    found = days_at(s, start)
    if not found:
        if lead == "once":
            p.once = True
            return 1 if s.low(at) == "once" else 0
        return 0
    days, again, length = found
    if lead in ("next", "this", "coming"):
        p.coming = lead
    p.once = p.once or lead == "once"
    p.days += days
    p.recurring = p.recurring or again
    p.single_days = p.single_days or not again
    length += start - at
    if s.low(at + length) in PARTS:
        p.part = s.low(at + length)
        length += 1
    return length


def _past(s: Sentence, at: int, p: Pieces) -> int:
    start = at + (s.low(at) in ("at", "on"))
    if s.kind(start) is Kind.MINUTE:
        p.past = int(s.low(start)[1:])
        return start + 1 - at
    if length := s.says_any(start, ("on the hour", "the full hour", "the hour")):
        if start == at and s.low(start) != "on":
            return 0
        p.past = 0
        return start + length - at
    words = {"quarter": 15, "half": 30}
    minutes = words.get(s.low(start), s.number(start))
    after = start + 1 + (s.low(start + 1) in MINUTE_UNITS)
    if minutes is None or s.low(after) not in ("past", "after"):
        return 0
    if found := clock_at(s, after + 1, bare=True):
        p.times.append(Clock(found[0].hour, minutes % 60, found[0].sure))
        return after + 1 + found[1] - at
    p.past = minutes
    after += 1
    return after + s.says_any(after, ("the hour", "each hour", "every hour")) - at


def _time(s: Sentence, at: int, p: Pieces) -> int:
    prefix = s.says_any(at, ("at", "by", "@", "to", "it"))
    joined = s.low(at) in (",", "and", "&") and bool(p.times) and _claimed_before(s, at)
    if joined:
        prefix = 1 + (s.low(at + 1) == "at")
    found = clock_at(s, at + prefix, bare=bool(prefix) or p.part is not None)
    if not found:
        return 0
    if joined and s.kind(at + prefix) is Kind.NUMBER and found[1] == 1 and not _ends(s, at + 2):
        return 0
    p.times.append(found[0])
    length = prefix + found[1]
    part = length + s.says_any(at + length, ("in the", "at"))
    if s.low(at + part) in PARTS:
        p.part = s.low(at + part)
        return part + 1
    return length


def _claimed_before(s: Sentence, at: int) -> bool:
    return at > 0 and s.token(at - 1) is None


def _ends(s: Sentence, at: int) -> bool:
    """Whether nothing follows that could belong to a number."""
    token = s.token(at)
    return token is None or token.kind in (Kind.PUNCT, Kind.WORD)


def _part(s: Sentence, at: int, p: Pieces) -> int:
    length = s.says_any(at, ("in the", "at"))
    if length and s.low(at + length) in PARTS:
        p.part = s.low(at + length)
        return length + 1
    return 0


Matcher = Callable[[Sentence, int, Pieces], int]
_MATCHERS: tuple[Matcher, ...] = (
    _cron,
    _except,
    _instead,
    _every,
    _adverb,
    _window,
    _relative,
    _date,
    _month_day,
    _dayword,
    _days,
    _past,
    _part,
    _time,
)
