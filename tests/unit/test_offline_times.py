"""Times as people type them: hours in words, several days of a month, stretches over midnight.

It is 11:00 in Berlin, a Monday.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.offline.intents import Call
from agent.offline.reading import Context, read

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
URL = "https://shop.example"
SHOP = "M-SHP234"


def only(text: str, focus: str | None = None) -> Call:
    (call,) = read(text, Context(NOW, "Europe/Berlin", focus))
    return call


def offered(call: Call) -> list[str]:
    """What the buttons of a question say."""
    return [c["say"] for q in call.arguments["questions"] for c in q["choices"]]


CRONS = [
    ("every weekday at nine Berlin time", "0 9 * * 1-5"),
    ("at half past nine every day", "30 9 * * *"),
    ("at quarter to six every evening", "45 17 * * *"),
    ("every day at a quarter past ten", "15 10 * * *"),
    ("every day at ten past eight", "10 8 * * *"),
    ("every day at twenty to nine", "40 8 * * *"),
    ("every day at 10 minutes to 9", "50 8 * * *"),
    ("daily at 12 noon", "0 12 * * *"),
    ("daily at 12 midnight", "0 0 * * *"),
    ("every day at 6.30", "30 6 * * *"),
    ("every day at 0830", "30 8 * * *"),
    ("every day at 8h30", "30 8 * * *"),
    ("every night at two", "0 2 * * *"),
    ("every day at seven pm", "0 19 * * *"),
    ("every day at nine and noon", "0 9,12 * * *"),
    ("15th and last day of the month at 10:00", "0 10 15,L * *"),
    ("on the 1st and the 15th of every month at 9", "0 9 1,15 * *"),
    ("on the first and last day of the month at nine", "0 9 1,L * *"),
    ("on the 5th, 15th and 25th of every month at 9", "0 9 5,15,25 * *"),
    ("on the second and fourth Friday of the month at 9", "0 9 * * 5#2,5#4"),
    ("3 times an hour", "*/20 * * * *"),
    ("twice an hour", "*/30 * * * *"),
    ("4x an hour", "*/15 * * * *"),
    ("every 15 minutes between 22:00 and 6:00", "*/15 22-23,0-5 * * *"),
    ("every hour from 10pm till 6am", "0 22-23,0-5 * * *"),
    ("every hour from 18:00 to midnight", "0 18-23 * * *"),
    ("every 2 hours from 8pm to 6am", "0 0,2,4,20,22 * * *"),
    ("every hour from 9 to 5 on weekdays", "0 9-16 * * 1-5"),
    ("every hour from nine to five", "0 9-16 * * *"),
    ("9-5 every hour", "0 9-16 * * *"),
    ("every hour 8am-6pm mon-fri", "0 8-17 * * 1-5"),
    ("every 5 min 24/7", "*/5 * * * *"),
    ("every 30 minutes around the clock", "*/30 * * * *"),
    ("once per hour", "0 * * * *"),
]


@pytest.mark.parametrize(("words", "cron"), CRONS)
def test_times_as_people_type_them(words: str, cron: str) -> None:
    """[B5 C2]"""
    for text in (f"check {URL} {words}", f"{words} check {URL}"):
        call = only(text)
        assert [t["when"]["cron"] for t in call.arguments["tasks"]] == [cron], text


TIMES = [
    ("make it at nine", {"op": "set_time", "time": "09:00"}),
    ("make it half past nine", {"op": "set_time", "time": "09:30"}),
    ("move it to a quarter past ten", {"op": "set_time", "time": "10:15"}),
    ("10:15 instead of nine", {"op": "set_time", "time": "10:15", "instead_of": "09:00"}),
    ("it should run at noon", {"op": "set_time", "time": "12:00"}),
    (
        "change the time from 9 to half past nine",
        {"op": "set_time", "time": "09:30", "instead_of": "09:00"},
    ),
    (
        "make it 5 past every hour",
        {"op": "set_trigger", "when": {"cron": "5 * * * *", "zone": "Europe/Berlin"}},
    ),
]


@pytest.mark.parametrize(("text", "operation"), TIMES)
def test_a_change_says_its_time_in_words(text: str, operation: dict[str, object]) -> None:
    """[C5]"""
    assert only(text, SHOP).arguments["changes"] == [operation]


ASKED = [
    ("every day at a quarter to six", "at 05:45", "at 17:45"),
    ("every day at nine and five", "at 09:00 and 05:00", "at 09:00 and 17:00"),
    ("3 times a day on weekdays", "every weekday at 8:00, 12:00 and 16:00", "14:00"),
    ("twice a day", "every day at 9:00 and 17:00", "8:00 and 20:00"),
    ("6 times a day", "every 4 hours", ""),
    ("7 times an hour", "every 10 minutes", "every 30 minutes"),
    ("from 8:00 to 18:00", "every 15 minutes between 8:00 and 18:00", "every hour between"),
    ("every weekday from nine to five", "every 15 minutes between 9:00 and 17:00", "every hour"),
    ("every 10 minutes between 8:30 and 17:00", "every 10 minutes between 8:00 and 17:00", ""),
]


@pytest.mark.parametrize(("words", "first", "second"), ASKED)
def test_a_time_that_can_be_read_in_two_ways_has_an_answer_for_each(
    words: str, first: str, second: str
) -> None:
    """[C2 B5] Each answer is a whole sentence, which plans."""
    call = only(f"check {URL} {words}")
    assert call.tool == "ask"
    answers = offered(call)
    assert first in answers[0]
    assert second in answers[-1]
    assert [only(a).tool for a in answers] == ["propose_mission"] * len(answers)


@pytest.mark.parametrize(
    "words", ["every day at 10 to 9", "every night one of them", "at one of the hours", "at 2030"]
)
def test_a_number_that_may_be_no_hour_is_asked_about(words: str) -> None:
    """[C2]"""
    assert only(f"check {URL} {words}").tool == "ask"
