"""The zone of a Mission changes: what comes next, held against the slow reference [B5 C5]."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from agent.operations import SetZone
from agent.plan import Used, apply
from missions.blueprint import CronTrigger, EventSource, EventTrigger
from missions.taskstate import TaskState
from tests.support.build import blueprint, task
from tests.unit.test_cron_reference import (
    HOUR,
    MINUTE,
    ZONES,
    expressions,
    reference,
    shift_hours,
    steady,
)

WINDOW = 30 * 60
"""Minutes that the reference looks through."""


@steady
@given(
    text=expressions(),
    before=st.sampled_from(ZONES),
    seconds=st.integers(0, 20 * 3600 - 1),
    ran=st.integers(0, 600),
    data=st.data(),
)
def test_after_a_change_the_next_run_is_the_first_later_one_of_the_new_zone(
    text: str, before: str, seconds: int, ran: int, data: st.DataObject
) -> None:
    """[B5 S5] Near any shift of the new zone; strictly later than now and than the last one."""
    after, hour = data.draw(st.sampled_from(shift_hours()))
    assume(after != before)
    begin = hour - 7 * HOUR
    now = begin + timedelta(seconds=seconds)
    settled = now + (ran - 300) * MINUTE
    plan = blueprint(task(CronTrigger(cron=text, zone=before)))
    changed = apply(plan, (SetZone(op="set_zone", zone=after),), Used())
    trigger = changed.tasks[0].trigger
    assert isinstance(trigger, CronTrigger)
    assert (trigger.cron, trigger.zone) == (text, after)
    found = TaskState(settled=settled).coming(trigger, now)
    assert found is not None
    assert found > max(now, settled)
    due = [each for each in reference(text, after, begin, WINDOW) if each > max(now, settled)]
    if due:
        assert found == due[0]
    else:
        assert found >= begin + WINDOW * MINUTE


def test_without_a_task_every_timetable_moves() -> None:
    """[C5] An Event Rule has no clock: it stays as it is."""
    rule = EventTrigger(source=EventSource.WEBHOOK)
    daily = CronTrigger(cron="0 9 * * *", zone="UTC")
    plan = blueprint(task(daily), task(daily, number=2), task(rule, number=3))
    changed = apply(plan, (SetZone(op="set_zone", zone="Europe/Berlin"),), Used())
    assert [t.trigger.zone for t in changed.tasks[:2]] == ["Europe/Berlin"] * 2
    assert changed.tasks[2].trigger == rule
    only = apply(plan, (SetZone(op="set_zone", zone="Europe/Berlin", task="T2"),), Used())
    assert [t.trigger.zone for t in only.tasks[:2]] == ["UTC", "Europe/Berlin"]


def test_a_change_of_zone_neither_repeats_nor_skips_a_day() -> None:
    """[B5] At 9:00 in Berlin it ran; at 9:00 in New York it runs the same day."""
    nine = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    state = TaskState(settled=nine)
    there = CronTrigger(cron="0 9 * * *", zone="America/New_York")
    assert state.coming(there, nine + HOUR) == datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
