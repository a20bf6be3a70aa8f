"""A schedule out of the pieces that a sentence gives, or what must be asked back [B5]."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from agent.offline.almanac import Clock, in_part
from agent.offline.answers import (
    DAY_NAMES,
    OFTEN,
    all_times,
    day_words,
    dow_field,
    each_of,
    office_hours,
    on_days,
    ordinal,
    repeated,
    rounded,
    spread,
    with_times,
)
from agent.offline.clocks import sure_by_others
from agent.offline.monthly import MonthRule
from agent.offline.pieces import Pieces
from agent.offline.windows import hours_of, stepped
from missions.phrases import listed, names, say

CRON, ONCE = "cron", "at"


@dataclass(frozen=True)
class Doubt:
    """Why there is no schedule yet: a question, and phrases that would answer it."""

    text: str
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Timing:
    """What was understood.

    `when` holds the arguments of `agent.operations.When`, one for each Task that is needed;
    `time_only` and `days_only` serve changes; `zone` is set if one was named.
    """

    when: tuple[dict[str, str], ...] = ()
    doubt: Doubt | None = None
    zone: str | None = None
    words: str = ""
    time_only: Clock | None = None
    days_only: str | None = None
    skip_days: tuple[int, ...] = ()
    instead_of: Clock | None = None
    said: bool = False
    default_zone: str = field(default="UTC", compare=False)


@dataclass(frozen=True)
class _Day:
    """The calendar at hand."""

    now: datetime  # local, naive
    zone: str


def compose(pieces: Pieces, now: datetime, own_zone: str, zone: str | None, words: str) -> Timing:
    """The schedule that the pieces make, in the named zone or the person's own."""
    in_zone = zone or own_zone
    local = now.astimezone(ZoneInfo(in_zone)).replace(tzinfo=None, second=0, microsecond=0)
    day = _Day(local, in_zone)
    clocks = sure_by_others([in_part(c, pieces.part) for c in pieces.times])
    answer = _schedule(pieces, clocks, day) if pieces.any else ()
    doubt = answer if isinstance(answer, Doubt) else None
    when = () if isinstance(answer, Doubt) else answer
    return Timing(
        when=tuple({k: v, "zone": in_zone} for k, v in when),
        doubt=doubt,
        zone=zone,
        words=words,
        time_only=clocks[0] if len(clocks) == 1 and not _has_day(pieces) else None,
        days_only=_days_only(pieces, clocks),
        skip_days=tuple(pieces.skip_days),
        instead_of=pieces.instead_of,
        said=pieces.any or zone is not None,
        default_zone=own_zone,
    )


When = tuple[tuple[str, str], ...]


def _schedule(p: Pieces, clocks: list[Clock], day: _Day) -> When | Doubt:
    if p.bound:
        return Doubt(say("ask-bounded", words=p.bound))
    if _clashes(p, clocks):
        return Doubt(say("ask-several-schedules"))
    if p.cron is not None:
        return ((CRON, p.cron),)
    if p.office and p.window is None:
        return Doubt(say("ask-part-of-day", part="business hours"), office_hours(p))
    if p.uneven is not None:
        return _uneven(p, clocks)
    if p.often is not None:
        if len(clocks) == p.often:
            return _daily(p, clocks, "*")
        return Doubt(say("ask-times-a-day", n=p.often), spread(p, p.often))
    if unsure := next((c for c in clocks if not c.sure), None):
        late = Clock(unsure.hour + 12, unsure.minute)
        return Doubt(
            say("ask-which-half", early=unsure.text, late=late.text),
            tuple(repeated(p, f"at {all_times(clocks, h)}") for h in (0, 12)),
        )
    if p.after_minutes is not None:
        moment = day.now + timedelta(minutes=p.after_minutes)
        return _at(moment)
    if _is_once(p):
        return _once(p, clocks, day)
    if p.interval and p.interval[1] in ("second", "minute", "hour"):
        return _interval(p, *p.interval, clocks)
    return _by_days(p, clocks)


