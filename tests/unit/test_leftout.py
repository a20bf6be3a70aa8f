"""Times of day that a plan leaves out: which instants they hold, and how they are said [B5]."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from missions.blueprint import (
    EVERY_DAY,
    Blueprint,
    CronTrigger,
    Exclusion,
    OnceTrigger,
    Task,
    Trigger,
    Window,
)
from missions.calendar import local_instant
from missions.days import planned
from missions.describe import gap_in_words, strategy_in_words
from missions.leftout import LeftOut
from missions.phrases import Language, speaking
from missions.schedule import Missed, coming_instants, settle, spared
from tests.support.build import DAILY_9, blueprint, task
from tests.support.fakes import MONDAY

BERLIN = ZoneInfo("Europe/Berlin")
WEEKEND = Window(days=(5,), begin="18:00", end="08:00", later=3, label="quiet")
NIGHT = Window(begin="22:00", end="06:00", later=1)
FREEZE = Exclusion(
    first=date(2026, 12, 20), last=date(2027, 1, 2), begin="18:00", end="08:00", label="freeze"
)
HOURLY = CronTrigger(cron="0 * * * *", zone="Europe/Berlin")


def berlin(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def plan(
    *windows: Window, made: Task | None = None, dates: tuple[Exclusion, ...] = ()
) -> Blueprint:
    update = {"windows": windows, "exclusions": dates}
    return blueprint(made or task(HOURLY)).model_copy(update=update)


def kept(of: Blueprint, after: datetime, count: int) -> list[str]:
    (only,) = of.tasks
    coming = coming_instants(of, only, after, count)
    return [f"{at.astimezone(BERLIN):%a %d %H:%M}" for at in coming]


def test_from_friday_evening_to_monday_morning() -> None:
    """[B5] The end itself runs again, the beginning no longer."""
    assert kept(plan(WEEKEND), berlin(27, 16), 3) == [
        "Fri 27 17:00",
        "Mon 30 08:00",
        "Mon 30 09:00",
    ]


def test_a_dated_freeze_begins_and_ends_by_the_clock() -> None:
    """[B5]"""
    frozen = plan(dates=(FREEZE,))
    assert kept(frozen, berlin(20, 16, month=12), 2) == ["Sun 20 17:00", "Sat 02 08:00"]


def test_not_between_ten_and_six() -> None:
    """[B5] Each night, also when the look begins in the middle of one."""
    assert kept(plan(NIGHT), berlin(24, 3), 1) == ["Tue 24 06:00"]
    assert kept(plan(NIGHT), berlin(24, 20), 2) == ["Tue 24 21:00", "Wed 25 06:00"]


def test_a_task_leaves_out_its_own_hours_only() -> None:
    """[B5] Its neighbour runs on."""
    own = task(HOURLY, windows=(NIGHT,))
    both = blueprint(own, task(HOURLY, 2))
    after = berlin(24, 22, 30)
    assert coming_instants(both, both.tasks[0], after, 1) == (berlin(25, 6),)
    assert coming_instants(both, both.tasks[1], after, 1) == (berlin(24, 23),)


def test_the_clock_is_that_of_the_task_unless_a_zone_is_named() -> None:
    """[B5]"""
    tokyo = CronTrigger(cron="0 * * * *", zone="Asia/Tokyo")
    ten_in_tokyo = datetime(2026, 11, 24, 13, tzinfo=UTC)
    of = plan(NIGHT, made=task(tokyo))
    assert coming_instants(of, of.tasks[0], ten_in_tokyo - timedelta(hours=1), 1) == (
        ten_in_tokyo + timedelta(hours=8),
    )
    bound = plan(NIGHT.model_copy(update={"zone": "Europe/Berlin"}), made=task(tokyo))
    assert coming_instants(bound, bound.tasks[0], ten_in_tokyo - timedelta(hours=1), 1) == (
        ten_in_tokyo,
    )


@pytest.mark.parametrize(
    ("window", "first", "hours"),
    [
        # Spring: from 2:00 the clocks show 3:00. Autumn: from 3:00 they show 2:00 again.
        (Window(begin="01:00", end="05:00"), berlin(29, 1, month=3), 3),
        (Window(begin="01:00", end="05:00"), berlin(25, 1, month=10), 5),
        (Window(begin="01:00", end="02:30"), berlin(29, 1, month=3), 1),
        (Window(begin="02:30", end="05:00"), berlin(29, 3, month=3), 2),
        (Window(begin="02:30", end="05:00"), berlin(25, 2, 30, month=10), 3.5),
    ],
)
def test_daylight_saving_inside_a_window(window: Window, first: datetime, hours: float) -> None:
    """[B5] A time that a gap skips is the gap's end, one that a fold repeats its first pass."""
    spans = LeftOut(BERLIN, (window,)).between(first, first)
    assert spans == ((first, first + timedelta(hours=hours)),)


