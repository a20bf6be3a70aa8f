"""What a sentence says of times, before a schedule is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.offline.almanac import Clock
from agent.offline.monthly import MonthRule


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
    excepted: bool = False
    """Whether they were excepted, which does not say whether they are left as they are."""
    skip_once: bool = False  # they may be meant once: “skip Monday”
    office: bool = False  # in business hours, whichever they are
    uneven: str | None = None  # what cron cannot say
    often: int | None = None  # times a day, unsaid when
    bound: str = ""  # when the schedule itself is to begin or end, as written
    clash: bool = False  # two things were said where there is room for one

    @property
    def any(self) -> bool:
        """Whether anything was said."""
        return self != Pieces()