def _clashes(p: Pieces, clocks: list[Clock]) -> bool:
    """Whether the pieces cannot all be part of one schedule."""
    dated = p.date is not None or p.day_offset is not None or p.once
    kinds = [p.cron is not None, p.after_minutes is not None, dated, p.interval is not None]
    alone = p.cron is not None or p.after_minutes is not None
    contrary = p.interval == (1, "day") and len(p.days) == 1
    together = sum(kinds) > 1 or contrary
    return p.clash or together or (alone and bool(clocks or p.days or p.window))


def _is_once(p: Pieces) -> bool:
    dated = p.date is not None or p.day_offset is not None or p.coming is not None or p.once
    return dated and not (p.interval or p.recurring)


def _at(moment: datetime) -> When:
    return ((ONCE, moment.isoformat(timespec="minutes")),)


def _on(day: date, clock: Clock) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()}T{clock.text}")


def _once(p: Pieces, clocks: list[Clock], day: _Day) -> When | Doubt:
    chosen = _date_meant(p, day)
    if isinstance(chosen, Doubt):
        return chosen
    if chosen is None:
        return Doubt(say("ask-which-day"), ("today", "tomorrow"))
    if not clocks:
        return Doubt(say("ask-what-time"), _hours_left(chosen, day))
    if p.date is not None and p.days and chosen.isoweekday() % 7 not in p.days:
        return Doubt(
            say("ask-other-weekday", date=chosen.isoformat(), day=names("days", "wide")[p.days[0]]),
            (
                f"on {chosen} at {clocks[0].text}",
                f"once on {DAY_NAMES[p.days[0]]} at {clocks[0].text}",
            ),
        )
    moments = [_on(chosen, c) for c in clocks]
    if p.date is not None and p.date[0] is None and moments[0] <= day.now:
        moments = [m.replace(year=m.year + 1) for m in moments]
    if min(moments) <= day.now:
        later = (day.now + timedelta(days=1)).date()
        return Doubt(
            say(
                "ask-in-the-past",
                time=f"{min(moments):%Y-%m-%d %H:%M}",
                now=f"{day.now:%H:%M}",
                zone=day.zone,
            ),
            (
                f"tomorrow at {clocks[0].text}",
                f"on {later + timedelta(days=6)} at {clocks[0].text}",
            ),
        )
    return tuple(x for m in moments for x in _at(m))


def _hours_left(chosen: date, day: _Day) -> tuple[str, ...]:
    """Times of that day that are still to come."""
    coming = (h for h in (9, 12, 18, 22) if _on(chosen, Clock(h, 0)) > day.now)
    return tuple(f"on {chosen.isoformat()} at {h}:00" for h in coming)[:3] or ("in 1 hour",)


def _date_meant(p: Pieces, day: _Day) -> date | Doubt | None:
    today = day.now.date()
    if p.date is not None:
        year, month, number = p.date
        try:
            found = date(year or today.year, month, number)
        except ValueError:
            return Doubt(say("ask-no-such-day", day=number, month=month), _near(p, month, today))
        return found if year or found >= today else found.replace(year=today.year + 1)
    if p.day_offset is not None:
        return today + timedelta(days=p.day_offset)
    if p.month_day is not None:
        return _next_with(today, p.month_day)
    if len(p.days) == 1:
        ahead = (p.days[0] - today.isoweekday() % 7) % 7
        return today + timedelta(days=ahead or (0 if p.coming == "this" else 7))
    return None


