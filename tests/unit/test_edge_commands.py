"""What is typed behind `/mission` [C1 C7]."""

from __future__ import annotations

import pytest

from bot.edge.commands import BadCommand, list_missions, order_of
from bot.edge.context import Edge
from bot.edge.place import Place
from missions.cards import ListCard
from missions.ids import ChannelId, PersonId
from missions.mission import MissionState

HERE = Place(person=PersonId("U1"), channel=ChannelId("C1"), trigger="1")


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("", "help", ""),
        ("list", "list", ""),
        ("LIST active", "list", "active"),
        ("  show   M-222222 ", "show", "M-222222"),
        ("pause M-222222 code freeze", "disable", "M-222222 code freeze"),
        ("resume x", "enable", "x"),
    ],
)
def test_the_first_word_is_the_command(text: str, name: str, rest: str) -> None:
    """[C7]"""
    order = order_of(HERE, text)
    assert (order.name, order.rest) == (name, rest)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("lst", "list"), ("histroy", "history"), ("delte", "delete"), ("pauze", "disable")],
)
def test_a_near_miss_is_answered_with_what_was_meant(typed: str, meant: str) -> None:
    """[C1]"""
    with pytest.raises(BadCommand, match=f"`/mission {meant}"):
        order_of(HERE, typed)


def test_free_text_is_answered_with_how_to_talk_to_houston() -> None:
    """[C1]"""
    with pytest.raises(BadCommand, match="mention me"):
        order_of(HERE, "keep an eye on prod")


def test_what_is_typed_is_not_said_back_as_markup() -> None:
    """[P4]"""
    with pytest.raises(BadCommand) as refused:
        order_of(HERE, "<!channel>`* hello")
    assert "<!" not in refused.value.sentence


@pytest.mark.parametrize(
    ("rest", "state", "search"),
    [
        ("", None, ""),
        ("all", None, ""),
        ("active", MissionState.ACTIVE, ""),
        ("Paused shop", MissionState.PAUSED, "shop"),
        ("shop watch", None, "shop watch"),
    ],
)
def test_a_list_can_be_narrowed(
    rest: str, state: MissionState | None, search: str, edge: Edge
) -> None:
    """[R6]"""
    card = list_missions(edge, order_of(HERE, f"list {rest}"))
    assert card == ListCard(state=state, search=search)


@pytest.fixture
def edge() -> Edge:
    """A list needs nothing of it."""
    return Edge(None, None, None, None, None)  # type: ignore[arg-type]
