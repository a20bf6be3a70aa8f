"""Text and place decide what is said to Houston [C1]."""

from __future__ import annotations

from typing import Any

import pytest

from bot.client import Identity
from bot.edge.incoming import Heard, heard
from missions.ids import PersonId, TeamId
from tests.support.fakes import MONDAY

WHO = Identity(TeamId("T1"), PersonId("UBOT"), "B1", "https://t.slack.com/")


def hear(kind: str = "message", **fields: Any) -> Heard | None:
    event = {
        "type": kind,
        "user": "U1",
        "channel": "C1",
        "channel_type": "channel",
        "ts": "5.000100",
        "text": "hello",
        **fields,
    }
    body = {"event": {k: v for k, v in event.items() if v is not None}, "event_id": "Ev1"}
    return heard(body, WHO, MONDAY)


def test_a_mention_is_addressed_to_houston() -> None:
    """[C1]"""
    found = hear("app_mention", text="<@UBOT> check", channel_type=None)
    assert found is not None
    assert found.addressed
    assert found.incoming.thread_ts == "5.000100"


def test_a_message_that_mentions_houston_is_left_to_the_mention() -> None:
    """[C1]"""
    assert hear(text="<@UBOT> check", thread_ts="4.0") is None
    assert hear(text="hi <@UBOT|houston>", thread_ts="4.0") is None


def test_a_person_with_a_longer_id_is_not_houston() -> None:
    """[C1]"""
    assert hear(text="<@UBOTTLE> look", thread_ts="4.0") is not None


def test_a_reply_in_a_thread_is_perhaps_for_houston() -> None:
    """[C1]"""
    found = hear(thread_ts="4.0", parent_user_id="U2")
    assert found is not None
    assert not found.addressed
    assert found.root_author == "U2"
    assert found.incoming.thread_ts == "4.0"
    assert found.incoming.link == "https://t.slack.com/archives/C1/p5000100?thread_ts=4.0&cid=C1"


def test_a_direct_message_is_addressed_also_if_it_mentions_houston() -> None:
    """[C1]"""
    for text in ("list", "<@UBOT> list"):
        found = hear(channel="D1", channel_type="im", text=text)
        assert found is not None
        assert found.addressed
        assert found.incoming.direct
        assert found.incoming.private


@pytest.mark.parametrize(("kind", "private"), [("channel", False), ("group", True), ("mpim", True)])
def test_a_private_place_is_known_as_that(kind: str, private: bool) -> None:
    """[P1]"""
    found = hear(thread_ts="4.0", channel_type=kind)
    assert found is not None
    assert found.incoming.private is private


@pytest.mark.parametrize(
    "fields",
    [
        {"subtype": "message_changed", "hidden": True, "user": None},
        {"subtype": "message_deleted", "hidden": True, "user": None},
        {"subtype": "bot_message", "bot_id": "B2", "user": None},
        {"subtype": "channel_join"},
        {"bot_id": "B2"},
        {"user": "UBOT"},
        {"user": "USLACKBOT"},
        {"user": None},
    ],
)
def test_what_no_person_said_is_not_heard(fields: dict[str, Any]) -> None:
    """[C1]"""
    assert hear(thread_ts="4.0", **fields) is None
    assert hear(channel="D1", channel_type="im", **fields) is None
    assert hear("app_mention", **fields) is None


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast"])
def test_words_with_a_file_or_sent_to_the_channel_too_are_words(subtype: str) -> None:
    """[C1]"""
    assert hear(thread_ts="4.0", subtype=subtype) is not None


def test_an_edited_mention_is_not_heard_again() -> None:
    """[C1]"""
    assert hear("app_mention", edited={"ts": "6.0"}) is None


def test_talk_outside_of_threads_is_not_heard() -> None:
    """[C1]"""
    assert hear() is None


def edit(before: str, after: str, **fields: Any) -> Heard | None:
    """Somebody changes a message of theirs."""
    message = {"type": "message", "user": "U1", "ts": "5.000100", **fields}
    now = {**message, "text": after, "edited": {"user": "U1", "ts": "9.0"}}
    return hear(
        subtype="message_changed",
        hidden=True,
        user=None,
        text=None,
        ts="9.000100",
        message=now,
        previous_message={**message, "text": before},
    )


def test_a_mention_that_an_edit_adds_is_said_now() -> None:
    """[C1] At the place of the message that was changed."""
    found = edit("check the shop", "<@UBOT> check the shop", thread_ts="4.0")
    assert found is not None
    assert found.addressed
    assert found.incoming.ts == "5.000100"
    assert found.incoming.thread_ts == "4.0"
    assert found.incoming.person == "U1"
    assert found.incoming.text == "<@UBOT> check the shop"


def test_other_edits_say_nothing_anew() -> None:
    """[C1] Of a mention that was there, of others' messages, of what stays without one."""
    assert edit("<@UBOT> check", "<@UBOT> check the shop") is None
    assert edit("check", "check the shop") is None
    assert edit("<@UBOT> check", "check") is None
    assert edit("check", "<@UBOT> check", bot_id="B7") is None
    assert edit("check", "<@UBOT> check", user="UBOT") is None
    assert edit("check", "<@UBOT> check", user="U2") is None
