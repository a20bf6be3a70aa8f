"""Questions that the records answer, in words, without a model [C7]."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.offline.reading import Context, read

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "tool", "told"),
    [
        ("why did the last run fail?", "explain_last", {"failed": True}),
        ("why did the 02:00 one fail?", "explain_last", {"at": "02:00"}),
        ("Why did the 2am run fail", "explain_last", {"at": "02:00"}),
        ("why did Shop watch fail", "explain_last", {"mission": "Shop watch", "failed": True}),
        ("why is this number higher than yesterday's?", "explain_last", {"failed": True}),
        ("what ran last night?", "what_changed", {"since": "2026-11-22T18:00"}),
        ("what ran yesterday", "what_changed", {"since": "2026-11-22T00:00"}),
        ("what does everything here cost", "what_it_costs", {"everywhere": True}),
        ("cost of everything", "what_it_costs", {"everywhere": True}),
        ("how much did it cost this month?", "what_it_costs", {}),
        ("what does All hands watch cost", "what_it_costs", {"mission": "All hands watch"}),
        ("who approved the restart on Tuesday?", "who_did", {}),
        ("who changed it last?", "who_did", {}),
        ("who approved Shop watch", "who_did", {"mission": "Shop watch"}),
        ("delete everything about Zeus", "offer_delete", {"mission": "Zeus"}),
        ("back to version 2", "restore_version", {"version": 2}),
        ("undo", "offer_undo", {}),
    ],
)
def test_what_is_asked_is_looked_up(text: str, tool: str, told: dict[str, Any]) -> None:
    """[C7] The Mission of the thread, unless the words name another."""
    (call,) = read(text, Context(NOW, "Europe/Berlin", "M-ABC234"))
    assert (call.tool, call.arguments) == (tool, told)


@pytest.mark.parametrize(
    "text", ["undo what Kim changed yesterday", "back to the previous version"]
)
def test_what_could_be_guessed_wrong_is_asked(text: str) -> None:
    """[C7 B8]"""
    (call,) = read(text, Context(NOW, "Europe/Berlin", "M-ABC234"))
    assert call.tool == "ask"
