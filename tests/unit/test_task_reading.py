"""A model's slips in what it adds to a report cost a part of it, never the whole [C10 X6]."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from agent.task.agent import BAD_TRIES
from agent.task.explanation import NOTES_MAX, Comment, Explanation
from agent.task.reading import read, read_words, state_of
from agent.task.values import TaskResult
from missions.execution import ItemState
from tests.unit.test_task_graph import Model, Sites, answers, call, check, run, task

WHAT = task(check("a"), instructions="Say what is wrong.")
SAID = {"text": "It is down."}


def told(script: Callable[[list[BaseMessage]], AIMessage]) -> tuple[TaskResult, int]:
    """What came of it, and after how many calls of the model."""
    calls: list[int] = []

    def counted(messages: list[BaseMessage]) -> AIMessage:
        calls.append(1)
        return script(messages)

    result = run(WHAT, Sites(a=answers(status=503)), Model(script=counted))
    return result, len(calls)


def two_at_once(messages: list[BaseMessage]) -> AIMessage:
    calls = [
        {"name": "Explanation", "args": {"comments": [SAID]}, "id": "1"},
        {"name": "Explanation", "args": {"comments": [{"text": "Another."}]}, "id": "2"},
    ]
    return AIMessage("", tool_calls=calls)


def look_besides(messages: list[BaseMessage]) -> AIMessage:
    look = {"name": "http", "args": {"url": "https://shop.example/a"}, "id": "1"}
    said = {"name": "Explanation", "args": {"comments": [SAID]}, "id": "2"}
    return AIMessage("", tool_calls=[look, said])


@pytest.mark.parametrize(
    "script",
    [
        lambda _: call("Explanation", comments=[SAID, *({"text": f"{n}"} for n in range(9))]),
        lambda _: call("Explanation", comments=[SAID], claims=None, advice=None, gaps=None),
        lambda _: call("Explanation", comments=[{**SAID, "seen_with": None}]),
        lambda _: call("Explanation", comments=["It is down."]),
        lambda _: call("Explanation", comments="It is down."),
        lambda _: call("Explanation", comments=SAID),
        lambda _: call("Explanation", comments=json.dumps([SAID])),
        lambda _: call("Explanation", claims=["It is down."]),
        lambda _: call("Explanation", comments=[SAID], mood="fine", headline=7),
        lambda _: call("Explanation", comments=[7.5, True, ["x"], None, SAID][2:]),
        lambda _: AIMessage("It is down."),
        lambda _: AIMessage("<think>Is it?</think>\nIt is down."),
        lambda _: AIMessage(json.dumps({"comments": [SAID]})),
        lambda _: AIMessage(f"```json\n{json.dumps({'comments': [SAID]})}\n```"),
        two_at_once,
        look_besides,
    ],
)
def test_a_slip_is_read_at_the_first_try(
    script: Callable[[list[BaseMessage]], AIMessage],
) -> None:
    """[C10 X6] What it means is plain, so nothing is asked, and paid for, once more."""
    result, calls = told(script)
    assert calls == 1
    assert result.report.notes[0].text == "It is down."
    assert len(result.report.notes) <= NOTES_MAX
    assert "without its words" not in result.report.text
    assert result.session[-1].what == "Model answered"


@pytest.mark.parametrize(
    "state", ["anomalous", "Anomalous", " ANOMALOUS ", "failed", "critical", "Down"]
)
def test_a_state_is_read_in_any_case_and_by_other_words(state: str) -> None:
    """[B2] It is the one that the check has, so it is not replaced."""
    claim = {"check": "a", "state": state, "text": "It is down."}
    result, calls = told(lambda _: call("Explanation", claims=[claim]))
    assert calls == 1
    (note,) = result.report.notes
    assert (note.check, note.claimed, note.replaced) == ("a", ItemState.ANOMALOUS, False)


def test_words_for_states_mean_one_state_each() -> None:
    """[B2] And an unknown word none: nothing is guessed."""
    assert state_of("all good") is state_of("OK") is ItemState.PASSED
    assert state_of("needs-attention") is state_of("Warning") is ItemState.NEEDS_ATTENTION
    assert state_of("n/a") is state_of("not measured") is ItemState.NOT_APPLICABLE
    assert state_of("purple") is state_of(None) is state_of(["passed"]) is None


def test_what_nothing_can_be_made_of_is_asked_for_once_more() -> None:
    """[C10 X6] Then it is given up; each try is paid for."""
    heard: list[BaseMessage] = []

    def nonsense(messages: list[BaseMessage]) -> AIMessage:
        heard[:] = messages
        return call("Explanation", remarks="?")

    result, calls = told(nonsense)
    assert calls == BAD_TRIES
    assert "Call Explanation with what you add" in str(heard[-1].content)
    assert isinstance(heard[-1], ToolMessage)
    assert result.report.lines[-1].endswith("this is what the checks found, without its words.")


def test_a_second_try_counts() -> None:
    """[C10]"""

    def mended(messages: list[BaseMessage]) -> AIMessage:
        if any(isinstance(m, ToolMessage) for m in messages):
            return call("Explanation", comments=[SAID])
        return call("Explanation", remarks="?")

    result, calls = told(mended)
    assert (calls, len(result.report.notes)) == (2, 1)


def test_thoughts_alone_are_no_words() -> None:
    """[C10] Nor are they shown."""
    heard: list[BaseMessage] = []

    def thinks(messages: list[BaseMessage]) -> AIMessage:
        heard[:] = messages
        return AIMessage("<think>The secret plan")

    result, calls = told(thinks)
    assert calls == BAD_TRIES
    assert isinstance(heard[-1], HumanMessage)
    assert "secret plan" not in str(result.report)


@pytest.mark.parametrize(
    "given",
    [
        {"claims": 7, "comments": {}, "advice": [[], {}, None], "gaps": True},
        {"claims": [{}, 3, None, {"state": "passed"}], "comments": [{"seen_with": "http"}]},
        {"comments": "[1, 2", "advice": "{"},
        {},
    ],
)
def test_any_arguments_can_be_read(given: dict[str, Any]) -> None:
    """[C10] Whatever is nested in them; what says nothing is left out."""
    found = read(given)
    assert found is not None
    assert found.claims == []
    assert all(comment.text for comment in found.comments)
    assert all(found.advice)


def test_words_are_one_comment() -> None:
    assert read_words(" \n") is None
    for words in ('{"a": 1}', "First.\nSecond."):
        assert read_words(words) == Explanation(comments=[Comment(text=words)])
