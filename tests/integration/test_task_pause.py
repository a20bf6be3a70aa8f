"""A Task paused and enabled alone, by a person or by Houston [M9 S7]."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from redis import Redis

from jobs.sweeps import Sweeps
from jobs.timer import Timer
from missions import keys as k
from missions.blueprint import Strategy
from missions.cards import StateCard, TaskPausedCard, TextCard
from missions.claims import Claim
from missions.domain import Domain
from missions.errors import Forbidden, TimePassed, TransitionRefused
from missions.execution import Outcome, Reason
from missions.ids import TaskId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.taskstate import NEXT, field
from tests.support.build import actor, blueprint, launched, proposed, task
from tests.support.fakes import ADA, MALLORY, MONDAY, TEAM, ManualClock, RecordingBell
from tests.support.runs import (
    FAILED,
    GOOD,
    HOPELESS,
    T1,
    cards,
    claimed,
    due,
    ended,
    ledger,
    not_claimed,
    ran,
    state_of,
)
from tests.support.stored import members

T2 = TaskId("T2")


@pytest.fixture
def mission(domain: Domain) -> Mission:
    return launched(domain, blueprint(task(number=1), task(number=2)))


@pytest.fixture
def timer(domain: Domain, bytes_redis: Redis) -> Timer:
    made = Timer(domain, bytes_redis)
    assert made.acquire_lock()
    return made


@pytest.fixture
def sweeps(domain: Domain, bell: RecordingBell) -> Sweeps:
    return Sweeps(domain, bell)  # type: ignore[arg-type]


def armed(domain: Domain, mission: Mission) -> set[TaskId]:
    """The Tasks that are going to run: armed, and not paused alone."""
    now, states = domain.clock.now(), domain.store.task_states(TEAM, mission.id)
    names = members(domain.redis, k.TIMER)
    tasks = {TaskId(name.rpartition(k.SEPARATOR)[2]) for name in names if mission.id in name}
    return {task for task in tasks if not states[task].paused(now)}


def test_a_paused_task_is_not_scheduled_and_the_others_are(
    domain: Domain, clock: ManualClock, timer: Timer, mission: Mission
) -> None:
    """[M9] With reason and author on the card and in the change log."""
    domain.lifecycle.pause_task(actor(), mission.id, T1, "noisy  today")
    assert armed(domain, mission) == {T2}
    clock.advance(minutes=5)
    timer.enqueue_jobs()
    skipped, runs = sorted(ledger(domain, mission), key=lambda row: row.task)
    assert (skipped.outcome, skipped.reason) == (Outcome.SKIPPED, Reason.TASK_PAUSED)
    assert (runs.task, runs.outcome) == (T2, Outcome.PENDING)
    (card,) = cards(domain)
    assert isinstance(card, TaskPausedCard)
    assert (card.task, card.by, card.note) == (T1, ADA, "noisy today")
    change = domain.store.changes(TEAM, mission.id, 1)[0]
    assert (change.by, change.what, change.after) == (ADA, "Task T1 paused", "noisy today")
    assert [run.task for run in domain.reader.next_runs(actor().viewer, mission.id)] == [T2] * 3


def test_enabling_schedules_from_now_on_and_forgets_failures(
    domain: Domain, clock: ManualClock, mission: Mission
) -> None:
    """[M9 M4]"""
    ran(domain, mission, task(), FAILED)
    domain.lifecycle.pause_task(actor(), mission.id, T1)
    clock.advance(hours=3, minutes=2)
    domain.lifecycle.enable_task(actor(), mission.id, T1)
    state = state_of(domain, mission)
    assert (state.pause, state.streak) == (None, 0)
    assert state.next_at == MONDAY + timedelta(hours=3, minutes=5)
    assert armed(domain, mission) == {T1, T2}


def test_what_is_queued_does_not_start_but_a_run_by_hand_does(
    domain: Domain, mission: Mission
) -> None:
    """[M9 M1]"""
    row = due(domain, mission, task())
    domain.lifecycle.pause_task(actor(), mission.id, T1)
    closed = not_claimed(domain, mission, row)
    assert (closed.outcome, closed.reason) == (Outcome.SKIPPED, Reason.TASK_PAUSED)
    (by_hand,) = domain.lifecycle.run_now(actor(), mission.id, "click", T1)
    claimed(domain, mission, by_hand)


def test_a_claim_that_comes_after_the_pause_never_starts(domain: Domain, mission: Mission) -> None:
    """[M9 S5] Race: the claim has read the Task as free; the pause is guarded in its one step."""
    for number in range(15):
        row = due(domain, mission, task(), domain.clock.now() - timedelta(seconds=number))
        with ThreadPoolExecutor(2) as pool:
            claim = pool.submit(domain.claims.claim, TEAM, mission.id, row, f"t{number}")
            pause = pool.submit(domain.lifecycle.pause_task, actor(), mission.id, T1)
            made: Claim | None = claim.result()
            pause.result()
        if made:
            ended(domain, made.execution, GOOD)
        late = due(domain, mission, task(), domain.clock.now() - timedelta(minutes=1 + number))
        assert not_claimed(domain, mission, late).reason is Reason.TASK_PAUSED
        domain.lifecycle.enable_task(actor(), mission.id, T1)


def stands(domain: Domain, mission: Mission) -> list[tuple[object, ...]]:
    """The ledger of the Task, in minutes from the start."""
    return [
        (
            (row.due - MONDAY).total_seconds() / 60,
            ((row.last or row.due) - MONDAY).total_seconds() / 60,
            row.count,
            row.reason or row.outcome,
        )
        for row in ledger(domain, mission)
        if row.task == T1
    ]


def minute(clock: ManualClock, timer: Timer, number: int) -> None:
    """The scheduler's look at that minute."""
    clock.set(MONDAY + timedelta(minutes=number, seconds=1))
    timer.enqueue_jobs()


