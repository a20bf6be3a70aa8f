"""A person disables the Mission at the moment at which a worker claims its occurrence."""

from __future__ import annotations

from functools import partial

from missions import keys as k
from missions.domain import Domain
from missions.execution import Outcome, Reason, Status
from missions.mission import MissionState
from tests.integration.races.kit import ROUNDS, at_once, between
from tests.support.build import actor, launched, stored, task
from tests.support.fakes import TEAM
from tests.support.runs import due, row_of


def test_it_runs_to_its_end_or_is_skipped(domain: Domain) -> None:
    """[S5 S1 M1] Never both, never neither; nothing is left in the queue."""
    for _ in range(ROUNDS):
        mission = launched(domain)
        row = due(domain, mission, task())
        disabled, claim = at_once(
            partial(domain.lifecycle.disable, actor(), mission.id),
            partial(domain.claims.claim, TEAM, mission.id, row, "worker"),
        )
        assert disabled.state is MissionState.PAUSED
        assert stored(domain, mission.id).state is MissionState.PAUSED
        found, running = row_of(domain, mission, row), domain.store.running(TEAM, mission.id)
        if claim is None:
            assert (found.outcome, found.reason) == (Outcome.SKIPPED, Reason.PAUSED)
            assert running == ()
        else:
            assert (found.outcome, found.execution) == (Outcome.RUN, claim.execution.id)
            assert [(e.id, e.status) for e in running] == [(claim.execution.id, Status.RUNNING)]
        assert domain.redis.zcard(k.PENDING) == 0
        assert domain.claims.claim(TEAM, mission.id, row, "another") is None


def test_a_disable_between_look_and_claim_stops_it(domain: Domain) -> None:
    """[S5] The worker has seen it Active; when it comes to claim it is Paused."""
    mission = launched(domain)
    row = due(domain, mission, task())
    claim = partial(domain.claims.claim, TEAM, mission.id, row, "worker")
    assert between(claim, partial(domain.lifecycle.disable, actor(), mission.id)) is None
    found = row_of(domain, mission, row)
    assert (found.outcome, found.reason) == (Outcome.SKIPPED, Reason.PAUSED)
    assert domain.store.running(TEAM, mission.id) == ()
    assert domain.redis.zcard(k.PENDING) == 0


def test_a_claim_between_look_and_disable_runs_on(domain: Domain) -> None:
    """[S5 M1] The person's click found it queued; it started a moment before."""
    mission = launched(domain)
    row = due(domain, mission, task())
    disable = partial(domain.lifecycle.disable, actor(), mission.id)
    between(disable, partial(domain.claims.claim, TEAM, mission.id, row, "worker"))
    found = row_of(domain, mission, row)
    (running,) = domain.store.running(TEAM, mission.id)
    assert (found.outcome, found.execution, found.reason) == (Outcome.RUN, running.id, None)
    assert stored(domain, mission.id).state is MissionState.PAUSED
