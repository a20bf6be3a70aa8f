"""Event Rules in fixed phrases: each becomes a tool call as a model would make it [B4 B6]."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.offline.reading import Context, read
from agent.operations import EventSpec, TaskSpec, When
from agent.plan import create
from missions.blueprint import EventTrigger
from missions.event_words import event_in_words

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SITE = "https://shop.example"


def said(text: str, focus: str | None = None) -> Any:
    (call,) = read(text, Context(NOW, "Europe/Berlin", focus=focus))
    return call


def rule_of(text: str) -> str:
    """The rule that a sentence proposes, in words again."""
    call = said(text)
    assert call.tool == "propose_mission", call
    (spec,) = (TaskSpec.model_validate(t) for t in call.arguments["tasks"])
    trigger = create("", [spec]).tasks[0].trigger
    assert isinstance(trigger, EventTrigger)
    return event_in_words(trigger)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            f"when Alertmanager fires with severity critical, check {SITE}",
            "When Alertmanager reports and status is firing and labels.severity is critical; "
            "at most 12 runs an hour",
        ),
        (
            f"check {SITE} when Grafana reports with severity=critical, wait 10 minutes between "
            "runs",
            "When Grafana reports and labels.severity is critical; at most 12 runs an hour; "
            "10 min pause after each run",
        ),
        (
            f"when a webhook arrives with env prod and status failed, check {SITE}, "
            "at most 3 times per hour, one per host",
            "When a webhook arrives and env is prod and status is failed; "
            "at most 3 runs an hour; one a day per value of host",
        ),
        (
            f"when GitHub reports a push, check {SITE}",
            "When GitHub reports and event is push; at most 12 runs an hour",
        ),
        (
            f'when someone says "deploy" in here, check {SITE}',
            "When somebody posts in the channel and text contains “deploy”; "
            "at most 12 runs an hour",
        ),
        (
            f"whenever anybody posts deploy in this channel, check {SITE} answers 200",
            "When somebody posts in the channel and text contains “deploy”; "
            "at most 12 runs an hour",
        ),
        (
            f"when someone reacts with :white_check_mark:, check {SITE}",
            "When somebody reacts in the channel and reaction is white_check_mark; "
            "at most 12 runs an hour",
        ),
        (
            f"when an alert from alertmanager is resolved, check {SITE}",
            "When Alertmanager reports and status is resolved; at most 12 runs an hour",
        ),
    ],
)
def test_what_starts_a_task(text: str, words: str) -> None:
    assert rule_of(text) == words


@pytest.mark.parametrize(
    ("text", "after", "where"),
    [
        (f"after T1 fails, check {SITE}/deep", "failure", ()),
        (f"when T1 succeeds, check {SITE}/deep", "success", ()),
        (f"once T1 finishes check {SITE}/deep", "finish", ()),
        (f"when T1 finds a problem, check {SITE}/deep", "success", ("finding",)),
    ],
)
def test_a_task_waits_for_another(text: str, after: str, where: tuple[str, ...]) -> None:
    """[B4] In the Mission's thread."""
    call = said(text, "M-ABC234")
    assert call.tool == "propose_change"
    (change,) = call.arguments["changes"]
    assert change["op"] == "add_task"
    spec = When.model_validate(change["when"]).event
    assert isinstance(spec, EventSpec)
    assert (spec.after_task, spec.after.value) == ("T1", after)
    assert tuple(w.field for w in spec.where) == where


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("at most 3 an hour", {"op": "set_event_limits", "per_hour": 3}),
        ("wait 10 minutes between runs", {"op": "set_event_limits", "pause_seconds": 600}),
        ("make it at most 3 runs an hour in T2",
         {"op": "set_event_limits", "per_hour": 3, "task": "T2"}),
        ("run it when a webhook arrives instead",
         {"op": "set_trigger", "when": {"event": {"source": "webhook"}}}),
    ],
)  # fmt: skip
def test_a_rule_is_changed_by_saying_so(text: str, change: dict[str, Any]) -> None:
    """[C5]"""
    assert said(text, "M-ABC234").arguments["changes"] == [change]


@pytest.mark.parametrize(
    "text",
    [
        f"when pigs fly, check {SITE}",
        f"when alertmanager fires check {SITE} every 5 minutes",
        "when a webhook arrives",
        f"disable it when a webhook arrives, check {SITE} twice unless it rains",
    ],
)
def test_what_is_unclear_is_asked_back(text: str) -> None:
    """[C2] Nothing is guessed."""
    assert said(text).tool == "ask"


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        (f"tell me when {SITE} is down, every hour", "propose_mission"),
        (f"check {SITE} every hour and tell me when it fails", "propose_mission"),
    ],
)
def test_other_sentences_with_when_are_still_schedules(text: str, tool: str) -> None:
    call = said(text)
    assert call.tool == tool
    assert "event" not in str(call.arguments)
