"""Until when: “until tomorrow 9:00”, “until Monday”, “for 2 hours” [M3 R1]."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from agent.offline.almanac import DAYS, MONTHS, Clock, in_part, unit_of
from agent.offline.pieces import Pieces
from agent.offline.sentence import Sentence
from agent.offline.times import find_pieces
from agent.offline.timing import Doubt
from missions.cron import CronError, local_instant
from missions.phrases import say

MORNING = Clock(8, 0)
"""What is said to last until a day ends at that hour, as a mute until tomorrow does [R1]."""

_UNTIL = ("until", "till", "til", "up to")
_FOR = ("for the next", "for another", "for")
_ENDLESS = ("further notice", "i say so", "somebody enables it", "it is enabled")
_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60, "week": 7 * 24 * 60}
_LONGEST = timedelta(days=400)
_SOON = ("for 2 hours", "until tomorrow 8:00", "until Monday 8:00")
"""Answers that are offered when no end was said."""


@dataclass(frozen=True)
class Until:
    """Where the words stand, and the instant they mean; None with what must be asked first.

    “Until further notice” has neither instant nor doubt.
    """

    start: int
    stop: int
    at: datetime | None = None
    doubt: Doubt | None = None


def find_until(s: Sentence, start: int, now: datetime, zone: str) -> Until | None:
    """The first words from `start` on that say until when; None if there are none."""
    for at in range(start, len(s)):
        if length := s.says_any(at, _UNTIL):
            return _until(s, at, at + length, now, zone)
        if (length := s.says_any(at, _FOR)) and (found := _for(s, at, at + length, now)):
            return found
    return None


def split_until(text: str, now: datetime, zone: str) -> tuple[str, datetime | None, Doubt | None]:
    """The words without those that say until when, and what these mean."""
    s = Sentence(text)
    found = find_until(s, 0, now, zone)
    if found is None:
        return text.strip(), None, None
    before = text[: s.tokens[found.start].start]
    after = text[s.tokens[found.stop - 1].end :]
    rest = " ".join(part for part in (_bare(before), _bare(after)) if part)
    return rest, found.at, found.doubt


def local_iso(at: datetime, zone: str) -> str:
    """An instant as a tool's argument takes it: `2026-12-03T18:00` on the person's clock."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat(timespec="minutes")


def _bare(text: str) -> str:
    return text.strip(" ,;:.-–—()\n\t\"'")


_SPELLS = (
    "the weekend", "this weekend", "the night", "tonight", "the day", "today", "the week",
    "this week", "the rest of the day", "the rest of the week", "a bit", "a while", "now",
    "the moment", "the time being", "some time", "the holidays", "a few hours", "a few days",
)  # fmt: skip
"""Spells without a sure end."""


def _for(s: Sentence, start: int, at: int, now: datetime) -> Until | None:
    """“for 2 hours”; “for maintenance” is a reason, not a time."""
    if length := s.says_any(at, _SPELLS):
        return Until(start, at + length, doubt=_asked())
    number = 1 if s.low(at) in ("a", "an") else s.number(at)
    scale = _MINUTES.get(unit_of(s.low(at + 1)) or "")
    if s.low(at) == "half" and s.low(at + 1) == "an" and unit_of(s.low(at + 2)) == "hour":
        return Until(start, at + 3, now + timedelta(minutes=30))
    if number is None or scale is None:
        return None
    span = timedelta(minutes=number * scale) if number * scale < 10**6 else _LONGEST * 2
    if not timedelta() < span <= _LONGEST:
        return Until(start, at + 2, doubt=Doubt(say("ask-for-how-long"), _SOON))
    return Until(start, at + 2, now + span)


def _until(s: Sentence, start: int, at: int, now: datetime, zone: str) -> Until:
    if length := s.says_any(at, _ENDLESS):
        return Until(start, at + length)
    rest = Sentence(s.text[s.tokens[at].start :]) if at < len(s) else Sentence("")
    find_pieces(rest)
    length = 0
    while length < len(rest) and rest.token(length) is None:
        length += 1
    if not length:
        return Until(start, min(at + 1, len(s)), doubt=_asked())
    words = Sentence(s.text[s.tokens[at].start : s.tokens[at + length - 1].end])
    found = _meant(find_pieces(words), now, ZoneInfo(zone))
    if isinstance(found, Doubt):
        return Until(start, at + length, doubt=found)
    return Until(start, at + length, found)


def _asked() -> Doubt:
    return Doubt(say("ask-until-when"), _SOON)


def _meant(p: Pieces, now: datetime, tz: ZoneInfo) -> datetime | Doubt:
    local = now.astimezone(tz)
    if p.interval or p.cron or p.uneven or p.recurring or p.often or len(p.times) > 1 or p.clash:
        return _asked()
    clocks = [in_part(c, p.part) for c in p.times]
    if clocks and not clocks[0].sure:
        late = Clock(clocks[0].hour + 12, clocks[0].minute)
        phrases = tuple(f"until {_day_words(p)}{c.text}" for c in (clocks[0], late))
        return Doubt(say("ask-until-which-half", early=clocks[0].text, late=late.text), phrases)
    day = _day(p, local.date())
    if isinstance(day, Doubt):
        return day
    if day is None and not clocks:
        return _asked()
    clock = clocks[0] if clocks else MORNING
    found = _instant(day or local.date(), clock, tz)
    if day is None and found <= now:
        found = _instant(local.date() + timedelta(days=1), clock, tz)
    return found if found > now else Doubt(say("ask-passed-until"), _SOON)


def _day_words(p: Pieces) -> str:
    """The day that was said, with a blank behind it; "" if none was."""
    if p.date is not None:
        year, month, number = p.date
        named = next(name for name, i in MONTHS.items() if i == month)
        return f"{number} {named} {year} " if year else f"{number} {named} "
    if p.day_offset is not None:
        return ("today ", "tomorrow ", "the day after tomorrow ")[p.day_offset]
    return f"{DAYS[p.days[0]]} " if len(p.days) == 1 else ""


def _day(p: Pieces, today: date) -> date | Doubt | None:
    if p.date is not None:
        year, month, number = p.date
        try:
            found = date(year or today.year, month, number)
            return found if year or found >= today else found.replace(year=today.year + 1)
        except ValueError:
            return Doubt(say("ask-no-date-until"), _SOON)
    if p.day_offset is not None:
        return today + timedelta(days=p.day_offset)
    if len(p.days) == 1:
        return today + timedelta(days=(p.days[0] - today.isoweekday() % 7) % 7 or 7)
    return _asked() if p.days else None


def _instant(day: date, clock: Clock, tz: ZoneInfo) -> datetime:
    naive = datetime.fromisoformat(f"{day.isoformat()}T{clock.text}")
    try:
        return local_instant(naive, tz)
    except CronError:
        return naive.replace(tzinfo=tz)
