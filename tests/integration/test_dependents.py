"""Tasks that depend on others: woken once, in the step that ends the other one [B4]."""

from __future__ import annotations

from datetime import timedelta

import pytest

from missions.blueprint import After, Blueprint, EventSource, Finding, Op, Strategy
from missions.claims import Claim
from missions.domain import Domain
from missions.endings import Ending
from missions.execution import (
    Cause,
    CheckResult,
    Measured,
    Occurrence,
    Outcome,
    Reason,
    Report,
    Status,
)
from missions.ids import CheckId, OccurrenceId, TaskId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.ports import Channel
from missions.verify import VerifyContext, verify
from tests.support.build import actor, blueprint, launched, proposed, task
from tests.support.events import after, rule
from tests.support.fakes import MONDAY, OPS, TEAM, RecordingBell

REPORT = Report(headline="Critical: /health answers 503")


def run(domain: Domain, mission: Mission, number: int = 1, click: str = "c1") -> Claim:
    (due,) = domain.lifecycle.run_now(actor(), mission.id, click, TaskId(f"T{number}"))
    return claimed(domain, mission, due)


def claimed(domain: Domain, mission: Mission, due: OccurrenceId) -> Claim:
    claim = domain.claims.claim(TEAM, mission.id, due, "t")
    assert claim
    return claim


def woken(domain: Domain, mission: Mission, number: int = 2) -> list[Occurrence]:
    keys = TeamKeys(TEAM).mission(mission.id)
    rows = domain.store.hmget(keys.occurrences, domain.store.zrange(keys.ledger, 0, -1))
    found = [Occurrence.load(text) for text in rows if text]
    return [row for row in found if row.task == f"T{number}"]


@pytest.mark.parametrize(
    ("which", "status", "wakes"),
    [
        (After.SUCCESS, Status.SUCCESS, True),
        (After.SUCCESS, Status.FAILED, False),
        (After.SUCCESS, Status.CANCELLED, False),
        (After.FAILURE, Status.FAILED, True),
        (After.FAILURE, Status.SUCCESS, False),
        (After.FINISH, Status.SUCCESS, True),
        (After.FINISH, Status.FAILED, True),
        (After.FINISH, Status.CANCELLED, True),
    ],
)
def test_which_end_wakes_it(domain: Domain, which: After, status: Status, wakes: bool) -> None:
    """[B4]"""
    mission = launched(domain, blueprint(task(), after(1, which)))
    claim = run(domain, mission)
    domain.endings.end(TEAM, claim.execution, Ending(status=status))
    assert len(woken(domain, mission)) == wakes


def test_it_learns_what_the_other_found(domain: Domain) -> None:
    """[B4] Finding, headline and status come along as the event's fields."""
    mission = launched(domain, blueprint(task(), after(1)))
    claim = run(domain, mission)
    ending = Ending(status=Status.SUCCESS, finding=Finding.CRITICAL, report=REPORT)
    domain.endings.end(TEAM, claim.execution, ending)
    (row,) = woken(domain, mission)
    downstream = claimed(domain, mission, row.id)
    assert downstream.execution.cause is Cause.EVENT
    assert downstream.event
    assert downstream.event.fields["finding"] == "critical"
    assert downstream.event.fields["headline"] == REPORT.headline
    assert claim.execution.id in row.id


def test_it_learns_what_each_check_gave(domain: Domain) -> None:
    """[B4] Not only the headline; a condition may name what one check measured."""
    waiting = rule(
        EventSource.TASK_RESULT,
        ("checks.C1.status", Op.GE, 500),
        task=TaskId("T1"),
        after=After.SUCCESS,
    )
    mission = launched(domain, blueprint(task(), task(waiting, 2)))
    measured = Measured(field="status", expected="200", actual=503, holds=False)
    result = CheckResult(
        check=CheckId("C1"),
        title="Shop",
        finding=Finding.CRITICAL,
        measured=(measured,),
        note="It answered with an error.",
    )
    report = REPORT.model_copy(update={"results": (result,), "lines": ("Down since 9:00", "EU")})
    ending = Ending(status=Status.SUCCESS, finding=Finding.CRITICAL, report=report)
    domain.endings.end(TEAM, run(domain, mission).execution, ending)
    (row,) = woken(domain, mission)
    fields = claimed(domain, mission, row.id).event
    assert fields
    assert fields.fields["checks.C1.status"] == 503
    assert fields.fields["checks.C1.finding"] == "critical"
    assert fields.fields["checks.C1.note"] == "It answered with an error."
    assert fields.fields["lines"] == "Down since 9:00\nEU"


