"""An approval is answered, expires, is stopped, taken up and deleted, all at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from redis import Redis

from jobs.queues import RqBell
from jobs.sweeps import Sweeps
from missions import keys as k
from missions.approval import Approval, ApprovalState
from missions.domain import Domain
from missions.endings import Ending
from missions.errors import HoustonError
from missions.execution import Status
from missions.ids import PersonId
from missions.tx import Lost
from tests.integration.races.kit import ROUNDS, at_once
from tests.support.approvals import approvable, now_is, run_of, state_of, waiting, wanted
from tests.support.build import actor
from tests.support.fakes import ADA, GRACE, TEAM, ManualClock

BOTH = (GRACE, ADA)


@pytest.fixture
def sweeps(domain: Domain, bytes_redis: Redis) -> Sweeps:
    return Sweeps(domain, RqBell(bytes_redis))


def approve(domain: Domain, asked: Approval, who: PersonId = GRACE) -> Callable[[], Approval]:
    """A click on that card."""
    verb, digest = domain.lifecycle.approve, asked.digest
    return partial(verb, actor(who), asked.mission, asked.id, digest)


def test_of_two_approvers_who_click_at_once_one_counts(domain: Domain) -> None:
    """[A2 C6] The other is told who it was; nothing is done twice."""
    for _ in range(ROUNDS):
        mission = approvable(domain, approvers=BOTH)
        asked = waiting(domain, mission)

        reject = partial(domain.lifecycle.reject, actor(ADA), mission.id, asked.id, asked.digest)
        click = approve(domain, asked)
        answers = at_once(click, reject, click)
        refused = [a for a in answers if isinstance(a, HoustonError)]
        assert len(refused) == 2
        by = now_is(domain, asked).by
        assert by is not None
        assert all(f"already, by {by[2:].lower()}" in r.sentence for r in refused)
        changes = domain.reader.changes(actor().viewer, mission.id, limit=10)
        assert len([c for c in changes if "POST" in c.what]) == 1


def test_two_workers_take_an_answer_up_and_one_gets_it(domain: Domain) -> None:
    """[A2 A3] A doubled job is harmless, and so is a second begin."""
    for _ in range(ROUNDS):
        mission = approvable(domain)
        asked = waiting(domain, mission)
        domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)
        take = partial(domain.approvals.take, TEAM, mission.id, asked.id)
        taken = at_once(*(partial(take, f"worker {n}") for n in range(4)))
        (one,) = [t for t in taken if t is not None]
        begin = partial(domain.approvals.begin, TEAM, one.claim.execution, wanted())
        begun = at_once(begin, begin, begin)
        assert len([b for b in begun if not isinstance(b, Exception)]) == 1


def test_an_answer_at_the_deadline_counts_or_the_run_fails_never_both(
    domain: Domain, clock: ManualClock, sweeps: Sweeps
) -> None:
    """[A2 A3] Whoever comes first; the other finds it so."""
    for _ in range(ROUNDS):
        mission = approvable(domain)
        asked = waiting(domain, mission)
        clock.set(asked.expires)
        answer, _ = at_once(
            approve(domain, asked),
            sweeps.approvals,
        )
        sweeps.approvals()
        assert isinstance(answer, HoustonError)
        assert run_of(domain, asked).status is Status.FAILED
        assert state_of(domain, asked) is ApprovalState.EXPIRED
        assert domain.redis.zcard(k.APPROVALS) == 0


def test_a_stop_and_an_answer_at_once_leave_one_of_them(domain: Domain, sweeps: Sweeps) -> None:
    """[X5 A2] Once it is stopped nothing is sent, whatever was answered before."""
    for _ in range(ROUNDS):
        mission = approvable(domain)
        asked = waiting(domain, mission)
        at_once(
            approve(domain, asked),
            partial(domain.lifecycle.stop, actor(), mission.id),
        )
        taken = domain.approvals.take(TEAM, mission.id, asked.id, "one")
        if taken:
            with pytest.raises(Lost):
                domain.approvals.begin(TEAM, taken.claim.execution, wanted())
            ending = Ending(status=Status.CANCELLED)
            assert domain.endings.end(TEAM, taken.claim.execution, ending)
        sweeps.approvals()
        assert run_of(domain, asked).status is Status.CANCELLED
        assert state_of(domain, asked) is ApprovalState.WITHDRAWN


def test_the_end_of_a_run_and_the_begin_of_its_call_at_once(domain: Domain) -> None:
    """[A2 X2] Either it was not sent, or it is reported as perhaps done; never sent unseen."""
    for _ in range(ROUNDS):
        mission = approvable(domain)
        asked = waiting(domain, mission)
        domain.lifecycle.approve(actor(GRACE), mission.id, asked.id, asked.digest)
        taken = domain.approvals.take(TEAM, mission.id, asked.id, "one")
        assert taken is not None
        run = taken.claim.execution
        died = Ending(status=Status.FAILED, error="Died.")
        begun, final = at_once(
            partial(domain.approvals.begin, TEAM, run, wanted()),
            partial(domain.endings.end, TEAM, run, died),
        )
        assert final is not None
        sent = not isinstance(begun, Exception)
        state = ApprovalState.UNKNOWN if sent else ApprovalState.WITHDRAWN
        assert state_of(domain, asked) is state
        assert ("may have been done" in (final.error or "")) is sent


def test_everything_at_once_with_a_delete_leaves_nothing(domain: Domain, sweeps: Sweeps) -> None:
    """[M6]"""
    for _ in range(ROUNDS):
        mission = approvable(domain)
        asked = waiting(domain, mission)
        at_once(
            approve(domain, asked),
            partial(domain.approvals.take, TEAM, mission.id, asked.id, "one"),
            partial(domain.lifecycle.stop, actor(), mission.id),
            partial(domain.lifecycle.delete, actor(), mission.id, mission.id),
            sweeps.approvals,
        )
        domain.remains.clear(TEAM, mission.id)
        assert domain.remains.left(TEAM, mission.id) == 0
        sweeps.approvals()
        assert domain.redis.zcard(k.APPROVALS) == 0
        assert domain.redis.zcard(k.LEASES) == 0
