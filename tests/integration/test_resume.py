"""A Mission Paused until an instant [M3]."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest

from jobs.sweeps import Sweeps
from missions import keys as k
from missions.cards import StateCard
from missions.domain import Domain
from missions.errors import TimePassed, TransitionRefused
from missions.mission import Mission, MissionState
from missions.tx import Lost
from tests.support.build import actor, launched, stored, task
from tests.support.fakes import ADA, GRACE, MONDAY, TEAM, ManualClock, RecordingBell
from tests.support.runs import T1, cards, due, ledger, not_claimed, state_of

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
    assert state_of(domain, mission, T1).next_at == UNTIL + timedelta(minutes=5)
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


def test_the_resume_time_and_a_persons_disable_race(
    domain: Domain, clock: ManualClock, sweeps: Sweeps
) -> None:
    """[M3 M2] Whoever comes first: after a disable without end it is Paused, or it was refused."""
    for _ in range(15):
        mission = launched(domain)
        domain.lifecycle.disable(actor(), mission.id, "", clock.now() + timedelta(hours=1))
        clock.advance(hours=1)
        with ThreadPoolExecutor(2) as pool:
            resume = pool.submit(sweeps.resumes)
            disable = pool.submit(domain.lifecycle.disable, actor(GRACE), mission.id, "later")
            resume.result()
            disable.result()
        sweeps.resumes()
        left = stored(domain, mission.id)
        assert left.state is MissionState.PAUSED
        assert left.pause is not None
        assert (left.pause.by, left.pause.note, left.pause.until) == (GRACE, "later", None)
        member = domain.store.due(k.TIMER, float("inf"), 99)
        assert not [name for name, _ in member if mission.id in name]


def test_two_sweeps_race_and_it_is_enabled_once(
    domain: Domain, clock: ManualClock, mission: Mission
) -> None:
    """[M3]"""
    domain.lifecycle.disable(actor(), mission.id, "", UNTIL)
    clock.set(UNTIL)

    def resume(_: int) -> None:
        with suppress(Lost):
            domain.lifecycle.resume(TEAM, mission.id)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(resume, range(4)))
    said = [c for c in cards(domain) if isinstance(c, StateCard) and c.what == "enabled"]
    assert len(said) == 1


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
