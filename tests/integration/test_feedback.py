"""Did the report help? One word per person and Execution, the last one counts."""

from __future__ import annotations

import pytest

from bot.blocks.history import history
from bot.blocks.report import ReportFacts, report
from bot.facts.gather import Gather
from bot.facts.lists import history_facts
from missions.domain import Domain
from missions.errors import UnknownMission
from missions.execution import Execution
from missions.feedback import Counts, NoReport, Opinion, feedback_of
from missions.ids import ExecutionId
from missions.mission import Mission
from tests.support.build import actor, launched, task
from tests.support.fakes import ADA, GRACE, MALLORY, SECRET, TEAM, ManualClock
from tests.support.runs import FOUND, ran


@pytest.fixture
def run(domain: Domain) -> tuple[Mission, Execution]:
    mission = launched(domain)
    return mission, ran(domain, mission, task(), FOUND)


def counted(domain: Domain, mission: Mission, run: Execution) -> Counts:
    return feedback_of(domain.store, TEAM, mission.id, [run.id]).get(run.id, Counts())


def test_the_last_word_of_each_reader_counts(
    domain: Domain, run: tuple[Mission, Execution]
) -> None:
    """[R1] Viewers have one too."""
    mission, made = run
    for person, opinion in (
        (ADA, Opinion.GOOD),
        (ADA, Opinion.GOOD),
        (GRACE, Opinion.GOOD),
        (MALLORY, Opinion.BAD),
        (GRACE, Opinion.BAD),
    ):
        domain.lifecycle.feedback(actor(person), mission.id, made.id, opinion)
    assert counted(domain, mission, made) == Counts(good=1, bad=2)


def test_the_history_shows_what_people_think(
    domain: Domain, run: tuple[Mission, Execution]
) -> None:
    """[R1 R7]"""
    mission, made = run
    domain.lifecycle.feedback(actor(), mission.id, made.id, Opinion.GOOD)
    gather = Gather(domain, actor().viewer, lambda *_: "https://x.test", lambda *_: None)
    assert "👍 1" in str(history(history_facts(gather, mission.id, 1)).blocks)


def test_a_report_asks_with_slacks_own_buttons(run: tuple[Mission, Execution]) -> None:
    """[R1]"""
    mission, made = run
    last = report(ReportFacts(mission, made, None)).blocks[-1]
    assert last["type"] == "context_actions"
    assert last["elements"][0]["type"] == "feedback_buttons"


def test_who_cannot_see_the_mission_has_no_word(domain: Domain) -> None:
    """[P1]"""
    hidden = launched(domain, channel=SECRET)
    with pytest.raises(UnknownMission):
        domain.lifecycle.feedback(actor(GRACE), hidden.id, ExecutionId("E-X"), Opinion.BAD)
    with pytest.raises(NoReport):
        domain.lifecycle.feedback(actor(ADA), hidden.id, ExecutionId("E-X"), Opinion.BAD)


def test_it_goes_with_its_execution(
    domain: Domain, run: tuple[Mission, Execution], clock: ManualClock
) -> None:
    """[M6 X4] What is trimmed leaves nothing behind."""
    mission, made = run
    domain.lifecycle.feedback(actor(), mission.id, made.id, Opinion.GOOD)
    clock.advance(days=91)
    assert domain.retention.trim(TEAM, mission.id, clock.now()) == (made.id,)
    assert counted(domain, mission, made) == Counts()
