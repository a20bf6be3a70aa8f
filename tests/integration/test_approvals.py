"""What an Execution wants to do outside: it waits, is answered once, and is done once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from redis import Redis

from jobs.queues import RqBell
from jobs.sweeps import Sweeps
from missions import keys as k
from missions.approval import ApprovalState
from missions.approvals import APPROVER_GONE, NOBODY, OWNER_GONE, PLAN_CHANGED, NotAllowed
from missions.blueprint import Strategy
from missions.cards import ApprovalCard
from missions.domain import Domain
from missions.endings import Ending
from missions.errors import Forbidden, HoustonError, UnknownMission
from missions.execution import Outcome, Reason, Status
from missions.ids import PersonId
from missions.keys import TeamKeys
from missions.overview import WaitingApproval
from missions.ports import Access
from missions.recorded import kept
from missions.tx import Lost
from missions.verbs.approvals import ApprovalRefused
from missions.verbs.settings import Settings, settings_of
from tests.support.approvals import (
    act,
    acting,
    approvable,
    named,
    now_is,
    run_of,
    running,
    state_of,
    waiting,
    wanted,
)
from tests.support.build import actor, blueprint, proposed, stored
from tests.support.fakes import (
    ADA,
    GRACE,
    MALLORY,
    OPS,
    TEAM,
    FakeDirectory,
    ManualClock,
    RecordingBell,
)
from tests.support.runs import cards, due, not_claimed

BOB = PersonId("U-BOB")
OUTSIDER = PersonId("U-EVE")


@pytest.fixture
def sweeps(domain: Domain, bytes_redis: Redis) -> Sweeps:
    return Sweeps(domain, RqBell(bytes_redis))


def test_a_waiting_run_is_running_without_a_worker_or_a_lease(
    domain: Domain, sweeps: Sweeps, clock: ManualClock
) -> None:
    """[A3 X1] It holds no worker, nobody takes it for dead, and its card is posted."""
    mission = approvable(domain)
    asked = waiting(domain, mission)
    run = run_of(domain, asked)
    assert (run.status, run.waits_for) == (Status.RUNNING, asked.id)
    assert domain.redis.zcard(k.LEASES) == 0
    clock.advance(minutes=30)
    sweeps.leases()
    sweeps.approvals()
    assert run_of(domain, asked) == run
    assert ApprovalCard(mission=mission.id, execution=run.id, approval=asked.id) in cards(domain)


def test_it_counts_for_overlap(domain: Domain, clock: ManualClock) -> None:
    """[A3 B3]"""
    mission = approvable(domain)
    waiting(domain, mission)
    clock.advance(minutes=5)
    row = not_claimed(domain, mission, due(domain, mission, acting()))
    assert (row.outcome, row.reason) == (Outcome.SKIPPED, Reason.OVERLAP)


def test_an_approved_call_is_taken_up_once_and_begun_once(
    domain: Domain, bell: RecordingBell
) -> None:
    """[A2] Single use: for one worker, and once."""
    mission = approvable(domain)
    asked = waiting(domain, mission)
    domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)
    assert bell.resumes == [asked.id]
    taken = domain.approvals.take(TEAM, mission.id, asked.id, "one")
    assert taken is not None
    assert domain.approvals.take(TEAM, mission.id, asked.id, "two") is None
    again = domain.approvals.take(TEAM, mission.id, asked.id, "one")
    assert again is not None
    assert again.claim.execution == taken.claim.execution
    begun = domain.approvals.begin(TEAM, taken.claim.execution, wanted())
    assert begun.state is ApprovalState.SENDING
    with pytest.raises(Lost):
        domain.approvals.begin(TEAM, taken.claim.execution, wanted())
    domain.approvals.finish(TEAM, begun, ApprovalState.DONE, "It answered 204.")
    assert now_is(domain, asked).outcome == "It answered 204."


def test_nobody_but_a_named_approver_can_answer(domain: Domain, directory: FakeDirectory) -> None:
    """[A2 P1 P2] Not the owner, not an editor, not a reader; who cannot read learns nothing."""
    mission = approvable(domain)
    asked = waiting(domain, mission)
    directory.access_table[(BOB, OPS)] = Access.MEMBER
    for person in (ADA, BOB, MALLORY):
        for answer in (domain.lifecycle.approve, domain.lifecycle.reject):
            with pytest.raises(Forbidden):
                answer(actor(person), mission.id, asked.id, asked.digest)
    with pytest.raises(UnknownMission):
        domain.lifecycle.approve(actor(OUTSIDER), mission.id, asked.id, asked.digest)
    directory.access_table[(GRACE, OPS)] = Access.NONE
    with pytest.raises(UnknownMission):
        domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)
    assert state_of(domain, asked) is ApprovalState.OPEN


def test_an_approver_named_after_it_was_asked_cannot_answer_it(
    domain: Domain, directory: FakeDirectory
) -> None:
    """[A2] Approval is bound to the people who were asked, as far as they still may."""
    directory.access_table[(BOB, OPS)] = Access.MEMBER
    mission = approvable(domain)
    asked = waiting(domain, mission)
    named(domain, mission, (GRACE, BOB))
    with pytest.raises(Forbidden):
        domain.lifecycle.approve(actor(BOB), mission.id, asked.id, asked.digest)
    named(domain, mission, (BOB,))
    with pytest.raises(Forbidden):
        domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)


def test_with_no_approvers_nobody_is_asked(domain: Domain) -> None:
    """[A2] An empty approver list means nobody."""
    mission = approvable(domain, approvers=())
    held = running(domain, mission)
    with pytest.raises(NotAllowed, match=kept(NOBODY)):
        domain.approvals.require_askable(TEAM, held.execution, wanted())
    asked = waiting(domain, mission, held)
    with pytest.raises(Forbidden):
        domain.lifecycle.approve(actor(ADA), mission.id, asked.id, asked.digest)


def test_a_click_is_bound_to_what_was_shown(domain: Domain) -> None:
    """[A2] Mission, Execution, version, tool, arguments: an edit makes the old card useless."""
    mission, other = approvable(domain), approvable(domain)
    asked = waiting(domain, mission)
    with pytest.raises(ApprovalRefused, match="no longer known"):
        domain.lifecycle.approve(actor(GRACE), other.id, asked.id, asked.digest)
    arguments = {"method": "POST", "url": "https://pager.example/other"}
    edited = domain.lifecycle.edit_call(actor(GRACE), mission.id, asked.id, asked.digest, arguments)
    assert edited.first == asked.arguments
    assert edited.edited_by == GRACE
    with pytest.raises(ApprovalRefused, match="grace changed the arguments meanwhile"):
        domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)
    domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, edited.digest)
    taken = domain.approvals.take(TEAM, mission.id, asked.id, "one")
    assert taken is not None
    begun = domain.approvals.begin(TEAM, taken.claim.execution, wanted())
    assert begun.arguments == arguments


def test_the_second_answer_is_told_who_came_first(domain: Domain) -> None:
    """[A2 M2]"""
    mission = approvable(domain, approvers=(GRACE, ADA))
    asked = waiting(domain, mission)
    domain.lifecycle.reject(actor(GRACE), mission.id, asked.id, asked.digest, "not  now")
    with pytest.raises(ApprovalRefused, match="rejected already, by grace"):
        domain.lifecycle.approve(actor(ADA), mission.id, asked.id, asked.digest)
    assert now_is(domain, asked).reason == "not now"
    assert [c.what for c in domain.reader.changes(actor().viewer, mission.id, limit=1)] == [
        "Rejected: POST https://pager.example/hook"
    ]


def test_nobody_answers_and_the_run_fails_at_its_deadline(
    domain: Domain, clock: ManualClock, sweeps: Sweeps
) -> None:
    """[A3 X2] With that reason; a late click does nothing."""
    plan = acting(strategy=Strategy(timeout_seconds=600))
    mission = approvable(domain, plan)
    asked = waiting(domain, mission, running(domain, mission, plan))
    assert asked.expires - asked.at <= timedelta(minutes=10)
    clock.advance(minutes=10)
    with pytest.raises(ApprovalRefused, match="Nobody answered in time"):
        domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)
    sweeps.approvals()
    run = run_of(domain, asked)
    assert run.status is Status.FAILED
    assert run.error == (
        "Nobody answered in time whether to do this: POST https://pager.example/hook. "
        "It was not done."
    )
    assert state_of(domain, asked) is ApprovalState.EXPIRED
    assert domain.redis.zcard(k.APPROVALS) == 0


def test_an_answer_that_no_worker_took_up_in_time_is_not_carried_out(
    domain: Domain, clock: ManualClock, sweeps: Sweeps
) -> None:
    """[A3]"""
    mission = approvable(domain)
    asked = waiting(domain, mission)
    domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)
    clock.advance(hours=3)
    sweeps.approvals()
    assert run_of(domain, asked).status is Status.FAILED
    assert state_of(domain, asked) is ApprovalState.WITHDRAWN
    assert domain.approvals.take(TEAM, mission.id, asked.id, "one") is None


def test_an_answered_one_is_rung_for_again(
    domain: Domain, clock: ManualClock, bytes_redis: Redis
) -> None:
    """[A3] A lost job is harmless."""
    mission = approvable(domain)
    asked = waiting(domain, mission)
    domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)
    bell = RqBell(bytes_redis)
    sweeps = Sweeps(domain, bell)
    for rung in (1, 1, 2):
        sweeps.approvals()
        assert bytes_redis.llen("rq:queue:executions") == rung
        clock.advance(seconds=6)


def test_stop_ends_what_waits(domain: Domain, sweeps: Sweeps) -> None:
    """[X5 A3] No worker is needed for it."""
    mission = approvable(domain)
    asked = waiting(domain, mission)
    domain.lifecycle.stop(actor(), mission.id)
    sweeps.approvals()
    run = run_of(domain, asked)
    assert (run.status, run.stopped_by) == (Status.CANCELLED, ADA)
    assert state_of(domain, asked) is ApprovalState.WITHDRAWN
    with pytest.raises(ApprovalRefused):
        domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)


def test_disable_leaves_it_waiting(domain: Domain, sweeps: Sweeps) -> None:
    """[M1] The attempt already running goes on to its end."""
    mission = approvable(domain)
    asked = waiting(domain, mission)
    domain.lifecycle.disable(actor(), mission.id)
    sweeps.approvals()
    domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)
    taken = domain.approvals.take(TEAM, mission.id, asked.id, "one")
    assert taken is not None
    assert domain.approvals.begin(TEAM, taken.claim.execution, wanted())


def test_delete_leaves_nothing_of_it(domain: Domain, sweeps: Sweeps) -> None:
    """[M6]"""
    mission = approvable(domain)
    asked = waiting(domain, mission)
    keys = TeamKeys(TEAM).mission(mission.id)
    domain.redis.hset(keys.kept(asked.execution), "state", "kept by the graph")
    domain.lifecycle.delete(actor(), mission.id, mission.id)
    with pytest.raises(UnknownMission):
        domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)
    assert domain.approvals.take(TEAM, mission.id, asked.id, "late") is None
    domain.remains.clear(TEAM, mission.id)
    assert domain.remains.left(TEAM, mission.id) == 0
    assert domain.redis.zcard(k.APPROVALS) == 0
    assert domain.redis.zcard(TeamKeys(TEAM).waiting(GRACE)) == 0
    sweeps.approvals()


@pytest.mark.parametrize("gone", ["approver", "owner", "plan"])
def test_rights_are_asked_again_when_it_is_done(
    gone: str, domain: Domain, directory: FakeDirectory
) -> None:
    """[A2 P3] What changed between the click and the call counts."""
    mission = approvable(domain)
    asked = waiting(domain, mission)
    domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)
    taken = domain.approvals.take(TEAM, mission.id, asked.id, "one")
    assert taken is not None
    if gone == "approver":
        named(domain, mission, (ADA,))
    elif gone == "owner":
        directory.access_table[(ADA, OPS)] = Access.NONE
    else:
        change = proposed(domain, stored(domain, mission.id), blueprint(acting(act(number=2))))
        domain.lifecycle.apply(actor(GRACE), mission.id, change.id)
    why = kept({"approver": APPROVER_GONE, "owner": OWNER_GONE, "plan": PLAN_CHANGED}[gone])
    with pytest.raises(NotAllowed, match=why):
        domain.approvals.begin(TEAM, taken.claim.execution, wanted())
    assert state_of(domain, asked) is ApprovalState.REFUSED


def test_what_was_being_sent_when_the_worker_died_is_reported_as_perhaps_done(
    domain: Domain,
) -> None:
    """[A2 X2] It is never sent twice, and nobody pretends to know."""
    mission = approvable(domain)
    asked = waiting(domain, mission)
    domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)
    taken = domain.approvals.take(TEAM, mission.id, asked.id, "one")
    assert taken is not None
    begun = domain.approvals.begin(TEAM, taken.claim.execution, wanted())
    died = Ending(status=Status.FAILED, error="The worker that ran it stopped responding.")
    final = domain.endings.end(TEAM, taken.claim.execution, died)
    assert final is not None
    assert final.error == (
        "The worker that ran it stopped responding. "
        "POST https://pager.example/hook: it may have been done, or not."
    )
    late = domain.approvals.finish(TEAM, begun, ApprovalState.DONE, "It answered 204.")
    assert late.state is ApprovalState.UNKNOWN
    assert domain.approvals.take(TEAM, mission.id, asked.id, "two") is None


def test_it_waits_on_top_of_the_approvers_home(domain: Domain, directory: FakeDirectory) -> None:
    """[A1 P1] For approvers who may see the Mission, until it is answered."""
    mission = approvable(domain)
    asked = waiting(domain, mission)
    waits = domain.overview.waiting(actor(GRACE).viewer)
    assert isinstance(waits[0], WaitingApproval)
    assert waits[0].approval == asked
    assert not any(isinstance(w, WaitingApproval) for w in domain.overview.waiting(actor().viewer))
    domain.lifecycle.reject(actor(GRACE), mission.id, asked.id, asked.digest)
    assert not any(
        isinstance(w, WaitingApproval) for w in domain.overview.waiting(actor(GRACE).viewer)
    )


def test_only_the_owner_or_an_administrator_says_who_may_approve(domain: Domain) -> None:
    """[A2 M7 P2] Else whoever may edit could approve for themselves."""
    mission = approvable(domain)
    plan = domain.reader.blueprint(actor().viewer, mission.id)
    now: Settings = settings_of(stored(domain, mission.id), plan)
    mine = now.model_copy(update={"approvers": (GRACE, MALLORY)})
    with pytest.raises(Forbidden, match="Its owner or an administrator can"):
        domain.lifecycle.change_settings(actor(GRACE), mission.id, mine, mission.rev)
    changed = domain.lifecycle.change_settings(actor(ADA), mission.id, mine, mission.rev)
    assert changed.approvers == (GRACE, MALLORY)
    (change,) = domain.reader.changes(actor().viewer, mission.id, limit=1)
    assert (change.what, change.before, change.after) == (
        "Who may approve",
        "grace",
        "grace, mallory",
    )


def test_approvers_stay_when_the_owner_changes(domain: Domain) -> None:
    """[A2 P3]"""
    mission = approvable(domain)
    offered = domain.lifecycle.offer(actor(ADA), mission.id, GRACE)
    assert offered.handover is not None
    owned = domain.lifecycle.accept(actor(GRACE), mission.id, offered.handover.id)
    assert (owned.owner, owned.approvers) == (GRACE, (GRACE,))
    assert issubclass(ApprovalRefused, HoustonError)
