"""A Task that is due while its previous Execution is still running [B3]."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from jobs import execute as job
from jobs.after import ring_after
from jobs.runtime import Runtime
from missions.blueprint import Overlap, Strategy, Task
from missions.claims import REPLACED
from missions.domain import Domain
from missions.endings import Ending
from missions.execution import Execution, Outcome, Reason, Status
from missions.mission import Mission
from tests.support.build import actor, blueprint, launched, task
from tests.support.fakes import TEAM, ManualClock, RecordingBell
from tests.support.runs import GOOD, claimed, due, ended, not_claimed, row_of


def set_up(domain: Domain, overlap: Overlap) -> tuple[Mission, Task]:
    made = task(strategy=Strategy(overlap=overlap))
    return launched(domain, blueprint(made)), made


def test_skip_is_noted_with_its_reason(domain: Domain, clock: ManualClock) -> None:
    """[B3 S1] The default."""
    mission, made = set_up(domain, Overlap.SKIP)
    claimed(domain, mission, due(domain, mission, made))
    clock.advance(minutes=5)
    row = not_claimed(domain, mission, due(domain, mission, made))
    assert (row.outcome, row.reason) == (Outcome.SKIPPED, Reason.OVERLAP)


def test_one_waits_and_the_next_is_skipped(
    domain: Domain, clock: ManualClock, bell: RecordingBell
) -> None:
    """[B3] Queue one: whoever ends the running one rings, and the one that waited runs, late."""
    mission, made = set_up(domain, Overlap.QUEUE_ONE)
    first = claimed(domain, mission, due(domain, mission, made))
    clock.advance(minutes=5)
    second = due(domain, mission, made)
    assert not_claimed(domain, mission, second).waiting
    clock.advance(minutes=5)
    third = not_claimed(domain, mission, due(domain, mission, made))
    assert (third.outcome, third.reason) == (Outcome.SKIPPED, Reason.OVERLAP)
    clock.advance(hours=2)
    ended(domain, first.execution, GOOD)
    bell.executions.clear()
    ring_after(domain, TEAM, mission.id)
    assert bell.executions == [(mission.id, second)]
    assert claimed(domain, mission, second).execution.status is Status.RUNNING


def test_one_that_waits_is_not_rung_for_by_its_own_job(
    domain: Domain, clock: ManualClock, bell: RecordingBell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B3] Or its job would ring for the next one, round and round, until the other one ends."""
    mission, made = set_up(domain, Overlap.QUEUE_ONE)
    claimed(domain, mission, due(domain, mission, made))
    clock.advance(minutes=5)
    second = due(domain, mission, made)
    runtime = Runtime(domain, domain.redis, {}, None, None)  # type: ignore[arg-type]
    monkeypatch.setattr(job, "current", lambda: runtime)
    bell.executions.clear()
    for _ in range(3):
        job.execute(TEAM, mission.id, second)
    assert bell.executions == []
    assert row_of(domain, mission, second).waiting


def test_in_parallel_both_run(domain: Domain, clock: ManualClock) -> None:
    """[B3]"""
    mission, made = set_up(domain, Overlap.PARALLEL)
    one = claimed(domain, mission, due(domain, mission, made)).execution
    clock.advance(minutes=5)
    other = claimed(domain, mission, due(domain, mission, made)).execution
    assert {e.id for e in domain.store.running(TEAM, mission.id)} == {one.id, other.id}
    ended(domain, one, GOOD)
    assert domain.store.running(TEAM, mission.id)[0].id == other.id


def test_the_next_one_replaces_the_running_one(domain: Domain, clock: ManualClock) -> None:
    """[B3] The running one is asked to stop, and ends as Cancelled; then the next one starts."""
    mission, made = set_up(domain, Overlap.REPLACE)
    first = claimed(domain, mission, due(domain, mission, made)).execution
    clock.advance(minutes=5)
    second = due(domain, mission, made)
    assert not_claimed(domain, mission, second).waiting
    assert domain.endings.stop_asked(TEAM, mission.id, first.id) == REPLACED
    ended(domain, first, Ending(status=Status.CANCELLED, error="The next run took its place."))
    assert claimed(domain, mission, second).execution.id != first.id


def test_a_person_who_stopped_it_first_stays_named(domain: Domain, clock: ManualClock) -> None:
    """[X5 B3]"""
    mission, made = set_up(domain, Overlap.REPLACE)
    first = claimed(domain, mission, due(domain, mission, made)).execution
    domain.lifecycle.stop(actor(), mission.id)
    clock.advance(minutes=5)
    not_claimed(domain, mission, due(domain, mission, made))
    assert domain.endings.stop_asked(TEAM, mission.id, first.id) == actor().person


def test_what_waits_replaces_also_a_run_that_began_meanwhile(
    domain: Domain, clock: ManualClock
) -> None:
    """[B3] A run by hand that slipped in between is asked to stop, too."""
    mission, made = set_up(domain, Overlap.REPLACE)
    first = claimed(domain, mission, due(domain, mission, made)).execution
    clock.advance(minutes=5)
    waits = due(domain, mission, made)
    not_claimed(domain, mission, waits)
    ended(domain, first, GOOD)
    (by_hand,) = domain.lifecycle.run_now(actor(), mission.id, "click")
    between = claimed(domain, mission, by_hand).execution
    not_claimed(domain, mission, waits)
    assert domain.endings.stop_asked(TEAM, mission.id, between.id) == REPLACED


