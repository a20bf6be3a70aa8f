"""Everything fits Slack's limits, and nothing that came as data can act."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.blocks.layout import with_block_id
from missions.ids import OutboxId
from tests.unit.block_samples import HOSTILE, assert_openable, assert_sendable, messages, views
from tests.unit.test_blocks_fuzz import PAYLOADS

COUNTS = (0, 9)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("count", COUNTS)
def test_any_text_in_any_message_can_be_sent_and_cannot_act(text: str, count: int) -> None:
    """[R5 P4]"""
    for message in messages(text, count):
        assert_sendable(message)


@pytest.mark.parametrize(("text", "count"), [("A check", 51), ("&" * 400, 20)])
def test_more_than_slack_takes_is_cut_to_what_fits(text: str, count: int) -> None:
    """[R5] 20 Tasks and 50 checks are the domain's limits; Slack's is 50 blocks."""
    for message in messages(text, count):
        assert_sendable(message)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_in_any_dialog_can_be_opened_and_cannot_act(text: str) -> None:
    """[R5 P4]"""
    for count in COUNTS:
        for view in views(text, count):
            assert_openable(view)


@settings(max_examples=PAYLOADS // 20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.text(max_size=200)
    | st.text(alphabet="<>@!#|&;^ \nUC1`*_~\u0301\u200d🇩👍", max_size=120),
    count=st.integers(0, 9),
)
def test_whatever_is_written_fits_and_stays_quiet(text: str, count: int) -> None:
    """[R5 P4]"""
    for message in messages(text, count):
        assert_sendable(message)
    for view in views(text, count):
        assert_openable(view)


def test_the_outbox_id_is_the_block_id_of_the_first_block_of_every_message() -> None:
    for message in messages("Shop", 2):
        marked = with_block_id(message, OutboxId("O-1"))
        assert marked.blocks[0]["block_id"] == "O-1"
        assert "block_id" not in message.blocks[0]
        assert not [block for block in marked.blocks[1:] if "block_id" in block]
        assert_sendable(marked)


def test_the_largest_texts_are_rendered_in_no_time() -> None:
    started = time.perf_counter()
    made = sum(1 for _ in messages("&" * 20_000, 20))
    assert (time.perf_counter() - started) / made < 0.5
