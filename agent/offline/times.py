"""The pieces of a schedule: intervals, days, dates, times of day, cron text.

`find_pieces` walks over the sentence and claims what it recognises; `agent.offline.timing` makes a
schedule of the pieces.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from agent.offline.almanac import (
    EVERY,
    MINUTE_UNITS,
    PARTS,
    SHORT_DAYS,
    Clock,
    clock_at,
    days_at,
    in_part,
    unit_of,
)
from agent.offline.monthly import MonthRule, month_rule_at
from agent.offline.sentence import Sentence
from agent.offline.tokens import Kind

TAG = "time"
_OTHER = {"other": 2, "second": 2, "third": 3, "fourth": 4, "2nd": 2, "3rd": 3, "alternate": 2}
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
_CRON_NAMES = frozenset(SHORT_DAYS) | {m for m in _MONTHS if len(m) == 3}


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
    rule: MonthRule | None = None  # a day of the month that is no number
    after_minutes: int | None = None
    cron: str | None = None
    window: tuple[Clock, Clock] | None = None
    instead_of: Clock | None = None
    skip_days: list[int] = field(default_factory=list)
    uneven: str | None = None  # what cron cannot say
    often: int | None = None  # times a day, unsaid when
    clash: bool = False  # two things were said where there is room for one

    @property
    def any(self) -> bool:
        """Whether anything was said."""
        return self != Pieces()


def find_pieces(sentence: Sentence) -> Pieces:
    """Claim and collect all that the sentence says of times."""
    pieces = Pieces()
    clocks: list[int] = []
    for at in range(len(sentence)):
        if sentence.token(at) is None:
            continue
        for matcher in _MATCHERS:
            before = replace(pieces, times=list(pieces.times), days=list(pieces.days))
            if length := matcher(sentence, at, pieces):
                pieces.clash = pieces.clash or _overwritten(before, pieces)
                clocks += [at] if len(pieces.times) > len(before.times) else []
                sentence.claim(at, at + length, TAG)
                break
    pieces.clash = pieces.clash or _address_between(sentence, clocks)
    return pieces


_SINGLE = ("interval", "past", "part", "date", "day_offset", "month_day", "rule", "after_minutes",
           "cron", "window", "instead_of", "often")  # fmt: skip


def _overwritten(before: Pieces, after: Pieces) -> bool:
    """Whether the last match took the place of something else."""
    pairs = ((getattr(before, name), getattr(after, name)) for name in _SINGLE)
    more_days = bool(before.days) and before.days != after.days
    return more_days or any(old is not None and old != new for old, new in pairs)


def _address_between(s: Sentence, clocks: list[int]) -> bool:
    """Whether times of day stand around an address: each address has its own, then."""
    urls = [i for i, t in enumerate(s.tokens) if t.kind is Kind.URL]
    if len(clocks) < 2 or not urls:
        return False
    around = urls[0] < clocks[0] and clocks[-1] < urls[-1]
    return around or any(clocks[0] < i < clocks[-1] for i in urls)


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
        length += found[2]
        another = s.low(at + length) == "at" and clock_at(s, at + length + 1, bare=True)
        p.clash = p.clash or bool(p.times and another)
        return length
    return 0


def _instead(s: Sentence, at: int, p: Pieces) -> int:
    length = s.says_any(at, ("instead of", "rather than", "not at", "not"))
    if length and s.low(at + length) in EVERY and (more := _every(s, at + length, Pieces())):
        return length + more
    if length and s.low(at + length) == "at":
        length += 1
    if length and (found := clock_at(s, at + length, bare=True)):
        p.instead_of = found[0]
        return length + found[1]
    return 0


def _window(s: Sentence, at: int, p: Pieces) -> int:
    """“between 9 and 17”, “from 9 to 17”, “9 to 17”; of a change, from one time to another."""
    joint = {"between": "and", "from": "to"}.get(s.low(at))
    start = at + 1 if joint else at
    first = clock_at(s, start, bare=True)
    if not first or s.low(start + first[1]) not in (
        joint or "to",
        "to",
        "until",
        "till",
        "through",
    ):
        return 0
    last = clock_at(s, start + first[1] + 1, bare=True)
    if not last:
        return 0
    p.window = (first[0], last[0])
    return start + first[1] + 1 + last[1] - at


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


def date_at(s: Sentence, at: int, p: Pieces) -> int:
    """A date at that place; how many words it takes."""
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


def _month_rule(s: Sentence, at: int, p: Pieces) -> int:
    found = month_rule_at(s, at, monthly=p.interval == (1, "month"))
    if found is None:
        return 0
    rule, length = found
    if rule.day:
        p.rule = rule
    else:
        p.uneven = rule.words
    return length


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
    p.clash = p.clash or (bool(p.times) and s.low(at - 1) == "or")
    length = prefix + found[1]
    part = length + s.says_any(at + length, ("in the", "at"))
    if s.low(at + part) in PARTS:
        p.times.append(in_part(found[0], s.low(at + part)))
        return part + 1
    p.times.append(found[0])
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
    _month_rule,
    _every,
    _adverb,
    _window,
    _relative,
    date_at,
    _month_day,
    _dayword,
    _days,
    _past,
    _part,
    _time,
)
