"""Owners: hand over by a click, take over when one left, and what a run may do meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from jobs.owners import OwnerRounds, check
from jobs.queues import QueueName, RqBell
from jobs.runtime import Runtime, install
from missions.artifacts import Artifacts
from missions.cards import HandoverCard, OwnerLeftCard
from missions.domain import Domain
from missions.errors import Forbidden, HoustonError, UnknownMission
from missions.execution import Outcome, Reason
from missions.mission import Mission, MissionState
from missions.ports import Access
from missions.verbs.owners import HandoverRefused
from tests.support.build import actor, launched, stored, task
from tests.support.fakes import (
    ADA,
    GRACE,
    MALLORY,
    OPS,
    SECRET,
    TEAM,
    FakeDirectory,
    ManualClock,
    RecordingBell,
)
from tests.support.runs import cards, claimed, due, kinds, not_claimed


@pytest.fixture
def mission(domain: Domain) -> Mission:
    return launched(domain)


def leaves(domain: Domain, mission: Mission, *, reads: bool = False) -> Mission:
    domain.lifecycle.owner_known(TEAM, mission.id, mission.owner, reads=reads)
    return stored(domain, mission.id)


def offered(domain: Domain, mission: Mission) -> str:
    found = domain.lifecycle.offer(actor(ADA), mission.id, GRACE).handover
    assert found
    return found.id


# --- handing over ---------------------------------------------------------------------------


def test_the_new_owner_accepts_by_a_click_once(domain: Domain, mission: Mission) -> None:
    """[P3] Until then nothing changes; the change log keeps who it was and who it is."""
    offer = offered(domain, mission)
    assert stored(domain, mission.id).owner == ADA
    (card,) = [c for c in cards(domain) if isinstance(c, HandoverCard)]
    assert (card.to, card.offer) == (GRACE, offer)
    assert domain.lifecycle.accept(actor(GRACE), mission.id, offer).owner == GRACE
    (change, *_) = domain.reader.changes(actor().viewer, mission.id)
    assert (change.what, change.before, change.after, change.by) == (
        "Handed over",
        "ada",
        "grace",
        GRACE,
    )
    with pytest.raises(HandoverRefused, match="answered"):
        domain.lifecycle.accept(actor(GRACE), mission.id, offer)


def test_only_who_was_asked_accepts_and_only_the_owner_asks(
    domain: Domain, mission: Mission
) -> None:
    """[P2 P3] Editors cannot give away what is not theirs, nor take what was meant for another."""
    with pytest.raises(Forbidden, match="Its owner can"):
        domain.lifecycle.offer(actor(GRACE), mission.id, GRACE)
    offer = offered(domain, mission)
    with pytest.raises(Forbidden, match="Only the person"):
        domain.lifecycle.accept(actor(MALLORY), mission.id, offer)
    assert stored(domain, mission.id).owner == ADA


def test_an_offer_expires_and_a_newer_one_takes_its_place(
    domain: Domain, mission: Mission, clock: ManualClock
) -> None:
    """[P3]"""
    old = offered(domain, mission)
    new = offered(domain, mission)
    with pytest.raises(HandoverRefused, match="newer one"):
        domain.lifecycle.accept(actor(GRACE), mission.id, old)
    clock.advance(hours=24, seconds=1)
    with pytest.raises(HandoverRefused, match="24 hours"):
        domain.lifecycle.accept(actor(GRACE), mission.id, new)


def test_it_is_offered_to_readers_of_the_channel_only(domain: Domain) -> None:
    """[P1 P3] Anybody else would own what they cannot see; they cannot learn of it either."""
    hidden = launched(domain, channel=SECRET)
    with pytest.raises(HandoverRefused, match="cannot read"):
        domain.lifecycle.offer(actor(ADA), hidden.id, GRACE)
    with pytest.raises(UnknownMission):
        domain.lifecycle.accept(actor(GRACE), hidden.id, "guess")


# --- leaving --------------------------------------------------------------------------------


def test_the_editors_are_told_once(domain: Domain, mission: Mission) -> None:
    """[P3] However often it is looked at."""
    leaves(domain, mission)
    leaves(domain, mission)
    assert kinds(domain).count("owner_left") == 1
    (card,) = [c for c in cards(domain) if isinstance(c, OwnerLeftCard)]
    assert card.owner == ADA


def test_a_run_may_do_no_more_than_its_owner(domain: Domain, mission: Mission) -> None:
    """[P3] Refused at the claim, with the reason in the ledger; a person's own run goes on."""
    waiting = due(domain, mission, task())
    leaves(domain, mission)
    row = not_claimed(domain, mission, waiting)
    assert (row.outcome, row.reason) == (Outcome.SKIPPED, Reason.OWNER_LEFT)
    (by_hand,) = domain.lifecycle.run_now(actor(GRACE), mission.id, "click")
    assert claimed(domain, mission, by_hand)


