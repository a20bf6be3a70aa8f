"""The end of an Execution: final once, and what it says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from missions import keys as k
from missions.blueprint import Finding, Notify, Task
from missions.cards import ReportCard, ReportDetailCard
from missions.claims import Claim
from missions.domain import Domain
from missions.endings import Ending
from missions.execution import Cause, Execution, Report, Status
from missions.ids import CheckId, ExecutionId, OccurrenceId, OutboxId, TaskId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.muting import speaks
from missions.outbox import detail_id
from missions.taskstate import TaskState
from tests.integration.test_claims import claim, due
from tests.support.build import actor, blueprint, draft, launched, proposed, stored, task
from tests.support.fakes import ADA, TEAM, ManualClock
from tests.support.stored import lane, scores

T1 = TaskId("T1")
C1 = CheckId("C1")
GOOD = Ending(status=Status.SUCCESS, finding=Finding.ALL_GOOD, carry={C1: Finding.ALL_GOOD})
FOUND = Ending(status=Status.SUCCESS, finding=Finding.CRITICAL, carry={C1: Finding.CRITICAL})
NEW = Ending(
    status=Status.SUCCESS, finding=Finding.CRITICAL, carry={C1: Finding.CRITICAL}, changed=True
)
RECOVERED = Ending(
    status=Status.SUCCESS, finding=Finding.ALL_GOOD, carry={C1: Finding.ALL_GOOD}, changed=True
)
FAILED = Ending(status=Status.FAILED, error="It broke.")
CANCELLED = Ending(status=Status.CANCELLED, stopped_by=ADA)


def speaking(notify: Notify = Notify.ALWAYS) -> Task:
    return task(notify=notify)


def run(domain: Domain, clock: ManualClock, mission: Mission, ending: Ending) -> Execution:
    """One whole run by time."""
    clock.advance(minutes=5)
    made = claim(domain, mission, due(domain, mission), f"token {clock.now()}")
    final = domain.endings.end(TEAM, made.execution, ending)
    assert final is not None
    return final


def fields(domain: Domain, mission: Mission) -> TaskState:
    return domain.store.task_states(TEAM, mission.id)[T1]


@pytest.fixture
def held(domain: Domain) -> Claim:
    mission = launched(domain)
    return claim(domain, mission, due(domain, mission))


def test_an_end_makes_it_final_in_one_step(domain: Domain, clock: ManualClock, held: Claim) -> None:
    """[X4] Status, finding, duration, cost; nothing is left that says it runs."""
    clock.advance(seconds=7.5)
    report = Report(headline="All good", lines=("One", "Two 🚀"))
    ending = Ending(
        status=Status.SUCCESS,
        finding=Finding.ATTENTION,
        report=report,
        carry={C1: Finding.ATTENTION},
        session="session.json",
        tokens=12,
        cost_usd=0.1 + 0.2,
    )
    final = domain.endings.end(TEAM, held.execution, ending)
    assert final is not None
    assert final == domain.store.execution(TEAM, held.mission.id, held.execution.id)
    assert (final.seconds, final.tokens, final.cost_usd) == (7.5, 12, 0.1 + 0.2)
    assert domain.store.report(TEAM, held.mission.id, final.id) == report
    assert domain.store.running(TEAM, held.mission.id) == ()
    assert domain.redis.zcard(k.LEASES) == 0
    state = fields(domain, held.mission)
    assert (state.last_status, state.last_finding) == (Status.SUCCESS, Finding.ATTENTION)
    assert state.carry == {C1: Finding.ATTENTION}


def test_a_final_record_is_never_changed(domain: Domain, held: Claim) -> None:
    """[X4] Whoever comes second changes nothing and says nothing."""
    first = domain.endings.end(TEAM, held.execution, GOOD)
    said = lane(domain)
    assert domain.endings.end(TEAM, held.execution, FAILED) is None
    assert domain.store.execution(TEAM, held.mission.id, held.execution.id) == first
    assert lane(domain) == said


def test_many_ends_at_once_are_one(domain: Domain, held: Claim) -> None:
    with ThreadPoolExecutor(6) as pool:
        ends = list(
            pool.map(
                lambda e: domain.endings.end(TEAM, held.execution, e),
                [GOOD, FAILED, CANCELLED] * 2,
            )
        )
    assert len([e for e in ends if e]) == 1
    assert len(lane(domain)) == 2


def test_a_stale_token_is_refused(domain: Domain, held: Claim) -> None:
    """[X2] A late end by a process that was given up on."""
    stale = held.execution.model_copy(update={"token": "other"})
    assert domain.endings.end(TEAM, stale, GOOD) is None
    assert domain.store.running(TEAM, held.mission.id) == (held.execution,)


def test_an_end_after_a_delete_writes_nothing(domain: Domain, held: Claim) -> None:
    """[M6] What finishes late writes nothing back."""
    domain.lifecycle.delete(actor(), held.mission.id, held.mission.id)
    domain.remains.clear(TEAM, held.mission.id)
    before = sorted(domain.redis.scan_iter("houston:T1:*"))
    assert domain.endings.end(TEAM, held.execution, GOOD) is None
    assert not domain.endings.renew(TEAM, held.execution)
    assert sorted(domain.redis.scan_iter("houston:T1:*")) == before
    assert domain.redis.zcard(k.LEASES) == 0


def test_a_lease_is_renewed_while_it_is_held_and_not_after(domain: Domain, held: Claim) -> None:
    member = TeamKeys(TEAM).mission(held.mission.id).lease_member(held.execution.id)
    domain.redis.zadd(k.LEASES, {member: 1})
    assert domain.endings.renew(TEAM, held.execution)
    assert scores(domain.redis, k.LEASES)[member] > domain.store.now_ms() + 15_000
    domain.endings.end(TEAM, held.execution, GOOD)
    assert not domain.endings.renew(TEAM, held.execution)
    assert domain.redis.zcard(k.LEASES) == 0


def test_only_an_expired_lease_can_be_ended_for_dead(domain: Domain, held: Claim) -> None:
    """[X2] A renewal in between saves it."""
    assert domain.endings.end(TEAM, held.execution, FAILED, only_expired=True) is None
    member = TeamKeys(TEAM).mission(held.mission.id).lease_member(held.execution.id)
    domain.redis.zadd(k.LEASES, {member: domain.store.now_ms() - 1})
    assert domain.endings.end(TEAM, held.execution, FAILED, only_expired=True)


def test_a_stop_is_asked_by_name_and_forgotten_at_the_end(domain: Domain, held: Claim) -> None:
    """[X5]"""
    ids = TEAM, held.mission.id, held.execution.id
    assert domain.endings.stop_asked(*ids) is None
    assert domain.lifecycle.stop(actor(), held.mission.id) == (held.execution.id,)
    assert domain.endings.stop_asked(*ids) == ADA
    domain.endings.end(TEAM, held.execution, CANCELLED)
    assert domain.endings.stop_asked(*ids) is None


G, A = Finding.ALL_GOOD, Finding.ATTENTION
SPEAKS = {
    # ending: (always, on_finding, on_change, on_failure, never)
    "good": (GOOD, (1, 0, 0, 0, 0)),
    "new finding": (NEW, (1, 1, 1, 0, 0)),
    "continuing finding": (FOUND, (1, 1, 1, 0, 0)),
    "recovered": (RECOVERED, (1, 1, 1, 0, 0)),
    "notes": (Ending(status=Status.SUCCESS, said=True), (1, 0, 1, 0, 0)),
    "nothing to say": (Ending(status=Status.SUCCESS), (1, 0, 0, 0, 0)),
    "failed": (FAILED, (1, 1, 1, 1, 0)),
    "cancelled": (CANCELLED, (1, 0, 0, 0, 0)),
}


@pytest.mark.parametrize("what", SPEAKS)
@pytest.mark.parametrize("column", range(5))
@pytest.mark.parametrize("cause", [Cause.TIME, Cause.RUN_NOW])
def test_when_a_run_speaks(
    domain: Domain, clock: ManualClock, what: str, column: int, cause: Cause
) -> None:
    """[R2] The table; a run that a person asked for always answers."""
    ending, row = SPEAKS[what]
    notify = list(Notify)[column]
    mission = launched(domain, blueprint(speaking(notify)))
    run(domain, clock, mission, GOOD)
    before = len(lane(domain))
    if cause is Cause.TIME:
        run(domain, clock, mission, ending)
    else:
        clicked = domain.lifecycle.run_now(actor(), mission.id, "click")
        made = claim(domain, mission, clicked[0])
        domain.endings.end(TEAM, made.execution, ending)
    expected = 2 if cause is Cause.RUN_NOW or row[column] else 0
    assert len(lane(domain)) - before == expected


def test_on_change_speaks_the_first_time_and_then_of_changes(
    domain: Domain, clock: ManualClock
) -> None:
    """[R2]"""
    mission = launched(domain, blueprint(speaking(Notify.ON_CHANGE)))
    endings = [GOOD, GOOD, NEW, RECOVERED, GOOD, FAILED, FAILED, GOOD, GOOD]
    spoken = []
    for ending in endings:
        before = len(lane(domain))
        run(domain, clock, mission, ending)
        spoken.append(len(lane(domain)) > before)
    assert spoken == [True, False, True, True, False, True, False, True, False]


def test_a_first_failure_under_on_change_is_said_once(domain: Domain, clock: ManualClock) -> None:
    """[R2] Failing on is no change."""
    mission = launched(domain, blueprint(speaking(Notify.ON_CHANGE)))
    for _ in range(2):
        run(domain, clock, mission, FAILED)
    assert len(lane(domain)) == 2
    run(domain, clock, mission, GOOD)
    assert len(lane(domain)) == 4


def test_a_silent_run_is_still_recorded(domain: Domain, clock: ManualClock) -> None:
    """[R2]"""
    mission = launched(domain, blueprint(speaking(Notify.NEVER)))
    final = run(domain, clock, mission, FAILED)
    assert lane(domain) == []
    assert domain.reader.executions(actor().viewer, mission.id) == (final,)


def test_a_report_is_a_root_with_its_detail_in_the_thread(
    domain: Domain, clock: ManualClock
) -> None:
    """[R1]"""
    final = run(domain, clock, launched(domain), GOOD)
    root, below = lane(domain)
    assert root.card == ReportCard(mission=final.mission, execution=final.id)
    assert below.card == ReportDetailCard(mission=final.mission, execution=final.id)
    assert (root.thread_ts, root.thread_of, root.update) == (None, None, None)
    assert (below.thread_of, below.update, below.id) == (root.id, None, detail_id(root.id))


def test_a_continuing_finding_updates_the_same_root_and_detail(
    domain: Domain, clock: ManualClock
) -> None:
    """[R2] Instead of a new root message, however long it goes on."""
    mission = launched(domain)
    run(domain, clock, mission, NEW)
    for _ in range(3):
        run(domain, clock, mission, FOUND)
    root, _, *later = lane(domain)
    assert [e.update for e in later] == [root.id, detail_id(root.id)] * 3
    assert {e.thread_of for e in later[1::2]} == {root.id}
    assert len({e.id for e in later}) == 6


def test_what_is_new_or_recovered_is_a_message_of_its_own(
    domain: Domain, clock: ManualClock
) -> None:
    mission = launched(domain)
    for ending in (NEW, NEW, RECOVERED, GOOD):
        run(domain, clock, mission, ending)
    assert [e.update for e in lane(domain)] == [None] * 8


@pytest.mark.parametrize("between", [FAILED, CANCELLED])
def test_a_finding_never_overwrites_the_message_of_a_run_without_result(
    domain: Domain, clock: ManualClock, between: Ending
) -> None:
    """[R2] It updates *its* report, not that of a failure in between."""
    mission = launched(domain)
    run(domain, clock, mission, NEW)
    finding = lane(domain)[0].id
    run(domain, clock, mission, between)
    run(domain, clock, mission, FOUND)
    root = lane(domain)[4]
    assert root.update in ((None,) if between is FAILED else (finding,))


def test_carry_and_streak_follow_the_checks(domain: Domain, clock: ManualClock) -> None:
    """[S7] Failures in a row are counted; what failed or was cancelled carries nothing over."""
    mission = launched(domain)
    for ending, streak in ((FOUND, 0), (FAILED, 1), (FAILED, 2), (CANCELLED, 2), (GOOD, 0)):
        run(domain, clock, mission, ending)
        state = fields(domain, mission)
        assert state.streak == streak
        assert state.carry == {C1: G if ending is GOOD else Finding.CRITICAL}
        assert state.last_status is ending.status


def test_a_drafts_trial_answers_in_its_thread_and_carries_nothing(domain: Domain) -> None:
    """[C3] The Task shows its status; later runs do not build on it."""
    mission, proposal = draft(domain)
    clicked = domain.lifecycle.try_once(actor(), mission.id, proposal.id, "click")
    made = claim(domain, mission, clicked[0])
    assert domain.endings.end(TEAM, made.execution, FOUND)
    root, below = lane(domain)
    assert root.thread_ts == below.thread_ts == mission.thread_ts
    state = fields(domain, mission)
    assert state.last_status is Status.SUCCESS
    assert (state.carry, state.report, state.streak) == ({}, None, 0)


def test_the_end_of_a_removed_task_brings_nothing_of_it_back(domain: Domain) -> None:
    """[S5] How far it has come stays, so that a restored Task runs nothing again; nothing else."""
    mission = launched(domain, blueprint(task(), task(number=2)))
    made = claim(domain, mission, due(domain, mission))
    change = proposed(domain, mission, blueprint(task(number=2)))
    domain.lifecycle.apply(actor(), mission.id, change.id)
    left = domain.store.task_states(TEAM, mission.id)
    gone = left[T1]
    assert gone == TaskState(trigger_rev=gone.trigger_rev, settled=gone.settled)
    assert domain.endings.end(TEAM, made.execution, FAILED)
    assert domain.store.task_states(TEAM, mission.id) == left
    assert stored(domain, mission.id).version == 2


def test_an_execution_that_began_before_a_disable_goes_on_to_its_end(
    domain: Domain, held: Claim
) -> None:
    """[M1] And still reports."""
    domain.lifecycle.disable(actor(), held.mission.id)
    assert domain.endings.renew(TEAM, held.execution)
    assert domain.endings.end(TEAM, held.execution, GOOD)
    assert isinstance(lane(domain)[-2].card, ReportCard)


def test_never_is_never_for_what_comes_by_time() -> None:
    """[R2]"""
    final = Execution(
        id=ExecutionId("E"),
        mission="M",
        task=T1,
        task_title="x",
        occurrence=OccurrenceId("o"),
        cause=Cause.TIME,
        version=1,
        scheduled_at="2026-11-23T10:00:00Z",
        started_at="2026-11-23T10:00:00Z",
        deadline="2026-11-23T13:00:00Z",
        token="t",
        status=Status.SUCCESS,
        finding=A,
    )
    assert not speaks(Notify.NEVER, final, TaskState(report=OutboxId("O")), changed=True)
