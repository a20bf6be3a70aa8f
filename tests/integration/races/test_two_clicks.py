"""Several people, or one impatient one, press the same button at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from missions.domain import Domain
from missions.errors import HoustonError
from missions.mission import Mission
from tests.integration.races.kit import ROUNDS, at_once, between
from tests.support.build import DAILY_9, actor, blueprint, draft, launched, proposed, stored, task
from tests.support.fakes import ADA, GRACE, TEAM
from tests.support.runs import ledger

PEOPLE = (ADA, GRACE, ADA, GRACE)


def done(found: list[object]) -> list[object]:
    return [each for each in found if not isinstance(each, HoustonError)]


def test_a_launch_happens_once(domain: Domain) -> None:
    """[C6 M2] One of them did it; the others are told that it is Active."""
    for _ in range(ROUNDS):
        mission, proposal = draft(domain)
        found = at_once(
            *(
                lambda p=person, m=mission, o=proposal: domain.lifecycle.launch(
                    actor(p), m.id, o.id
                )
                for person in PEOPLE
            )
        )
        assert len(done(found)) == 1
        assert stored(domain, mission.id).version == 1
        changes = domain.store.changes(TEAM, mission.id, 50)
        assert len([c for c in changes if "aunch" in c.what]) == 1


def test_a_change_is_applied_once(domain: Domain) -> None:
    """[C5 C6] Two cards on the same version: one of them, once."""
    for _ in range(ROUNDS):
        mission = launched(domain)
        cards = [
            proposed(domain, mission, blueprint(task(title="One"))),
            proposed(domain, mission, blueprint(task(DAILY_9, title="Other"))),
        ]
        found = at_once(
            *(
                lambda p=person, m=mission, c=cards[n % 2]: domain.lifecycle.apply(
                    actor(p), m.id, c.id
                )
                for n, person in enumerate(PEOPLE)
            )
        )
        (applied,) = done(found)
        assert isinstance(applied, Mission)
        assert (applied.version, stored(domain, mission.id).version) == (2, 2)


def test_a_run_now_happens_once_per_click(domain: Domain) -> None:
    """[C6 S6] Slack delivers a click again; a second click is another run."""
    for _ in range(ROUNDS):
        mission = launched(domain)
        at_once(
            *(
                lambda m=mission, c=click: domain.lifecycle.run_now(actor(), m.id, c)
                for click in ("one", "one", "one", "two")
            )
        )
        assert len(ledger(domain, mission)) == 2


Click = Callable[[], Any]


def launching(domain: Domain) -> tuple[Mission, Click]:
    mission, proposal = draft(domain)
    return mission, lambda: domain.lifecycle.launch(actor(), mission.id, proposal.id)


def applying(domain: Domain) -> tuple[Mission, Click]:
    mission = launched(domain)
    card = proposed(domain, mission, blueprint(task(title="Other")))
    return mission, lambda: domain.lifecycle.apply(actor(), mission.id, card.id)


def backfilling(domain: Domain) -> tuple[Mission, Click]:
    mission = launched(domain)
    now = domain.clock.now()
    card = domain.lifecycle.propose_backfill(actor(), mission.id, now - timedelta(hours=1), now)
    return mission, lambda: domain.lifecycle.backfill(actor(), mission.id, card.id)


def disabling(domain: Domain) -> tuple[Mission, Click]:
    mission = launched(domain)
    return mission, lambda: domain.lifecycle.disable(actor(), mission.id)


@pytest.mark.parametrize("kind", [launching, applying, backfilling, disabling])
def test_the_second_click_between_look_and_act_of_the_first(
    domain: Domain, kind: Callable[[Domain], tuple[Mission, Click]]
) -> None:
    """[C6 M2] The one that has read and decided finds it done, and says so; it happened once."""
    mission, click = kind(domain)
    logged = len(domain.store.changes(TEAM, mission.id, 50))
    with pytest.raises(HoustonError):
        between(click, click)
    assert len(domain.store.changes(TEAM, mission.id, 50)) == logged + 1


def test_a_run_now_delivered_again_between_look_and_act(domain: Domain) -> None:
    """[C6 S6] The same click: one row, and nobody is told off."""
    mission = launched(domain)

    def click() -> object:
        return domain.lifecycle.run_now(actor(), mission.id, "one")

    assert between(click, click) == ()
    assert len(ledger(domain, mission)) == 1