def test_the_first_editor_who_clicks_takes_over(
    domain: Domain, mission: Mission, directory: FakeDirectory
) -> None:
    """[P3] Of many at once exactly one; runs go on with the new owner's rights."""
    leaves(domain, mission)
    with pytest.raises(Forbidden):
        domain.lifecycle.take_over(actor(MALLORY), mission.id)

    def click(_: int) -> bool:
        try:
            domain.lifecycle.take_over(actor(GRACE), mission.id)
        except HoustonError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(click, range(6))) == 1
    taken = stored(domain, mission.id)
    assert (taken.owner, taken.away) == (GRACE, None)
    assert claimed(domain, taken, due(domain, taken, task()))


def test_only_after_a_week_it_is_paused_once(
    domain: Domain, mission: Mission, clock: ManualClock
) -> None:
    """[P3] With a note; who enables it without taking it over is not overruled."""
    leaves(domain, mission)
    clock.advance(days=6, hours=23)
    assert leaves(domain, mission).state is MissionState.ACTIVE
    clock.advance(hours=1)
    paused = leaves(domain, mission)
    assert paused.state is MissionState.PAUSED
    assert paused.pause and paused.pause.by is None
    assert "owner left" in paused.pause.note
    domain.lifecycle.enable(actor(GRACE), mission.id)
    assert leaves(domain, mission).state is MissionState.ACTIVE
    assert domain.lifecycle.take_over(actor(GRACE), mission.id).owner == GRACE


def test_an_owner_who_comes_back_is_the_owner_again(domain: Domain, mission: Mission) -> None:
    """[P3]"""
    leaves(domain, mission)
    back = leaves(domain, mission, reads=True)
    assert (back.owner, back.away) == (ADA, None)
    with pytest.raises(HandoverRefused, match="has an owner"):
        domain.lifecycle.take_over(actor(GRACE), mission.id)


# --- asking ---------------------------------------------------------------------------------


@pytest.fixture
def installed(domain: Domain, tmp_path_factory: pytest.TempPathFactory) -> Domain:
    folder = tmp_path_factory.mktemp("artifacts")
    install(
        Runtime(
            domain=domain,
            tools={},
            checkpointer=None,  # type: ignore[arg-type]
            artifacts=Artifacts(folder.as_uri()),
            offline=True,
        )
    )
    return domain


def test_silence_of_slack_is_no_leave(
    installed: Domain, mission: Mission, directory: FakeDirectory, clock: ManualClock
) -> None:
    """[P3 P1] However long it lasts; for a click it still means no."""
    directory.access_table[(ADA, OPS)] = Access.NONE
    directory.silent = True
    for _ in range(10):
        check(TEAM, OPS, ADA)
        clock.advance(days=1)
    assert stored(installed, mission.id).away is None
    assert stored(installed, mission.id).state is MissionState.ACTIVE
    with pytest.raises(UnknownMission):
        installed.lifecycle.offer(actor(ADA), mission.id, GRACE)
    directory.silent = False
    check(TEAM, "", ADA)
    assert stored(installed, mission.id).away is not None


def test_an_owner_is_asked_for_once_an_hour_per_channel(
    domain: Domain, mission: Mission, bell: RecordingBell
) -> None:
    """[P3] However many Missions they own there, and however often the round passes."""
    launched(domain, name="Another")
    rounds = OwnerRounds(domain, bell)  # type: ignore[arg-type]
    rounds.ring()
    rounds.ring()
    assert bell.owners == [(OPS, ADA)]


def test_the_bell_rings_for_the_job_by_ids(
    bytes_redis: Redis, domain: Domain, mission: Mission
) -> None:
    """[P8]"""
    RqBell(bytes_redis).owner(TEAM, OPS, ADA)
    assert RqBell(bytes_redis).waiting(QueueName.TURNS) == 1