def test_a_condition_decides_too(domain: Domain) -> None:
    """[B4 B6] "When T1 finds a problem"."""
    waiting = rule(
        EventSource.TASK_RESULT,
        ("finding", Op.NE, "all_good"),
        task=TaskId("T1"),
        after=After.SUCCESS,
    )
    mission = launched(domain, blueprint(task(), task(waiting, 2)))
    good = Ending(status=Status.SUCCESS, finding=Finding.ALL_GOOD, report=REPORT)
    bad = Ending(status=Status.SUCCESS, finding=Finding.ATTENTION, report=REPORT)
    domain.endings.end(TEAM, run(domain, mission, click="a").execution, good)
    assert woken(domain, mission) == []
    domain.endings.end(TEAM, run(domain, mission, click="b").execution, bad)
    assert len(woken(domain, mission)) == 1


def test_one_end_wakes_it_once(domain: Domain) -> None:
    """[B4 X4] A late second end of the same Execution changes nothing."""
    mission = launched(domain, blueprint(task(), after(1)))
    claim = run(domain, mission)
    for _ in range(3):
        domain.endings.end(TEAM, claim.execution, Ending(status=Status.FAILED, error="x"))
    assert len(woken(domain, mission)) == 1


def test_chains_and_fans_run_on(domain: Domain) -> None:
    """[B4] T1 → T2 → T3, and T1 → T4."""
    mission = launched(domain, blueprint(task(), after(1), after(2, number=3), after(1, number=4)))
    domain.endings.end(TEAM, run(domain, mission).execution, Ending(status=Status.SUCCESS))
    assert len(woken(domain, mission, 4)) == 1
    assert woken(domain, mission, 3) == []
    (second,) = woken(domain, mission, 2)
    claim = claimed(domain, mission, second.id)
    domain.endings.end(TEAM, claim.execution, Ending(status=Status.SUCCESS))
    assert len(woken(domain, mission, 3)) == 1


def test_a_retry_is_no_end(domain: Domain) -> None:
    """[B3 B4] Only the last attempt's failure counts."""
    upstream = task(strategy=Strategy(retries=1, retry_seconds=5))
    mission = launched(domain, blueprint(upstream, after(1, After.FAILURE)))
    claim = run(domain, mission)
    failed = Ending(status=Status.FAILED, error="x")
    domain.endings.end(TEAM, claim.execution, failed)
    assert woken(domain, mission) == []
    again = domain.store.occurrence(TEAM, mission.id, claim.execution.occurrence)
    assert again
    domain.redis.delete("houston:delayed")
    second = claimed(domain, mission, again.id)
    domain.endings.end(TEAM, second.execution, failed)
    assert len(woken(domain, mission)) == 1


@pytest.mark.parametrize("why", [Reason.OVERLAP, Reason.TASK_PAUSED, Reason.PLAN_CHANGED])
@pytest.mark.parametrize("which", [After.FAILURE, After.FINISH])
def test_a_retry_that_does_not_start_after_all_makes_the_failure_the_end(
    domain: Domain, which: After, why: Reason
) -> None:
    """[B3 B4 S7] Who waited for it is woken once, and it counts as a failure."""
    upstream = task(strategy=Strategy(retries=1, retry_seconds=5))
    plan = blueprint(upstream, after(1, which))
    mission = launched(domain, plan)
    failed = run(domain, mission)
    domain.endings.end(TEAM, failed.execution, Ending(status=Status.FAILED, error="x"))
    assert woken(domain, mission) == []
    match why:
        case Reason.OVERLAP:
            run(domain, mission, click="c2")
        case Reason.TASK_PAUSED:
            row = _timed(domain, mission, failed.execution.occurrence)
            domain.lifecycle.pause_task(actor(), mission.id, row.task)
        case Reason.PLAN_CHANGED:
            _timed(domain, mission, failed.execution.occurrence)
            domain.redis.hset(TeamKeys(TEAM).mission(mission.id).tasks, "T1:trev", 2)
    domain.redis.delete("houston:delayed")
    for token in ("t", "u"):
        assert domain.claims.claim(TEAM, mission.id, failed.execution.occurrence, token) is None
    row = _row(domain, mission, failed.execution.occurrence)
    assert (row.outcome, row.reason, row.execution) == (Outcome.RUN, why, failed.execution.id)
    assert [w.outcome for w in woken(domain, mission)] == [Outcome.PENDING]
    assert domain.store.task_states(TEAM, mission.id)[TaskId("T1")].streak == 1