def test_what_comes_due_meanwhile_shares_one_row(
    domain: Domain, clock: ManualClock, timer: Timer, mission: Mission
) -> None:
    """[S1 M9] Skipped because the Task was paused; what comes after has rows of its own."""
    minute(clock, timer, 5)
    domain.lifecycle.pause_task(actor(), mission.id, T1, "noise")
    for number in (10, 15, 20):
        minute(clock, timer, number)
    domain.lifecycle.enable_task(actor(), mission.id, T1)
    minute(clock, timer, 25)
    domain.lifecycle.pause_task(actor(), mission.id, T1, "noise again")
    minute(clock, timer, 30)
    paused = Reason.TASK_PAUSED
    assert stands(domain, mission) == [
        (5, 5, 1, Outcome.PENDING),
        (10, 20, 3, paused),
        (25, 25, 1, Outcome.PENDING),
        (30, 30, 1, paused),
    ]


def test_a_row_does_not_reach_over_the_time_in_which_the_mission_was_paused(
    domain: Domain, clock: ManualClock, timer: Timer, mission: Mission
) -> None:
    """[S1 M4 M9] What was not due is not counted, nor does it look as if it was."""
    domain.lifecycle.pause_task(actor(), mission.id, T1, "noise")
    minute(clock, timer, 5)
    domain.lifecycle.disable(actor(), mission.id)
    clock.advance(minutes=10)
    domain.lifecycle.enable(actor(), mission.id)
    minute(clock, timer, 20)
    minute(clock, timer, 25)
    paused = Reason.TASK_PAUSED
    assert stands(domain, mission) == [(5, 5, 1, paused), (20, 25, 2, paused)]


@pytest.mark.parametrize("by", ["enable", "disable", "remove", "scheduler"])
def test_what_no_scheduler_looked_at_is_skipped_all_the_same(
    domain: Domain, clock: ManualClock, timer: Timer, mission: Mission, by: str
) -> None:
    """[S1 M9] Whoever comes first once the scheduler has been away for half an hour."""
    domain.lifecycle.pause_task(actor(), mission.id, T1, "noise")
    clock.advance(minutes=31)
    if by == "enable":
        domain.lifecycle.enable_task(actor(), mission.id, T1)
    elif by == "disable":
        domain.lifecycle.disable(actor(), mission.id)
    elif by == "remove":
        change = proposed(domain, mission, blueprint(task(number=2)))
        domain.lifecycle.apply(actor(), mission.id, change.id)
    timer.enqueue_jobs()
    assert stands(domain, mission) == [(5, 30, 6, Reason.TASK_PAUSED)]


