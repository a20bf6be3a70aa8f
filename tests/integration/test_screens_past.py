"""The past that `make screenshots` shows is made by the product's own steps."""

from __future__ import annotations

from missions.domain import Domain
from missions.execution import Status
from tests.screens.past import WEEKS, Past
from tests.support.build import actor
from tests.support.fakes import ADA, OPS, TEAM, ManualClock
from tests.support.runs import kinds


def test_a_past_is_made(domain: Domain, clock: ManualClock) -> None:
    """It says nothing in the channel; the run after it does."""
    past = Past(domain, clock, TEAM, OPS, ADA)
    mission = past.mission()
    runs = domain.reader.executions(actor().viewer, mission, limit=100)
    assert len(runs) == 5 * WEEKS
    assert sum(run.status is Status.FAILED for run in runs) == 1
    assert all(run.started_at == run.scheduled_at for run in runs)
    assert "report" not in kinds(domain)
    past.run(mission, "down", 0, clock.now())
    assert "report" in kinds(domain)