def test_a_window_that_a_gap_swallows_holds_nothing() -> None:
    """[B5] 2:00 to 3:00 does not happen on that night; what was due in it runs at its end."""
    half_past = CronTrigger(cron="30 2 * * *", zone="Europe/Berlin")
    of = plan(Window(begin="02:00", end="03:00"), made=task(half_past))
    assert kept(of, berlin(28, 12, month=3), 1) == ["Sun 29 03:00"]


def test_what_touches_is_one_span() -> None:
    early, late = Window(begin="00:00", end="06:00"), Window(begin="22:00", end="24:00")
    spans = LeftOut(BERLIN, (early, late)).between(berlin(23, 12), berlin(25, 5))
    assert spans == ((berlin(23, 22), berlin(24, 6)), (berlin(24, 22), berlin(25, 6)))


def test_a_plan_whose_times_are_all_left_out_is_looked_through_in_the_end() -> None:
    """It has no next run, and nobody waits for one for long."""
    at_three = CronTrigger(cron="0 3 * * *", zone="Europe/Berlin")
    of = plan(NIGHT, made=task(at_three))
    assert coming_instants(of, of.tasks[0], MONDAY, 3) == ()


def test_planned_runs_of_a_day_leave_the_night_out() -> None:
    """[R7 B5]"""
    day = (berlin(24, 0), berlin(25, 0))
    assert planned(plan(NIGHT), task(HOURLY), [day]) == (16,)


ONCE = OnceTrigger(at=berlin(28, 12), zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("trigger", "due", "now", "run", "missed", "left_out"),
    [
        # Out from Friday 15:00: one stretch is left out, what lies around it was missed.
        (HOURLY, berlin(27, 15), berlin(30, 10, 30), berlin(30, 10), 5, [62]),
        # Due within the window, found after it.
        (HOURLY, berlin(30, 7), berlin(30, 7, 10), None, 0, [1]),
        (DAILY_9, berlin(28, 9), berlin(29, 9, 1), None, 0, [2]),
        (ONCE, berlin(28, 12), berlin(28, 12, 1), None, 0, [1]),
    ],
)
def test_after_an_outage_what_was_left_out_is_not_missed(
    trigger: Trigger,
    due: datetime,
    now: datetime,
    run: datetime | None,
    missed: int,
    left_out: list[int],
) -> None:
    """[B5 S1 S4]"""
    of = plan(WEEKEND, made=task(trigger))
    found = spared(of, of.tasks[0], settle(trigger, due, now), now, None)
    assert found.run == run
    assert (found.missed.count if found.missed else 0) == missed
    assert [stretch.count for stretch in found.left_out] == left_out


HOUR = timedelta(hours=1)
CLOCKS = st.builds(lambda h, m: f"{h:02}:{m:02}", st.integers(0, 23), st.sampled_from([0, 15, 30]))
DAYS = st.lists(st.sampled_from(EVERY_DAY), min_size=1, max_size=7, unique=True)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    days = draw(DAYS)
    begin, end, later = draw(CLOCKS), draw(CLOCKS), draw(st.integers(0, 6))
    return Window(
        days=tuple(days), begin=begin, end=end, later=later + (end <= begin and not later)
    )


