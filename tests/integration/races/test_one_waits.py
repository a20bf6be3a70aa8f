"""Two occurrences find the Task running at the same moment, and only one may wait for its end."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from missions.blueprint import Overlap, Strategy, Task
from missions.domain import Domain
from missions.execution import Execution, Outcome, Reason
from missions.ids import OccurrenceId, TaskId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.store import Store
from tests.integration.races.kit import ROUNDS, at_once, between
from tests.support.build import actor, blueprint, launched, task
from tests.support.fakes import TEAM, ManualClock
from tests.support.runs import GOOD, claimed, due, ended, ledger, row_of

ONE_WAITS = pytest.mark.parametrize("overlap", [Overlap.QUEUE_ONE, Overlap.REPLACE])


def busy(
    domain: Domain, clock: ManualClock, made: Task
) -> tuple[Mission, Execution, list[OccurrenceId]]:
    """A Mission whose Task runs, and two more occurrences that are due."""
    mission = launched(domain, blueprint(made))
    run = claimed(domain, mission, due(domain, mission, made)).execution
    rows = [due(domain, mission, made, clock.now() + timedelta(seconds=s)) for s in (1, 2)]
    return mission, run, rows


def stands(domain: Domain, mission: Mission, rows: list[OccurrenceId]) -> list[tuple[object, ...]]:
    found = [row_of(domain, mission, row) for row in rows]
    return sorted((row.outcome, row.reason, row.waiting) for row in found)


WAITS = (Outcome.PENDING, None, True)
SKIPPED = (Outcome.SKIPPED, Reason.OVERLAP, False)


@ONE_WAITS
def test_whoever_comes_first_waits_and_the_other_is_skipped(
    domain: Domain, clock: ManualClock, overlap: Overlap
) -> None:
    """[B3] Natural threads."""
    made = task(strategy=Strategy(overlap=overlap))
    for _ in range(ROUNDS):
        mission, _, rows = busy(domain, clock, made)
        at_once(*(partial(domain.claims.claim, TEAM, mission.id, row, row) for row in rows))
        assert stands(domain, mission, rows) == [WAITS, SKIPPED]


@ONE_WAITS
def test_a_second_that_has_seen_nobody_wait_looks_again(
    domain: Domain, clock: ManualClock, overlap: Overlap
) -> None:
    """[B3] It has read and decided before the first began to wait; by `replace` the newest does."""
    made = task(strategy=Strategy(overlap=overlap))
    for newest_looks_again in (True, False):
        mission, _, (older, newest) = busy(domain, clock, made)
        first, second = (older, newest) if newest_looks_again else (newest, older)
        claim = partial(domain.claims.claim, TEAM, mission.id)
        between(partial(claim, second, "second"), partial(claim, first, "first"))
        waits = newest if overlap is Overlap.REPLACE else first
        (other,) = {older, newest} - {waits}
        assert stands(domain, mission, [waits]) == [WAITS]
        assert stands(domain, mission, [other]) == [SKIPPED]
        assert other in {row.id for row in ledger(domain, mission)}


@ONE_WAITS
def test_who_waited_and_ran_keeps_nobody_from_waiting(
    domain: Domain, clock: ManualClock, overlap: Overlap
) -> None:
    """[B3] Nor does one that was closed while it waited."""
    mission, run, (one, two) = busy(domain, clock, task(strategy=Strategy(overlap=overlap)))
    assert domain.claims.claim(TEAM, mission.id, one, "first") is None
    ended(domain, run, GOOD)
    claimed(domain, mission, one)
    assert domain.claims.claim(TEAM, mission.id, two, "second") is None
    assert row_of(domain, mission, two).waiting
    domain.lifecycle.disable(actor(), mission.id)
    assert row_of(domain, mission, two).reason is Reason.PAUSED
    domain.lifecycle.enable(actor(), mission.id)
    three = due(domain, mission, task(), clock.now() + timedelta(seconds=3))
    assert domain.claims.claim(TEAM, mission.id, three, "third") is None
    assert row_of(domain, mission, three).waiting


def waited(domain: Domain, clock: ManualClock, made: Task) -> tuple[Mission, OccurrenceId]:
    """A Mission whose Task is free again, and the occurrence that waited for that."""
    mission, run, (row, _) = busy(domain, clock, made)
    assert domain.claims.claim(TEAM, mission.id, row, "first ring") is None
    ended(domain, run, GOOD)
    return mission, row


@ONE_WAITS
def test_two_rings_for_the_one_that_waited_start_it_once_and_stop_nothing(
    domain: Domain, clock: ManualClock, overlap: Overlap
) -> None:
    """[B3 S1] Natural threads: its own run is none that it has to replace."""
    made = task(strategy=Strategy(overlap=overlap))
    for _ in range(ROUNDS * 3):
        mission, row = waited(domain, clock, made)
        at_once(*(partial(domain.claims.claim, TEAM, mission.id, row, who) for who in "ab"))
        assert_runs(domain, mission, row)


def test_a_ring_that_sees_the_row_before_and_the_run_after_it_began_stops_nothing(
    domain: Domain, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[B3 S1] The same, in the order in which it went wrong."""
    mission, row = waited(domain, clock, task(strategy=Strategy(overlap=Overlap.REPLACE)))
    keys, real, come = TeamKeys(TEAM).mission(mission.id), Store.smembers, list[None]()

    def smembers(store: Store, key: str) -> set[str]:
        if key == keys.running(TaskId("T1")) and not come:
            come.append(None)
            domain.claims.claim(TEAM, mission.id, row, "first")
        return real(store, key)

    monkeypatch.setattr(Store, "smembers", smembers)
    assert domain.claims.claim(TEAM, mission.id, row, "second") is None
    assert come
    assert_runs(domain, mission, row)


def assert_runs(domain: Domain, mission: Mission, row: OccurrenceId) -> None:
    """It is the one that runs, and nobody asked it to stop."""
    (run,) = domain.store.running(TEAM, mission.id)
    assert run.occurrence == row
    assert not domain.endings.stop_asked(TEAM, mission.id, run.id)
