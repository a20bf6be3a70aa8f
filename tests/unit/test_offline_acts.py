"""What a Task does outside, and who may approve it, in fixed phrases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.offline.intents import Call
from agent.offline.reading import Context, read

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CHECK = "check https://shop.example every hour"
HOOK = "https://pager.example/hook"


def only(text: str, focus: str | None = None) -> Call:
    (call,) = read(text, Context(NOW, "Europe/Berlin", focus))
    return call


def act_of(text: str) -> dict[str, Any]:
    call = only(text)
    assert call.tool == "propose_mission", call
    assert len(call.arguments["tasks"]) == 1
    (operation,) = call.arguments["settings"]
    assert operation["op"] == "add_act"
    found: dict[str, Any] = operation["act"]
    return found


@pytest.mark.parametrize(
    ("words", "when", "method"),
    [
        (f"and if it fails POST {HOOK} (ask first)", "new", "POST"),
        (f", and when it is down, then post to {HOOK}", "new", "POST"),
        (f"and POST {HOOK} if it fails", "new", "POST"),
        (f"and whenever it fails PUT {HOOK}", "found", "PUT"),
        (f"and when it recovers send a DELETE request to {HOOK}", "recovered", "DELETE"),
        (f"and after each run PATCH {HOOK} after asking", "always", "PATCH"),
    ],
)
def test_what_is_done_and_when(words: str, when: str, method: str) -> None:
    """[A1] It asks unless the words say otherwise."""
    assert act_of(f"{CHECK} {words}") == {"url": HOOK, "method": method, "when": when}


def test_a_body_is_json_or_a_text() -> None:
    """[A1]"""
    body = '{"text": "Shop, down", "n": [1, 2]}'
    assert act_of(f"{CHECK} and if it fails POST {HOOK} with {body}")["json_body"] == body
    said = act_of(f'{CHECK} and if it fails POST {HOOK} saying "Shop is down" (ask first)')
    assert said["json_body"] == '{"text": "Shop is down"}'


def test_without_asking_must_be_said() -> None:
    """[A1]"""
    assert act_of(f"{CHECK} and if it fails POST {HOOK} without asking")["without_asking"] is True


def test_a_post_without_a_condition_is_not_guessed() -> None:
    """[C2]"""
    assert only(f"{CHECK} and POST {HOOK}").tool == "ask"


def test_who_is_to_be_asked() -> None:
    """[A2]"""
    call = only(f"{CHECK} and if it fails POST {HOOK} (ask @Ana and @Bob first)")
    assert call.arguments["approvers"] == ["@Ana", "@Bob"]


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        (
            f"if it fails POST {HOOK} (ask first)",
            {"op": "add_act", "act": {"url": HOOK, "method": "POST", "when": "new"}},
        ),
        ("stop posting", {"op": "remove_act"}),
        (f"don't POST to {HOOK} any more", {"op": "remove_act", "act": "pager.example/hook"}),
    ],
)
def test_changes_of_what_there_is(text: str, operation: dict[str, Any]) -> None:
    """[C5 A1]"""
    call = only(text, "M-ABC234")
    assert (call.tool, call.arguments) == ("propose_change", {"changes": [operation]})


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("@Ana approves", ["@Ana"]),
        ("let @Ana and @Bob approve", ["@Ana", "@Bob"]),
        ("approvers: @Ana, @Bob", ["@Ana", "@Bob"]),
        ("nobody may approve", []),
    ],
)
def test_who_may_approve_is_a_card_with_a_button(text: str, people: list[str]) -> None:
    """[A2 C6] Words change nothing by themselves."""
    call = only(text, "M-ABC234")
    assert (call.tool, call.arguments) == ("offer_approvers", {"people": people})


def test_a_word_of_approval_approves_nothing() -> None:
    """[C6]"""
    assert "press the button" in only("approved", "M-ABC234").arguments["text"]
