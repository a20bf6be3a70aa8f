"""An order is carried out only if every word of it was read, without a model [C5 C7]."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.test_offline_settings import answer


@pytest.mark.parametrize(
    "text",
    [
        "pause everything except Shop watch",
        "pause all but M-ABC234",
        "pause everything but not this one",
        "pause everything for 2 hours except T1",
        "pause all except Shop watch because of the deploy",
        "pause everything because of the deploy, except Shop watch",
        "pause everything unless it is critical",
        "pause everything, only Shop watch goes on",
        "pause all alerts",
        "pause until 18:00 if it is still failing",
        "pause it because of the deploy, but not T1",
        "pause until Monday 9",
        "resume everything tomorrow at 9:00",
        "resume everything at 18:00",
        "resume everything on Monday",
        "resume everything for 2 hours",
        "resume everything except T1",
        "resume everything, but only tomorrow",
        "mute it for 2 hours unless critical",
        "mute it for 2 hours, critical ones still through",
        "mute it for 2 hours because of the deploy, but tell me of critical ones",
        "mute until Friday except critical",
        "mute until tomorrow 9:00 but only T1",
        "mute it, critical ones still through",
    ],
)
def test_an_exception_or_a_condition_is_asked_about_and_never_a_note(text: str) -> None:
    """[C7 M3 M10 R1] Else the one that was to go on would stand still, and nobody would know."""
    asked = answer(text)
    assert asked.tool == "ask"
    (question,) = asked.arguments["questions"]
    assert question["choices"], "what can be done instead is offered"
    for choice in question["choices"]:
        assert answer(choice["say"]).tool.startswith("offer_")


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        ("pause everything", "offer_pause_all", {}),
        ("pause everything please", "offer_pause_all", {}),
        ("pause everything: fire drill", "offer_pause_all", {"note": "fire drill"}),
        ("pause everything (fire drill)", "offer_pause_all", {"note": "fire drill"}),
        ("pause everything because of the deploy", "offer_pause_all", {"note": "the deploy"}),
        (
            "pause everything until 18:00, we deploy",
            "offer_pause_all",
            {"until": "2026-11-23T18:00", "note": "we deploy"},
        ),
        ("pause until tomorrow 9:00 please", "offer_disable", {"until": "2026-11-24T09:00"}),
        ("resume everything please", "offer_resume_all", {}),
        ("resume everything, we are done", "offer_resume_all", {}),
        ("mute it, we know", "offer_mute", {}),
        ("mute until tomorrow, we know", "offer_mute", {"until": "2026-11-24T08:00"}),
    ],
)
def test_a_reason_and_courtesies_stand_in_no_order_s_way(
    text: str, tool: str, arguments: dict[str, Any]
) -> None:
    """[C7 M3 M10 R1]"""
    call = answer(text)
    assert (call.tool, call.arguments) == (tool, arguments)


@pytest.mark.parametrize(
    "text",
    ["not between 22:00 and 6:00 for T2", "skip 24 December for T2", "not on Sundays for T2"],
)
def test_what_is_left_out_for_a_task_is_left_out_of_that_one(text: str) -> None:
    """[B5 C5] The others go on."""
    call = answer(text)
    assert call.tool == "propose_change"
    assert [o["task"] for o in call.arguments["changes"]] == ["T2"]
