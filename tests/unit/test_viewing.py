"""What a person looks at while they write, as Slack says it; and what offline makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.edge.viewing import CHANNEL, MESSAGE, viewing
from missions.cards import AskCard, ChangeCard, PlanCard
from tests.unit.desk_kit import SHOP
from tests.unit.test_conversation import URL, say


@pytest.mark.parametrize(
    ("context", "found"),
    [
        ({"entities": [{"type": CHANNEL, "value": "C1"}]}, ("C1", "")),
        (
            {"entities": [{"type": MESSAGE, "value": {"channel_id": "C2", "message_ts": "1.5"}}]},
            ("C2", "1.5"),
        ),
        (
            {"entities": [{"type": "new", "value": ["?"]}, {"type": CHANNEL, "value": "C3"}]},
            ("C3", ""),
        ),
        ({"entities": [{"type": MESSAGE, "value": "C4"}, {"type": CHANNEL, "value": 5}]}, ("", "")),
        ({"entities": ["C1", None]}, ("", "")),
        ({"entities": None}, ("", "")),
        ({}, ("", "")),
        ("C1", ("", "")),
        (None, ("", "")),
    ],
)
def test_the_first_place_that_is_known_is_what_is_looked_at(
    context: Any, found: tuple[str, str]
) -> None:
    """[C1 P4] Whatever else Slack sends is passed over."""
    assert viewing({"app_context": context}) == found
    assert viewing({}) == ("", "")


def test_it_means_the_mission_that_is_looked_at() -> None:
    """[C5 C7] As in its thread."""
    _, result = say("make it 8:30", focus=SHOP, focus_viewed=True)
    assert any(isinstance(card, ChangeCard) for card in result.cards)
    _, result = say("make it 8:30")
    assert not any(isinstance(card, ChangeCard) for card in result.cards)


def test_a_whole_wish_is_a_new_mission_whatever_is_looked_at() -> None:
    """[C2] Nobody is asked whether it belongs to what they only look at, as in its thread."""
    wish = f"check {URL}/other every 3 hours, call it Other watch"
    _, result = say(wish, focus=SHOP, focus_viewed=True)
    assert any(isinstance(card, PlanCard) for card in result.cards)
    _, result = say(f"check {URL}/other every 3 hours", focus=SHOP)
    assert any(isinstance(card, AskCard) for card in result.cards)
