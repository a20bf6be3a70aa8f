"""Splitting a Task and moving one to another place: the operations, and the words for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from agent import plan
from agent.offline.reading import Context, read
from agent.operations import HttpCheck, TaskSpec, When
from agent.picking import WhichOne
from agent.triggers import OperationRefused
from agent.unions import Operation
from missions.blueprint import Blueprint
from missions.diff import diff

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
EU, US, STATUS = "https://eu.shop.test", "https://us.shop.test", "https://us.shop.test/status"
OPERATION: TypeAdapter[Any] = TypeAdapter(Operation)


def made(*tasks: tuple[str, tuple[str, ...]]) -> Blueprint:
    """A plan of Tasks with these cron expressions and addresses."""
    specs = [
        TaskSpec(
            when=When(cron=cron, zone="Europe/Berlin"), checks=tuple(HttpCheck(url=u) for u in urls)
        )
        for cron, urls in tasks
    ]
    return plan.create("", specs)


def after(before: Blueprint, **operation: Any) -> Blueprint:
    change = OPERATION.validate_python(operation)
    return plan.apply(before, [change], plan.Used.by([before]))


def shape(blueprint: Blueprint) -> list[tuple[str, str, list[str]]]:
    """Each Task's id, cron expression and addresses, in order."""
    return [
        (t.id, t.trigger.cron, [str(c.arguments["url"]) for c in t.checks])  # type: ignore[union-attr]
        for t in blueprint.tasks
    ]


SHOPS = made(("0 9 * * 1-5", (EU, US, STATUS)), ("0 3 * * *", ("https://pay.test",)))
BY_REGION = ({"checks": ["EU"], "time": "08:00"}, {"checks": ["US"], "time": "18:00"})


def test_a_task_is_split_by_words_of_its_addresses() -> None:
    """[C5] Days stay, each check goes to one part, the parts stand where the Task stood."""
    split = after(SHOPS, op="split_task", task="T1", parts=BY_REGION)
    assert shape(split) == [
        ("T1", "0 8 * * 1-5", [EU]),
        ("T3", "0 18 * * 1-5", [US, STATUS]),
        ("T2", "0 3 * * *", ["https://pay.test"]),
    ]
    assert [t.title for t in split.tasks][:2] == [
        "Check eu.shop.test",
        "Check us.shop.test and 1 more",
    ]
    assert [c.id for c in split.tasks[1].checks] == ["C1", "C2"]
    assert split.tasks[1].tools == ("http",)


def test_parts_without_a_time_keep_the_schedule() -> None:
    """[C5] One Task for EU and US becomes two."""
    parts = ({"checks": ["eu"]}, {"checks": ["us"], "title": "America"})
    split = after(SHOPS, op="split_task", task="T1", parts=parts)
    assert [t.trigger for t in split.tasks][:2] == [SHOPS.tasks[0].trigger] * 2
    assert split.tasks[1].title == "America"


def test_a_task_that_runs_twice_is_split_by_its_times() -> None:
    """[C5]"""
    twice = made(("0 8,18 * * *", (EU, US)))
    split = after(twice, op="split_task", parts=BY_REGION)
    assert shape(split) == [("T1", "0 8 * * *", [EU]), ("T2", "0 18 * * *", [US])]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("EU", "Asia"), "No check fits “Asia”"),
        (("EU", "shop"), "would be in two parts"),
        (("EU", "status"), "Which part should https://us.shop.test belong to"),
    ],
)
def test_a_split_that_leaves_a_doubt_is_asked_about(words: tuple[str, str], why: str) -> None:
    """[C5] No check is dropped, doubled or guessed into a part."""
    parts = [{"checks": [w]} for w in words]
    with pytest.raises(OperationRefused, match=why):
        after(SHOPS, op="split_task", task="T1", parts=parts)


def test_an_event_rule_has_no_time_to_split_by() -> None:
    """[C5]"""
    with pytest.raises(OperationRefused):
        after(
            made(("*/5 * * * *", (EU, US))),
            op="split_task",
            parts=BY_REGION,
        )


ABC = made(*[("0 9 * * *", (f"https://{name}.test",)) for name in "abc"])


