"""Hours and freezes in words, without a model [B5 C2 C5]."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.test_offline_settings import answer

ZONE = {"zone": "Europe/Berlin"}
NIGHT = {"op": "leave_out", "begin": "22:00", "end": "06:00", **ZONE}
WEEKEND = {"op": "leave_out", "begin": "18:00", "end": "08:00", "days": [5], "until_day": 1, **ZONE}


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("not between 22:00 and 6:00", NIGHT),
        ("but not between 10 pm and 6 am", NIGHT),
        ("except from 22:00 until 6:00 every night", NIGHT),
        ("not between 22:00 and 6:00 on weekdays", {**NIGHT, "days": [1, 2, 3, 4, 5]}),
        ("freeze from Friday 18:00 to Monday 8:00", WEEKEND),
        ("not from Friday 6 pm to Monday 8 am", WEEKEND),
        (
            "freeze from 20 Dec 18:00 to 2 Jan 8:00 (release)",
            {
                "op": "leave_out",
                "begin": "18:00",
                "end": "08:00",
                **ZONE,
                "first": "2026-12-20",
                "last": "2027-01-02",
                "label": "release",
            },
        ),
    ],
)
def test_it_is_read_with_a_new_wish_and_by_itself(text: str, operation: dict[str, Any]) -> None:
    """[B5 C2 C5] As one operation, with nothing left unread."""
    new = answer(f"check https://shop.example/ every 10 minutes, {text}", focus=None)
    assert new.tool == "propose_mission"
    assert new.arguments["settings"] == [operation]
    change = answer(text)
    assert change.tool == "propose_change"
    assert change.arguments["changes"] == [operation]


@pytest.mark.parametrize(
    "text",
    [
        "not between 10 and 6",
        "freeze from 31 Feb 18:00 to 2 Mar 8:00",
        "not from Friday 18:00 to 8:00",
        "not from 20 Dec 18:00 to Monday 8:00",
    ],
)
def test_what_may_be_meant_otherwise_is_asked_back(text: str) -> None:
    """[C2] Ten may be of the morning or of the evening."""
    assert answer(f"check https://shop.example/ every 10 minutes, {text}", focus=None).tool == "ask"
