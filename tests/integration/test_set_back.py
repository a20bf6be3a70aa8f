"""A clock that was far ahead, and is set back: what it armed, paused and muted comes in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from redis import Redis

from jobs.astray import Astray
from jobs.mending import CLOSELY, Mending
from jobs.queues import RqBell
from jobs.quiet_ends import QuietEnds
from jobs.scheduler import SchedulerProcess
from jobs.sweeps import Sweeps
from missions import keys as k
from missions.blueprint import CronTrigger, Every, OnceTrigger, Strategy, Summary
from missions.domain import Domain
from missions.ids import ChannelId
from missions.keys import TeamKeys
from missions.mission import Mission, MissionState
from tests.support.build import actor, blueprint, launched, stored, task
from tests.support.events import event, rule
from tests.support.fakes import ADA, MONDAY, OPS, TEAM, FakeDirectory, ManualClock, RecordingBell
from tests.support.runs import FAILED, T1, claimed, due, ended, state_of
from tests.support.stored import scores

YEAR = timedelta(days=365)
HOUR = timedelta(hours=1)
NINE = CronTrigger(cron="0 9 * * *", zone="UTC")


@pytest.fixture
def sweeps(domain: Domain, bell: RecordingBell) -> Sweeps:
    return Sweeps(domain, bell)  # type: ignore[arg-type]


@pytest.fixture
def admin(directory: FakeDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ada is an administrator."""
    ada = directory.person(TEAM, ADA)
    assert ada
    person = ada.model_copy(update={"is_admin": True})
    monkeypatch.setattr(directory, "person", lambda team, who: person)


def disabled(domain: Domain, mission: Mission, until: datetime) -> None:
    domain.lifecycle.disable(actor(), mission.id, "freeze", until)


def held(domain: Domain, mission: Mission, until: datetime) -> None:
    domain.lifecycle.hold(TEAM, mission.id, "over budget", until)


def task_paused(domain: Domain, mission: Mission, until: datetime) -> None:
    domain.lifecycle.pause_task(actor(), mission.id, T1, "broken", until)


def holds(domain: Domain, mission: Mission) -> bool:
    return stored(domain, mission.id).state is MissionState.PAUSED or bool(
        state_of(domain, mission).pause
    )


@pytest.mark.parametrize("pause", [disabled, held, task_paused])
def test_a_pause_of_then_lasts_as_long_as_it_was_to(
    domain: Domain,
    clock: ManualClock,
    sweeps: Sweeps,
    pause: Callable[[Domain, Mission, datetime], None],
) -> None:
    """[M3 M9 X6] From the first look after the clock is right; the log says why it moved."""
    clock.set(MONDAY + YEAR)
    mission = launched(domain)
    pause(domain, mission, clock.now() + HOUR)
    clock.set(MONDAY)
    Mending(domain).go_on()
    clock.set(MONDAY + HOUR - timedelta(seconds=1))
    sweeps.resumes()
    assert holds(domain, mission)
    clock.set(MONDAY + HOUR)
    sweeps.resumes()
    assert not holds(domain, mission)
    said = [change.what for change in domain.store.changes(TEAM, mission.id, 10)]
    assert said.count("The clock was ahead: the end was moved") == 1


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize("channel", [OPS, None])
def test_a_pause_of_all_of_then_lasts_as_long_as_it_was_to(
    domain: Domain, clock: ManualClock, sweeps: Sweeps, channel: ChannelId | None
) -> None:
    """[M10]"""
    launched(domain)
    clock.set(MONDAY + YEAR)
    domain.quiet.begin(actor(), channel, "", clock.now() + HOUR)
    clock.set(MONDAY)
    QuietEnds(domain).go_on()
    clock.set(MONDAY + HOUR - timedelta(seconds=1))
    assert domain.quiet.now(TEAM, OPS)
    clock.set(MONDAY + HOUR)
    sweeps.resumes()
    assert domain.quiet.now(TEAM, OPS) is None
    assert domain.redis.zcard(k.RESUMES) == 0


def test_a_mute_of_then_lasts_as_long_as_it_was_to(domain: Domain, clock: ManualClock) -> None:
    """[R1]"""
    clock.set(MONDAY + YEAR)
    mission = launched(domain)
    domain.lifecycle.mute(actor(), mission.id, clock.now() + HOUR)
    clock.set(MONDAY)
    Mending(domain).go_on()
    assert stored(domain, mission.id).muted(MONDAY + HOUR - timedelta(seconds=1))
    assert not stored(domain, mission.id).muted(MONDAY + HOUR)


