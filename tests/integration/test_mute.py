"""Muted: what is found is recorded, not said; a recovery is [R1]."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from missions.blueprint import Notify, Strategy
from missions.cards import StateCard
from missions.domain import Domain
from missions.endings import Ending
from missions.errors import Forbidden, TimePassed, TransitionRefused
from missions.execution import Status
from missions.ids import TaskId
from missions.mission import Mission
from missions.phrases import Language, say, speaking
from missions.recorded import retold
from missions.verbs.mutes import MuteFor
from tests.support.build import actor, blueprint, draft, launched, stored, task
from tests.support.fakes import ADA, MALLORY, MONDAY, ManualClock
from tests.support.runs import (
    FAILED,
    FOUND,
    GOOD,
    NEW,
    RECOVERED,
    cards,
    claimed,
    due,
    ended,
    kinds,
    ran,
    state_of,
)

T2 = TaskId("T2")
SAID = ["report", "report_detail"]


@pytest.fixture
def mission(domain: Domain) -> Mission:
    return launched(domain, blueprint(task(notify=Notify.ON_CHANGE)))


def said_by(domain: Domain, clock: ManualClock, mission: Mission, ending: Ending) -> list[str]:
    """What one more run by time says."""
    before = len(kinds(domain))
    clock.advance(minutes=5)
    ran(domain, mission, task(), ending)
    return kinds(domain)[before:]


@pytest.mark.parametrize("muted", [True, False])
def test_a_failure_that_is_given_up_while_muted_is_recorded_and_not_said(
    domain: Domain, clock: ManualClock, muted: bool
) -> None:
    """[R1] Its retry was waiting when the Mission was disabled."""
    mission = launched(domain, blueprint(task(strategy=Strategy(retries=2, retry_seconds=60))))
    if muted:
        domain.lifecycle.mute(actor(), mission.id, clock.now() + timedelta(hours=2))
    ran(domain, mission, task(), FAILED)
    before = len(kinds(domain))
    domain.lifecycle.disable(actor(), mission.id)
    assert ("report" in kinds(domain)[before:]) is not muted
    assert state_of(domain, mission).streak == 1


def test_a_muted_finding_is_recorded_and_not_said(
    domain: Domain, clock: ManualClock, mission: Mission
) -> None:
    """[R1 R2] With author and end, in the channel and in the change log."""
    until = MONDAY + timedelta(hours=2)
    muted = domain.lifecycle.mute(actor(), mission.id, until)
    assert muted.mute is not None
    assert (muted.mute.by, muted.mute.until) == (ADA, until)
    (card,) = cards(domain)
    assert isinstance(card, StateCard)
    assert (card.what, card.by, card.until) == ("muted", ADA, until)
    assert said_by(domain, clock, mission, NEW) == []
    assert said_by(domain, clock, mission, FOUND) == []
    assert said_by(domain, clock, mission, FAILED) == []
    assert domain.reader.count_executions(actor().viewer, mission.id) == 3


def test_when_the_mute_is_over_what_is_still_wrong_is_said_anew(
    domain: Domain, clock: ManualClock, mission: Mission
) -> None:
    """[R1] Not as an edit of a message that says something else."""
    assert said_by(domain, clock, mission, GOOD) == SAID
    domain.lifecycle.mute(actor(), mission.id, clock.now() + timedelta(minutes=7))
    assert said_by(domain, clock, mission, NEW) == []
    assert state_of(domain, mission).report is None
    clock.advance(minutes=5)
    assert said_by(domain, clock, mission, FOUND) == SAID


def test_a_recovery_is_said_also_while_muted(
    domain: Domain, clock: ManualClock, mission: Mission
) -> None:
    """[R1]"""
    said_by(domain, clock, mission, NEW)
    domain.lifecycle.mute(actor(), mission.id, MONDAY + timedelta(hours=2))
    assert said_by(domain, clock, mission, RECOVERED) == SAID
    assert stored(domain, mission.id).mute is not None


def test_until_recovered_ends_with_the_recovery_and_says_so(
    domain: Domain, clock: ManualClock, mission: Mission
) -> None:
    """[R1]"""
    said_by(domain, clock, mission, NEW)
    domain.lifecycle.mute(actor(), mission.id, None)
    clock.advance(days=3)
    assert said_by(domain, clock, mission, FOUND) == []
    assert said_by(domain, clock, mission, RECOVERED) == [*SAID, "state"]
    card = cards(domain)[-1]
    assert isinstance(card, StateCard)
    assert "recovered" in card.what
    (change,) = domain.reader.changes(actor().viewer, mission.id, 1)
    with speaking(Language.DE):
        assert retold(change.after or "") == say("rec-recovered") != "recovered"
    assert stored(domain, mission.id).mute is None
    assert said_by(domain, clock, mission, NEW) == SAID


def test_until_recovered_waits_for_every_task(domain: Domain, clock: ManualClock) -> None:
    """[R1]"""
    one, two = task(number=1), task(number=2)
    mission = launched(domain, blueprint(one, two))
    ran(domain, mission, one, NEW)
    ran(domain, mission, two, NEW)
    domain.lifecycle.mute(actor(), mission.id, None)
    clock.advance(minutes=5)
    ran(domain, mission, one, RECOVERED)
    assert stored(domain, mission.id).mute is not None
    ran(domain, mission, two, RECOVERED)
    assert stored(domain, mission.id).mute is None


def test_a_run_by_hand_answers_also_while_muted(domain: Domain, mission: Mission) -> None:
    """[R2]"""
    domain.lifecycle.mute(actor(), mission.id, None)
    (row,) = domain.lifecycle.run_now(actor(), mission.id, "click")
    before = len(kinds(domain))
    ended(domain, claimed(domain, mission, row).execution, NEW)
    assert kinds(domain)[before:] == SAID


def test_a_stop_by_a_person_answers_also_while_muted(domain: Domain, mission: Mission) -> None:
    """[X5]"""
    made = task()
    mission = launched(domain, blueprint(made))
    domain.lifecycle.mute(actor(), mission.id, None)
    before = len(kinds(domain))
    stopped = Ending(status=Status.CANCELLED, stopped_by=ADA)
    ended(domain, claimed(domain, mission, due(domain, mission, made)).execution, stopped)
    assert kinds(domain)[before:] == SAID


def test_failures_in_a_row_still_pause_the_task(
    domain: Domain, clock: ManualClock, mission: Mission
) -> None:
    """[S7] A mute is no licence to fail unseen."""
    domain.lifecycle.mute(actor(), mission.id, None)
    said = [kind for _ in range(10) for kind in said_by(domain, clock, mission, FAILED)]
    assert said == ["text", "task_paused"]


def test_unmute_lets_it_speak_again(domain: Domain, clock: ManualClock, mission: Mission) -> None:
    """[R1]"""
    domain.lifecycle.mute(actor(), mission.id, None)
    said_by(domain, clock, mission, NEW)
    domain.lifecycle.unmute(actor(), mission.id)
    assert said_by(domain, clock, mission, FOUND) == SAID
    with pytest.raises(TransitionRefused, match="not muted"):
        domain.lifecycle.unmute(actor(), mission.id)


def test_who_may_and_what_can_be_muted(domain: Domain, mission: Mission) -> None:
    """[P2 M2]"""
    with pytest.raises(Forbidden):
        domain.lifecycle.mute(actor(MALLORY), mission.id, None)
    with pytest.raises(TimePassed):
        domain.lifecycle.mute(actor(), mission.id, MONDAY)
    unlaunched, _ = draft(domain)
    with pytest.raises(TransitionRefused, match="Draft"):
        domain.lifecycle.mute(actor(), unlaunched.id, None)


@pytest.mark.parametrize(
    ("choice", "zone", "ends"),
    [
        (MuteFor.RECOVERED, "UTC", None),
        (MuteFor.TWO_HOURS, "UTC", MONDAY + timedelta(hours=2)),
        (MuteFor.TOMORROW, "Europe/Berlin", datetime(2026, 11, 24, 7, tzinfo=UTC)),
        (MuteFor.TOMORROW, "Pacific/Auckland", datetime(2026, 11, 23, 19, tzinfo=UTC)),
        (MuteFor.TOMORROW, "America/Los_Angeles", datetime(2026, 11, 24, 16, tzinfo=UTC)),
    ],
)
def test_the_choices_end_by_the_muters_own_clock(
    choice: MuteFor, zone: str, ends: datetime | None
) -> None:
    """[R1] Tomorrow is 8:00 where they are."""
    assert choice.until(MONDAY, zone) == ends
