"""The calendar's grid stays straight, begins on Mondays, and counts days as clocks do [R7]."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.blocks.calendar import (
    Day,
    Mark,
    MonthFacts,
    calendar_view,
    days_of,
    grid,
    mark_of,
    weekdays,
)
from bot.blocks.records import NOT_RUN, Scope, scope_of
from missions.blueprint import Blueprint, CronTrigger, Exclusion, Finding, OnceTrigger
from missions.days import day_span, planned
from missions.execution import Status
from missions.ids import TaskId
from tests.support.build import blueprint, task
from tests.unit.block_samples import ID, NOW, ZONE, assert_openable, mission

BERLIN = ZoneInfo(ZONE)


def month(first: date, counts: dict[Mark, int] | None = None, planned: int = 0) -> MonthFacts:
    days = tuple(Day(day, counts or {}, planned) for day in days_of(first))
    return MonthFacts(mission(), days, NOW.date(), ZONE)


@pytest.mark.parametrize("first", [date(2026, 11, 1), date(2027, 2, 1), date(2028, 2, 1)])
def test_every_row_has_as_many_signs_so_that_columns_stay_straight(first: date) -> None:
    """[R7] However wide a client draws them."""
    lines = grid(month(first, {Mark.GOOD: 3}))
    signs = re.compile("▫️|▪️|🟢")
    for line in lines:
        marked = signs.sub("#", line)
        assert [at for at, one in enumerate(marked) if one == "#"] == list(range(0, 28, 4))
    assert lines[0].split() == [f"▪️{name}" for name in weekdays()]


def test_only_days_of_more_than_one_run_are_listed_below_the_grid() -> None:
    """[R7] What a day of one run found, its sign in the grid says."""
    assert "fields" not in str(calendar_view(month(date(2026, 11, 1), {Mark.GOOD: 1})))
    assert "fields" not in str(calendar_view(month(date(2026, 11, 1), planned=288)))
    more = calendar_view(month(date(2026, 11, 1), {Mark.GOOD: 2, Mark.CRITICAL: 1}))
    assert more["blocks"][-1]["fields"][0]["text"] == "*Su 1*  🔴 1  🟢 2"


def test_the_first_of_november_2026_is_a_sunday() -> None:
    """[R7]"""
    assert [bool(day) for day in month(date(2026, 11, 1)).weeks()[0]] == [False] * 6 + [True]


@pytest.mark.parametrize("count", [0, 1, 10_000])
def test_a_month_can_be_opened_whatever_it_holds(count: int) -> None:
    """[R5 R7]"""
    counts = dict.fromkeys(Mark, count) if count else {}
    assert_openable(calendar_view(month(date(2026, 3, 1), counts, count)))


def test_the_gravest_result_gives_a_day_its_sign() -> None:
    """[R7]"""
    day = Day(NOW.date(), {Mark.GOOD: 100, Mark.CRITICAL: 1}, 5)
    assert day.sign == "🔴"
    assert Day(NOW.date(), {}, 5).sign == "🔹"
    assert mark_of(Status.FAILED, None) is Mark.FAILED
    assert mark_of(Status.SUCCESS, Finding.ATTENTION) is Mark.ATTENTION
    assert mark_of(Status.SUCCESS, None) is Mark.NOTES


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 23), 24)]
)
def test_a_day_is_as_long_as_the_clocks_make_it(day: date, hours: int) -> None:
    """[R7]"""
    begin, end = day_span(day, BERLIN)
    assert end - begin == timedelta(hours=hours)


def test_planned_runs_are_counted_by_day_without_those_left_out() -> None:
    """[R7 B5]"""
    hourly = CronTrigger(cron="0 * * * *", zone=ZONE)
    once = OnceTrigger(at=datetime(2026, 3, 29, 10, tzinfo=UTC), zone=ZONE)
    spans = [day_span(date(2026, 3, day), BERLIN) for day in (28, 29, 30)]
    assert planned(blueprint(), task(hourly), spans) == (24, 23, 24)
    assert planned(blueprint(), task(once), spans) == (0, 1, 0)
    freeze = Exclusion(first=date(2026, 3, 29), last=date(2026, 3, 30))
    frozen: Blueprint = blueprint().model_copy(update={"exclusions": (freeze,)})
    assert planned(frozen, task(hourly), spans) == (24, 0, 0)


def test_a_scope_survives_the_way_to_slack_and_back() -> None:
    scope = Scope(ID, status=NOT_RUN, task=TaskId("T2"), day=NOW.date(), page=3)
    assert scope_of(scope.value(), ID) == scope
    assert scope_of(Scope(ID).value(), ID) == Scope(ID)
    odd = Scope(ID).value().model_copy(update={"extra": "Nonsense|2026-99-99", "page": -3})
    assert scope_of(odd, ID) == Scope(ID)
