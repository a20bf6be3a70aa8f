"""A new version is applied while occurrences of the old plan wait, in every way they can wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from jobs.sweeps import Sweeps
from missions import keys as k
from missions.blueprint import After, Blueprint, CronTrigger, Overlap, Strategy, Task
from missions.claims import Claim
from missions.domain import Domain
from missions.execution import Cause, Execution, Outcome, Reason
from missions.ids import OccurrenceId
from missions.mission import Mission
from tests.integration.races.kit import at_once, between
from tests.integration.races.test_apply_during_dispatch import claim_all
from tests.support.build import EVERY_5, actor, blueprint, launched, proposed, task
from tests.support.events import after, event, rule
from tests.support.fakes import TEAM, ManualClock, RecordingBell
from tests.support.runs import FAILED, GOOD, T1, claimed, due, ended, ledger, row_of

ROUNDS = 4
HOURLY = CronTrigger(cron="0 * * * *", zone="UTC")
RETRIED = Strategy(retries=2, retry_seconds=30)
WAITING = Strategy(overlap=Overlap.QUEUE_ONE)
Waits = tuple[Mission, list[OccurrenceId], list[Execution]]


def fresh(domain: Domain) -> Waits:
    """Due a moment ago, and nobody has claimed it."""
    mission = launched(domain)
    return mission, [due(domain, mission, task())], []


def queued(domain: Domain) -> Waits:
    """One runs, and the next waits for its end."""
    made = task(strategy=WAITING)
    mission = launched(domain, blueprint(made))
    run = claimed(domain, mission, due(domain, mission, made)).execution
    row = due(domain, mission, made, domain.clock.now() + timedelta(seconds=1))
    assert domain.claims.claim(TEAM, mission.id, row, "waits") is None
    assert row_of(domain, mission, row).waiting
    return mission, [row], [run]


def retry(domain: Domain) -> Waits:
    """The first attempt failed, the second one is put off."""
    made = task(strategy=RETRIED)
    mission = launched(domain, blueprint(made))
    row = due(domain, mission, made)
    ended(domain, claimed(domain, mission, row).execution, FAILED)
    assert row_of(domain, mission, row).attempt == 2
    return mission, [row], []


def heard(domain: Domain) -> Waits:
    """An event that its rule took."""
    mission = launched(domain, blueprint(task(rule())))
    taken = domain.events.offer(TEAM, mission.id, T1, event(at=domain.clock.now()))
    assert taken.occurrence
    return mission, [taken.occurrence], []


def dependent(domain: Domain) -> Waits:
    """Another Task ended, and this one follows."""
    first = after(2, After.FINISH, 1)
    mission = launched(domain, blueprint(first, task(number=2)))
    run = claimed(domain, mission, due(domain, mission, task(number=2))).execution
    ended(domain, run, GOOD)
    rows = [r.id for r in ledger(domain, mission) if r.task == T1 and r.cause is Cause.EVENT]
    return mission, rows, []


def past(domain: Domain) -> Waits:
    """A backfill of which the first row is up and the others are held."""
    mission = launched(domain)
    now = domain.clock.now()
    last = now - timedelta(minutes=1)
    asked = domain.lifecycle.propose_backfill(
        actor(), mission.id, last - timedelta(minutes=20), last
    )
    domain.lifecycle.backfill(actor(), mission.id, asked.id)
    rows = [r for r in ledger(domain, mission) if r.cause is Cause.BACKFILL]
    assert [r.held for r in rows] == [False] + [True] * (len(rows) - 1)
    assert len(rows) > 2
    return mission, [r.id for r in rows], []


KINDS = pytest.mark.parametrize("kind", [fresh, queued, retry, heard, dependent, past])


def other_trigger(task_: Task) -> tuple[Task, ...]:
    """The Task has another trigger."""
    return (task_.model_copy(update={"trigger": HOURLY}),)


def without(task_: Task) -> tuple[Task, ...]:
    """The Task is no longer part of the plan."""
    return (task(HOURLY, number=9),)


CHANGES = pytest.mark.parametrize("change", [other_trigger, without])
Change = Callable[[Task], tuple[Task, ...]]


def applying(domain: Domain, mission: Mission, change: Change) -> Callable[[], Any]:
    """The click on Apply, which is still to come."""
    plan = domain.store.blueprint(TEAM, mission.id, 1)
    assert plan
    first, *rest = plan.tasks
    new = Blueprint.model_validate({**dict(plan), "tasks": (*change(first), *rest)})
    made = proposed(domain, mission, new)
    return partial(domain.lifecycle.apply, actor(), mission.id, made.id)


@pytest.fixture
def sweeps(domain: Domain, bell: RecordingBell) -> Sweeps:
    return Sweeps(domain, bell)  # type: ignore[arg-type]


def all_that_comes(
    domain: Domain, clock: ManualClock, sweeps: Sweeps, mission: Mission, runs: list[Execution]
) -> list[Claim]:
    """What workers get of T1 in the time that follows: what is put off comes up, what runs ends."""
    for run in runs:
        domain.endings.end(TEAM, run, GOOD)
    got = []
    for _ in range(6):
        clock.advance(seconds=20)
        sweeps.delayed()
        for claim in claim_all(domain, mission, f"late {clock.now()}"):
            domain.endings.end(TEAM, claim.execution, GOOD)
            got += [claim] if claim.task.id == T1 else []
    return got


def check_closed(domain: Domain, mission: Mission, rows: list[OccurrenceId]) -> None:
    """Each row is final with the reason, and in no queue."""
    for row in (row_of(domain, mission, each) for each in rows):
        assert row.reason is Reason.PLAN_CHANGED, row
        assert row.outcome is (Outcome.RUN if row.execution else Outcome.SKIPPED), row
        assert not row.waiting
        assert not row.held
    for index in (k.PENDING, k.DELAYED):
        waiting = domain.store.due(index, float("inf"), 99)
        assert not [name for name, _ in waiting if k.split_member(name, 3)[2] in rows]


@CHANGES
@KINDS
def test_nothing_of_the_old_plan_starts_once_the_new_one_is_applied(
    domain: Domain,
    clock: ManualClock,
    sweeps: Sweeps,
    kind: Callable[[Domain], Waits],
    change: Change,
) -> None:
    """[S5 C5 B4 S6] Whether it was due, waited for a run or for a retry, or is of the past."""
    mission, rows, runs = kind(domain)
    applying(domain, mission, change)()
    assert all_that_comes(domain, clock, sweeps, mission, runs) == []
    check_closed(domain, mission, rows)


@CHANGES
@KINDS
def test_who_was_about_to_start_it_looks_again(
    domain: Domain,
    clock: ManualClock,
    sweeps: Sweeps,
    kind: Callable[[Domain], Waits],
    change: Change,
) -> None:
    """[S5] A worker has read and decided; then the new version is applied wholly."""
    mission, rows, runs = kind(domain)
    for run in runs:
        ended(domain, run, GOOD)
    clock.advance(seconds=40)
    sweeps.delayed()
    claim = partial(domain.claims.claim, TEAM, mission.id, rows[0], "worker")
    assert between(claim, applying(domain, mission, change)) is None
    assert all_that_comes(domain, clock, sweeps, mission, []) == []
    check_closed(domain, mission, rows)


@KINDS
def test_a_claim_and_an_apply_at_once(
    domain: Domain, clock: ManualClock, sweeps: Sweeps, kind: Callable[[Domain], Waits]
) -> None:
    """[S5] Natural threads: what started was claimed under the old version; nothing after it."""
    for _ in range(ROUNDS):
        mission, rows, runs = kind(domain)
        for run in runs:
            ended(domain, run, GOOD)
        clock.advance(seconds=40)
        sweeps.delayed()
        apply = applying(domain, mission, other_trigger)
        claims = [
            partial(domain.claims.claim, TEAM, mission.id, rows[0], f"worker {n}") for n in range(3)
        ]
        _, *got = at_once(apply, *claims)
        began = [claim for claim in got if isinstance(claim, Claim)]
        assert len(began) <= 1
        assert all(claim.execution.version == 1 for claim in began)
        for claim in began:
            ended(domain, claim.execution, GOOD)
        assert all_that_comes(domain, clock, sweeps, mission, []) == []
        check_closed(domain, mission, rows[1:] if began else rows)
        domain.lifecycle.disable(actor(), mission.id)


def test_the_trigger_that_stays_keeps_what_waits(domain: Domain, clock: ManualClock) -> None:
    """[S5] Only words changed: it starts, by the new ones."""
    mission = launched(domain)
    row = due(domain, mission, task(EVERY_5))
    applying(domain, mission, lambda t: (t.model_copy(update={"title": "New words"}),))()
    claim = claimed(domain, mission, row)
    assert (claim.execution.version, claim.execution.task_title) == (2, "New words")
