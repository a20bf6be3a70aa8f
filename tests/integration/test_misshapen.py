"""What is signed and yet not what Slack sends is refused in words; nothing fails on it [P6 L4]."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from redis import Redis
from structlog.testing import capture_logs

from bot.blocks.dialogs import DialogId
from bot.edge.sound import flaw
from tests.integration.edge_kit import ADA, GENERAL, System, called
from tests.integration.test_slack_http import FORM, post
from tests.support.storage import StorageServer

Json = dict[str, Any]
SECRET_WORDS = "the launch code is 0000"
JUNK: tuple[Any, ...] = (None, [7], {"a": 1})
MORE_JUNK: tuple[Any, ...] = (*JUNK, 5, "", [], {}, [{}], "junk", True)

TS = "1700000000.000100"
SAID: Json = {
    "type": "event_callback",
    "event_id": "Ev1",
    "team_id": "T1",
    "authorizations": [{"team_id": "T1", "enterprise_id": None, "is_enterprise_install": False}],
    "event": {
        "type": "message",
        "user": ADA,
        "channel": GENERAL,
        "ts": TS,
        "text": SECRET_WORDS,
        "channel_type": "channel",
        "thread_ts": TS,
        "parent_user_id": ADA,
    },
}
CHANGED: Json = {
    **SAID,
    "event": {
        "type": "message",
        "subtype": "message_changed",
        "channel": GENERAL,
        "ts": TS,
        "message": {"user": ADA, "text": SECRET_WORDS, "ts": TS, "edited": {"user": ADA}},
        "previous_message": {"user": ADA, "text": "before", "ts": TS},
    },
}
REACTED: Json = {
    **SAID,
    "event": {
        "type": "reaction_added",
        "user": ADA,
        "reaction": "tada",
        "event_ts": TS,
        "item": {"type": "message", "channel": GENERAL, "ts": TS},
    },
}
JOINED: Json = {
    **SAID,
    "event": {"type": "member_joined_channel", "user": ADA, "channel": GENERAL},
}
CLICKED: Json = {
    "type": "block_actions",
    "user": {"id": ADA, "team_id": "T1"},
    "team": {"id": "T1"},
    "channel": {"id": GENERAL},
    "trigger_id": "1.2.3",
    "container": {"type": "message", "message_ts": TS, "channel_id": GENERAL},
    "message": {"ts": TS, "text": SECRET_WORDS, "bot_id": "B1", "user": "U1", "blocks": []},
    "actions": [{"action_id": "history", "block_id": "b", "value": "{}", "action_ts": "1.2"}],
}
SUBMITTED: Json = {
    "type": "view_submission",
    "user": {"id": ADA},
    "team": {"id": "T1"},
    "view": {
        "id": "V1",
        "type": "modal",
        "callback_id": DialogId.DELETE.value,
        "team_id": "T1",
        "private_metadata": "{}",
        "state": {"values": {"b": {"a": {"value": "x"}}}},
        "blocks": [],
        "hash": "1.2",
    },
}
NAMED: Json = {
    "type": "message_action",
    "user": {"id": ADA},
    "team": {"id": "T1"},
    "callback_id": "make_mission",
    "trigger_id": "1.2.3",
    "channel": {"id": GENERAL},
    "message": {"ts": TS, "text": SECRET_WORDS},
}
TYPED: Json = {
    "command": "/mission",
    "text": "list",
    "user_id": ADA,
    "channel_id": GENERAL,
    "team_id": "T1",
    "trigger_id": "1.2.3",
}
ASKED: Json = {
    "type": "block_suggestion",
    "user": {"id": ADA},
    "action_id": "place:0",
    "value": "o",
    "team": {"id": "T1"},
    "view": SUBMITTED["view"],
}
SOUND = (SAID, CHANGED, REACTED, JOINED, CLICKED, SUBMITTED, NAMED, TYPED, ASKED)


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, called(redis) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(system: System, redis: Redis) -> None:
    """An empty database beside the same workspace."""


@pytest.mark.parametrize("body", SOUND, ids=lambda body: body.get("type", "command"))
def test_what_slack_sends_is_sound(body: Json) -> None:
    """Also where what may be missing is missing, or null."""
    assert flaw(body) is None


@pytest.mark.parametrize("body", [[], [1], 5, "words", None, True])
def test_what_is_no_object_is_refused_in_words(system: System, body: Any) -> None:
    """[P6 L4] 400, and the line in the log has the number that Slack is told."""
    with capture_logs() as lines:
        status, said = post(system, json.dumps(body))
    assert status == 400
    (line,) = [one for one in lines if one["event"] == "slack_misshapen"]
    assert f"({line['id']})" in said


@pytest.mark.parametrize(
    ("event", "wrong"),
    [
        ({"type": "message", "user": ADA, "ts": TS, "text": SECRET_WORDS}, "event.channel"),
        ({"type": "app_mention", "user": ADA, "channel": GENERAL}, "event.ts"),
        ({"user": ADA}, "event.type"),
        (None, "event.type"),
        ([SECRET_WORDS], "event"),
    ],
)
def test_an_event_that_lacks_its_place_is_refused_and_not_told(
    system: System, event: Any, wrong: str
) -> None:
    """[P6 P7] The log names what is wrong, with the event's id and without its words."""
    with capture_logs() as lines:
        status, said = post(system, json.dumps({**SAID, "event": event}))
    assert status == 400
    (line,) = [one for one in lines if one["event"] == "slack_misshapen"]
    assert (line["event_id"], line["wrong"]) == ("Ev1", wrong)
    assert SECRET_WORDS not in f"{lines}{said}"


@pytest.mark.parametrize("body", SOUND, ids=lambda body: body.get("type", "command"))
def test_looking_at_it_never_fails(body: Json) -> None:
    """[P6] Whatever stands wherever."""
    for made in spoilt(body, MORE_JUNK):
        found = flaw(made)
        assert found is None or SECRET_WORDS not in found


def spoilt(body: Json, with_: tuple[Any, ...]) -> Iterator[Json]:
    """The payload with each of its parts in turn exchanged for junk."""
    for path in _paths(body):
        for junk in with_:
            made = copy.deepcopy(body)
            at: Any = made
            for name in path[:-1]:
                at = at[name]
            at[path[-1]] = junk
            yield made


def _paths(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = part.items() if isinstance(part, dict) else enumerate(part)
    for name, value in inner:
        yield (*path, name)
        if isinstance(value, dict | list):
            yield from _paths(value, (*path, name))


@pytest.mark.parametrize("body", SOUND[:-2], ids=lambda body: body["type"])
def test_nothing_fails_on_what_is_misshapen(
    system: System, body: Json, caplog: pytest.LogCaptureFixture
) -> None:
    """[P6 L4] Whichever part of it is junk: answered, and no trace of an error in the log."""
    statuses = set()
    with capture_logs() as lines, caplog.at_level(logging.ERROR):
        for made in spoilt(body, JUNK):
            if body in SOUND[1:4] and made["event"] == body["event"]:
                continue  # what is around an event is the same for all
            text = json.dumps(made)
            kind = {"kind": "application/json"}
            if body["type"] != "event_callback":
                text, kind = urlencode({"payload": text}), {"kind": FORM}
            statuses.add(post(system, text, **kind)[0])  # type: ignore[arg-type]
        assert post(system, json.dumps({"type": "url_verification", "challenge": "x"}))[0] == 200
    failed = [one for one in lines if "exc_info" in one or one["event"] == "background_failed"]
    assert [repr(one.get("exc_info")) for one in failed] == []
    assert caplog.text == ""
    assert statuses <= {200, 400, 404}
