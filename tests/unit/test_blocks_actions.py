"""What buttons carry survives the way to Slack and back, and always fits."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import limits
from bot.blocks.actions import ActionId, Value, action_of, decode, encode, fits, picked
from missions.ids import ExecutionId, MissionId, ProposalId
from missions.mission import MissionState

FULL = Value(
    mission=MissionId("M-7K2PQF"),
    proposal=ProposalId("P-23456789AB"),
    execution=ExecutionId("E-23456789AB"),
    version=3,
    page=2,
    state=MissionState.PAUSED,
    extra="Ünï “quoted”",
)


def test_a_value_comes_back_as_it_was() -> None:
    assert decode(encode(FULL)) == FULL
    assert decode(encode(Value())) == Value()


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=3_000), st.sampled_from([limits.BUTTON_VALUE, limits.OPTION_VALUE]))
def test_a_value_is_carried_whole_or_refused(extra: str, limit: int) -> None:
    """[R5 C6] Slack: 2,000 characters for a button, 150 for an option. Never other words."""
    value = Value(mission=MissionId("M-7K2PQF"), version=3, extra=extra)
    if not fits(value, limit):
        with pytest.raises(ValueError, match="does not fit"):
            encode(value, limit)
        return
    text = encode(value, limit)
    assert len(text) <= limit
    assert decode(text) == value


def test_what_is_one_character_too_long_is_refused() -> None:
    """[R5]"""
    room = limits.BUTTON_VALUE - len(encode(Value(extra="")))
    assert decode(encode(Value(extra="x" * room))).extra == "x" * room
    with pytest.raises(ValueError, match="2001 characters does not fit in 2000"):
        encode(Value(extra="x" * (room + 1)))


@pytest.mark.parametrize("text", ["", "M-7K2PQF", "[]", '{"mission":1}', '{"right":"admin"}'])
def test_a_value_that_is_none_of_ours_is_refused(text: str) -> None:
    """[C6]"""
    with pytest.raises(ValueError, match=r"."):
        decode(text)


def test_an_action_id_tells_its_action_and_buttons_in_a_row_apart() -> None:
    ids = {ActionId.ANSWER.numbered(number) for number in range(5)}
    assert len(ids) == 5
    assert {action_of(one) for one in ids} == {ActionId.ANSWER}
    assert action_of("somebody_elses") is None
    assert action_of("") is None


def test_a_menu_says_which_action_was_picked() -> None:
    assert picked(Value(extra="open_delete")) is ActionId.OPEN_DELETE
    assert picked(Value()) is None
    assert picked(Value(extra="rm -rf")) is None


def test_every_action_id_fits_slack() -> None:
    assert all(len(action.numbered(99)) <= limits.ACTION_ID for action in ActionId)
