"""Plans in words: what the cards say is what is enforced [B3 C3]."""

from __future__ import annotations

from datetime import timedelta

import pytest

from missions.blueprint import (
    Check,
    CronTrigger,
    Expectation,
    Notify,
    OnceTrigger,
    Op,
    Overlap,
    Strategy,
)
from missions.describe import (
    check_in_words,
    check_title,
    expectation_in_words,
    notify_in_words,
    strategy_in_words,
    trigger_in_words,
)
from missions.phrases import Language, speaking
from tests.support.build import DAILY_9, check, task
from tests.support.fakes import MONDAY


@pytest.mark.parametrize(
    ("field", "op", "value", "words"),
    [
        ("status", Op.EQ, 200, "answers 200"),
        ("status", Op.LT, 500, "status below 500"),
        ("latency_ms", Op.LT, 800, "in under 800 ms"),
        ("latency_ms", Op.LE, 1500, "in at most 1.5 s"),
        ("latency_ms", Op.LT, 1234, "in under 1234 ms"),
        ("latency_ms", Op.GT, 5, "latency ms above 5"),
        ("certificate_days", Op.GE, 14, "certificate valid for at least 14 days"),
        ("certificate_days", Op.GE, 1, "certificate valid for at least 1 day"),
        ("body", Op.CONTAINS, "ok", "contains “ok”"),
        ("body", Op.MATCHES, "^ok$", "matches /^ok$/"),
        ("body", Op.NE, "x", "body is not x"),
    ],
)
def test_an_expectation_in_words(field: str, op: Op, value: str | int, words: str) -> None:
    assert expectation_in_words(Expectation(field=field, op=op, value=value)) == words


def test_every_comparison_has_words() -> None:
    for op in Op:
        assert "x" in expectation_in_words(Expectation(field="x_y", op=op, value="x"))


def test_a_check_is_one_sentence() -> None:
    """[B2]"""
    expect = (
        Expectation(field="status", op=Op.EQ, value=200),
        Expectation(field="latency_ms", op=Op.LT, value=800),
        Expectation(field="certificate_days", op=Op.GE, value=14),
    )
    made = check().model_copy(update={"expect": expect})
    assert check_in_words(made) == (
        "GET https://shop.example/health answers 200 in under 800 ms; "
        "certificate valid for at least 14 days"
    )


@pytest.mark.parametrize(
    ("arguments", "title"),
    [
        ({"url": "https://shop.example/health?x=1"}, "GET shop.example/health"),
        ({"url": "https://shop.example/"}, "GET shop.example"),
        ({"url": "https://shop.example:8443", "method": "HEAD"}, "HEAD shop.example:8443"),
        ({"query": "up"}, "prom"),
    ],
)
def test_a_check_has_a_short_title(arguments: dict[str, str], title: str) -> None:
    made = Check(id="C1", tool="prom", arguments=arguments, expect=check().expect)
    assert check_title(made) == title


def test_a_trigger_in_words_names_its_zone() -> None:
    """[B5]"""
    assert trigger_in_words(DAILY_9, MONDAY) == "Every day at 09:00 (Europe/Berlin)"
    once = OnceTrigger(at=MONDAY + timedelta(days=1), zone="Europe/Berlin")
    assert trigger_in_words(once, MONDAY).startswith("Once, ")
    assert "11:00" in trigger_in_words(once, MONDAY)


def test_strategy_shows_what_is_enforced() -> None:
    """[B3]"""
    assert strategy_in_words(task(), MONDAY) == (
        "Skipped while the previous run is still going",
        "If missed, one run up to 2 min 30 s late; older ones are only noted",
        "Fails after 3 h",
    )
    once = task(
        OnceTrigger(at=MONDAY + timedelta(days=1), zone="UTC"),
        strategy=Strategy(timeout_seconds=60),
    )
    assert strategy_in_words(once, MONDAY)[1:] == (
        "If missed, still run up to 2 h late",
        "Fails after 1 min",
    )


def test_a_once_task_of_the_past_can_still_be_described() -> None:
    """[B9]"""
    assert strategy_in_words(task(OnceTrigger(at=MONDAY, zone="UTC")), MONDAY)


def test_every_choice_has_words() -> None:
    assert len({notify_in_words(n) for n in Notify}) == len(Notify)
    for overlap in Overlap:
        assert strategy_in_words(task(strategy=Strategy(overlap=overlap)), MONDAY)[0]


def test_the_window_in_words_is_that_of_the_trigger() -> None:
    """[B3]"""
    hourly = task(CronTrigger(cron="0 * * * *", zone="UTC"))
    assert "30 min late" in strategy_in_words(hourly, MONDAY)[1]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.EN, "answers 200 in under 800 ms"),
        (Language.DE, "antwortet mit 200 in unter 800 ms"),
        (Language.JA, "応答が 200、800 ms 未満"),
    ],
)
def test_what_a_check_expects_is_joined_as_the_language_joins_it(
    language: Language, said: str
) -> None:
    """[B2 C9] No two numbers stand side by side."""
    expected = (
        Expectation(field="status", op=Op.EQ, value=200),
        Expectation(field="latency_ms", op=Op.LT, value=800),
    )
    made = check().model_copy(update={"expect": expected})
    with speaking(language):
        assert check_in_words(made) == f"GET https://shop.example/health {said}"