def _near(p: Pieces, month: int, today: date) -> tuple[str, ...]:
    """The last day of the month and the first one of the next, coming."""
    said = (p.date and p.date[0]) or today.year
    years = (said, today.year, today.year + 1)
    firsts = (date(year + month // 12, month % 12 + 1, 1) for year in years)
    first = next(day for day in firsts if day > today + timedelta(days=1))
    at = f" at {' and '.join(c.text for c in p.times)}" if p.times else ""
    return tuple(f"on {day}{at}" for day in (first - timedelta(days=1), first))


def _next_with(today: date, number: int) -> date | Doubt:
    """The next day of that number, today at the earliest; 400 days hold every day of a month."""
    coming = (today + timedelta(days=ahead) for ahead in range(400))
    found = next((day for day in coming if day.day == number), None)
    return found or Doubt(say("ask-which-day"), ("today", "tomorrow"))


def _interval(p: Pieces, number: int, unit: str, clocks: list[Clock]) -> When | Doubt:
    if unit == "second":
        return Doubt(
            say("ask-seconds", n=number),
            ("every 5 minutes", "every 15 minutes"),
        )
    if clocks:
        return Doubt(
            say("ask-each-or-at", each=each_of(number, unit), time=clocks[0].text),
            (f"{each_of(number, unit)}{on_days(p)}", f"every {day_words(p)} at {clocks[0].text}"),
        )
    if unit == "minute" and number % 60 == 0 and number:
        number, unit = number // 60, "hour"
    cycle = 60 if unit == "minute" else 24
    if number < 1 or cycle % number or (number == cycle and unit == "minute"):
        return _uneven_interval(number, unit)
    if p.part and p.window is None:
        each = each_of(number, unit)
        return Doubt(
            say("ask-part-of-day", part=p.part),
            (f"{each} between {_PARTS[p.part]}{on_days(p)}", f"{each}{on_days(p)}"),
        )
    hours = hours_of(p.window)
    if hours is None:
        return Doubt(say("ask-full-hours"), rounded(p, each_of(number, unit)))
    days = dow_field(p)
    if "," in hours and days != "*":
        return Doubt(say("ask-full-hours"))
    if unit == "minute":
        return ((CRON, f"{'*' if number == 1 else f'*/{number}'} {hours} * * {days}"),)
    if number == 24:
        return Doubt(say("ask-time-of-day"), ("every day at 9:00", "every day at 18:00"))
    if number > 1 and p.window is not None:
        within = f"{hours}/{number}" if "-" in hours and "," not in hours else None
        return ((CRON, f"{p.past or 0} {within or stepped(p.window, number)} * * {days}"),)
    step = "*" if number == 1 else f"*/{number}"
    return ((CRON, f"{p.past or 0} {hours if number == 1 else step} * * {days}"),)


_PARTS = {
    "morning": "6:00 and 12:00",
    "afternoon": "12:00 and 18:00",
    "evening": "18:00 and 22:00",
    "night": "0:00 and 6:00",
}


_NICE_MINUTES = (5, 10, 15, 20, 30)
_NICE_HOURS = (1, 2, 3, 4, 6, 8, 12)


def _uneven_interval(number: int, unit: str) -> Doubt:
    even = _NICE_MINUTES if unit == "minute" else _NICE_HOURS
    below = max((n for n in even if n < number), default=None)
    above = min((n for n in even if n > number), default=None)
    phrases = [each_of(n, unit) for n in (below, above) if n]
    if unit == "minute" and number > 45:
        hours = sorted({number // 60, -(-number // 60)} - {0})
        phrases = [each_of(h, "hour") for h in hours]
    elif unit == "minute" and above is None:
        phrases.append("every hour")
    if unit == "hour" and number > 24:
        phrases = ["every day at 9:00"]
    return Doubt(
        say("ask-drift-hour", n=number)
        if unit == "minute"
        else say("ask-drift-day", n=number, unit=f"{unit}s"),
        tuple(phrases),
    )


def _uneven(p: Pieces, clocks: list[Clock]) -> Doubt:
    at = f" at {clocks[0].text}" if clocks else " at 9:00"
    if "hour" in (p.uneven or ""):
        return Doubt(
            say("ask-uneven", words=p.uneven), tuple(each_of(n, "minute") for n in (10, 15, 30))
        )
    day = DAY_NAMES[p.days[0]] if len(p.days) == 1 else ("weekday" if p.days else "day")
    return Doubt(
        say("ask-uneven", words=p.uneven),
        (f"every {day}{at}", f"on the 1st of every month{at}"),
    )


def _by_days(p: Pieces, clocks: list[Clock]) -> When | Doubt:
    interval = p.interval
    if interval and interval[0] > 1:
        return _uneven(_as_uneven(p, interval), clocks)
    if p.rule is not None:
        return _ruled(p.rule, clocks)
    if p.month_day is not None or (interval and interval[1] == "month"):
        return _monthly(p, clocks)
    if interval and interval[1] == "week" and not p.days:
        at = clocks[0].text if clocks else "9:00"
        return Doubt(say("ask-day-of-week"), tuple(f"every {d} at {at}" for d in _SOME_DAYS))
    every_day = (interval and interval[1] in ("day", "week")) or p.recurring
    if p.days and not every_day:
        return _once_or_weekly(p, clocks)
    if not p.days and not every_day:
        if clocks and p.skip_days:
            return _daily(p, clocks, dow_field(p))
        return _bare_time(clocks, p)
    if not clocks and p.window:
        return Doubt(say("ask-run-how-often"), tuple(x for e in OFTEN for x in rounded(p, e)))
    if not clocks:
        return Doubt(say("ask-what-time"), with_times(p))
    return _daily(p, clocks, dow_field(p))


_SOME_DAYS = ("Monday", "Wednesday", "Friday")


def _as_uneven(p: Pieces, interval: tuple[int, str]) -> Pieces:
    p.uneven = p.uneven or f"every {interval[0]} {interval[1]}s"
    return p


def _monthly(p: Pieces, clocks: list[Clock]) -> When | Doubt:
    if p.days or p.month_day is None or not (p.month_day == -1 or 1 <= p.month_day <= 31):
        return Doubt(
            say("ask-day-of-month"),
            ("on the 1st of every month at 9:00", "on the 15th of every month at 9:00"),
        )
    day = "L" if p.month_day == -1 else str(p.month_day)
    if not clocks:
        said = "last day" if day == "L" else ordinal(p.month_day)
        return Doubt(
            say("ask-what-time"),
            tuple(f"on the {said} of every month at {t}" for t in ("9:00", "18:00")),
        )
    return tuple((CRON, f"{m} {h} {day} * *") for m, h in _grouped(clocks))


def _ruled(rule: MonthRule, clocks: list[Clock]) -> When | Doubt:
    if not clocks:
        return Doubt(say("ask-what-time"), tuple(f"{rule.words} at {t}" for t in ("9:00", "18:00")))
    return tuple((CRON, f"{m} {h} {rule.day} * {rule.weekday}") for m, h in _grouped(clocks))


def _once_or_weekly(p: Pieces, clocks: list[Clock]) -> Doubt:
    english = [DAY_NAMES[d] for d in p.days]
    named = [names("days", "wide")[d] for d in p.days]
    at = clocks[0].text if clocks else "9:00"
    joined = " and ".join(english)
    weekly = f"every {joined} at {at}"
    if len(english) > 1:
        return Doubt(say("ask-weekly-on", days=listed(named)), (weekly,))
    return Doubt(say("ask-weekly-or-once", day=named[0]), (weekly, f"once on {joined} at {at}"))


def _bare_time(clocks: list[Clock], p: Pieces) -> When | Doubt:
    if not clocks and p.window:
        return Doubt(say("ask-run-how-often"), tuple(x for e in OFTEN for x in rounded(p, e)))
    if not clocks:
        return Doubt(say("ask-run-how-often"), OFTEN)
    at = " and ".join(c.text for c in clocks)
    return Doubt(
        say("ask-daily-or-once", time=listed([c.text for c in clocks])),
        (f"every day at {at}", f"every weekday at {at}", f"tomorrow at {at}"),
    )


def _daily(p: Pieces, clocks: list[Clock], dow: str) -> When | Doubt:
    if not dow:
        return Doubt(say("ask-never-run"), ("every day at 9:00",))
    return tuple((CRON, f"{m} {h} * * {dow}") for m, h in _grouped(clocks))


def _grouped(clocks: list[Clock]) -> list[tuple[int, str]]:
    """Minute → its hours as a cron field: one Task for each minute that is needed."""
    minutes = sorted({c.minute for c in clocks})
    return [
        (m, ",".join(str(h) for h in sorted({c.hour for c in clocks if c.minute == m})))
        for m in minutes
    ]


def _has_day(p: Pieces) -> bool:
    dated = p.date or p.day_offset is not None or p.after_minutes is not None
    return bool(
        dated or p.interval or p.days or p.month_day or p.rule or p.cron or p.often or p.uneven
    )


def _days_only(p: Pieces, clocks: list[Clock]) -> str | None:
    daily = p.interval == (1, "day")
    if clocks or p.coming or p.once or p.window or not (p.days or daily):
        return None
    if p.interval and not daily:
        return None
    return dow_field(p)
