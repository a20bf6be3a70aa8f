"""The next run is to take the place of one that ends, is stopped and replaced at once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from missions.blueprint import Overlap, Strategy
from missions.domain import Domain
from missions.endings import Ending
from missions.execution import Outcome, Status
from tests.integration.races.kit import ROUNDS, at_once, between
from tests.support.build import actor, blueprint, launched, task
from tests.support.fakes import TEAM, ManualClock
from tests.support.runs import GOOD, claimed, due, ledger

REPLACED = Ending(status=Status.CANCELLED, error="The next run took its place.")


def test_one_ends_once_and_the_next_one_runs(domain: Domain, clock: ManualClock) -> None:
    """[B3 X4 S1] Success or Cancelled, whichever came first, and never changed again."""
    made = task(strategy=Strategy(overlap=Overlap.REPLACE))
    for _ in range(ROUNDS):
        mission = launched(domain, blueprint(made))
        first = claimed(domain, mission, due(domain, mission, made)).execution
        second = due(domain, mission, made, clock.now() + timedelta(seconds=1))
        good, replaced, began, _ = at_once(
            partial(domain.endings.end, TEAM, first, GOOD),
            partial(domain.endings.end, TEAM, first, REPLACED),
            partial(domain.claims.claim, TEAM, mission.id, second, "worker"),
            partial(domain.lifecycle.stop, actor(), mission.id),
        )
        finals = [each for each in (good, replaced) if each is not None]
        assert len(finals) == 1
        assert domain.store.execution(TEAM, mission.id, first.id) == finals[0]
        if began is None:
            claimed(domain, mission, second)
        (running,) = domain.store.running(TEAM, mission.id)
        assert running.occurrence == second
        assert domain.endings.stop_asked(TEAM, mission.id, first.id) is None
        assert [row.outcome for row in ledger(domain, mission)] == [Outcome.RUN] * 2


def test_it_ends_between_look_and_stop(domain: Domain, clock: ManualClock) -> None:
    """[B3] The next one has seen it run; it ended: the next starts at once, and stops nobody."""
    made = task(strategy=Strategy(overlap=Overlap.REPLACE))
    mission = launched(domain, blueprint(made))
    first = claimed(domain, mission, due(domain, mission, made)).execution
    second = due(domain, mission, made, clock.now() + timedelta(seconds=1))
    claim = partial(domain.claims.claim, TEAM, mission.id, second, "worker")
    began = between(claim, partial(domain.endings.end, TEAM, first, GOOD))
    assert began is not None
    assert began.execution.occurrence == second
    assert domain.endings.stop_asked(TEAM, mission.id, first.id) is None
    assert domain.endings.stop_asked(TEAM, mission.id, began.execution.id) is None


def test_the_next_one_comes_between_look_and_end(domain: Domain, clock: ManualClock) -> None:
    """[B3 X4] It ends as it was to end; who asked it to stop a moment ago runs next."""
    made = task(strategy=Strategy(overlap=Overlap.REPLACE))
    mission = launched(domain, blueprint(made))
    first = claimed(domain, mission, due(domain, mission, made)).execution
    second = due(domain, mission, made, clock.now() + timedelta(seconds=1))
    claim = partial(domain.claims.claim, TEAM, mission.id, second, "worker")
    final = between(partial(domain.endings.end, TEAM, first, GOOD), claim)
    assert final.status is Status.SUCCESS
    assert domain.endings.stop_asked(TEAM, mission.id, first.id) is None
    assert claimed(domain, mission, second).execution.occurrence == second
