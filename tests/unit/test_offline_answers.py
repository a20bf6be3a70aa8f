"""What the interpreter asks comes with proposed answers, and none of them drops a word.

It is 11:00 in Berlin, a Monday.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.offline.intents import Call
from agent.offline.reading import Context, read

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
URL = "https://shop.example"
SHOP = "M-SHP234"


def only(text: str, focus: str | None = None, asked: tuple[str, ...] = ()) -> Call:
    (call,) = read(text, Context(NOW, "Europe/Berlin", focus, asked))
    return call


def offered(call: Call) -> list[str]:
    """What the buttons of a question say."""
    assert call.tool == "ask", call
    return [c["say"] for q in call.arguments["questions"] for c in q["choices"]]


def operations(call: Call) -> list[dict[str, Any]]:
    """What a plan or a change sets."""
    found: list[dict[str, Any]] = call.arguments.get("settings") or call.arguments["changes"]
    return found


WISHES = [
    ("every hour during business hours", ["0 9-16 * * 1-5", "0 8-17 * * 1-5"]),
    ("every 10 minutes in office hours", ["*/10 9-16 * * 1-5", "*/10 8-17 * * 1-5"]),
    ("during working hours", ["*/15 9-16 * * 1-5", "*/15 8-17 * * 1-5"]),
    ("every day at 9:00 Zork time", ["0 9 * * *", "0 9 * * *"]),
    ("hourly contains deploy failed", ["0 * * * *"]),
    ("hourly, only report after 3 failures in a row", ["0 * * * *"] * 2),
    ("hourly, two consecutive failures needed", ["0 * * * *"] * 2),
    ("hourly and tell me if it fails more than twice", ["0 * * * *"] * 2),
    ("hourly and retry twice before alerting", ["0 * * * *"] * 2),
    ("hourly, no alerts for the first failure", ["0 * * * *"] * 2),
    ("hourly, p95 under 800 ms", ["0 * * * *"]),
    ("hourly, retry 9 times", ["0 * * * *"] * 2),
    ("hourly, with a jitter of 3 hours", ["0 * * * *"] * 2),
]


@pytest.mark.parametrize(("words", "crons"), WISHES)
def test_each_answer_about_a_new_mission_plans_all_that_was_said(
    words: str, crons: list[str]
) -> None:
    """[C2]"""
    text = f"check {URL} {words}"
    answers = offered(only(text))
    plans = [only(answer, asked=(text,)) for answer in answers]
    assert [p.tool for p in plans] == ["propose_mission"] * len(crons)
    assert [p.arguments["tasks"][0]["when"]["cron"] for p in plans] == crons


def test_a_date_that_there_is_not_is_answered_by_those_beside_it() -> None:
    """[C2] With the time that was said; never one that has passed."""
    for said, days in (("31 November", ["2026-11-30", "2026-12-01"]),
                       ("2026-02-30", ["2027-02-28", "2027-03-01"])):  # fmt: skip
        answers = offered(only(f"check {URL} on {said} at 9:00"))
        whens = [only(a).arguments["tasks"][0]["when"]["at"] for a in answers]
        assert whens == [f"{day}T09:00" for day in days]


def test_a_date_on_another_weekday_is_answered_by_the_date_or_the_day() -> None:
    """[C2]"""
    answers = offered(only(f"check {URL} on Monday 24 November at 9:00"))
    whens = [only(a).arguments["tasks"][0]["when"]["at"] for a in answers]
    assert whens == ["2026-11-24T09:00", "2026-11-30T09:00"]


def test_failures_in_a_row_can_be_of_checks_or_of_runs() -> None:
    """[B2 S7] A check that fails is a finding of a run that succeeded."""
    for text in ("only report after 3 failures in a row", "3 failures before you alert"):
        checks, runs = offered(only(text, SHOP))
        assert {"op": "set_patience", "fails": 3, "of_last": 3} in operations(only(checks, SHOP))
        assert operations(only(runs, SHOP)) == [{"op": "set_streak", "announce_after": 3}]


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("also check p95", [500, 1000]),
        ("add p95 latency to the report", [500, 1000]),
        ("check that p99 is under 2 seconds", [2000]),
        ("also p95 should stay under 800ms", [800]),
    ],
)
def test_a_percentile_is_asked_with_what_comes_nearest(text: str, limits: list[int]) -> None:
    """[C5 B2] A check measures one answer; the question says so."""
    call = only(text, SHOP)
    assert "how long one answer takes" in call.arguments["questions"][0]["text"]
    changes = [operations(only(a, SHOP)) for a in offered(call)]
    assert changes == [[{"op": "set_limits", "limits": {"under_ms": n}}] for n in limits]


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("pause until half past six because of the deploy", ["T06:30", "T18:30"]),
        ("pause until tomorrow at 5, we deploy", ["2026-11-24T05:00", "2026-11-24T17:00"]),
        (
            "pause it until sometime, we deploy",
            ["2026-11-23T13:00", "2026-11-24T08:00", "2026-11-30"],
        ),
        ("pause it for 5000 days", ["2026-11-23T13:00", "2026-11-24T08:00", "2026-11-30T08:00"]),
        ("pause it until 3:00 yesterday", None),
    ],
)
def test_an_unclear_end_is_answered_with_the_reason_kept(text: str, ends: list[str] | None) -> None:
    """[C7 M3]"""
    if ends is None:
        return
    answers = [only(a, SHOP) for a in offered(only(text, SHOP))]
    assert [a.tool for a in answers] == ["offer_disable"] * len(ends)
    assert all(end in a.arguments["until"] for end, a in zip(ends, answers, strict=True))
    assert all("deploy" in a.arguments.get("note", "") for a in answers) == ("deploy" in text)


@pytest.mark.parametrize(
    "text",
    ["restore the old plan", "undo everything", "weekly summary on Monday and Friday",
     "backfill the last 900 days", "asdf qwer", "make it 9:00 Zork time",
     "run it twice a day instead"],
)  # fmt: skip
def test_each_answer_in_a_thread_is_understood(text: str) -> None:
    """[C5 C7]"""
    answers = offered(only(text, SHOP))
    assert answers
    assert not {"ask", "say"} & {only(a, SHOP).tool for a in answers}


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("raise the threshold to 1.5 seconds", {"under_ms": 1500}),
        ("make it 500 ms", {"under_ms": 500}),
        ("set the latency limit to 2s", {"under_ms": 2000}),
        ("it should answer in half a second", {"under_ms": 500}),
    ],
)
def test_a_limit_is_changed_in_the_words_for_it(text: str, limits: dict[str, int]) -> None:
    """[C5]"""
    assert operations(only(text, SHOP)) == [{"op": "set_limits", "limits": limits}]


@pytest.mark.parametrize(
    ("text", "check", "notify"),
    [
        ("alert if latency > 800ms", {"under_ms": 800}, "on_finding"),
        ("warn us if the response time is above 2s", {"under_ms": 2000}, "on_finding"),
        ("answers in less than half a second", {"under_ms": 500}, None),
    ],
)
def test_what_is_too_slow_is_an_expectation(
    text: str, check: dict[str, int], notify: str | None
) -> None:
    """[C2 B2]"""
    (task,) = only(f"check {URL} hourly, {text}").arguments["tasks"]
    assert (task["checks"], task.get("notify")) == ([{"url": URL, **check}], notify)


def test_a_mission_can_be_the_subject_of_the_sentence() -> None:
    """[C5] “our shop” is what is checked, no Mission."""
    call = only("Shop watch should run every 10 minutes")
    assert call.arguments["mission"] == "Shop watch"
    assert operations(call)[0]["when"]["cron"] == "*/10 * * * *"
    assert only("our shop should run every 10 minutes").tool == "ask"