def _row(domain: Domain, mission: Mission, occurrence: OccurrenceId) -> Occurrence:
    found = domain.store.occurrence(TEAM, mission.id, occurrence)
    assert found
    return found


def _timed(domain: Domain, mission: Mission, occurrence: OccurrenceId) -> Occurrence:
    """Make an occurrence one by time: a person's own run starts whatever is paused."""
    row = _row(domain, mission, occurrence).model_copy(update={"cause": Cause.TIME})
    key = TeamKeys(TEAM).mission(mission.id).occurrences
    domain.redis.hset(key, occurrence, row.dump())
    return row


def test_a_disable_makes_the_failure_the_end(domain: Domain) -> None:
    """[B4 S1 S5] What it would wake is skipped with a row; the failure is reported."""
    upstream = task(strategy=Strategy(retries=1, retry_seconds=5))
    mission = launched(domain, blueprint(upstream, after(1, After.FAILURE)))
    failed = run(domain, mission)
    domain.endings.end(TEAM, failed.execution, Ending(status=Status.FAILED, error="x"))
    domain.lifecycle.disable(actor(), mission.id)
    assert [(w.outcome, w.reason) for w in woken(domain, mission)] == [
        (Outcome.SKIPPED, Reason.PAUSED)
    ]
    texts = domain.redis.hvals(TeamKeys(TEAM).outbox)
    assert len([t for t in texts if '"report"' in t and failed.execution.id in t]) == 1


def test_a_paused_mission_skips_it_with_a_row(domain: Domain) -> None:
    """[B4 M1] What runs goes on to its end; what it would wake is skipped."""
    mission = launched(domain, blueprint(task(), after(1)))
    claim = run(domain, mission)
    domain.lifecycle.disable(actor(), mission.id)
    domain.endings.end(TEAM, claim.execution, Ending(status=Status.SUCCESS))
    (row,) = woken(domain, mission)
    assert (row.outcome, row.reason) == (Outcome.SKIPPED, Reason.PAUSED)


def test_a_delete_meanwhile_leaves_nothing(domain: Domain, bell: RecordingBell) -> None:
    """[M6 B4]"""
    mission = launched(domain, blueprint(task(), after(1)))
    claim = run(domain, mission)
    domain.lifecycle.delete(actor(), mission.id, mission.id)
    assert domain.endings.end(TEAM, claim.execution, Ending(status=Status.SUCCESS)) is None
    domain.remains.clear(TEAM, mission.id)
    assert domain.remains.left(TEAM, mission.id) == 0


def test_a_changed_plan_decides_who_is_woken(domain: Domain) -> None:
    """[B4] The plan that is current when the other Task ends."""
    mission = launched(domain, blueprint(task(), after(1)))
    claim = run(domain, mission)
    plan = blueprint(task(), after(1, number=3))
    domain.lifecycle.apply(actor(), mission.id, proposed(domain, mission, plan).id)
    domain.endings.end(TEAM, claim.execution, Ending(status=Status.SUCCESS))
    assert woken(domain, mission, 2) == []
    assert len(woken(domain, mission, 3)) == 1


def findings(plan: Blueprint) -> str:
    context = VerifyContext(
        now=MONDAY,
        floor=timedelta(minutes=1),
        tools=frozenset({"http"}),
        problems=lambda _: (),
        channel=Channel(id=OPS, name="ops"),
    )
    return " ".join(verify(plan, context))


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (blueprint(after(1, number=1)), "circle, so none could run: “Check 1” → “Check 1”."),
        (blueprint(after(2, number=1), after(1, number=2)), "“Check 1” → “Check 2”"),
        (
            blueprint(task(), after(4, number=2), after(2, number=3), after(3, number=4)),
            "“Check 4” → “Check 2”",
        ),
        (blueprint(after(9, number=1)), "runs after T9, which is not in the plan"),
    ],
)
def test_circles_and_missing_tasks_are_refused_by_name(plan: Blueprint, words: str) -> None:
    """[B4 B7]"""
    assert words in findings(plan)


def test_a_chain_is_no_circle() -> None:
    """[B4]"""
    assert findings(blueprint(task(), after(1), after(2, number=3), after(1, number=4))) == ""
