"""Several people, or one impatient one, press the same button at the same moment."""

from __future__ import annotations

from missions.domain import Domain
from missions.errors import HoustonError
from missions.mission import Mission
from tests.integration.races.kit import ROUNDS, at_once
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