@pytest.mark.parametrize(
    ("said", "order"),
    [
        ({"task": "T3", "place": "first"}, "T3 T1 T2"),
        ({"task": "Check a.test", "place": "last"}, "T2 T3 T1"),
        ({"task": "T2", "place": "up"}, "T2 T1 T3"),
        ({"task": "T2", "place": "down"}, "T1 T3 T2"),
        ({"task": "Check c.test", "place": "before", "other": "Check b.test"}, "T1 T3 T2"),
        ({"task": "T1", "place": "behind", "other": "T2"}, "T2 T1 T3"),
    ],
)
def test_a_task_is_moved_to_another_place(said: dict[str, str], order: str) -> None:
    """[C5] By its id or title; the card shows the order before and after."""
    moved = after(ABC, op="move_task", **said)
    assert " ".join(t.id for t in moved.tasks) == order
    (change,) = diff(ABC, moved, NOW)
    assert change.label == "Order of Tasks"
    assert change.before == "Check a.test, Check b.test, Check c.test"
    assert change.after == ", ".join(t.title for t in moved.tasks)


@pytest.mark.parametrize(
    "said",
    [
        {"task": "T1", "place": "first"},
        {"task": "T1", "place": "up"},
        {"task": "T1", "place": "before", "other": "T1"},
        {"task": "T9", "place": "first"},
        {"task": "Check", "place": "first"},
    ],
)
def test_a_place_that_changes_nothing_or_is_unclear_is_said(said: dict[str, str]) -> None:
    """[C5]"""
    with pytest.raises(OperationRefused):
        after(ABC, op="move_task", **said)


def test_before_needs_the_other_task() -> None:
    """[B7]"""
    with pytest.raises(ValidationError, match="need the other Task"):
        after(ABC, op="move_task", task="T1", place="before")
    with pytest.raises(WhichOne):
        after(ABC, op="move_task", task="T1", place="before", other="Pay")


def heard(text: str) -> Any:
    (call,) = read(text, Context(NOW, "Europe/Berlin", "M-ABC234"))
    return call


def parts(*said: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"checks": words.split("+"), **({"time": at} if at else {})} for words, at in said]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("split it: EU at 8:00, US at 18:00", parts(("EU", "08:00"), ("US", "18:00"))),
        ("Split it into EU and US.", parts(("EU", ""), ("US", ""))),
        ("please split the EU and US checks into two tasks", parts(("EU", ""), ("US", ""))),
        ("split it into two tasks: EU at 8, US at 6pm", parts(("EU", "08:00"), ("US", "18:00"))),
        ("split it: EU and UK at 8:00; US at noon", parts(("EU+UK", "08:00"), ("US", "12:00"))),
        (f"split it: {EU} at 8:00 and {US} at 20:15", parts((EU, "08:00"), (US, "20:15"))),
    ],
)
def test_words_that_split(text: str, told: list[dict[str, Any]]) -> None:
    """[C5] Without a model."""
    call = heard(text)
    assert call.tool == "propose_change"
    assert call.arguments["changes"] == [{"op": "split_task", "parts": told}]


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("move T2 before T1", {"task": "T2", "place": "before", "other": "T1"}),
        ('move "Check US" after T1', {"task": "Check US", "place": "behind", "other": "T1"}),
        ("put the Check US task first", {"task": "Check US", "place": "first"}),
        ("please move Check US to the end", {"task": "Check US", "place": "last"}),
        ("move T2 up", {"task": "T2", "place": "up"}),
    ],
)  # fmt: skip
def test_words_that_move(text: str, operation: dict[str, Any]) -> None:
    """[C5] Without a model."""
    call = heard(text)
    assert call.tool == "propose_change"
    assert call.arguments["changes"] == [{"op": "move_task", **operation}]


def test_a_part_of_day_is_asked_about_with_a_whole_sentence_as_answer() -> None:
    """[C5] Its button says all that is needed; said again, it splits."""
    call = heard("split it: EU in the morning, US in the evening")
    assert call.tool == "ask"
    (choice,) = call.arguments["questions"][0]["choices"]
    assert choice["say"] == "split it: EU at 8:00, US at 18:00"
    assert heard(choice["say"]).tool == "propose_change"


@pytest.mark.parametrize(
    "text",
    [
        "split it",
        "split it into two tasks",
        "split it: EU at 5, US at 18:00",
        "split it: EU at 8:00, US",
        "move it after lunch",
        "move the report to the top",
        "put the full text in the thread, and just the red items at the top",
    ],
)
def test_what_is_unclear_is_asked(text: str) -> None:
    """[C5] A wrong guess is worse than a question."""
    assert heard(text).tool == "ask"


@pytest.mark.parametrize(
    ("text", "tool"),
    [("move it to 8:30", "propose_change"), ("move Shop watch to #ops", "offer_move")],
)
def test_other_moves_are_what_they_were(text: str, tool: str) -> None:
    """[C5]"""
    call = heard(text)
    assert call.tool == tool
    assert "move_task" not in str(call.arguments)
