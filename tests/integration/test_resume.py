"""A Mission Paused until an instant [M3]."""

from __future__ import annotations

from datetime import timedelta

import pytest
from redis import Redis

from jobs.mending import Mending
from jobs.sweeps import Sweeps
from jobs.timer import Timer
from missions import keys as k
from missions.blueprint import CronTrigger, OnceTrigger
from missions.cards import StateCard
from missions.domain import Domain
from missions.errors import TimePassed, TransitionRefused
from missions.execution import Outcome, Reason
from missions.mission import Mission, MissionState
from tests.support.build import actor, blueprint, launched, stored, task
from tests.support.fakes import ADA, GRACE, MONDAY, TEAM, ManualClock, RecordingBell
from tests.support.runs import T1, cards, claimed, due, ledger, not_claimed, state_of

UNTIL = MONDAY + timedelta(hours=2)


@pytest.fixture
def mission(domain: Domain) -> Mission:
    return launched(domain)


@pytest.fixture
def sweeps(domain: Domain, bell: RecordingBell) -> Sweeps:
    return Sweeps(domain, bell)  # type: ignore[arg-type]


def test_it_is_enabled_at_that_instant_and_not_before(
    domain: Domain, clock: ManualClock, sweeps: Sweeps, mission: Mission, bell: RecordingBell
) -> None:
    """[M3 M4] Scheduling resumes from then on; the channel is told."""
    paused = domain.lifecycle.disable(actor(), mission.id, "code freeze", UNTIL)
    assert paused.pause is not None
    assert (paused.pause.note, paused.pause.until) == ("code freeze", UNTIL)
    (said,) = cards(domain)
    assert isinstance(said, StateCard)
    assert (said.note, said.until, said.by) == ("code freeze", UNTIL, ADA)
    clock.set(UNTIL - timedelta(milliseconds=1))
    sweeps.resumes()
    assert stored(domain, mission.id).state is MissionState.PAUSED
    bell.deliveries.clear()
    clock.set(UNTIL)
    sweeps.resumes()
    active = stored(domain, mission.id)
    assert (active.state, active.pause) == (MissionState.ACTIVE, None)
    assert state_of(domain, mission, T1).next_at == UNTIL
    assert ledger(domain, mission) == []
    assert bell.deliveries == [mission.channel]
    assert domain.redis.zcard(k.RESUMES) == 0
    change = domain.store.changes(TEAM, mission.id, 1)[0]
    assert (change.what, change.by) == ("Enabled", None)


def test_who_enables_earlier_ends_the_timed_pause(
    domain: Domain, clock: ManualClock, sweeps: Sweeps, mission: Mission
) -> None:
    """[M3] And a disable after that without an end stays."""
    domain.lifecycle.disable(actor(), mission.id, "", UNTIL)
    domain.lifecycle.enable(actor(), mission.id)
    domain.lifecycle.disable(actor(GRACE), mission.id, "for good")
    clock.set(UNTIL + timedelta(hours=1))
    sweeps.resumes()
    left = stored(domain, mission.id)
    assert left.state is MissionState.PAUSED
    assert left.pause is not None
    assert left.pause.note == "for good"


def test_a_person_can_disable_what_is_paused_until_an_instant(
    domain: Domain, clock: ManualClock, sweeps: Sweeps, mission: Mission
) -> None:
    """[M3] A later disable by a person is not undone by the timed resume."""
    domain.lifecycle.disable(actor(), mission.id, "", UNTIL)
    assert domain.lifecycle.disable_preview(actor(GRACE), mission.id).scheduled_tasks == 0
    domain.lifecycle.disable(actor(GRACE), mission.id, "longer")
    clock.set(UNTIL)
    sweeps.resumes()
    assert stored(domain, mission.id).state is MissionState.PAUSED
    with pytest.raises(TransitionRefused, match="is Paused"):
        domain.lifecycle.disable(actor(), mission.id)


def test_an_end_in_the_past_is_refused(domain: Domain, mission: Mission) -> None:
    """[M3]"""
    with pytest.raises(TimePassed):
        domain.lifecycle.disable(actor(), mission.id, "", MONDAY)
    assert stored(domain, mission.id).state is MissionState.ACTIVE


def test_while_it_lasts_nothing_starts(domain: Domain, mission: Mission) -> None:
    """[M3 S5]"""
    row = due(domain, mission, task())
    domain.lifecycle.disable(actor(), mission.id, "", UNTIL)
    assert not_claimed(domain, mission, row).reason is not None


def test_a_delete_forgets_the_resume_time(
    domain: Domain, clock: ManualClock, sweeps: Sweeps, mission: Mission
) -> None:
    """[M6]"""
    domain.lifecycle.disable(actor(), mission.id, "", UNTIL)
    domain.lifecycle.delete(actor(), mission.id, mission.id)
    assert domain.redis.zcard(k.RESUMES) == 0
    domain.redis.zadd(k.RESUMES, {k.member(TEAM, mission.id, "-"): 1.0})
    sweeps.resumes()
    assert domain.redis.zcard(k.RESUMES) == 0


