"""Whether it failed in a stretch of time is counted over all its runs, without a model [C7 C8]."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent.tools.look import explain_last
from missions.blueprint import Finding
from missions.cards import TextCard
from missions.execution import Execution, Status
from tests.unit.desk_kit import NOW, SHOP, desk, execution, mission, reader
from tests.unit.test_offline_settings import answer

BAD = execution().model_copy(update={"started_at": NOW - timedelta(minutes=2)})
GOOD = execution(finding=Finding.ALL_GOOD, number=2).model_copy(
    update={"started_at": NOW - timedelta(seconds=20)}
)


def told(said: str, *runs: Execution) -> str:
    """What is answered to the words in the Mission's thread; the latest run first."""
    call = answer(said)
    assert call.tool == "explain_last"
    at = desk(said, reader(mission(), runs=runs), focus=SHOP)
    explain_last.func(type("Turn", (), {"context": at})(), **call.arguments)  # type: ignore[attr-defined]
    (card,) = at.cards
    assert isinstance(card, TextCard)
    return card.text


@pytest.mark.parametrize(
    "said",
    [
        "did it fail today?",
        "has it failed?",
        "did it fail?",
        "has it failed in the last 3 hours?",
        "how many times did it fail today?",
        "how often has it failed this month?",
        "did it run today?",
    ],
)
def test_a_failure_before_a_good_run_is_told(said: str) -> None:
    """[C7 C8] The latest run is good; the answer is not “all was good”."""
    answer_of_it = told(said, GOOD, BAD)
    assert "2 runs" in answer_of_it
    assert "1 critical" in answer_of_it
    assert "10:58" in answer_of_it, "when it was, on the person's clock"
    assert "ran to its end" not in answer_of_it


def test_a_stretch_holds_its_own_runs_only() -> None:
    """[C8] Its bounds are told; a run that was before or after is not of it."""
    early = BAD.model_copy(update={"started_at": NOW - timedelta(hours=12)})
    night = told("did it fail last night?", GOOD, BAD, early)
    assert "1 run:" in night
    assert "23:00" in night
    assert "10:58" not in night
    assert "no runs" in told("did it fail yesterday?", GOOD, BAD)
    just_now = BAD.model_copy(update={"started_at": NOW})
    assert "2 runs" in told("did it fail today?", just_now, GOOD)
    failed = BAD.model_copy(update={"status": Status.FAILED, "finding": None})
    assert "1 failed" in told("did it fail today?", GOOD, failed)


@pytest.mark.parametrize(
    ("said", "after", "until"),
    [
        ("did it fail last night?", "2026-11-22T18:00", "2026-11-23T06:00"),
        ("how many times did it fail last week?", "2026-11-16T00:00", "2026-11-23T00:00"),
        ("has Shop watch failed yesterday?", "2026-11-22T00:00", "2026-11-23T00:00"),
        ("did it fail this month", "2026-11-01T00:00", None),
        ("has it failed?", "2026-11-16T11:00", None),
    ],
)
def test_the_time_that_was_said_is_the_stretch(said: str, after: str, until: str | None) -> None:
    """[C7]"""
    arguments = answer(said).arguments
    assert arguments["after"] == after
    assert arguments.get("until") == until
    assert ("mission" in arguments) is ("Shop" in said)


def test_a_time_that_cannot_be_taken_is_not_dropped() -> None:
    """[C7] A day that may be two is asked about."""
    assert answer("did it fail on Monday?").tool == "ask"
    assert answer("did it fail at 9?").tool == "ask"
