"""Time zones: finding one by name, where its offset shifts, and what a wall-clock time means in it.

A *wall* is a naive datetime, what the clocks on the wall show. A *shift* is an instant at which a
zone's offset from UTC changes: forward it leaves a gap of walls that never happen, back it makes
a fold of walls that happen twice.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from missions.errors import HoustonError
from missions.phrases import say

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 1900, 8999
"""Years this module reckons with: far from the ends of `datetime`, where sums overflow."""

SEARCH_YEARS = 50
"""How far `stretches` looks ahead; any expression that parses runs far sooner."""

# Files of the system's zone folder that are no IANA zone a person could mean.
_NO_ZONES = {"localtime", "Factory"}


class CronError(HoustonError, ValueError):
    """A cron expression, zone or time that cannot be used. `reason` is the sentence for people.

    Also a `ValueError`, so that records that hold one are refused as invalid.
    """

    event = "cron_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ZoneError(CronError):
    """No zone has this name. `suggestions` are names that come close, best first."""

    event = "zone_unknown"

    def __init__(self, name: str, suggestions: tuple[str, ...]) -> None:
        self.name = name
        self.suggestions = suggestions
        near = say("or-list").join(suggestions)
        hint = say("zone-did-you-mean", names=near) if near else say("zone-example")
        super().__init__(say("zone-unknown", name=quoted(name), hint=hint))


def quoted(text: str) -> str:
    """What a person typed, to be said back: cut, and without characters that mention or link."""
    return '"' + "".join(c for c in text[:64] if c.isalnum() or c in " */,-+#?@_.") + '"'


def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name, in any case, blanks allowed for underscores.

    Only names of the installed list reach the file system. Raises `ZoneError`.
    """
    wanted = "_".join(name.split()).casefold()
    names = _zone_names()
    if wanted not in names:
        raise ZoneError(name, _near_misses(wanted[:64]))
    return ZoneInfo(names[wanted])


@lru_cache(maxsize=1)
def _zone_names() -> dict[str, str]:
    return {name.casefold(): name for name in sorted(available_timezones() - _NO_ZONES)}


def _near_misses(wanted: str) -> tuple[str, ...]:
    names = _zone_names()
    cities: dict[str, str] = {}
    for folded, name in names.items():
        if "/" in name:
            cities.setdefault(folded.rsplit("/", 1)[1], name)
    city = wanted.rsplit("/", 1)[-1]
    found = [cities[city]] if city in cities else []
    found += [names[near] for near in difflib.get_close_matches(wanted, names, n=3, cutoff=0.75)]
    found += [cities[near] for near in difflib.get_close_matches(city, cities, n=2, cutoff=0.8)]
    return tuple(dict.fromkeys(found))[:3]


@dataclass(frozen=True)
class Shift:
    """A change of a zone's offset. `at` (UTC) is the first instant of the new one."""

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def old_wall(self) -> datetime:
        """What the clocks would show at the shift if they were not changed."""
        return wall(self.at, self.before)

    @property
    def unseen(self) -> datetime:
        """The first wall after the shift that the clocks had not shown before it."""
        return wall(self.at, max(self.before, self.after))

    def skips(self, naive: datetime) -> bool:
        """Whether a wall lies in the gap that this shift leaves."""
        return self.old_wall <= naive < wall(self.at, self.after)


def wall(instant: datetime, offset: timedelta) -> datetime:
    """What clocks show at an instant (UTC) where this offset holds."""
    return (instant + offset).replace(tzinfo=None)


@dataclass(frozen=True)
class Stretch:
    """A span of constant offset: instants from `begin` (included) to `end` (not included), UTC.

    `shift` is the last one at or before `begin`, if that year or the year before had any.
    """

    begin: datetime
    end: datetime
    offset: timedelta
    shift: Shift | None

    def instant(self, naive: datetime) -> datetime:
        """The instant at which this stretch's offset shows a wall."""
        return (naive - self.offset).replace(tzinfo=UTC)


def stretches(tz: ZoneInfo, start: datetime) -> Iterator[Stretch]:
    """The stretches of a zone from `start` (aware) on, without holes, `SEARCH_YEARS` far.

    A stretch ends at a shift or at a year's end (UTC). Raises `CronError` outside the years
    `FIRST_YEAR` to `LAST_YEAR`, `ValueError` for a naive `start`.
    """
    begin = utc(start)
    offset, year = _offset(tz, begin), begin.year
    shifts = (*_shifts(tz, year - 1), *_shifts(tz, year))
    last = next((shift for shift in reversed(shifts) if shift.at <= begin), None)
    for of_year in range(year, min(year + SEARCH_YEARS, LAST_YEAR) + 1):
        for shift in _shifts(tz, of_year):
            if shift.at > begin or of_year > year:
                yield Stretch(begin, shift.at, offset, last)
                begin, offset, last = shift.at, shift.after, shift
        yield Stretch(begin, _new_year(of_year + 1), offset, last)
        begin = _new_year(of_year + 1)


def local_instant(naive: datetime, tz: ZoneInfo) -> datetime:
    """The instant (UTC) that a person means by a wall-clock time in a zone.

    A time that a gap skips is the gap's end; one that a fold repeats is its first pass.
    """
    if naive.tzinfo is not None:
        raise ValueError("local_instant takes a time without a zone")
    # In a gap, fold 0 reads the wall with the old offset: an instant soon after the shift.
    instant = utc(naive.replace(tzinfo=tz, fold=0))
    shift = next(stretches(tz, instant)).shift
    return shift.at if shift and shift.skips(naive) else instant


def utc(moment: datetime) -> datetime:
    """The same instant in UTC. Raises `ValueError` for a naive one, `CronError` out of range."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs a zone")
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        raise CronError(say("year-out-of-reach", year=moment.year))
    return moment.astimezone(UTC)


def _new_year(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


def _offset(tz: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(tz).utcoffset() or timedelta(0)


@lru_cache(maxsize=8192)
def _shifts(tz: ZoneInfo, year: int) -> tuple[Shift, ...]:
    """The shifts of a year (UTC), found by looking once a day: no zone shifts twice in a day."""
    found = []
    then = _new_year(year) - SECOND
    before = _offset(tz, then)
    while then + DAY < _new_year(year + 1):
        now = then + DAY
        after = _offset(tz, now)
        if after != before:
            found.append(Shift(_first_of(tz, then, now, before), before, after))
        then, before = now, after
    return tuple(found)


def _first_of(tz: ZoneInfo, low: datetime, high: datetime, before: timedelta) -> datetime:
    """The first second after `low` whose offset is no longer `before`; `high` is one such."""
    while high - low > SECOND:
        middle = low + timedelta(seconds=(high - low) // SECOND // 2)
        if _offset(tz, middle) == before:
            low = middle
        else:
            high = middle
    return high
