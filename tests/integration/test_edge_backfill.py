"""A backfill at the edge: `/mission backfill`, the card's button, and its one message [S6]."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from redis import Redis

from missions.cards import BackfillCard
from missions.execution import Cause
from missions.mission import Mission
from missions.proposal import Proposal
from tests.integration.edge_kit import ADA, OPS, System, connected
from tests.integration.test_edge_clicks import told
from tests.support.runs import FOUND, GOOD
from tests.support.storage import StorageServer


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, connected(redis) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(system: System, redis: Redis) -> None:
    """An empty database beside the same workspace."""
    system.people.misbehave("none")
    system.bell.executions.clear()
    system.bell.deliveries.clear()


def offered(system: System) -> tuple[Mission, Proposal, str]:
    """A backfill card in #ops."""
    mission = system.launched(OPS)
    now = system.domain.clock.now()
    proposal = system.domain.lifecycle.propose_backfill(
        system.actor(ADA), mission.id, now - timedelta(hours=1), now
    )
    card = system.show(OPS, BackfillCard(mission=mission.id, proposal=proposal.id))
    return mission, proposal, card["ts"]


def test_a_command_proposes_and_runs_nothing(system: System) -> None:
    """[S6 C7] To the person alone, with the count and the button."""
    mission = system.launched(OPS)
    system.people.command("ada", OPS, f"/mission backfill {mission.id} the last 2 hours")
    card = told(system, "ada", OPS, "past runs")
    assert "no model cost" in card or "not known" in card
    assert "backfill" in card
    assert not system.bell.executions
    system.people.command("ada", OPS, f"/mission backfill {mission.id}")
    assert "From when to when?" in told(system, "ada", OPS, "From when")


def test_the_button_starts_it_once_and_one_message_sums_it_up(system: System) -> None:
    """[S6 C6 R2] The summary is updated in place; there is no report for each run."""
    mission, proposal, ts = offered(system)
    assert proposal.backfill is not None
    system.people.click("ada", OPS, ts, "backfill")
    system.people.wait_for(lambda: system.bell.executions)
    before = len(system.people.messages(OPS))
    while system.bell.executions:
        occurrence = system.bell.executions.pop(0)[1]
        claim = system.domain.claims.claim(system.team, mission.id, occurrence, occurrence)
        assert claim is not None
        ending = FOUND if claim.execution.scheduled_at == proposal.backfill.runs[0].due else GOOD
        system.domain.endings.end(system.team, claim.execution, ending)
        left = [
            r
            for r in system.domain.reader.ledger(system.viewer(ADA), mission.id, 200)
            if r.outcome.value == "pending" and not r.held
        ]
        system.bell.executions += [(mission.id, r.id) for r in left]
        system.deliver(OPS)
    system.deliver(OPS)
    after = system.people.messages(OPS)
    assert len(after) <= before + 1
    count = len(proposal.backfill.runs)
    assert f"{count} of {count} past run" in str(after[-1])
    assert "🔴 Critical 1" in str(after[-1])
    assert "Started by" in str(next(m for m in after if m["ts"] == ts))
    rows = system.domain.reader.ledger(system.viewer(ADA), mission.id, 200)
    assert len([r for r in rows if r.cause is Cause.BACKFILL]) == count
