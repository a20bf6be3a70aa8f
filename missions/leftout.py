"""When a Task is not scheduled: dates, freezes and recurring hours, as spans of instants [B5].

A time that a gap of the clocks skips is the gap's end, one that a fold repeats its first pass: as
with what is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from missions.blueprint import Exclusion, Gap, Window
from missions.calendar import local_instant, zone
from missions.timetable import Plan, Timed

Span = tuple[datetime, datetime]
"""From an instant (UTC) on, until before another."""

DAY = timedelta(days=1)


@dataclass(frozen=True)
class LeftOut:
    """All that is left out of one Task, by the clocks of its zone where no other is named."""

    tz: ZoneInfo
    gaps: tuple[Gap, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.gaps)

    def holding(self, at: datetime) -> Span | None:
        """The span that an instant lies in, the one that lasts longest; None if it is not left out.

        Another one may follow at its end.
        """
        found = [span for span in self._near(at, at) if span[0] <= at < span[1]]
        return max(found, key=lambda span: span[1], default=None)

    def between(self, first: datetime, last: datetime) -> tuple[Span, ...]:
        """The spans that touch the time from `first` to `last`, in order, with no instant twice."""
        made: list[Span] = []
        for begin, end in sorted(self._near(first, last)):
            if end <= first or begin > last:
                continue
            if made and begin <= made[-1][1]:
                made[-1] = (made[-1][0], max(made[-1][1], end))
            else:
                made.append((begin, end))
        return tuple(made)

    def room(self, at: datetime, most: timedelta) -> timedelta:
        """By how much a start at that instant may be put off, at most by `most`.

        Half-way to the next span at most: nothing starts within one, and a worker may come late.
        """
        spans = self.between(at, at + most) if self else ()
        return min([most, *((begin - at) / 2 for begin, _ in spans if begin > at)])

    def _near(self, first: datetime, last: datetime) -> Iterator[Span]:
        """The spans that may touch a time; none of them is empty."""
        spans: list[Span] = []
        for gap in self.gaps:
            tz = zone(gap.zone) if gap.zone else self.tz
            if isinstance(gap, Exclusion):
                spans.append((_instant(tz, gap.first, gap.begin), _instant(tz, gap.last, gap.end)))
            else:
                spans += (_span(tz, gap, day) for day in _days(tz, gap, first, last))
        return ((begin, end) for begin, end in spans if begin < end)


NOTHING = LeftOut(ZoneInfo("UTC"))
"""Every instant counts."""


def left_out_by(plan: Plan, task: Timed) -> LeftOut:
    """What a plan, and the Task's own part of it, leave out of that Task.

    Raises `CronError` if its zone is none.
    """
    gaps: tuple[Gap, ...] = (*plan.exclusions, *task.exclusions, *plan.windows, *task.windows)
    return LeftOut(zone(task.trigger.zone), gaps) if gaps else NOTHING


def _days(tz: ZoneInfo, window: Window, first: datetime, last: datetime) -> Iterable[date]:
    """The days on which a window begins that may reach into a time; one more, for long gaps."""
    day = first.astimezone(tz).date() - DAY * (window.later + 1)
    until = last.astimezone(tz).date()
    while day <= until:
        if day.isoweekday() % 7 in window.days:
            yield day
        day += DAY


@lru_cache(maxsize=4096)
def _span(tz: ZoneInfo, window: Window, day: date) -> Span:
    until = day + DAY * window.later
    return _instant(tz, day, window.begin), _instant(tz, until, window.end)


@lru_cache(maxsize=4096)
def _instant(tz: ZoneInfo, day: date, clock: str) -> datetime:
    """The instant (UTC) of a time of day; 24:00 is the first moment of the next day."""
    if clock == "24:00":
        day, clock = day + DAY, "00:00"
    return local_instant(datetime.combine(day, time.fromisoformat(clock)), tz).astimezone(UTC)
