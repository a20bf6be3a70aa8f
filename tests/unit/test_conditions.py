"""Conditions of Event Rules: against a naive evaluator, and what verification says [B6 B7]."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missions.blueprint import (
    After,
    Comparison,
    Condition,
    EventSource,
    Exclusion,
    Join,
    Op,
    Scalar,
)
from missions.conditions import holds, in_words, problems
from missions.describe import strategy_in_words
from missions.event_words import event_in_words
from tests.support.build import blueprint, task
from tests.support.events import after, rule
from tests.support.fakes import MONDAY


def condition(*each: tuple[str, Op, Scalar], join: Join = Join.ALL) -> Condition:
    made = tuple(Comparison(field=f, op=op, value=v) for f, op, v in each)
    return Condition(join=join, comparisons=made)


def naive(op: Op, actual: Scalar | None, wanted: Scalar) -> bool:
    """What a person would say, the long way round."""
    if actual is None:
        return False

    def text(value: Scalar) -> str:
        return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)

    def number(value: Scalar) -> float | None:
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float):
            return float(value)
        plain = set(value) <= set("0123456789+-.eE") and any(c.isdigit() for c in value)
        try:
            return float(value) if plain else None
        except ValueError:
            return None

    numbers = (number(actual), number(wanted))
    both_text = isinstance(actual, str) and isinstance(wanted, str)
    if op in (Op.EQ, Op.NE):
        as_numbers = None not in numbers and not both_text
        same = numbers[0] == numbers[1] if as_numbers else text(actual) == text(wanted)
        return same if op is Op.EQ else not same
    if op is Op.CONTAINS:
        return text(wanted).casefold() in text(actual).casefold()
    left, right = numbers
    if left is None or right is None:
        return False
    table = {Op.LT: left < right, Op.LE: left <= right, Op.GT: left > right, Op.GE: left >= right}
    return table[op]


VALUES = (
    st.sampled_from(["critical", "CRITICAL", "5", "5.0", "-3", "007", "", "true"])
    | st.sampled_from(["1e3", "1.5e+06", "+5", ".5", "5.", "e5", "-", "9e99"])
    | st.integers(-10, 10)
    | st.floats(-10, 10, allow_nan=False)
    | st.booleans()
)
OPS = st.sampled_from([op for op in Op if op is not Op.MATCHES])
NAMES = st.sampled_from(["a", "b.c", "d.0"])


@given(
    st.dictionaries(NAMES, VALUES),
    st.lists(st.tuples(NAMES, OPS, VALUES), min_size=1, max_size=5),
    st.sampled_from(Join),
)
def test_it_agrees_with_a_naive_evaluator(
    fields: dict[str, Scalar], each: list[tuple[str, Op, Scalar]], join: Join
) -> None:
    """[B6]"""
    results = [naive(op, fields.get(name), value) for name, op, value in each]
    wanted = all(results) if join is Join.ALL else any(results)
    assert holds(condition(*each, join=join), fields) is wanted


def test_without_a_condition_every_event_counts() -> None:
    assert holds(None, {})


@pytest.mark.parametrize("op", Op)
def test_a_missing_field_never_holds(op: Op) -> None:
    """[B6] Not even "is not"."""
    assert not holds(condition(("gone", op, "x")), {"there": "x"})


def test_patterns_run_in_linear_time() -> None:
    """[P6] A pattern that would hang a backtracking engine answers at once."""
    assert not holds(condition(("a", Op.MATCHES, "(a+)+$")), {"a": "a" * 500 + "b"})
    assert holds(condition(("a", Op.MATCHES, "^dep(loy|art)")), {"a": "deploy done"})


@pytest.mark.parametrize(
    ("op", "value", "words"),
    [
        (Op.LT, "low", "needs a number"),
        (Op.GE, True, "needs a number"),
        (Op.CONTAINS, 5, "needs a text"),
        (Op.CONTAINS, "", "needs a text"),
        (Op.MATCHES, "(?=x)", "not a regular expression"),
        (Op.MATCHES, "x" * 501, "at most 500"),
    ],
)
def test_operators_must_fit(op: Op, value: Scalar, words: str) -> None:
    """[B7]"""
    assert words in " ".join(problems(condition(("a", op, value))))


def test_names_of_fields_must_be_names() -> None:
    """[B7]"""
    assert problems(condition(("a b", Op.EQ, 1)))
    assert not problems(condition(("labels.app.kubernetes.io/name", Op.EQ, "x")))


def test_conditions_and_rules_read_as_sentences() -> None:
    """[B6]"""
    both = condition(("severity", Op.EQ, "critical"), ("text", Op.CONTAINS, "deploy"))
    assert in_words(both) == "severity is critical and text contains “deploy”"
    trigger = rule(
        EventSource.ALERTMANAGER,
        ("labels.severity", Op.EQ, "critical"),
        cooldown_seconds=600,
        dedupe="fingerprint",
    )
    assert event_in_words(trigger) == (
        "When Alertmanager reports and labels.severity is critical; at most 12 runs an hour; "
        "10 min pause after each run; one a day per value of fingerprint"
    )
    plan = blueprint(task(title="Check the shop"), after(1, per_hour=1))
    words = event_in_words(plan.tasks[1].trigger, plan)  # type: ignore[arg-type]
    assert words == (
        "After “Check the shop” (T1) finishes; not when that is skipped or missed; "
        "at most 1 run an hour"
    )


def test_which_results_of_another_task_start_none_is_said() -> None:
    """[B4] A run that never was did not finish, nor fail; that it did not succeed is plain."""
    said = {which: event_in_words(after(1, which).trigger) for which in After}  # type: ignore[arg-type]
    told = [which for which, words in said.items() if "skipped or missed" in words]
    assert told == [After.FAILURE, After.FINISH]


def test_days_left_out_of_an_event_rule_are_said_with_their_zone() -> None:
    """[B5 B6] It has no clock of its own; nowhere else would one read by which zone they count."""
    day = Exclusion(first=date(2026, 12, 24), last=date(2026, 12, 24))
    trigger = rule(EventSource.WEBHOOK, zone="Asia/Tokyo")
    plan = blueprint(task(trigger)).model_copy(update={"exclusions": (day,)})
    assert "what is left out counts by Asia/Tokyo" in event_in_words(trigger, plan)
    bound = (day.model_copy(update={"zone": "Europe/Berlin"}),)
    named = plan.model_copy(update={"exclusions": bound})
    assert "Asia/Tokyo" not in event_in_words(trigger, named)
    own = task(trigger, exclusions=(day,))
    assert "Left out: 24 Dec 2026, Asia/Tokyo" in strategy_in_words(own, MONDAY)
