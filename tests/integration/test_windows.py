"""Hours that a plan leaves out, from the timer to the ledger [B5]."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, cast

import pytest
from redis import Redis

from agent import operations as ops
from agent import plan
from agent.plan import Used
from agent.triggers import OperationRefused
from jobs.queues import RqBell
from jobs.sweeps import Sweeps
from jobs.timer import Timer
from missions.blueprint import (
    Blueprint,
    CronTrigger,
    EventSource,
    EventTrigger,
    Exclusion,
    Strategy,
    Task,
    Window,
)
from missions.domain import Domain
from missions.execution import Outcome, Reason
from missions.ports import Channel
from missions.verify import VerifyContext, verify
from tests.support.build import actor, blueprint, launched, proposed, task
from tests.support.fakes import MONDAY, OPS, ManualClock, RecordingBell
from tests.support.runs import FAILED, claimed, due, ended, ledger, not_claimed, row_of

HOURLY = CronTrigger(cron="0 * * * *", zone="Europe/Berlin")
NIGHT = Window(begin="22:00", end="06:00", later=1, label="night")
"""From 21:00 to 05:00 UTC in winter."""

CONTEXT = VerifyContext(
    now=MONDAY,
    floor=timedelta(minutes=5),
    tools=frozenset({"http"}),
    problems=lambda check: (),
    channel=Channel(id=OPS, name="ops"),
)


@pytest.fixture
def timer(domain: Domain, bytes_redis: Redis) -> Timer:
    made = Timer(domain, bytes_redis)
    assert made.acquire_lock()
    return made


def leaving_out(*windows: Window, made: Task | None = None) -> Blueprint:
    return blueprint(made or task(HOURLY)).model_copy(update={"windows": windows})


def hour(number: int) -> datetime:
    return MONDAY.replace(hour=0) + timedelta(hours=number)


def test_each_hour_of_the_night_has_its_row_and_rings_nobody(
    domain: Domain, clock: ManualClock, timer: Timer, bell: RecordingBell
) -> None:
    """[B5 S1]"""
    clock.set(hour(20) - timedelta(minutes=1))
    mission = launched(domain, leaving_out(NIGHT))
    rung = []
    for number in range(20, 31):
        clock.set(hour(number))
        bell.executions.clear()
        timer.enqueue_jobs()
        rung.append(bool(bell.executions))
    rows = ledger(domain, mission)
    assert [row.due for row in rows] == [hour(number) for number in range(20, 31)]
    skipped = [(row.outcome, row.reason) == (Outcome.SKIPPED, Reason.EXCLUDED) for row in rows]
    assert skipped == [False, *[True] * 8, False, False]
    assert rung == [not each for each in skipped]


def test_a_task_of_its_own_hours_does_not_hold_the_other(
    domain: Domain, clock: ManualClock, timer: Timer
) -> None:
    """[B5]"""
    own, other = task(HOURLY, windows=(NIGHT,)), task(HOURLY, 2)
    clock.set(hour(21) - timedelta(minutes=1))
    mission = launched(domain, blueprint(own, other))
    clock.set(hour(21))
    timer.enqueue_jobs()
    outcomes = {row.task: row.outcome for row in ledger(domain, mission)}
    assert outcomes == {own.id: Outcome.SKIPPED, other.id: Outcome.PENDING}


def test_a_run_that_was_put_off_into_the_window_does_not_start(
    domain: Domain, clock: ManualClock
) -> None:
    """[B5 S5] Its first attempt failed before, and the window was applied since."""
    made = task(HOURLY, strategy=Strategy(retries=1, retry_seconds=600))
    clock.set(hour(20) + timedelta(minutes=55))
    mission = launched(domain, blueprint(made))
    row = due(domain, mission, made)
    ended(domain, claimed(domain, mission, row).execution, FAILED)
    change = proposed(domain, mission, leaving_out(NIGHT, made=made))
    domain.lifecycle.apply(actor(), mission.id, change.id)
    put_off = row_of(domain, mission, row).not_before
    assert put_off
    Sweeps(domain, cast(RqBell, RecordingBell())).delayed()
    clock.set(put_off)
    Sweeps(domain, cast(RqBell, RecordingBell())).delayed()
    closed = not_claimed(domain, mission, row)
    assert (closed.outcome, closed.reason) == (Outcome.RUN, Reason.EXCLUDED)


def test_after_an_outage_the_night_was_not_missed(
    domain: Domain, clock: ManualClock, timer: Timer
) -> None:
    """[S1 S4 B5] Out from the evening to the morning: one row for each kind, none twice."""
    clock.set(hour(19))
    mission = launched(domain, leaving_out(NIGHT))
    clock.set(hour(30) + timedelta(minutes=1))
    timer.enqueue_jobs()
    clock.set(hour(19))  # set back: what the ledger has is not due again
    timer.enqueue_jobs()
    rows = [(r.outcome, r.reason, r.due, r.last, r.count) for r in ledger(domain, mission)]
    assert rows == [
        (Outcome.MISSED, Reason.OUTAGE, hour(20), hour(29), 2),
        (Outcome.SKIPPED, Reason.EXCLUDED, hour(21), hour(28), 8),
        (Outcome.PENDING, None, hour(30), None, 1),
    ]


def test_a_click_starts_in_the_window_all_the_same(domain: Domain, clock: ManualClock) -> None:
    """[B5 S6] It is nothing that is scheduled."""
    clock.set(hour(23))
    mission = launched(domain, leaving_out(NIGHT))
    (row,) = domain.lifecycle.run_now(actor(), mission.id, "click")
    claimed(domain, mission, row)


# --- what is refused ----------------------------------------------------------------------------


def found(of: Blueprint) -> tuple[str, ...]:
    return verify(of, CONTEXT)


def test_a_task_whose_times_are_all_left_out_cannot_be_launched() -> None:
    """[B7]"""
    at_three = task(CronTrigger(cron="0 3 * * *", zone="Europe/Berlin"))
    assert found(leaving_out(NIGHT)) == ()
    assert "would never run" in found(leaving_out(NIGHT, made=at_three))[0]


def test_what_ends_before_it_begins_or_has_no_clock_is_a_finding() -> None:
    """[B7]"""
    backwards = Window(begin="12:00", end="10:00")
    assert "ends before it begins" in found(leaving_out(backwards))[0]
    nowhere = NIGHT.model_copy(update={"zone": "Mars/Base"})
    assert "Mars" in found(leaving_out(nowhere))[0]
    freeze = Exclusion(first=MONDAY.date(), last=MONDAY.date(), begin="18:00", end="08:00")
    frozen = blueprint(task(HOURLY)).model_copy(update={"exclusions": (freeze,)})
    assert "ends before it begins" in found(frozen)[0]


# --- operations ---------------------------------------------------------------------------------

WEEKEND = ops.LeaveOut(
    op="leave_out", begin="18:00", end="08:00", days=(5,), until_day=1, label=" a  freeze "
)


def test_from_friday_to_monday_by_an_operation() -> None:
    """[C5 B5]"""
    after = plan.apply(blueprint(), [WEEKEND], Used())
    window = Window(days=(5,), begin="18:00", end="08:00", later=3, label="a freeze")
    assert after.windows == (window,)
    with pytest.raises(OperationRefused, match="already"):
        plan.apply(after, [WEEKEND], Used())
    with pytest.raises(OperationRefused, match="a freeze"):
        plan.apply(after, [ops.KeepIn(op="keep_in", begin="22:00")], Used())
    assert plan.apply(after, [ops.KeepIn(op="keep_in", begin="18:00")], Used()).windows == ()


def test_hours_of_every_night_for_one_task() -> None:
    """[C5 B5] "Not between 22:00 and 6:00"."""
    night = ops.LeaveOut(op="leave_out", begin="22:00", end="06:00", task="T2")
    after = plan.apply(blueprint(task(), task(HOURLY, 2)), [night], Used())
    assert (after.windows, after.tasks[0].windows) == ((), ())
    assert after.tasks[1].windows == (Window(begin="22:00", end="06:00", later=1),)
    kept = plan.apply(after, [ops.KeepIn(op="keep_in", begin="22:00")], Used())
    assert kept.tasks[1].windows == ()


def test_a_dated_freeze_with_its_hours() -> None:
    """[C5 B5] It lies beside a whole day, and is taken back by any day of it."""
    first, last = date(2026, 12, 20), date(2027, 1, 2)
    hours = {"begin": "18:00", "end": "08:00"}
    said = ops.LeaveOut.model_validate({"op": "leave_out", "first": first, "last": last, **hours})
    after = plan.apply(blueprint(), [said], Used())
    assert after.exclusions == (Exclusion(first=first, last=last, begin="18:00", end="08:00"),)
    with pytest.raises(OperationRefused, match="already"):
        plan.apply(after, [ops.LeaveOut(op="leave_out", first=date(2026, 12, 24))], Used())
    whole = ops.LeaveOut(op="leave_out", first=first)
    assert len(plan.apply(after, [whole], Used()).exclusions) == 2
    kept = ops.KeepIn(op="keep_in", day=date(2026, 12, 24))
    assert plan.apply(after, [kept], Used()).exclusions == ()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"days": (1, 2), "until_day": 4}, "one day"),
        ({"days": (5,), "until_day": 5, "end": "17:00"}, "one day"),
        ({"zone": "Mars/Base"}, "Mars"),
    ],
)
def test_hours_that_cannot_be_are_refused(changes: dict[str, Any], problem: str) -> None:
    """[C5 B7]"""
    with pytest.raises(OperationRefused, match=problem):
        plan.apply(blueprint(), [WEEKEND.model_copy(update=changes)], Used())


def test_hours_of_an_event_rule_need_a_zone() -> None:
    """[B5 B6] It has no clock of its own, and UTC is nobody's."""
    rule = blueprint(task(EventTrigger(source=EventSource.WEBHOOK)))
    night = ops.LeaveOut(op="leave_out", begin="22:00", end="06:00")
    with pytest.raises(OperationRefused, match="Event Rule"):
        plan.apply(rule, [night], Used())
    told = night.model_copy(update={"zone": "europe/berlin"})
    assert plan.apply(rule, [told], Used()).windows[0].zone == "Europe/Berlin"
