"""A run that waited for the one before it is late from that one's end on, like any other [B3]."""

from __future__ import annotations

import pytest
from redis import Redis

from jobs.late import LateRows
from jobs.timer import Timer
from missions import keys as k
from missions.blueprint import Overlap, Strategy, Task
from missions.cards import OutageCard
from missions.domain import Domain
from missions.execution import Execution, Outcome, Reason
from missions.ids import OccurrenceId
from missions.keys import TeamKeys
from missions.mission import Mission
from tests.integration.races.kit import between
from tests.support.build import actor, blueprint, launched, task
from tests.support.fakes import TEAM, ManualClock, RecordingBell
from tests.support.runs import GOOD, claimed, due, ended, not_claimed, ran, row_of
from tests.support.stored import members, outbox

WAITS = pytest.mark.parametrize("overlap", [Overlap.QUEUE_ONE, Overlap.REPLACE])


@pytest.fixture
def late(domain: Domain, bell: RecordingBell, bytes_redis: Redis) -> LateRows:
    timer = Timer(domain, bytes_redis)
    assert timer.acquire_lock()
    return LateRows(domain, bell, timer.outages, timer.leading)  # type: ignore[arg-type]


def look(domain: Domain, late: LateRows) -> None:
    """As the scheduler does, when everything has waited for a while."""
    for name in members(domain.redis, k.PENDING):
        domain.redis.zadd(k.PENDING, {name: 1})
    late.sweep()


def waiting(
    domain: Domain, clock: ManualClock, overlap: Overlap
) -> tuple[Mission, Task, Execution, OccurrenceId]:
    """A Task of every five minutes that runs, and its next occurrence, which waits for it."""
    made = task(strategy=Strategy(overlap=overlap))
    mission = launched(domain, blueprint(made))
    first = claimed(domain, mission, due(domain, mission, made)).execution
    clock.advance(minutes=5)
    second = due(domain, mission, made)
    assert not_claimed(domain, mission, second).waiting
    return mission, made, first, second


@WAITS
def test_it_is_missed_if_nobody_starts_it_after_that_end(
    domain: Domain, clock: ManualClock, late: LateRows, overlap: Overlap
) -> None:
    """[B3 S1] Whoever comes too late starts nothing; the ledger says so, and the notice, too."""
    mission, _, first, second = waiting(domain, clock, overlap)
    ended(domain, first, GOOD)
    clock.advance(minutes=4)
    assert domain.claims.claim(TEAM, mission.id, second, "late") is None
    look(domain, late)
    row = row_of(domain, mission, second)
    assert (row.outcome, row.reason, row.waiting) == (Outcome.MISSED, Reason.UNTAKEN, False)
    assert not members(domain.redis, k.PENDING)
    late._outages.tell()
    assert [e.card.missed[0].count for e in outbox(domain) if isinstance(e.card, OutageCard)] == [1]


@WAITS
def test_it_is_not_late_while_it_waits_nor_right_after(
    domain: Domain, clock: ManualClock, late: LateRows, overlap: Overlap
) -> None:
    """[B3] However long the run before it takes."""
    mission, _, first, second = waiting(domain, clock, overlap)
    clock.advance(hours=2)
    look(domain, late)
    assert row_of(domain, mission, second).outcome is Outcome.PENDING
    ended(domain, first, GOOD)
    clock.advance(minutes=2)
    look(domain, late)
    assert claimed(domain, mission, second).execution.occurrence == second


@WAITS
def test_other_tasks_that_ran_meanwhile_make_it_no_later(
    domain: Domain, clock: ManualClock, late: LateRows, overlap: Overlap
) -> None:
    """[B3 S1] However many: the end of the run that it waited for is kept, not searched for."""
    one, other = task(strategy=Strategy(overlap=overlap)), task(number=2)
    mission = launched(domain, blueprint(one, other))
    first = claimed(domain, mission, due(domain, mission, one)).execution
    clock.advance(minutes=5)
    second = due(domain, mission, one)
    assert not_claimed(domain, mission, second).waiting
    for _ in range(60):
        clock.advance(minutes=1)
        ran(domain, mission, other, GOOD)
    ended(domain, first, GOOD)
    clock.advance(seconds=1)
    look(domain, late)
    assert claimed(domain, mission, second).execution.occurrence == second


def test_it_waits_on_for_a_run_that_came_in_between(
    domain: Domain, clock: ManualClock, late: LateRows
) -> None:
    """[B3] The end of the last one counts."""
    mission, _, first, second = waiting(domain, clock, Overlap.QUEUE_ONE)
    ended(domain, first, GOOD)
    (by_hand,) = domain.lifecycle.run_now(actor(), mission.id, "click")
    run = claimed(domain, mission, by_hand).execution
    clock.advance(hours=1)
    look(domain, late)
    ended(domain, run, GOOD)
    clock.advance(minutes=1)
    assert claimed(domain, mission, second).execution.occurrence == second


def test_a_run_that_begins_while_it_is_called_missed_keeps_it_waiting(
    domain: Domain, clock: ManualClock, late: LateRows
) -> None:
    """[B3] The step that closes it looks whether it waits again."""
    mission, _, first, second = waiting(domain, clock, Overlap.QUEUE_ONE)
    ended(domain, first, GOOD)
    clock.advance(minutes=4)
    (by_hand,) = domain.lifecycle.run_now(actor(), mission.id, "click")
    between(lambda: look(domain, late), lambda: claimed(domain, mission, by_hand))
    assert row_of(domain, mission, second).outcome is Outcome.PENDING


def test_an_execution_that_cannot_be_read_makes_it_no_less_late(
    domain: Domain, clock: ManualClock, late: LateRows
) -> None:
    """[S1] When the Task's last one ended is kept beside it."""
    mission, _, first, second = waiting(domain, clock, Overlap.QUEUE_ONE)
    ended(domain, first, GOOD)
    clock.advance(minutes=4)
    domain.redis.hset(TeamKeys(TEAM).mission(mission.id).executions, first.id, "no record")
    look(domain, late)
    assert row_of(domain, mission, second).outcome is Outcome.MISSED
