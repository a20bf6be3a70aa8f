"""Pause all: nothing scheduled starts in a channel, or in the workspace [M10]."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from jobs.quiet_ends import QuietEnds
from jobs.sweeps import Sweeps
from missions import keys as k
from missions.cards import QuietCard
from missions.domain import Domain
from missions.errors import Forbidden, TimePassed
from missions.execution import Outcome, Reason
from missions.keys import TeamKeys
from missions.ports import Person
from missions.quiet import NotQuiet
from tests.support.build import actor, launched, stored, task
from tests.support.fakes import (
    ADA,
    GRACE,
    MALLORY,
    MONDAY,
    OPS,
    SECRET,
    TEAM,
    FakeDirectory,
    ManualClock,
    RecordingBell,
)
from tests.support.runs import GOOD, cards, claimed, due, ended, not_claimed


@pytest.fixture
def sweeps(domain: Domain, bell: RecordingBell) -> Sweeps:
    return Sweeps(domain, bell)  # type: ignore[arg-type]


@pytest.fixture
def admin(directory: FakeDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ada is an administrator."""
    person = directory.person

    def known(team: str, who: str) -> Person | None:
        found = person(team, who)  # type: ignore[arg-type]
        return found.model_copy(update={"is_admin": who == ADA}) if found else None

    monkeypatch.setattr(directory, "person", known)


def test_a_members_pause_keeps_what_is_scheduled_from_starting(
    domain: Domain, clock: ManualClock, bell: RecordingBell
) -> None:
    """[M10] It is announced, Missions keep their state, and what is skipped is in the ledger."""
    mission = launched(domain)
    row = due(domain, mission, task())
    domain.quiet.begin(actor(GRACE), OPS, "fire  drill", None)
    closed = not_claimed(domain, mission, row)
    assert (closed.outcome, closed.reason) == (Outcome.SKIPPED, Reason.QUIET)
    assert stored(domain, mission.id).state == mission.state
    (card,) = cards(domain)
    assert isinstance(card, QuietCard)
    assert (card.begun, card.by, card.note, card.everywhere) == (True, GRACE, "fire drill", False)
    assert bell.deliveries == [OPS]


def test_what_it_keeps_from_starting_is_not_said_to_come(domain: Domain) -> None:
    """[M10 C7] Without an end nothing comes; with one, from that instant on."""
    here, elsewhere = launched(domain), launched(domain, channel=SECRET)
    viewer = actor().viewer
    domain.quiet.begin(actor(), OPS, "", None)
    assert domain.reader.next_runs(viewer, here.id) == ()
    assert {run.mission for run in domain.reader.next_runs(viewer, None)} == {elsewhere.id}
    domain.quiet.begin(actor(), OPS, "", MONDAY + timedelta(hours=1))
    first, *_ = domain.reader.next_runs(viewer, here.id)
    assert first.at == MONDAY + timedelta(hours=1)


def test_a_persons_run_now_still_runs(domain: Domain) -> None:
    """[M10]"""
    mission = launched(domain)
    domain.quiet.begin(actor(), OPS, "", None)
    (row,) = domain.lifecycle.run_now(actor(), mission.id, "click")
    claimed(domain, mission, row)


def test_other_channels_go_on(domain: Domain) -> None:
    """[M10]"""
    elsewhere = launched(domain, channel=SECRET)
    domain.quiet.begin(actor(), OPS, "", None)
    claimed(domain, elsewhere, due(domain, elsewhere, task()))


def test_ending_it_lets_everything_go_on_from_then(domain: Domain, clock: ManualClock) -> None:
    """[M10 M4] Nothing that was skipped is made up."""
    mission = launched(domain)
    domain.quiet.begin(actor(), OPS, "", None)
    skipped = due(domain, mission, task())
    not_claimed(domain, mission, skipped)
    domain.quiet.end(actor(GRACE), OPS)
    clock.advance(minutes=5)
    not_claimed(domain, mission, skipped)
    claimed(domain, mission, due(domain, mission, task()))
    last = cards(domain)[-1]
    assert isinstance(last, QuietCard)
    assert (last.begun, last.by) == (False, GRACE)
    with pytest.raises(NotQuiet):
        domain.quiet.end(actor(), OPS)


def test_it_ends_by_itself_and_says_so(domain: Domain, clock: ManualClock, sweeps: Sweeps) -> None:
    """[M10] At the instant itself, whether or not the sweep has come by."""
    mission = launched(domain)
    until = MONDAY + timedelta(hours=2)
    domain.quiet.begin(actor(), OPS, "", until)
    clock.set(until - timedelta(milliseconds=1))
    sweeps.resumes()
    assert domain.quiet.now(TEAM, OPS) is not None
    clock.set(until)
    claimed(domain, mission, due(domain, mission, task()))
    sweeps.resumes()
    last = cards(domain)[-1]
    assert isinstance(last, QuietCard)
    assert (last.begun, last.by) == (False, None)
    assert domain.redis.zcard(k.RESUMES) == 0
    assert domain.quiet.now(TEAM, OPS) is None


def test_a_pause_that_was_begun_anew_outlives_the_earlier_ones_end(
    domain: Domain, clock: ManualClock, sweeps: Sweeps
) -> None:
    """[M10 M3]"""
    domain.quiet.begin(actor(), OPS, "", MONDAY + timedelta(hours=1))
    domain.quiet.begin(actor(), OPS, "longer", None)
    clock.advance(hours=2)
    sweeps.resumes()
    found = domain.quiet.now(TEAM, OPS)
    assert found is not None
    assert found.note == "longer"


