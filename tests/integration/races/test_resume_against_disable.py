"""A pause ends by itself at the moment at which a person disables anew [M3 M9 M10]."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from jobs.sweeps import Sweeps
from missions import keys as k
from missions.cards import StateCard
from missions.domain import Domain
from missions.errors import HoustonError
from missions.mission import Mission, MissionState
from missions.store import Store
from missions.tx import Lost
from tests.integration.races.kit import between
from tests.support.build import actor, launched, stored
from tests.support.fakes import GRACE, MONDAY, OPS, TEAM, ManualClock, RecordingBell
from tests.support.runs import T1, cards

UNTIL = MONDAY + timedelta(hours=2)
LATER = UNTIL + timedelta(hours=1)


@pytest.fixture
def mission(domain: Domain) -> Mission:
    return launched(domain)


@pytest.fixture
def sweeps(domain: Domain, bell: RecordingBell) -> Sweeps:
    return Sweeps(domain, bell)  # type: ignore[arg-type]


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


Pausing = Callable[[Domain, Mission, datetime], object]


def whole(domain: Domain, mission: Mission, until: datetime) -> object:
    return domain.lifecycle.disable(actor(GRACE), mission.id, "", until)


def one_task(domain: Domain, mission: Mission, until: datetime) -> object:
    return domain.lifecycle.pause_task(actor(GRACE), mission.id, T1, "", until)


def channel(domain: Domain, mission: Mission, until: datetime) -> object:
    return domain.quiet.begin(actor(GRACE), OPS, "", until)


@pytest.mark.parametrize("pause", [whole, one_task, channel])
def test_an_end_set_anew_while_the_sweep_runs_stays(
    domain: Domain,
    clock: ManualClock,
    sweeps: Sweeps,
    mission: Mission,
    monkeypatch: pytest.MonkeyPatch,
    pause: Pausing,
) -> None:
    """[M3 M9 M10] The sweep has read the index; before it comes to this one it is paused anew."""
    pause(domain, mission, UNTIL)
    clock.set(UNTIL)
    read = Store.due

    def due(store: Store, index: str, until: float, most: int) -> list[tuple[str, float]]:
        found = read(store, index, until, most)
        if index == k.RESUMES and until == UNTIL.timestamp():
            pause(domain, mission, LATER)
        return found

    monkeypatch.setattr(Store, "due", due)
    sweeps.resumes()
    ends = domain.store.due(k.RESUMES, float("inf"), 9)
    assert [at for _, at in ends] == [LATER.timestamp()]
    clock.set(LATER)
    sweeps.resumes()
    assert stored(domain, mission.id).state is MissionState.ACTIVE
    assert domain.redis.zcard(k.RESUMES) == 0


def test_of_many_that_end_together_none_loses_the_end_set_anew(
    domain: Domain, clock: ManualClock, sweeps: Sweeps
) -> None:
    """[M3] A person disables some until later while the sweep goes through all."""
    missions = [launched(domain, name=f"M{n}") for n in range(30)]
    for each in missions:
        domain.lifecycle.disable(actor(), each.id, "", UNTIL)
    clock.set(UNTIL)
    with ThreadPoolExecutor(1) as pool:
        sweep = pool.submit(sweeps.resumes)
        for each in missions[::-2]:
            with suppress(HoustonError):
                domain.lifecycle.disable(actor(GRACE), each.id, "later", LATER)
        sweep.result()
    clock.set(LATER)
    while domain.redis.zcard(k.RESUMES):
        sweeps.resumes()
    states = {stored(domain, each.id).state for each in missions}
    assert states == {MissionState.ACTIVE}


def test_a_disable_between_look_and_resume_stays(
    domain: Domain, clock: ManualClock, mission: Mission
) -> None:
    """[M3] The sweep has read that its time has come; then a person disables it for good."""
    domain.lifecycle.disable(actor(), mission.id, "", UNTIL)
    clock.set(UNTIL)

    def resume() -> None:
        with suppress(Lost):
            domain.lifecycle.resume(TEAM, mission.id)

    between(resume, lambda: domain.lifecycle.disable(actor(GRACE), mission.id, "for good"))
    left = stored(domain, mission.id)
    assert left.pause is not None
    assert (left.state, left.pause.by, left.pause.until) == (MissionState.PAUSED, GRACE, None)
    assert domain.redis.zcard(k.RESUMES) == 0


def test_a_resume_between_look_and_disable_is_disabled(
    domain: Domain, clock: ManualClock, mission: Mission
) -> None:
    """[M3] The person saw it Paused until an instant; it was enabled: it is Paused for good."""
    domain.lifecycle.disable(actor(), mission.id, "", UNTIL)
    clock.set(UNTIL)
    between(
        lambda: domain.lifecycle.disable(actor(GRACE), mission.id, "for good"),
        lambda: domain.lifecycle.resume(TEAM, mission.id),
    )
    left = stored(domain, mission.id)
    assert left.pause is not None
    assert (left.state, left.pause.by, left.pause.until) == (MissionState.PAUSED, GRACE, None)
    assert domain.redis.zcard(k.RESUMES) == domain.redis.zcard(k.TIMER) == 0
