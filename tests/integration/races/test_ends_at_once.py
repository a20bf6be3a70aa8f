"""Several runs of one Task end at the same moment, while a person pauses or enables it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from missions import keys as k
from missions.blueprint import Overlap, Strategy
from missions.cards import TaskPausedCard, TextCard
from missions.domain import Domain
from missions.execution import Execution
from missions.mission import Mission
from tests.integration.races.kit import ROUNDS, at_once, between
from tests.support.build import actor, blueprint, launched, task
from tests.support.fakes import ADA, TEAM, ManualClock
from tests.support.runs import (
    FAILED,
    GOOD,
    HOPELESS,
    T1,
    cards,
    claimed,
    due,
    ended,
    ran,
    state_of,
)

PARALLEL = task(strategy=Strategy(overlap=Overlap.PARALLEL, pause_after=1_000))


def running(domain: Domain, clock: ManualClock, mission: Mission, count: int) -> list[Execution]:
    """So many runs that go on beside one another."""
    runs = []
    for _ in range(count):
        clock.advance(seconds=1)
        runs.append(claimed(domain, mission, due(domain, mission, PARALLEL)).execution)
    return runs


def test_every_failure_counts_and_is_announced_once(domain: Domain, clock: ManualClock) -> None:
    """[S7] Three in a row: two that end at once are two."""
    mission = launched(domain, blueprint(PARALLEL))
    for number in range(1, ROUNDS + 1):
        pair = running(domain, clock, mission, 2)
        at_once(*(partial(domain.endings.end, TEAM, each, FAILED) for each in pair))
        assert state_of(domain, mission).streak == 2 * number
    assert len([c for c in cards(domain) if isinstance(c, TextCard)]) == 1


def test_a_failure_that_ends_while_another_ends_counts_after_it(
    domain: Domain, clock: ManualClock
) -> None:
    """[S7] The first has read that none failed; then the second is committed."""
    mission = launched(domain, blueprint(PARALLEL))
    one, two = running(domain, clock, mission, 2)
    between(
        lambda: domain.endings.end(TEAM, one, FAILED), lambda: domain.endings.end(TEAM, two, FAILED)
    )
    assert state_of(domain, mission).streak == 2


def test_a_success_meanwhile_starts_the_count_anew(domain: Domain, clock: ManualClock) -> None:
    """[S7] In a row."""
    mission = launched(domain, blueprint(PARALLEL))
    ran(domain, mission, PARALLEL, FAILED)
    one, two = running(domain, clock, mission, 2)
    between(
        lambda: domain.endings.end(TEAM, one, FAILED), lambda: domain.endings.end(TEAM, two, GOOD)
    )
    assert state_of(domain, mission).streak == 1


def test_houston_never_takes_the_place_of_a_persons_pause(
    domain: Domain, clock: ManualClock
) -> None:
    """[M9 S7 M3] The person was first: their note and their end stand."""
    made = task(strategy=Strategy(pause_after=1))
    mission = launched(domain, blueprint(made))
    run = claimed(domain, mission, due(domain, mission, made)).execution
    until = clock.now() + timedelta(hours=2)
    between(
        lambda: domain.endings.end(TEAM, run, FAILED),
        lambda: domain.lifecycle.pause_task(actor(), mission.id, T1, "code freeze", until),
    )
    pause = state_of(domain, mission).pause
    assert pause is not None
    assert (pause.by, pause.note, pause.until) == (ADA, "code freeze", until)
    assert domain.redis.zcard(k.RESUMES) == 1


def test_who_pauses_and_what_fails_at_once_leave_one_pause(
    domain: Domain, clock: ManualClock
) -> None:
    """[M9 S7] Natural threads: one card for each pause that was made, and the last one holds."""
    made = task(strategy=Strategy(pause_after=1))
    for _ in range(ROUNDS):
        mission = launched(domain, blueprint(made))
        run = claimed(domain, mission, due(domain, mission, made)).execution
        until = clock.now() + timedelta(hours=2)
        _, refused = at_once(
            partial(domain.endings.end, TEAM, run, FAILED),
            partial(domain.lifecycle.pause_task, actor(), mission.id, T1, "mine", until),
        )
        pause = state_of(domain, mission).pause
        told = [c for c in cards(domain) if isinstance(c, TaskPausedCard)]
        mine = [c for c in told if c.mission == mission.id]
        assert pause is not None
        assert [c.note for c in mine] == [pause.note]
        assert isinstance(refused, Exception) == (pause.by is None)


def test_who_enables_while_another_failure_ends_starts_anew(
    domain: Domain, clock: ManualClock
) -> None:
    """[M9 S7] The failures before are forgotten: the one that ends now is the first."""
    made = PARALLEL.model_copy(
        update={"strategy": Strategy(overlap=Overlap.PARALLEL, pause_after=2)}
    )
    mission = launched(domain, blueprint(made))
    ran(domain, mission, made, FAILED)
    one, two = running(domain, clock, mission, 2)
    ended(domain, one, FAILED)
    assert state_of(domain, mission).pause is not None
    between(
        lambda: domain.endings.end(TEAM, two, FAILED),
        lambda: domain.lifecycle.enable_task(actor(), mission.id, T1),
    )
    state = state_of(domain, mission)
    assert (state.streak, state.pause) == (1, None)


def test_a_pause_that_is_over_does_not_keep_a_hopeless_task_going(
    domain: Domain, clock: ManualClock
) -> None:
    """[S7 M9] Its end passed a moment ago and no sweep has been by yet."""
    mission = launched(domain)
    run = claimed(domain, mission, due(domain, mission, task())).execution
    domain.lifecycle.pause_task(actor(), mission.id, T1, "", clock.now() + timedelta(seconds=1))
    clock.advance(seconds=2)
    ended(domain, run, HOPELESS)
    domain.lifecycle.resume_task(TEAM, mission.id, T1)
    pause = state_of(domain, mission).pause
    assert pause is not None
    assert (pause.by, pause.note) == (None, HOPELESS.error)
    assert domain.redis.zcard(k.RESUMES) == 0


def test_two_attempts_that_are_given_up_in_one_step_both_count(
    domain: Domain, clock: ManualClock
) -> None:
    """[S7 S5] Disable closes two retries that wait: each was a failure."""
    retried = Strategy(overlap=Overlap.PARALLEL, retries=1, retry_seconds=3600)
    made = PARALLEL.model_copy(update={"strategy": retried})
    mission = launched(domain, blueprint(made))
    for run in running(domain, clock, mission, 2):
        ended(domain, run, FAILED)
    assert state_of(domain, mission).streak == 0
    domain.lifecycle.disable(actor(), mission.id)
    assert state_of(domain, mission).streak == 2


def test_many_ends_at_once_are_all_taken(domain: Domain, clock: ManualClock) -> None:
    """[X2 S7] However many rivals there are: none is told that storage cannot be reached."""
    mission = launched(domain, blueprint(PARALLEL))
    runs = running(domain, clock, mission, 30)
    each = at_once(*(partial(domain.endings.end, TEAM, run, FAILED) for run in runs))
    assert all(isinstance(one, Execution) for one in each)
    assert state_of(domain, mission).streak == 30