def test_who_is_no_member_cannot(domain: Domain) -> None:
    """[M10 P2]"""
    for person in (MALLORY, GRACE):
        channel = OPS if person == MALLORY else SECRET
        with pytest.raises(Forbidden):
            domain.quiet.begin(actor(person), channel, "", None)
    with pytest.raises(Forbidden, match="administrators"):
        domain.quiet.begin(actor(), None, "", None)
    with pytest.raises(Forbidden):
        domain.quiet.end(actor(), None)


@pytest.mark.usefixtures("admin")
def test_an_administrators_switch_holds_everywhere(domain: Domain, bell: RecordingBell) -> None:
    """[M10] Every channel with Missions is told; a member cannot end it there."""
    here, there = launched(domain), launched(domain, channel=SECRET)
    domain.quiet.begin(actor(), None, "", None)
    assert sorted(bell.deliveries) == sorted([OPS, SECRET])
    for mission in (here, there):
        assert not_claimed(domain, mission, due(domain, mission, task())).reason is Reason.QUIET
    with pytest.raises(NotQuiet, match="whole workspace"):
        domain.quiet.end(actor(GRACE), OPS)
    domain.quiet.end(actor(), None)
    claimed(domain, here, due(domain, here, task(), domain.clock.now() - timedelta(seconds=1)))


def test_an_end_in_the_past_is_refused(domain: Domain) -> None:
    """[M10]"""
    with pytest.raises(TimePassed):
        domain.quiet.begin(actor(), OPS, "", MONDAY)
    assert domain.quiet.now(TEAM, OPS) is None


def test_a_claim_that_comes_after_it_never_starts(domain: Domain) -> None:
    """[M10 S5] Race: guarded in the claim's one step."""
    mission = launched(domain)
    for number in range(15):
        row = due(domain, mission, task(), domain.clock.now() - timedelta(seconds=number))
        with ThreadPoolExecutor(2) as pool:
            claim = pool.submit(domain.claims.claim, TEAM, mission.id, row, f"t{number}")
            pool.submit(domain.quiet.begin, actor(), OPS, "", None).result()
            made = claim.result()
        if made:
            ended(domain, made.execution, GOOD)
        late = due(domain, mission, task(), domain.clock.now() - timedelta(minutes=1 + number))
        assert not_claimed(domain, mission, late).reason is Reason.QUIET
        domain.quiet.end(actor(), OPS)


def ends(domain: Domain) -> list[QuietCard]:
    """The ends that the channel was told of."""
    return [card for card in cards(domain) if isinstance(card, QuietCard) and not card.begun]


def test_an_end_that_nobody_saw_is_told_when_a_new_pause_begins(
    domain: Domain, clock: ManualClock, sweeps: Sweeps
) -> None:
    """[M10 M3] No scheduler looked when it came: the channel reads of both, in order, once."""
    domain.quiet.begin(actor(), OPS, "first", MONDAY + timedelta(hours=1))
    clock.advance(hours=2)
    domain.quiet.begin(actor(), OPS, "second", None)
    sweeps.resumes()
    told = [c for c in cards(domain) if isinstance(c, QuietCard)]
    assert [(c.begun, c.note) for c in told] == [
        (True, "first"),
        (False, "first"),
        (True, "second"),
    ]
    assert ends(domain)[0].by is None


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize("everywhere", [True, False])
def test_a_lost_end_is_put_back_and_told_once(
    domain: Domain, clock: ManualClock, sweeps: Sweeps, everywhere: bool
) -> None:
    """[M10 M3] Of a channel and of everything: the pause itself says when it ends."""
    launched(domain)
    domain.quiet.begin(actor(), None if everywhere else OPS, "", MONDAY + timedelta(hours=1))
    domain.redis.delete(k.RESUMES)
    clock.advance(hours=2)
    sweeps.resumes()
    assert ends(domain) == []
    mending = QuietEnds(domain)
    for _ in range(2):
        mending.go_on()
        sweeps.resumes()
    assert len(ends(domain)) == 1
    assert domain.redis.zcard(k.RESUMES) == 0


def test_a_pause_that_begins_while_the_end_is_looked_for_stays(
    domain: Domain, clock: ManualClock
) -> None:
    """[M10] What has no end gets none, and what is in the index stays there as it is."""
    launched(domain)
    domain.quiet.begin(actor(), OPS, "", None)
    QuietEnds(domain).go_on()
    assert domain.redis.zcard(k.RESUMES) == 0
    domain.quiet.begin(actor(), OPS, "", MONDAY + timedelta(hours=1))
    before = domain.redis.zrange(k.RESUMES, 0, -1, withscores=True)
    QuietEnds(domain).go_on()
    assert domain.redis.zrange(k.RESUMES, 0, -1, withscores=True) == before


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_pause_of_another_type_of_key_is_set_aside(domain: Domain, everywhere: bool) -> None:
    """[M10 S1] No occurrence is to blame: it runs; an administrator finds what was there."""
    mission = launched(domain)
    keys = TeamKeys(TEAM)
    key = keys.quiet if everywhere else keys.channel_quiet(OPS)
    domain.redis.hset(key, "by", "nobody")
    assert claimed(domain, mission, due(domain, mission, task()))
    assert not domain.redis.exists(key)
    assert domain.redis.hgetall(k.QUARANTINE) == {key: "quiet: ResponseError"}
    with pytest.raises(NotQuiet):
        domain.quiet.end(actor(), OPS)


def test_a_new_pause_takes_the_place_of_one_that_cannot_be_read(domain: Domain) -> None:
    """[M10]"""
    launched(domain)
    domain.redis.sadd(TeamKeys(TEAM).channel_quiet(OPS), "x")
    domain.quiet.begin(actor(), OPS, "drill", None)
    found = domain.quiet.now(TEAM, OPS)
    assert found is not None
    assert found.note == "drill"
