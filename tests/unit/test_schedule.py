"""What becomes of a Task whose instant has come: run, missed, armed anew [B3 B5 S4]."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from missions.blueprint import CronTrigger, EventSource, EventTrigger, OnceTrigger, Trigger
from missions.cron import next_occurrence
from missions.schedule import (
    Missed,
    Settlement,
    _cron,
    catch_up_window,
    coming_instants,
    next_instant,
    past_instants,
    settle,
)
from missions.taskstate import TaskState
from tests.support.build import blueprint, task

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EVERY_5 = CronTrigger(cron="*/5 * * * *", zone="UTC")
DAILY = CronTrigger(cron="0 9 * * *", zone="Europe/Berlin")
ONCE = OnceTrigger(at=NOON, zone="Europe/Berlin")

CRONS = ["* * * * *", "*/5 * * * *", "0 * * * *", "30 2 * * *", "0 9 * * 1-5", "0 0 1 * *"]
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]


def coming(trigger: Trigger, after: datetime, count: int) -> tuple[datetime, ...]:
    return coming_instants(blueprint(task(trigger)), task(trigger), after, count)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("cron", "window"),
    [
        ("* * * * *", minutes(2)),
        ("*/4 * * * *", minutes(2)),
        ("*/5 * * * *", minutes(2.5)),
        ("0 * * * *", minutes(30)),
        ("0 */4 * * *", minutes(120)),
        ("0 9 * * *", minutes(120)),
    ],
)
def test_the_window_is_half_the_period_within_its_bounds(cron: str, window: timedelta) -> None:
    """[B3] Between 2 minutes and 2 hours."""
    assert catch_up_window(CronTrigger(cron=cron, zone="UTC"), NOON) == window


def test_a_once_task_is_made_up_for_two_hours() -> None:
    """[B3]"""
    assert catch_up_window(ONCE, NOON) == timedelta(hours=2)
    assert settle(ONCE, NOON, NOON + timedelta(hours=2)).run == NOON
    late = NOON + timedelta(hours=2, microseconds=1)
    assert settle(ONCE, NOON, late) == Settlement(None, Missed(1, NOON, NOON), None)


def test_on_time_it_runs_and_the_next_is_armed() -> None:
    assert settle(EVERY_5, NOON, NOON) == Settlement(NOON, None, NOON + minutes(5))
    assert settle(ONCE, NOON, NOON) == Settlement(NOON, None, None)


@pytest.mark.parametrize(("late", "runs"), [(2.5, True), (2.500001, False)])
def test_late_it_runs_up_to_the_end_of_its_window(late: float, runs: bool) -> None:
    """[B3]"""
    settlement = settle(EVERY_5, NOON, NOON + minutes(late))
    assert (settlement.run == NOON) is runs
    assert settlement.missed == (None if runs else Missed(1, NOON, NOON))
    assert settlement.next == NOON + minutes(5)


def test_after_an_outage_the_last_is_run_and_those_before_are_missed() -> None:
    """[S4] No flood."""
    settlement = settle(EVERY_5, NOON, NOON + minutes(62))
    assert settlement == Settlement(
        run=NOON + minutes(60),
        missed=Missed(12, NOON, NOON + minutes(55)),
        next=NOON + minutes(65),
    )


def test_after_an_outage_that_ended_late_all_are_missed() -> None:
    """[S4]"""
    settlement = settle(EVERY_5, NOON, NOON + minutes(64))
    assert settlement == Settlement(
        run=None, missed=Missed(13, NOON, NOON + minutes(60)), next=NOON + minutes(65)
    )


def test_an_outage_over_daylight_saving_is_counted_right() -> None:
    """[B5] 02:30 in the night of the gap runs at 03:00, in that of the fold once."""
    nightly = CronTrigger(cron="30 2 * * *", zone="Europe/Berlin")
    due = datetime(2026, 3, 28, 1, 30, tzinfo=UTC)
    settlement = settle(nightly, due, datetime(2026, 3, 31, 0, 40, tzinfo=UTC))
    assert settlement == Settlement(
        run=datetime(2026, 3, 31, 0, 30, tzinfo=UTC),
        missed=Missed(3, due, datetime(2026, 3, 30, 0, 30, tzinfo=UTC)),
        next=datetime(2026, 4, 1, 0, 30, tzinfo=UTC),
    )


@settings(max_examples=40, deadline=None)
@given(
    cron=st.sampled_from(CRONS),
    zone=st.sampled_from(ZONES),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001
    late=st.timedeltas(timedelta(0), timedelta(hours=5)),
)
def test_settling_agrees_with_counting_one_by_one(
    cron: str, zone: str, start: datetime, late: timedelta
) -> None:
    """[S1 B5] Every occurrence is either run or missed, once; the next is strictly later."""
    trigger = CronTrigger(cron=cron, zone=zone)
    due = next_occurrence(*_cron(trigger), start.replace(tzinfo=UTC))
    now = due + late
    between, each = [due], due
    while (each := next_occurrence(*_cron(trigger), each)) <= now:
        between.append(each)
    settlement = settle(trigger, due, now)
    assert settlement.next == each
    assert each > now
    in_time = now - between[-1] <= catch_up_window(trigger, between[-1])
    assert settlement.run == (between[-1] if in_time else None)
    missed = between[:-1] if in_time else between
    expected = Missed(len(missed), missed[0], missed[-1]) if missed else None
    assert settlement.missed == expected


def test_coming_instants_are_strictly_later_and_in_order() -> None:
    """[B5 C3]"""
    assert coming(EVERY_5, NOON, 3) == tuple(NOON + minutes(m) for m in (5, 10, 15))
    assert coming(EVERY_5, NOON - timedelta(microseconds=1), 1) == (NOON,)
    assert coming(DAILY, NOON, 1) == (datetime(2026, 11, 24, 8, 0, tzinfo=UTC),)
    assert next_instant(DAILY, NOON) == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def test_past_instants_lie_between_two_moments_both_included() -> None:
    """[S6] What a backfill can run again."""
    since = NOON - minutes(10)
    assert past_instants(EVERY_5, since, NOON, 100) == (since, NOON - minutes(5), NOON)
    assert past_instants(EVERY_5, since, NOON, 2) == (since, NOON - minutes(5))
    assert past_instants(ONCE, NOON, NOON, 5) == (NOON,)
    assert past_instants(ONCE, since, NOON - minutes(1), 5) == ()
    rule = EventTrigger(source=EventSource.WEBHOOK)
    assert past_instants(rule, since, NOON, 5) == ()


def test_a_once_task_comes_once() -> None:
    before = NOON - timedelta(microseconds=1)
    assert coming(ONCE, before, 3) == (NOON,)
    assert coming(ONCE, NOON, 3) == ()
    assert (next_instant(ONCE, before), next_instant(ONCE, NOON)) == (NOON, None)


def test_a_rare_task_has_its_next_runs() -> None:
    leap = CronTrigger(cron="0 12 29 2 *", zone="UTC")
    assert [i.year for i in coming(leap, NOON, 3)] == [2028, 2032, 2036]


def test_an_instant_said_in_another_zone_is_kept_in_utc() -> None:
    later = OnceTrigger(at="2026-11-23T14:00:00+02:00", zone="Africa/Cairo")
    assert str(next_instant(later, NOON - minutes(1))) == "2026-11-23 12:00:00+00:00"


def test_the_next_is_later_than_the_last_one_in_the_ledger() -> None:
    """[B5] Although this machine's clock is behind."""
    state = TaskState(settled=NOON)
    assert state.coming(EVERY_5, NOON - minutes(20)) == NOON + minutes(5)
    assert state.coming(EVERY_5, NOON + minutes(20)) == NOON + minutes(25)
    assert state.coming(ONCE, NOON - minutes(20)) is None
    assert TaskState().coming(ONCE, NOON - minutes(20)) == NOON
