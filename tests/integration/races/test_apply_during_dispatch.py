"""A new version is applied while occurrences of the old plan become due and are claimed."""

from __future__ import annotations

from functools import partial

from redis import Redis

from jobs.timer import Timer
from missions import keys as k
from missions.blueprint import CronTrigger
from missions.claims import Claim
from missions.domain import Domain
from missions.execution import Outcome, Reason
from missions.ids import OccurrenceId
from missions.mission import Mission
from tests.integration.races.kit import ROUNDS, at_once, before_firing
from tests.support.build import actor, blueprint, launched, proposed, task
from tests.support.fakes import TEAM, ManualClock
from tests.support.runs import ledger, row_of
from tests.support.stored import members

HOURLY = CronTrigger(cron="0 * * * *", zone="UTC")


def claim_all(domain: Domain, mission: Mission, token: str) -> list[Claim]:
    """What a worker gets of all that is due."""
    rows = [OccurrenceId(k.split_member(n, 3)[2]) for n in members(domain.redis, k.PENDING)]
    claims = [domain.claims.claim(TEAM, mission.id, row, token) for row in rows]
    return [claim for claim in claims if claim]


def claim_again(domain: Domain, mission: Mission) -> list[Claim]:
    return [claim for _ in range(10) for claim in claim_all(domain, mission, "early")]


def test_the_old_plans_occurrences_never_start_once_a_new_version_is_applied(
    domain: Domain, clock: ManualClock, bytes_redis: Redis
) -> None:
    """[S5 C5] What starts is of the plan that was current at its claim; the rest is skipped."""
    timer = Timer(domain, bytes_redis)
    for _ in range(ROUNDS):
        assert timer.acquire_lock()
        mission = launched(domain)
        change = proposed(domain, mission, blueprint(task(HOURLY)))
        clock.advance(minutes=5)
        applied, _, claims = at_once(
            partial(domain.lifecycle.apply, actor(), mission.id, change.id),
            timer.enqueue_jobs,
            partial(claim_again, domain, mission),
        )
        assert applied.version == 2
        timer.enqueue_jobs()
        assert claim_all(domain, mission, "late") == []
        for claim in claims:
            assert claim.execution.version == 1  # claimed before it was applied
        rows = ledger(domain, mission)
        assert len(rows) == 1  # whoever came first
        for row in rows:
            started = row.id in [claim.execution.occurrence for claim in claims]
            assert (row.outcome is Outcome.RUN) == started
            assert started or (row.outcome, row.reason) == (Outcome.SKIPPED, Reason.PLAN_CHANGED)
        domain.lifecycle.disable(actor(), mission.id)


def test_a_claim_pins_the_version_that_is_current_at_that_moment(domain: Domain) -> None:
    """[S5] Only words changed: the occurrence starts, by the old words or by the new ones."""
    for _ in range(ROUNDS):
        mission = launched(domain)
        (row,) = domain.lifecycle.run_now(actor(), mission.id, "click")
        change = proposed(domain, mission, blueprint(task(title="Renamed")))
        _, claim = at_once(
            partial(domain.lifecycle.apply, actor(), mission.id, change.id),
            partial(domain.claims.claim, TEAM, mission.id, row, "worker"),
        )
        titles = {1: "Check 1", 2: "Renamed"}
        assert claim.execution.task_title == titles[claim.execution.version] == claim.task.title
        assert row_of(domain, mission, row).execution == claim.execution.id


def test_a_new_version_between_look_and_firing(
    domain: Domain, clock: ManualClock, bytes_redis: Redis
) -> None:
    """[S5 S1] The timer has read the old plan; what it then writes is one row that never starts."""
    timer = Timer(domain, bytes_redis)
    assert timer.acquire_lock()
    mission = launched(domain)
    change = proposed(domain, mission, blueprint(task(HOURLY)))
    clock.advance(minutes=5)
    before_firing(timer, partial(domain.lifecycle.apply, actor(), mission.id, change.id))
    timer.enqueue_jobs()
    assert claim_all(domain, mission, "late") == []
    (row,) = ledger(domain, mission)
    assert (row.outcome, row.reason) == (Outcome.SKIPPED, Reason.PLAN_CHANGED)