@pytest.mark.parametrize("late", [timedelta(), timedelta(minutes=50)])
def test_a_pause_that_begins_now_keeps_its_end(
    domain: Domain, clock: ManualClock, late: timedelta
) -> None:
    """[M3] Also by the clock of a machine that is a little ahead."""
    clock.set(MONDAY + late)
    mission = launched(domain)
    until = MONDAY + 60 * HOUR
    disabled(domain, mission, until)
    domain.quiet.begin(actor(), OPS, "", until)
    clock.set(MONDAY)
    before = scores(domain.redis, k.RESUMES)
    Mending(domain).go_on()
    QuietEnds(domain).go_on()
    assert scores(domain.redis, k.RESUMES) == before
    pause = stored(domain, mission.id).pause
    assert pause
    assert pause.until == until


@pytest.mark.parametrize("every", list(Every))
def test_a_mission_report_of_then_comes_in_time(
    domain: Domain, clock: ManualClock, every: Every
) -> None:
    """[R3] And one that is as far ahead as it can be stays."""
    clock.set(MONDAY + YEAR)
    plan = blueprint().model_copy(update={"summary": Summary(every=every, weekday=1)})
    launched(domain, plan)
    clock.set(MONDAY)
    Astray(domain).look()
    (at,) = scores(domain.redis, k.SUMMARIES).values()
    days = 7 if every is Every.WEEK else 1
    assert 0 < at - MONDAY.timestamp() <= days * 86_400
    Astray(domain).look()
    assert list(scores(domain.redis, k.SUMMARIES).values()) == [at]


def test_what_a_launch_of_then_armed_runs_in_time(
    domain: Domain, clock: ManualClock, bytes_redis: Redis
) -> None:
    """[S1 B5] The scheduler notices that its clock was set back, and looks at all it armed once."""
    scheduler = SchedulerProcess(domain, RqBell(bytes_redis), bytes_redis)
    clock.set(MONDAY + YEAR)
    scheduler._step()
    many = [launched(domain, blueprint(task(NINE))) for _ in range(CLOSELY // 50)]
    once = launched(domain, blueprint(task(OnceTrigger(at=clock.now() + HOUR, zone="UTC"))))
    clock.set(MONDAY)
    clock.advance(seconds=3)
    scheduler._step()
    tomorrow = MONDAY.replace(hour=9, minute=0) + timedelta(days=1)
    assert [state_of(domain, mission).next_at for mission in many] == [tomorrow] * len(many)
    assert state_of(domain, once).next_at == MONDAY + YEAR + HOUR
    assert not domain.redis.exists(k.SET_BACK)


def test_looking_closely_goes_a_part_at_a_time_and_begins_anew_if_set_back_again(
    domain: Domain, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[S2 S1]"""
    monkeypatch.setattr("jobs.mending.CLOSELY", 1)
    clock.set(MONDAY + YEAR)
    made = [launched(domain, blueprint(task(NINE))) for _ in range(3)]
    clock.set(MONDAY)
    mending = Mending(domain)

    def right() -> int:
        armed = [state_of(domain, mission).next_at for mission in made]
        return sum(at is not None and at < MONDAY + YEAR for at in armed)

    domain.redis.set(k.SET_BACK, "one")
    mending.go_on()
    assert right() == 1
    domain.redis.set(k.SET_BACK, "two")
    found = []
    for _ in range(4):
        mending.go_on()
        found.append(right())
    assert found == [1, 2, 3, 3]
    assert not domain.redis.exists(k.SET_BACK)


def test_what_was_put_off_comes_no_later_than_its_plan_can_mean(
    domain: Domain, clock: ManualClock, sweeps: Sweeps
) -> None:
    """[B3 R3] By each plan: a retry, a start with jitter, a daily report. What waits as planned
    goes on waiting."""
    failing = task(strategy=Strategy(retries=1, retry_seconds=600))
    shaken = task(rule(), strategy=Strategy(jitter_seconds=600))
    daily = Summary(every=Every.DAY)
    clock.set(MONDAY + timedelta(days=3))
    retried, put_off = (launched(domain, blueprint(each)) for each in (failing, shaken))
    told = launched(domain, blueprint().model_copy(update={"summary": daily}))
    row = due(domain, retried, failing)
    ended(domain, claimed(domain, retried, row).execution, FAILED)
    assert domain.events.offer(TEAM, put_off.id, T1, event(at=clock.now())).occurrence
    clock.set(MONDAY)
    planned = launched(domain, blueprint(failing))
    waits = due(domain, planned, failing)
    ended(domain, claimed(domain, planned, waits).execution, FAILED)
    member = TeamKeys(TEAM).mission(planned.id).pending_member(waits)
    before = scores(domain.redis, k.DELAYED)[member]
    domain.redis.set(k.SET_BACK, "noticed")
    Mending(domain).go_on()
    delayed = scores(domain.redis, k.DELAYED)
    assert delayed.pop(member) == before
    assert list(delayed.values()) == [MONDAY.timestamp()] * 2
    at = scores(domain.redis, k.SUMMARIES)[k.member(TEAM, told.id)]
    assert 0 < at - MONDAY.timestamp() <= 86_400
    sweeps.delayed()
    assert claimed(domain, retried, row).execution.attempt == 2