def test_what_is_due_once_a_pause_has_ended_by_itself_runs(
    domain: Domain, clock: ManualClock, timer: Timer, sweeps: Sweeps, mission: Mission
) -> None:
    """[M9 S1] Whether the sweep that ends the pause or the timer is first."""
    until = MONDAY + timedelta(minutes=15)
    for first, second in (
        (sweeps.resumes, timer.enqueue_jobs),
        (timer.enqueue_jobs, sweeps.resumes),
    ):
        clock.set(MONDAY)
        mission = launched(domain, blueprint(task(number=1), task(number=2)))
        domain.lifecycle.pause_task(actor(), mission.id, T1, "freeze", until)
        clock.set(until + timedelta(seconds=1))
        assert timer.acquire_lock()
        first()
        second()
        timer.enqueue_jobs()
        assert stands(domain, mission) == [
            (5, 10, 2, Reason.TASK_PAUSED),
            (15, 15, 1, Outcome.PENDING),
        ]
        assert state_of(domain, mission).pause is None
        domain.lifecycle.disable(actor(), mission.id)


def test_a_paused_task_of_an_older_houston_is_armed_and_has_its_rows(
    domain: Domain, clock: ManualClock, timer: Timer, sweeps: Sweeps, mission: Mission
) -> None:
    """[M9 S1 L5] That one disarmed a Task which is paused alone."""
    domain.lifecycle.pause_task(actor(), mission.id, T1)
    keys = TeamKeys(TEAM).mission(mission.id)
    domain.redis.hdel(keys.tasks, field(T1, NEXT))
    domain.redis.zrem(k.TIMER, keys.timer_member(T1))
    sweeps.reconcile()
    assert armed(domain, mission) == {T2}
    minute(clock, timer, 5)
    assert stands(domain, mission) == [(5, 5, 1, Reason.TASK_PAUSED)]


def test_a_pause_with_an_end_ends_by_itself(
    domain: Domain, clock: ManualClock, sweeps: Sweeps, mission: Mission
) -> None:
    """[M9 M3]"""
    until = MONDAY + timedelta(hours=2)
    domain.lifecycle.pause_task(actor(), mission.id, T1, "freeze", until)
    clock.set(until - timedelta(seconds=1))
    sweeps.resumes()
    assert state_of(domain, mission).paused(clock.now())
    clock.set(until)
    sweeps.resumes()
    assert state_of(domain, mission).pause is None
    assert armed(domain, mission) == {T1, T2}
    card = cards(domain)[-1]
    assert isinstance(card, StateCard)
    assert card.by is None
    assert domain.redis.zcard(k.RESUMES) == 0


def test_the_end_of_a_pause_can_be_moved_and_never_undoes_a_later_pause(
    domain: Domain, clock: ManualClock, sweeps: Sweeps, mission: Mission
) -> None:
    """[M9 M3]"""
    domain.lifecycle.pause_task(actor(), mission.id, T1, "", MONDAY + timedelta(hours=1))
    domain.lifecycle.pause_task(actor(), mission.id, T1, "for good")
    clock.advance(hours=2)
    sweeps.resumes()
    assert state_of(domain, mission).paused(clock.now())
    with pytest.raises(TransitionRefused, match="paused already"):
        domain.lifecycle.pause_task(actor(), mission.id, T1)


@pytest.mark.parametrize("until", [MONDAY, MONDAY - timedelta(days=1)])
def test_an_end_in_the_past_is_refused(domain: Domain, mission: Mission, until: datetime) -> None:
    """[M9]"""
    with pytest.raises(TimePassed):
        domain.lifecycle.pause_task(actor(), mission.id, T1, "", until)
    assert state_of(domain, mission).pause is None


def test_who_may_only_read_cannot_pause_or_enable(domain: Domain, mission: Mission) -> None:
    """[P2]"""
    with pytest.raises(Forbidden):
        domain.lifecycle.pause_task(actor(MALLORY), mission.id, T1)
    domain.lifecycle.pause_task(actor(), mission.id, T1)
    with pytest.raises(Forbidden):
        domain.lifecycle.enable_task(actor(MALLORY), mission.id, T1)