def end_and_ring(domain: Domain, mission: Mission, execution: Execution) -> None:
    domain.endings.end(TEAM, execution, GOOD)
    ring_after(domain, TEAM, mission.id)


@pytest.mark.parametrize("overlap", [Overlap.QUEUE_ONE, Overlap.REPLACE])
def test_the_end_and_the_next_one_race(
    domain: Domain, clock: ManualClock, bell: RecordingBell, overlap: Overlap
) -> None:
    """[B3 S1] Whoever comes first, the next one runs: at once, or rung for by the end."""
    for round_ in range(15):
        mission, made = set_up(domain, overlap)
        first = claimed(domain, mission, due(domain, mission, made)).execution
        clock.advance(minutes=5)
        second = due(domain, mission, made)
        bell.executions.clear()

        with ThreadPoolExecutor(2) as pool:
            end = pool.submit(end_and_ring, domain, mission, first)
            start = pool.submit(domain.claims.claim, TEAM, mission.id, second, "racer")
            end.result()
            began = start.result()
        if began is None:
            row = row_of(domain, mission, second)
            assert row.waiting, round_
            assert bell.executions == [(mission.id, second)], round_
            claimed(domain, mission, second)
        assert not domain.endings.stop_asked(TEAM, mission.id, first.id)
        assert [e.occurrence for e in domain.store.running(TEAM, mission.id)] == [second]


def test_what_waits_does_not_start_once_the_mission_is_paused(
    domain: Domain, clock: ManualClock
) -> None:
    """[S5]"""
    mission, made = set_up(domain, Overlap.QUEUE_ONE)
    first = claimed(domain, mission, due(domain, mission, made)).execution
    clock.advance(minutes=5)
    waits = due(domain, mission, made)
    not_claimed(domain, mission, waits)
    domain.lifecycle.disable(actor(), mission.id)
    ended(domain, first, GOOD)
    row = not_claimed(domain, mission, waits)
    assert (row.outcome, row.reason, row.waiting) == (Outcome.SKIPPED, Reason.PAUSED, False)


@pytest.mark.parametrize("overlap", [Overlap.SKIP, Overlap.QUEUE_ONE])
def test_a_run_by_hand_takes_no_place_of_the_timetable(
    domain: Domain, clock: ManualClock, bell: RecordingBell, overlap: Overlap
) -> None:
    """[S6 B3 S1] What falls due meanwhile waits for its end, and then runs; the click is no excuse
    for a gap in the ledger."""
    mission, made = set_up(domain, overlap)
    (click,) = domain.lifecycle.run_now(actor(), mission.id, "click")
    by_hand = claimed(domain, mission, click).execution
    clock.advance(minutes=5)
    regular = due(domain, mission, made)
    row = not_claimed(domain, mission, regular)
    assert (row.outcome, row.waiting) == (Outcome.PENDING, True)
    assert domain.endings.stop_asked(TEAM, mission.id, by_hand.id) is None
    ended(domain, by_hand, GOOD)
    bell.executions.clear()
    ring_after(domain, TEAM, mission.id)
    assert (mission.id, regular) in bell.executions
    assert claimed(domain, mission, regular).execution.scheduled_at == row.due


def test_of_several_that_fell_due_during_a_run_by_hand_one_runs(
    domain: Domain, clock: ManualClock
) -> None:
    """[B3 S6] The others meet that one, as they would any."""
    mission, made = set_up(domain, Overlap.SKIP)
    (click,) = domain.lifecycle.run_now(actor(), mission.id, "click")
    by_hand = claimed(domain, mission, click).execution
    rows = []
    for _ in range(3):
        clock.advance(minutes=5)
        rows.append(due(domain, mission, made))
        assert not_claimed(domain, mission, rows[-1]).waiting
    ended(domain, by_hand, GOOD)
    claimed(domain, mission, rows[0])
    for row in rows[1:]:
        assert not_claimed(domain, mission, row).reason is Reason.OVERLAP


def test_a_click_does_not_take_the_place_of_the_one_that_may_wait(
    domain: Domain, clock: ManualClock
) -> None:
    """[S6 B3] Queue one: the run by hand waits beside the due one, in either order."""
    mission, made = set_up(domain, Overlap.QUEUE_ONE)
    first = claimed(domain, mission, due(domain, mission, made)).execution
    (click,) = domain.lifecycle.run_now(actor(), mission.id, "click")
    assert not_claimed(domain, mission, click).waiting
    clock.advance(minutes=5)
    regular = due(domain, mission, made)
    assert not_claimed(domain, mission, regular).waiting
    clock.advance(minutes=5)
    assert not_claimed(domain, mission, due(domain, mission, made)).reason is Reason.OVERLAP
    ended(domain, first, GOOD)
    by_hand = claimed(domain, mission, click).execution
    assert not_claimed(domain, mission, regular).waiting
    ended(domain, by_hand, GOOD)
    claimed(domain, mission, regular)


def test_under_replace_what_is_due_stops_a_run_by_hand(domain: Domain, clock: ManualClock) -> None:
    """[B3] The plan says so of any run before; it is no gap in the timetable."""
    mission, made = set_up(domain, Overlap.REPLACE)
    (click,) = domain.lifecycle.run_now(actor(), mission.id, "click")
    by_hand = claimed(domain, mission, click).execution
    clock.advance(minutes=5)
    assert not_claimed(domain, mission, due(domain, mission, made)).waiting
    assert domain.endings.stop_asked(TEAM, mission.id, by_hand.id) == REPLACED
