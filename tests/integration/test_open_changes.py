"""Changes of several people that wait at once: each applies what they asked for, and no more."""

from __future__ import annotations

import pytest

from missions.blueprint import Blueprint, Every, Summary
from missions.domain import Domain
from missions.errors import ProposalRefused
from missions.ids import PersonId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.outbox import entry
from missions.proposal import Proposal, ProposalState
from missions.proposals import card_of, write_shown
from tests.support.build import actor, blueprint, launched, proposed, stored
from tests.support.fakes import ADA, GRACE, OPS, TEAM

WEEKLY = Summary(every=Every.WEEK, weekday=5)
ROOT = "1000.000001"


@pytest.fixture
def mission(domain: Domain) -> Mission:
    return launched(domain)


def plan(goal: str) -> Blueprint:
    return blueprint().model_copy(update={"goal": goal})


def state_of(domain: Domain, proposal: Proposal) -> ProposalState:
    found = domain.store.proposal(TEAM, proposal.mission, proposal.id)
    assert found is not None
    return found.state


def builds_on(domain: Domain, mission: Mission, person: PersonId, root: str = ROOT) -> str | None:
    found = domain.reader.open_change(actor(person).viewer, mission.id, OPS, root)
    return found.blueprint.goal if found else None


def shown(domain: Domain, proposal: Proposal, root: str) -> None:
    keys = TeamKeys(TEAM).mission(proposal.mission)
    tx = domain.store.mission_tx(keys)
    write_shown(tx, keys, proposal.id, entry(TEAM, OPS, card_of(proposal), thread_ts=root))
    tx.commit()


def test_nobody_applies_what_somebody_else_asked_for_elsewhere(
    domain: Domain, mission: Mission
) -> None:
    """[C5 C6] A command's change is nobody's ground, and words in a thread build on its card."""
    hers = proposed(domain, mission, plan("Grace's"), GRACE)
    assert builds_on(domain, mission, GRACE) == "Grace's"
    assert builds_on(domain, mission, ADA) is None
    shown(domain, hers, ROOT)
    assert builds_on(domain, mission, ADA) == "Grace's"
    assert builds_on(domain, mission, ADA, root="2000.000001") is None


def test_a_change_of_one_does_not_end_that_of_another(domain: Domain, mission: Mission) -> None:
    """[C5 C6] Each stays answerable; the first that is applied makes the other one stale."""
    first = proposed(domain, mission, plan("Ada's"))
    hers = domain.lifecycle.propose_summary(actor(GRACE), mission.id, WEEKLY, "weekly")
    assert hers.blueprint.goal != "Ada's"
    assert state_of(domain, first) is ProposalState.OPEN
    domain.lifecycle.discard(actor(GRACE), mission.id, hers.id)
    assert builds_on(domain, mission, ADA) == "Ada's"
    again = domain.lifecycle.propose_summary(actor(GRACE), mission.id, WEEKLY, "weekly")
    domain.lifecycle.apply(actor(), mission.id, first.id)
    assert domain.reader.blueprint(actor().viewer, mission.id).summary is None
    with pytest.raises(ProposalRefused) as refused:
        domain.lifecycle.apply(actor(GRACE), mission.id, again.id)
    assert refused.value.can_redo


def test_a_report_set_by_a_command_goes_on_top_of_ones_own_change(
    domain: Domain, mission: Mission
) -> None:
    """[C5] As words do; the change before it is superseded by the card that holds both."""
    first = proposed(domain, mission, plan("Ada's"))
    both = domain.lifecycle.propose_summary(actor(), mission.id, WEEKLY, "weekly")
    assert (both.blueprint.goal, both.blueprint.summary) == ("Ada's", WEEKLY)
    assert state_of(domain, first) is ProposalState.SUPERSEDED


def test_a_change_on_top_of_anothers_takes_its_place(domain: Domain, mission: Mission) -> None:
    """[C5] In the thread where both talk, there is one card to answer."""
    first = proposed(domain, mission, plan("Ada's"))
    both = proposed(domain, mission, plan("Both"), GRACE, on=first.id)
    assert state_of(domain, first) is ProposalState.SUPERSEDED
    assert builds_on(domain, mission, ADA) is None
    shown(domain, both, ROOT)
    assert builds_on(domain, mission, ADA) == "Both"


def test_a_delete_leaves_nobody_waiting(domain: Domain, mission: Mission) -> None:
    """[M6]"""
    proposed(domain, mission, plan("Ada's"))
    proposed(domain, mission, plan("Grace's"), GRACE)
    domain.lifecycle.delete(actor(), stored(domain, mission.id).id, mission.id)
    for person in (ADA, GRACE):
        assert domain.redis.zcard(TeamKeys(TEAM).waiting(person)) == 0
