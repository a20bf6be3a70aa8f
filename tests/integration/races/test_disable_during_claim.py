"""A person disables the Mission at the moment at which a worker claims its occurrence."""

from __future__ import annotations

from functools import partial

from missions import keys as k
from missions.domain import Domain
from missions.execution import Outcome, Reason, Status
from missions.mission import MissionState
from tests.integration.races.kit import ROUNDS, at_once
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
