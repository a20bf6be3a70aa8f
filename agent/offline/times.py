"""The pieces of a schedule: intervals, days, dates, times of day, cron text.

`find_pieces` walks over the sentence and claims what it recognises; `agent.offline.timing` makes a
schedule of the pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from agent.offline.almanac import EVERY, MINUTE_UNITS, PARTS, Clock, days_at, in_part, unit_of
from agent.offline.bounds import find_bound
from agent.offline.clocks import clock_at
from agent.offline.crontext import cron_at
from agent.offline.dates import date_at, dayword_at, month_day_at, month_rule_of
from agent.offline.pieces import Pieces
from agent.offline.sentence import NUMBERS, Sentence
from agent.offline.tokens import Kind

TAG = "time"
_OTHER = {"other": 2, "second": 2, "third": 3, "fourth": 4, "2nd": 2, "3rd": 3, "alternate": 2}


def find_pieces(sentence: Sentence) -> Pieces:
    """Claim and collect all that the sentence says of times."""
    pieces = Pieces()
    find_bound(sentence, pieces)
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


_INTERVALS = tuple(
    f"{the}interval{to}" for the in ("", "the ", "an ") for to in (" to", " of", " at", " is", "")
)
"""“Bump the interval to 15 minutes” is “every 15 minutes”."""


def _every(s: Sentence, at: int, p: Pieces) -> int:
    if (lead := s.says_any(at, _INTERVALS)) and (unit := unit_of(s.low(at + lead + 1))):
        number = s.number(at + lead)
        p.interval = (number, unit) if number else p.interval
        return lead + 2 if number else 0
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
    "once per day": (1, "day"), "once per hour": (1, "hour"), "once per week": (1, "week"),
    "once every day": (1, "day"), "once every hour": (1, "hour"), "per hour": (1, "hour"),
    "every single day": (1, "day"), "every full hour": (1, "hour"),
}  # fmt: skip


_ALWAYS = ("24/7", "around the clock", "round the clock", "day and night", "all day long")
"""They say that no hour is left out."""


def _adverb(s: Sentence, at: int, p: Pieces) -> int:
    if s.low(at) in ("biweekly", "fortnightly", "bimonthly"):
        p.uneven = s.low(at)
        return 1
    if s.low(at) == "nightly":
        p.interval, p.part = (1, "day"), "night"
        return 1
    times, width = _count(s, at)
    if times > 1:
        start = at + width
        return _several(s, at, start, times, p)
    if length := s.says_any(at, _ALWAYS):
        return length
    for words, interval in _ADVERBS.items():
        if words != "a day" and (length := s.says(at, words)):
            p.interval = interval
            return length
    return 0


def _count(s: Sentence, at: int) -> tuple[int, int]:
    """“twice”, “3 times”, “4x”: how often, and the length in tokens; (0, 0) if it is none."""
    low = s.low(at)
    if low in ("twice", "thrice"):
        return (2 if low == "twice" else 3), 1
    if low[:-1].isascii() and low[:-1].isdigit() and low[-1] == "x" and len(low) < 4:
        return int(low[:-1]), 1
    return (s.number(at) or 0, 2) if s.low(at + 1) in ("times", "x") else (0, 0)


def _several(s: Sentence, at: int, start: int, times: int, p: Pieces) -> int:
    """“3 times a day” is asked for its times; “3 times an hour” is every 20 minutes."""
    if s.low(start) in ("hourly", "daily"):
        unit, end = {"hourly": "hour", "daily": "day"}[s.low(start)], start + 1
    elif s.low(start) in ("a", "an", "per", "each", "every"):
        unit, end = s.low(start + 1), start + 2
    else:
        return 0
    if unit == "day":
        p.often = times
    elif unit == "hour" and 60 % times == 0:
        p.interval = (60 // times, "minute")
    elif unit in ("hour", "week", "month"):
        p.uneven = " ".join(s.tokens[i].text for i in range(at, end))
    else:
        return 0
    return end - at


def _except(s: Sentence, at: int, p: Pieces) -> int:
    length = s.says_any(
        at,
        ("but not on", "but not", "not on", "except on", "except for", "except", "excluding",
         "skip", "never on", "without"),
    )  # fmt: skip
    told = s.low(at)
    if length and s.low(at + length) in ("the", "on"):
        length += 1
    if length and (found := days_at(s, at + length)):
        p.skip_days += found[0]
        p.excepted = p.excepted or told in ("except", "excluding")
        length += found[2]
        another = s.low(at + length) == "at" and clock_at(s, at + length + 1, bare=True)
        alone = not (p.interval or p.recurring)
        p.clash = p.clash or bool(another and (p.times or alone))
        p.skip_once = p.skip_once or not found[1]
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
    """“between 9 and 17”, “from 9 to 17”, “9-17”; of a change, from one time to another."""
    if written := _written(s, at):
        p.window, length = written
        return length
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
    p.window = _within_a_day(first[0], last[0])
    return start + first[1] + 1 + last[1] - at


_RANGE = re.compile(r"(\d{1,2}(?::\d\d)?)(am|pm)?[-–](\d{1,2}(?::\d\d)?)(am|pm)?")


def _written(s: Sentence, at: int) -> tuple[tuple[Clock, Clock], int] | None:
    """“9-17”, “8am-6pm”: a stretch of the day in one word, with the word before it."""
    start = at + (s.low(at) in ("from", "between", "at", "during"))
    found = _RANGE.fullmatch(s.low(start))
    if found is None or s.kind(start) is Kind.QUOTED:
        return None
    ends = [Sentence(f"{found[i]} {found[i + 1] or ''}") for i in (1, 3)]
    clocks = [clock_at(end, 0, bare=True) for end in ends]
    if clocks[0] is None or clocks[1] is None:
        return None
    return _within_a_day(clocks[0][0], clocks[1][0]), start + 1 - at


def _within_a_day(first: Clock, last: Clock) -> tuple[Clock, Clock]:
    """“from 9 to 5” ends in the afternoon."""
    if not last.sure and 7 <= first.hour <= 12 and last.hour < first.hour:
        return first, Clock(last.hour + 12, last.minute)
    return first, last


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
    if s.low(at + length) == "only" and not s.low(at + length + 1).isalpha():
        p.recurring = True
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
    if tail := s.says_any(after, ("each hour", "every hour")):
        p.interval = p.interval or (1, "hour")
        return after + tail - at
    return after + s.says_any(after, ("the hour",)) - at


def _time(s: Sentence, at: int, p: Pieces) -> int:
    prefix = s.says_any(at, ("at", "by", "@", "to", "it"))
    joined = s.low(at) in (",", "and", "&") and bool(p.times) and _claimed_before(s, at)
    if joined:
        prefix = 1 + (s.low(at + 1) == "at")
    found = clock_at(s, at + prefix, bare=bool(prefix) or p.part is not None)
    if not found or (not prefix and found[1] == 1 and s.low(at) in NUMBERS):
        return 0
    if joined and s.kind(at + prefix) is Kind.NUMBER and found[1] == 1 and not _ends(s, at + 2):
        return 0
    ranged = s.low(at) == "to" and _claimed_before(s, at)
    p.clash = p.clash or (bool(p.times) and (s.low(at - 1) in ("or", "but") or ranged))
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


_OFFICE = tuple(
    f"{lead} {kind} hours" for lead in ("during", "in", "within", "only during", "only in")
    for kind in ("business", "office", "working", "work")
)  # fmt: skip


def _office(s: Sentence, at: int, p: Pieces) -> int:
    length = s.says_any(at, _OFFICE)
    if not length or s.low(at - 1) in ("not", "never", "except", "but", "unless"):
        return 0
    p.office = True
    return length


def _part(s: Sentence, at: int, p: Pieces) -> int:
    length = s.says_any(at, ("in the", "at", "during the", "over", "through the", "by"))
    if length and s.low(at + length) in PARTS:
        p.part = s.low(at + length)
        return length + 1
    return 0


Matcher = Callable[[Sentence, int, Pieces], int]
_MATCHERS: tuple[Matcher, ...] = (
    cron_at,
    _except,
    _instead,
    month_rule_of,
    _every,
    _adverb,
    _window,
    _relative,
    date_at,
    month_day_at,
    dayword_at,
    _days,
    _past,
    _office,
    _part,
    _time,
)
