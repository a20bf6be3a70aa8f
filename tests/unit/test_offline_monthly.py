"""Days of the month, replaced addresses and kept records in words [B5 C5]."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.offline.reading import Context, read
from agent.operations import SetAddress, SetKeeping
from agent.plan import Used, apply
from agent.triggers import OperationRefused
from missions.blueprint import Keeping
from missions.diff import diff
from tests.support.build import blueprint, check, task

NOW = datetime(2026, 11, 26, 10, 30, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def calls(words: str, focus: str | None = None) -> list[tuple[str, dict[str, Any]]]:
    found = read(words, Context(now=NOW, zone=BERLIN, focus=focus))
    return [(c.tool, c.arguments) for c in found]


@pytest.mark.parametrize(
    ("words", "cron"),
    [
        ("on the 15th of every month at 9:00", "0 9 15 * *"),
        ("monthly on day 5 at 8:00", "0 8 5 * *"),
        ("every month on day 15 at 9:00", "0 9 15 * *"),
        ("on the last day of every month at 18:00", "0 18 L * *"),
        ("on the last working day of the month at 18:00", "0 18 LW * *"),
        ("monthly on the last working day at 18:00", "0 18 LW * *"),
        ("on the first Monday of every month at 9:00", "0 9 * * 1#1"),
        ("every last Friday of the month at 9:00", "0 9 * * 5L"),
        ("on the 2nd Tuesday of each month at 9:00", "0 9 * * 2#2"),
    ],
)
def test_what_cron_can_say_is_said_exactly(words: str, cron: str) -> None:
    """[B5]"""
    ((tool, arguments),) = calls(f"{words} check https://shop.example")
    assert tool == "propose_mission"
    assert [t["when"]["cron"] for t in arguments["tasks"]] == [cron]


@pytest.mark.parametrize(
    "words",
    [
        "on the first working day of the month at 9:00",
        "every first Monday at 9:00",
        "on the first Monday at 9:00",
        "on the 2nd Tuesday of every month",
        "every second Friday at 9:00",
    ],
)
def test_what_it_cannot_say_is_asked_back(words: str) -> None:
    """[B5 C2] Never approximated."""
    ((tool, _),) = calls(f"{words} check https://shop.example")
    assert tool == "ask"


@pytest.mark.parametrize(
    "words",
    [
        "use https://b.test instead of https://a.test",
        "check https://b.test instead of https://a.test",
        "replace https://a.test with https://b.test",
        "change https://a.test to https://b.test",
        "switch from https://a.test to https://b.test",
    ],
)
def test_an_address_takes_the_place_of_another(words: str) -> None:
    """[C5]"""
    operation = {"op": "set_address", "check": "https://a.test", "url": "https://b.test"}
    assert calls(words, "M-ABC234") == [("propose_change", {"changes": [operation]})]


def test_two_addresses_without_such_words_are_two_checks() -> None:
    """[C5] Never guessed."""
    ((_, arguments),) = calls("also check https://b.test and https://a.test", "M-ABC234")
    assert [o["op"] for o in arguments["changes"]] == ["add_check", "add_check"]


def test_what_was_expected_of_the_old_address_is_expected_of_the_new_one() -> None:
    """[C5 B2]"""
    plan = blueprint(task(checks=(check("https://a.test/health"),), title="Check a.test/health"))
    operation = SetAddress(op="set_address", check="a.test", url="https://b.test/up")
    after = apply(plan, (operation,), Used()).tasks[0]
    assert after.checks[0].arguments["url"] == "https://b.test/up"
    assert after.checks[0].expect == plan.tasks[0].checks[0].expect
    assert after.checks[0].id == plan.tasks[0].checks[0].id
    assert after.title == "Check b.test/up"
    same = SetAddress(op="set_address", check="a.test", url="https://a.test/health")
    with pytest.raises(OperationRefused, match="already"):
        apply(plan, (same,), Used())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("keep 30 days", {"days": 30}),
        ("keep the records for 30 days", {"days": 30}),
        ("keep reports for 2 weeks", {"days": 14}),
        ("keep only the last 500 runs", {"records": 500}),
    ],
)
def test_how_long_records_are_kept(words: str, said: dict[str, int]) -> None:
    """[B1 C5]"""
    operation = {"op": "set_keeping", **said}
    assert calls(words, "M-ABC234") == [("propose_change", {"changes": [operation]})]


def test_keeping_is_shown_before_and_after() -> None:
    """[C5]"""
    plan = blueprint()
    after = apply(plan, (SetKeeping(op="set_keeping", days=30),), Used())
    assert after.keep == Keeping(days=30)
    (change,) = diff(plan, after, NOW)
    assert change.before == "Records kept for 90 days, at most 1,000"
    assert change.after == "Records kept for 30 days, at most 1,000"
    with pytest.raises(OperationRefused):
        apply(after, (SetKeeping(op="set_keeping", days=30),), Used())


@pytest.mark.parametrize("words", ["keep records for 6 months", "keep 5000 days", "keep 3 records"])
def test_how_long_is_asked_if_it_does_not_fit(words: str) -> None:
    """[C2]"""
    ((tool, _),) = calls(words, "M-ABC234")
    assert tool == "ask"