def resumed_late(domain: Domain, clock: ManualClock, bell: RecordingBell, late: timedelta) -> None:
    """The sweep, so long after the end that was set."""
    clock.set(UNTIL + late)
    Sweeps(domain, bell).resumes()  # type: ignore[arg-type]


def test_what_is_due_at_the_very_end_runs(
    domain: Domain, clock: ManualClock, bell: RecordingBell, bytes_redis: Redis
) -> None:
    """[M3 S1 B3] "Disable until 12:00" with a Task at 12:00, once and each day: both run."""
    once = OnceTrigger(at=UNTIL, zone="UTC")
    daily = CronTrigger(cron=f"{UNTIL.minute} {UNTIL.hour} * * *", zone="UTC")
    mission = launched(domain, blueprint(task(once), task(daily, 2)))
    domain.lifecycle.disable(actor(), mission.id, "", UNTIL)
    resumed_late(domain, clock, bell, timedelta(milliseconds=300))
    timer = Timer(domain, bytes_redis)
    assert timer.acquire_lock()
    timer.enqueue_jobs()
    rows = ledger(domain, mission)
    assert [(row.outcome, row.due) for row in rows] == [(Outcome.PENDING, UNTIL)] * 2
    assert {row.task for row in rows} == {"T1", "T2"}


def test_what_was_due_while_nobody_ended_it_is_noted_as_missed(
    domain: Domain, clock: ManualClock, bell: RecordingBell, bytes_redis: Redis
) -> None:
    """[M3 S1 S4] Paused until 12:00, the scheduler away until 13:00: each instant has its row."""
    mission = launched(domain)
    domain.lifecycle.disable(actor(), mission.id, "", UNTIL)
    resumed_late(domain, clock, bell, timedelta(hours=1, seconds=1))
    timer = Timer(domain, bytes_redis)
    assert timer.acquire_lock()
    timer.enqueue_jobs()
    rows = [(row.outcome, row.due, row.count) for row in ledger(domain, mission)]
    hour = timedelta(hours=1)
    assert rows == [(Outcome.MISSED, UNTIL, 12), (Outcome.PENDING, UNTIL + hour, 1)]
    assert domain.redis.exists(k.OUTAGES)


@pytest.mark.parametrize("way", ["enable", "disable"])
def test_a_person_who_comes_after_its_end_loses_nothing_that_was_due_since(
    domain: Domain, clock: ManualClock, bytes_redis: Redis, mission: Mission, way: str
) -> None:
    """[M3 S1] Also while the scheduler is away."""
    domain.lifecycle.disable(actor(), mission.id, "", UNTIL)
    clock.set(UNTIL + timedelta(hours=1, seconds=1))
    if way == "enable":
        domain.lifecycle.enable(actor(GRACE), mission.id)
        timer = Timer(domain, bytes_redis)
        assert timer.acquire_lock()
        timer.enqueue_jobs()
    else:
        domain.lifecycle.disable(actor(GRACE), mission.id, "anew")
        assert stored(domain, mission.id).state is MissionState.PAUSED
    assert sum(row.count for row in ledger(domain, mission)) == 13


def test_once_its_end_has_come_it_stops_nothing_more(
    domain: Domain, clock: ManualClock, mission: Mission
) -> None:
    """[M3 S1] Though nobody has written that it ended: what is due then may start."""
    domain.lifecycle.disable(actor(), mission.id, "", UNTIL)
    clock.set(UNTIL - timedelta(seconds=1))
    assert not_claimed(domain, mission, due(domain, mission, task())).reason is Reason.PAUSED
    clock.set(UNTIL)
    assert claimed(domain, mission, due(domain, mission, task()))


def test_a_lost_end_is_put_back(
    domain: Domain, clock: ManualClock, sweeps: Sweeps, mission: Mission
) -> None:
    """[M3 M9 S1] Of a Mission, and of a Task that is paused alone."""
    other = launched(domain, name="Another")
    domain.lifecycle.disable(actor(), mission.id, "", UNTIL)
    domain.lifecycle.pause_task(actor(), other.id, T1, "", UNTIL)
    domain.redis.delete(k.RESUMES)
    Mending(domain).go_on()
    assert domain.redis.zcard(k.RESUMES) == 2
    clock.set(UNTIL)
    sweeps.resumes()
    assert stored(domain, mission.id).state is MissionState.ACTIVE
    assert state_of(domain, other).pause is None


def test_many_that_end_at_once_are_ended_bit_by_bit(
    domain: Domain, clock: ManualClock, sweeps: Sweeps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[S2 M3] The thread that starts what is due gets on with it in between."""
    monkeypatch.setattr("jobs.sweeps.BUDGET_SECONDS", 0.0)
    for n in range(3):
        found = launched(domain, name=f"M{n}")
        domain.lifecycle.disable(actor(), found.id, "", UNTIL)
    clock.set(UNTIL)
    left = []
    for _ in range(3):
        sweeps.resumes()
        left.append(domain.redis.zcard(k.RESUMES))
    assert left == [2, 1, 0]
