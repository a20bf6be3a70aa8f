"""A message keeps within Slack's budgets and says what it left out."""

from __future__ import annotations

import pytest

from bot import limits
from bot.block_rules import validate_message
from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import actions, button, context, header, overflow, section, table
from bot.blocks.layout import compose, fits, size, with_block_id
from bot.mrkdwn import Mrkdwn
from missions.ids import OutboxId


def more(left: int) -> Mrkdwn:
    return Mrkdwn(f"and {left} more")


@pytest.mark.parametrize(("groups", "left"), [(48, 0), (49, 1), (50, 2), (200, 152)])
def test_as_many_groups_are_shown_as_there_is_room_for(groups: int, left: int) -> None:
    """[R5] Slack: 50 blocks; one is kept for the line that says how many are missing."""
    small = [[section(Mrkdwn("x"))]] * groups
    message = compose(Mrkdwn(""), [header("h")], small, (), more)
    assert validate_message(list(message.blocks), message.text) == []
    assert (f"and {left} more" in str(message.blocks[-1])) == bool(left)
    assert len(message.blocks) == 1 + groups - left + bool(left)


@pytest.mark.parametrize(("groups", "left"), [(4, 0), (5, 1)])
def test_the_characters_of_all_blocks_have_a_budget(groups: int, left: int) -> None:
    """[R5] 13,200 characters over all blocks."""
    large = [[section(Mrkdwn("x" * 3_000))]] * groups
    message = compose(Mrkdwn(""), [section(Mrkdwn("y" * 800))], large, (), more)
    assert validate_message(list(message.blocks), message.text) == []
    assert len(message.blocks) == 1 + groups - left + bool(left)


def test_head_and_tail_are_always_shown() -> None:
    groups = [[section(Mrkdwn("x" * 3_000))]] * 9
    tail = [actions(button("Go", ActionId.ENABLE, Value()))]
    message = compose(Mrkdwn(""), [header("h")], groups, tail, more)
    assert message.blocks[0]["type"] == "header"
    assert message.blocks[-1]["type"] == "actions"
    assert "and 5 more" in str(message.blocks[-2])
    assert not fits(groups, [header("h")], tail)


def test_a_group_is_shown_whole_or_not_at_all() -> None:
    pair = [section(Mrkdwn("a")), context(Mrkdwn("b"))]
    message = compose(Mrkdwn(""), [header("h")], [pair] * 30, (), more)
    kinds = [block["type"] for block in message.blocks[1:-1]]
    assert kinds == ["section", "context"] * 24


def test_the_text_says_what_the_blocks_say() -> None:
    """[R5] A block that Slack refuses falls back to the text."""
    rows = (("Check", "Result"), ("<shop>", "🟢"))
    button_ = button("Go", ActionId.ENABLE, Value())
    blocks = [header("<Title>"), section(Mrkdwn("*body*"), button_), table(rows), actions(button_)]
    message = compose(Mrkdwn("Summary"), blocks)
    assert message.text == "Summary\n&lt;Title&gt;\n*body*\nCheck | Result\n&lt;shop&gt; | 🟢"


def test_the_text_fits_an_update() -> None:
    """[R5] chat.update refuses a text of more than 4,000 characters."""
    message = compose(Mrkdwn(""), [section(Mrkdwn("x" * 3_000))] * 3)
    assert len(message.text) == limits.UPDATE_TEXT


def test_the_outbox_id_marks_the_first_block_only() -> None:
    """[R4]"""
    message = compose(Mrkdwn(""), [header("h"), header("h")])
    marked = with_block_id(message, OutboxId("O-1"))
    assert [block.get("block_id") for block in marked.blocks] == ["O-1", None]
    assert "block_id" not in message.blocks[0]


@pytest.mark.parametrize("length", [limits.HEADER_TEXT, limits.HEADER_TEXT + 1])
def test_each_text_is_cut_to_its_limit(length: int) -> None:
    """[R5]"""
    cut = length > limits.HEADER_TEXT
    assert header("x" * length)["text"]["text"].endswith("…") is cut
    assert button("x" * 76, ActionId.ENABLE, Value())["text"]["text"] == "x" * 74 + "…"
    assert len(section(Mrkdwn("&amp;" * 601))["text"]["text"]) <= limits.SECTION_TEXT
    assert len(context(*[Mrkdwn("x")] * 11)["elements"]) == limits.CONTEXT_ELEMENTS
    menu = overflow(ActionId.REPORT_MENU, [("x" * 80, Value(extra="y"))] * 6)
    assert len(menu["options"]) == limits.OVERFLOW_OPTIONS
    assert all(len(one["text"]["text"]) <= limits.OPTION_TEXT for one in menu["options"])


@pytest.mark.parametrize("longer", [0, 1])
def test_what_an_option_carries_is_never_cut(longer: int) -> None:
    """[R5 C6] One character more than Slack takes is refused, as it would act on other words."""
    bare = overflow(ActionId.REPORT_MENU, [("x", Value(extra="y"))])["options"][0]["value"]
    room = limits.OPTION_VALUE - len(bare) + 1 + longer
    options = [("x", Value(extra="y" * room))]
    if longer:
        with pytest.raises(ValueError, match="does not fit"):
            overflow(ActionId.REPORT_MENU, options)
    else:
        (one,) = overflow(ActionId.REPORT_MENU, options)["options"]
        assert len(one["value"]) == limits.OPTION_VALUE


def test_size_counts_what_people_read() -> None:
    assert size([header("abc"), actions(button("Go", ActionId.ENABLE, Value(extra="x")))]) == 5
