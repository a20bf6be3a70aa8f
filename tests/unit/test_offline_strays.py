"""Times that are not said of the runs, or of all of them: they are asked back [B5 C5]."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.offline.intents import Call
from agent.offline.reading import Context, read
from missions.phrases import say

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
A = "https://a.example/x"
SHOP = "M-SHP234"


def calls(text: str, focus: str | None = SHOP) -> list[Call]:
    return read(text, Context(NOW, "Europe/Berlin", focus))


def changes(text: str) -> list[dict[str, Any]]:
    (call,) = calls(text)
    assert call.tool == "propose_change", call
    made: list[dict[str, Any]] = call.arguments["changes"]
    return made


def asked(text: str, focus: str | None = SHOP) -> str:
    (call,) = calls(text, focus)
    assert call.tool == "ask", call
    return "\n".join(q["text"] for q in call.arguments["questions"])


def offered(text: str) -> list[str]:
    (call,) = calls(text)
    return [c["say"] for q in call.arguments["questions"] for c in q["choices"]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mention me on Mondays", "on Mondays"),
        ("mention me on Mondays at 9", "on Mondays at 9"),
        ("report on Fridays", "on Fridays"),
        ("the report only on Fridays", "only on Fridays"),
        ("report every day at 9", "every day at 9"),
        ("tell me only on weekdays", "only on weekdays"),
        ("keep reports for 3 days on weekends", "on weekends"),
        ("budget of $5 a day but not on weekends", "but not on weekends"),
        ("weekly summary on Monday at 9 but daily check", "daily"),
        (f"also check {A} but only on Mondays", "only on Mondays"),
        (f"also check {A} on weekdays", "on weekdays"),
    ],
)
def test_times_of_mentions_reports_and_single_checks_are_not_those_of_the_runs(
    text: str, words: str
) -> None:
    """[B5 C5] They have none of their own, and all the runs are not meant by them."""
    assert f"“{words}”: is that when it runs?" in asked(text)


@pytest.mark.parametrize("words", ["report on Fridays", "mention me on Mondays"])
def test_they_are_not_those_of_a_new_mission_that_has_its_own(words: str) -> None:
    """[B5 C2]"""
    assert "is that when it runs?" in asked(f"check {A} every hour and {words}", None)


def test_a_clause_on_runs_or_the_only_time_that_is_said_is_the_schedule() -> None:
    """[C2 C5]"""
    days = {"op": "set_days", "days": "1-5"}
    add = {"op": "add_check", "check": {"url": A}}
    assert changes(f"also check {A} and run it on weekdays") == [add, days]
    assert changes(f"run it on weekdays and also check {A}") == [add, days]
    told = changes("make it weekdays at 9:00 and mention me when it fails")
    assert [o["op"] for o in told] == ["mention", "set_trigger"]
    (plan,) = calls(f"check {A} and report every Monday at 9", None)
    assert [t["when"]["cron"] for t in plan.arguments["tasks"]] == ["0 9 * * 1"]
    (plan,) = calls(f"tell me if {A} is down every weekday at 9", None)
    assert [t["when"]["cron"] for t in plan.arguments["tasks"]] == ["0 9 * * 1-5"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("every hour from Monday on", "from Monday on"),
        ("from Monday on every 10 minutes", "from Monday on"),
        ("make it hourly as of Monday", "as of Monday"),
        ("make it hourly from 1 December", "from 1 December"),
        ("make it 8:30 until Friday", "until Friday"),
        ("every 10 minutes until the end of the week", "until the end of the week"),
    ],
)
def test_a_beginning_or_an_end_of_a_schedule_is_no_day_on_which_it_runs(
    text: str, words: str
) -> None:
    """[B5 C5] “Every hour from Monday on” is not “every hour on Mondays”."""
    assert f"I cannot take “{words}”" in asked(text)
    assert f"I cannot take “{words}”" in asked(f"check {A} {text.removeprefix('make it ')}", None)


@pytest.mark.parametrize(
    ("text", "cron"),
    [
        ("every hour from Monday to Friday", "0 * * * 1-5"),
        ("every hour from 9 until 17", "0 9-16 * * *"),
        ("every day at 9 from now on", "0 9 * * *"),
    ],
)
def test_a_range_of_days_or_hours_is_a_schedule(text: str, cron: str) -> None:
    """[B5 C2]"""
    (plan,) = calls(f"check {A} {text}", None)
    assert [t["when"]["cron"] for t in plan.arguments["tasks"]] == [cron]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("8:30 instead of 9 on Mondays", "Make it every Monday at 08:30"),
        ("8:30 instead of 9 on Fridays only", "Make it every Friday at 08:30"),
        ("make it 9:00 except on Fridays", "Make it every day at 09:00 except Fridays"),
    ],
)
def test_another_time_on_some_days_leaves_the_others_open(text: str, first: str) -> None:
    """[B5 C5]"""
    assert "What about the others" in asked(text)
    assert offered(text)[0] == first
    for answer in offered(text):
        assert calls(answer)[0].tool == "propose_change", answer


def test_days_that_are_not_run_on_leave_nothing_open() -> None:
    """[C5] “not on” says what happens then, where “except” does not."""
    (change,) = calls("make it 8:30, not on Sundays")
    assert change.tool == "propose_change"
    assert change.arguments["changes"] == [
        {"op": "set_time", "time": "08:30"},
        {"op": "skip_days", "days": [0]},
    ]


@pytest.mark.parametrize("text", ["9:00 but 10:00 on Mondays", "except Mondays at 10"])
def test_two_times_for_two_kinds_of_days_are_two_schedules(text: str) -> None:
    """[B5 C5]"""
    assert "more than one schedule" in asked(text)


@pytest.mark.parametrize("text", ["skip Monday", "not on Monday"])
def test_a_day_to_be_left_out_may_be_the_next_one_only(text: str) -> None:
    """[B5 C5] “Not on Mondays” is every one."""
    assert asked(text) == "Every Monday, or only the next one?"
    every, once = offered(text)
    assert changes(every) == [{"op": "skip_days", "days": [1]}]
    assert changes(once) == [{"op": "leave_out", "first": "2026-11-30", "last": "2026-11-30"}]
    assert changes("not on Mondays") == [{"op": "skip_days", "days": [1]}]


@pytest.mark.parametrize(
    ("text", "op"),
    [
        ("freeze from 20 December 18:00 to 2 January 8:00 UTC", "leave_out"),
        ("not between 22:00 and 6:00 UTC", "leave_out"),
        ("weekly summary on Monday at 9 UTC", "set_summary"),
    ],
)
def test_the_zone_of_hours_or_of_a_summary_is_not_that_of_the_runs(text: str, op: str) -> None:
    """[B5 R3] The runs keep theirs."""
    (operation,) = changes(text)
    assert (operation["op"], operation["zone"]) == (op, "UTC")


def test_a_zone_of_hours_that_may_be_several_is_asked_for() -> None:
    """[B5]"""
    assert "several time zones" in asked("not between 22:00 and 6:00 IST")


@pytest.mark.parametrize("text", ["include weekends", "run on weekends as well", "weekends too"])
def test_more_days_do_not_take_the_place_of_those_of_now(text: str) -> None:
    """[B5 C5]"""
    assert asked(text).startswith("In addition?")


@pytest.mark.parametrize("text", ["check again in 10 min", "run it again in an hour"])
def test_one_run_more_does_not_take_the_place_of_the_schedule(text: str) -> None:
    """[C5 C7]"""
    assert asked(text).startswith("Only then, and no longer on its schedule?")


def test_no_answer_to_a_time_of_something_else_makes_it_the_schedule() -> None:
    """[B5 C5]"""
    assert offered("report weekly") == []
    assert "is that when it runs?" in asked("report weekly")


def test_the_address_is_no_mission_s_name() -> None:
    """[C5] And what a person changed is no Mission, either."""
    assert asked("change url to https://new.example/health") == say("ask-instead-of-which")
    assert asked("change the url to https://new.example") == say("ask-instead-of-which")
    assert calls("what did bob change") == [Call("what_changed")]