def test_enabling_what_is_not_paused_is_refused(domain: Domain, mission: Mission) -> None:
    """[M2]"""
    with pytest.raises(TransitionRefused, match="not paused"):
        domain.lifecycle.enable_task(actor(), mission.id, T1)


def test_a_task_enabled_while_its_mission_is_paused_waits_for_the_mission(
    domain: Domain, mission: Mission
) -> None:
    """[M1 M9]"""
    domain.lifecycle.pause_task(actor(), mission.id, T1)
    domain.lifecycle.disable(actor(), mission.id)
    domain.lifecycle.enable_task(actor(), mission.id, T1)
    assert armed(domain, mission) == set()
    domain.lifecycle.enable(actor(), mission.id)
    assert armed(domain, mission) == {T1, T2}


def test_a_mission_that_is_enabled_leaves_its_paused_task_paused(
    domain: Domain, mission: Mission
) -> None:
    """[M9]"""
    domain.lifecycle.pause_task(actor(), mission.id, T1)
    domain.lifecycle.disable(actor(), mission.id)
    domain.lifecycle.enable(actor(), mission.id)
    assert armed(domain, mission) == {T2}


def test_failures_in_a_row_are_announced_once_and_then_pause_the_task(
    domain: Domain, clock: ManualClock
) -> None:
    """[S7] The numbers are the Task's own; the pause says who, why, and offers Enable."""
    made = task(strategy=Strategy(announce_after=2, pause_after=4))
    mission = launched(domain, blueprint(made))
    for _ in range(4):
        clock.advance(minutes=5)
        ran(domain, mission, made, FAILED)
    announced = [c.text for c in cards(domain) if isinstance(c, TextCard)]
    assert len(announced) == 1
    assert "failed 2 times in a row. After 4 I pause it." in announced[0]
    pause = state_of(domain, mission).pause
    assert pause is not None
    assert (pause.by, pause.note) == (None, "4 runs in a row failed")
    assert isinstance(cards(domain)[-1], TaskPausedCard)
    assert armed(domain, mission) == set()


def test_the_default_is_three_and_ten(domain: Domain, clock: ManualClock) -> None:
    """[S7]"""
    mission = launched(domain)
    for number in range(1, 11):
        clock.advance(minutes=5)
        ran(domain, mission, task(), FAILED)
        said = [c for c in cards(domain) if isinstance(c, TextCard)]
        assert len(said) == (1 if number >= 3 else 0)
        assert state_of(domain, mission).paused(clock.now()) is (number == 10)


def test_a_success_in_between_starts_the_count_anew(domain: Domain, clock: ManualClock) -> None:
    """[S7] In a row."""
    mission = launched(domain)
    for ending in (FAILED, FAILED, GOOD, FAILED, FAILED):
        clock.advance(minutes=5)
        ran(domain, mission, task(), ending)
    assert [c for c in cards(domain) if isinstance(c, TextCard)] == []


def test_what_cannot_mend_itself_pauses_the_task_at_once(domain: Domain) -> None:
    """[S7] The reason is shown."""
    mission = launched(domain)
    ran(domain, mission, task(), HOPELESS)
    pause = state_of(domain, mission).pause
    assert pause is not None
    assert pause.note == HOPELESS.error


def test_a_changed_trigger_does_not_arm_a_paused_task(domain: Domain, mission: Mission) -> None:
    """[M9 C5]"""
    domain.lifecycle.pause_task(actor(), mission.id, T1)
    hourly = task().trigger.model_copy(update={"cron": "0 * * * *"})
    plan = blueprint(task(hourly, number=1), task(number=2))
    domain.lifecycle.apply(actor(), mission.id, proposed(domain, mission, plan).id)
    assert armed(domain, mission) == {T2}


def test_a_task_that_left_the_plan_takes_its_pause_along(domain: Domain, mission: Mission) -> None:
    """[M9]"""
    domain.lifecycle.pause_task(actor(), mission.id, T1, "", MONDAY + timedelta(hours=1))
    plan = blueprint(task(number=2))
    domain.lifecycle.apply(actor(), mission.id, proposed(domain, mission, plan).id)
    assert state_of(domain, mission, T1).pause is None
    assert domain.redis.zcard(k.RESUMES) == 0