@settings(deadline=None, max_examples=30)
@given(
    window=windows(),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns"]),
    cron=st.sampled_from(["*/15 * * * *", "0 * * * *", "30 2 * * *", "0 9 * * 1-5"]),
    start=st.integers(0, 24 * 240).map(lambda h: datetime(2026, 3, 20, tzinfo=UTC) + HOUR * h),
    hours=st.integers(1, 24 * 8),
)
def test_what_is_settled_is_what_one_by_one_counts(
    window: Window, zone: str, cron: str, start: datetime, hours: int
) -> None:
    """[B5 S1] Every instant of an outage is missed, left out or run, each once."""
    trigger = CronTrigger(cron=cron, zone=zone)
    of = plan(window, made=task(trigger))
    (due,) = coming_instants(blueprint(task(trigger)), task(trigger), start, 1)
    now = due + timedelta(hours=hours, minutes=1)
    left = LeftOut(ZoneInfo(zone), (window,))
    each, at = [], due
    while at <= now:
        each.append(at)
        (at,) = coming_instants(blueprint(task(trigger)), task(trigger), at, 1)
    out = [at for at in each if in_window(window, ZoneInfo(zone), at)]
    assert out == [at for at in each if left.holding(at)]
    found = spared(of, of.tasks[0], settle(trigger, due, now), now, None)
    stays = [at for at in each if at not in out]
    assert sum(s.count for s in found.left_out) == len(out)
    assert {s.first for s in found.left_out} | {s.last for s in found.left_out} <= set(out)
    if found.run:
        assert found.run == stays[-1]
        stays.pop()
    expected = Missed(len(stays), stays[0], stays[-1]) if stays else None
    assert found.missed == expected
    assert found.settled == each[-1]


def in_window(window: Window, tz: ZoneInfo, at: datetime) -> bool:
    """Slowly: by each day on which it may have begun."""
    today = at.astimezone(tz).date()
    for back in range(10):
        day = today - timedelta(days=back)
        if day.isoweekday() % 7 in window.days:
            until = day + timedelta(days=window.later)
            begin = local_instant(datetime.fromisoformat(f"{day}T{window.begin}"), tz)
            end = local_instant(datetime.fromisoformat(f"{until}T{window.end}"), tz)
            if begin <= at < end:
                return True
    return False


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.EN, "Friday 18:00 to Monday 08:00 (quiet)"),
        (Language.DE, "Freitag 18:00 bis Montag 08:00 (quiet)"),
        (Language.ES, "viernes 18:00 a lunes 08:00 (quiet)"),
        (Language.JA, "金曜日 18:00～月曜日 08:00（quiet）"),
        (Language.ZH, "星期五 18:00 至 星期一 08:00（quiet）"),
    ],
)
def test_a_window_is_said_in_the_readers_language(language: Language, said: str) -> None:
    """[C9 B5]"""
    with speaking(language):
        assert gap_in_words(WEEKEND) == said


def test_hours_and_freezes_in_words() -> None:
    """[B3 C3]"""
    assert gap_in_words(FREEZE) == "20 Dec 2026 18:00 to 2 Jan 2027 08:00 (freeze)"
    bound = NIGHT.model_copy(update={"zone": "Europe/Berlin"})
    assert gap_in_words(bound) == "every day 22:00 to 06:00, Europe/Berlin"
    lunch = Window(days=(1, 0), begin="12:00", end="13:00")
    assert gap_in_words(lunch) == "Monday and Sunday 12:00 to 13:00"
    own = task(HOURLY, windows=(NIGHT,))
    assert "Left out: every day 22:00 to 06:00" in strategy_in_words(own, MONDAY)
