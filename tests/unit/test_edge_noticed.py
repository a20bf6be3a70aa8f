"""Which happenings in Slack may start an Event Rule: never what Houston does itself [B6]."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.client import Identity
from bot.edge.noticed import noticed
from missions.blueprint import EventSource
from missions.ids import PersonId, TeamId

WHO = Identity(TeamId("T1"), PersonId("UBOT"), "BBOT", "https://x.slack.com/")
MESSAGE = {
    "type": "message", "channel": "C1", "channel_type": "channel", "user": "UADA",
    "ts": "1.1", "text": "deploy &amp; done <https://a.example|here>",
}  # fmt: skip
REACTION = {
    "type": "reaction_added", "user": "UADA", "reaction": "+1::skin-tone-3", "item_user": "UBOT",
    "item": {"type": "message", "channel": "C1", "ts": "1.1"},
}  # fmt: skip


def body(event: dict[str, Any], **changes: Any) -> dict[str, Any]:
    changed = {k: v for k, v in {**event, **changes}.items() if v is not None}
    return {"type": "event_callback", "event_id": "Ev1", "event": changed}


def test_a_message_is_noticed_with_its_plain_text() -> None:
    found = noticed(body(MESSAGE), WHO)
    assert found
    assert (found.source, found.channel, found.id) == (EventSource.SLACK_MESSAGE, "C1", "Ev1")
    assert json.loads(found.body) == {
        "text": "deploy & done https://a.example",
        "user": "UADA", "bot": False, "channel": "C1", "ts": "1.1",
    }  # fmt: skip


def test_another_bots_message_is_noticed() -> None:
    found = noticed(body(MESSAGE, user=None, bot_id="BCI", subtype="bot_message"), WHO)
    assert found
    assert json.loads(found.body)["bot"] is True


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (
            {"attachments": [{"title": "Disk full", "text": "web0 at 97 %"}]},
            "Disk full\nweb0 at 97 %",
        ),
        ({"attachments": [{"fallback": "Disk full"}, {"pretext": "Again"}]}, "Disk full\nAgain"),
        (
            {"blocks": [{"type": "section", "text": {"text": "*Disk full*"}}, {"type": "divider"}]},
            None,
        ),
        ({"attachments": ["odd", {"text": None}], "blocks": [7, {"text": "odd"}]}, ""),
        ({"text": "Said", "attachments": [{"text": "Shown"}]}, "Said"),
    ],
)
def test_what_bots_put_into_attachments_is_their_text(
    parts: dict[str, Any], text: str | None
) -> None:
    """[B6] A bot that alerts often has no text of its own."""
    changes = {"text": "", "user": None, "bot_id": "BCI", "subtype": "bot_message"} | parts
    found = noticed(body(MESSAGE, **changes), WHO)
    assert found
    said = json.loads(found.body)["text"]
    assert said == text if text is not None else "Disk full" in said


def test_a_reaction_is_noticed_without_its_skin_tone() -> None:
    found = noticed(body(REACTION), WHO)
    assert found
    assert found.source is EventSource.SLACK_REACTION
    assert json.loads(found.body)["reaction"] == "+1"


@pytest.mark.parametrize(
    "changes",
    [
        {"user": "UBOT"},
        {"bot_id": "BBOT", "user": "UOTHER"},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"hidden": True},
        {"thread_ts": "0.9"},
        {"channel_type": "im"},
        {"channel_type": "mpim"},
        {"text": "<@UBOT> deploy"},
        {"text": "<@UBOT|houston> deploy"},
    ],
)
def test_what_houston_does_and_what_is_conversation_is_no_event(changes: dict[str, Any]) -> None:
    """[B6 C1] A rule cannot set itself off."""
    assert noticed(body(MESSAGE, **changes), WHO) is None


@pytest.mark.parametrize(
    "changes",
    [{"user": "UBOT"}, {"item": {"type": "file", "file": "F1"}}, {"type": "reaction_removed"}],
)
def test_other_reactions_are_no_events(changes: dict[str, Any]) -> None:
    assert noticed(body(REACTION, **changes), WHO) is None


def test_a_reply_that_is_sent_to_the_channel_counts() -> None:
    assert noticed(body(MESSAGE, thread_ts="0.9", subtype="thread_broadcast"), WHO)
