"""The workspace plays streaming messages as strictly as Slack, and fails as Slack does."""

from __future__ import annotations

import time
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot import limits
from tests.integration.workspace_kit import (  # noqa: F401 - fixtures
    ADA,
    SECTION,
    Workspace,
    started_workspace,
)

DM = "D0LOCALADA"
OPS = "C0LOCALOPS"
Json = dict[str, Any]


def chunk(text: str) -> Json:
    return {"type": "markdown_text", "text": text}


def task(number: int, status: str = "in_progress", **more: str) -> Json:
    return {"type": "task_update", "id": str(number), "title": f"Step {number}", **more} | {
        "status": status
    }


@pytest.fixture
def root(workspace: Workspace) -> str:
    return workspace.people.post("ada", DM, "a question")


def begin(workspace: Workspace, root: str, *chunks: Json, **more: Any) -> str:
    given = {"channel": DM, "thread_ts": root, "chunks": list(chunks), **more}
    return str(workspace.bot.api_call("chat.startStream", json=given)["ts"])


def message(workspace: Workspace, root: str, ts: str) -> Json:
    return next(m for m in workspace.people.messages(DM, root) if m["ts"] == ts)


def test_it_grows_and_ends_with_blocks_below(workspace: Workspace, root: str) -> None:
    """Titles and states replace, details append; the page sees it live, then whole."""
    ts = begin(workspace, root, task(1, details="a"), task_display_mode="plan")
    assert message(workspace, root, ts)["stream"] == "in_progress"
    more = [task(1, "complete", details="b"), task(2), {"type": "plan_update", "title": "Look"}]
    workspace.bot.api_call("chat.appendStream", json={"channel": DM, "ts": ts, "chunks": more})
    plan = message(workspace, root, ts)["blocks"][0]
    assert (plan["type"], plan["title"]) == ("plan", "Look")
    assert [one["status"] for one in plan["tasks"]] == ["complete", "in_progress"]
    assert plan["tasks"][0]["details"]["elements"][0]["elements"][0]["text"] == "ab"
    given = {"channel": DM, "ts": ts, "blocks": [SECTION]}
    workspace.bot.api_call("chat.stopStream", json=given)
    done = message(workspace, root, ts)
    assert done["stream"] == "completed"
    assert [block["type"] for block in done["blocks"]] == ["plan", "section"]
    assert not done["edited"]


def test_a_stream_lives_five_minutes_and_can_be_mended_afterwards(
    workspace: Workspace, root: str
) -> None:
    """[C10] Then nothing can be added; only then it can be changed."""
    ts = begin(workspace, root, chunk("so far"))
    given = {"channel": DM, "ts": ts}
    conflict = workspace.refused("chat.update", **given, text="no")
    assert conflict["error"] == "streaming_state_conflict"
    workspace.people.misbehave("stream_dies", seconds=0.01)
    time.sleep(0.02)
    for method in ("chat.appendStream", "chat.stopStream"):
        told = workspace.refused(method, **given, chunks=[chunk("more")])
        assert told["error"] == "message_not_in_streaming_state"
    assert message(workspace, root, ts)["stream"] == "errored"
    workspace.bot.api_call("chat.update", json={**given, "text": "mended"})
    assert message(workspace, root, ts)["stream"] is None
    assert limits.STREAM_SECONDS == 300


def test_stop_ends_the_streams_of_its_thread(workspace: Workspace, root: str) -> None:
    """[C10]"""
    ts = begin(workspace, root, chunk("so far"))
    workspace.people.stop("ada", DM, root)
    told = workspace.refused("chat.appendStream", channel=DM, ts=ts, chunks=[chunk("more")])
    assert told["error"] == "stopped_by_user"
    assert message(workspace, root, ts)["stream"] == "stopped"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"chunks": [{"type": "image"}]}, "invalid_chunks"),
        ({"chunks": [{"type": "task_update", "id": "1"}]}, "invalid_chunks"),
        ({"chunks": [task(1, "done")]}, "invalid_chunks"),
        ({"chunks": [task(1, details="x" * 257)]}, "invalid_chunks"),
        ({"chunks": "nonsense"}, "invalid_chunks"),
        ({"chunks": [chunk("x" * 12_001)]}, "msg_too_long"),
        ({"chunks": [chunk("ä" * 5_400)]}, "msg_too_long"),
        ({"chunks": [task(n) for n in range(51)]}, "msg_too_long"),
        ({"chunks": [], "markdown_text": "x"}, "cannot_provide_both_markdown_text_and_chunks"),
        ({"task_display_mode": "grid"}, "invalid_arguments"),
        ({"thread_ts": "1.000100"}, "thread_not_found"),
        ({"thread_ts": None}, "invalid_arguments"),
        ({"channel": "D0LOCALNOBODY"}, "channel_not_found"),
        ({"channel": OPS}, "thread_not_found"),
    ],
)
def test_what_slack_refuses_is_refused(
    workspace: Workspace, root: str, given: Json, error: str
) -> None:
    """[R5]"""
    told = workspace.refused("chat.startStream", **{"channel": DM, "thread_ts": root} | given)
    assert told["error"] == error


def test_in_channels_it_says_for_whom(workspace: Workspace) -> None:
    """A person, of this workspace."""
    root = workspace.people.post("ada", OPS, "a question")
    given = {"channel": OPS, "thread_ts": root}
    told = workspace.refused("chat.startStream", **given)
    assert told["error"] == "missing_recipient_user_id"
    told = workspace.refused("chat.startStream", **given, recipient_user_id=ADA)
    assert told["error"] == "missing_recipient_team_id"
    whom = {"recipient_team_id": workspace.connection.team_id}
    bot = {"recipient_user_id": workspace.connection.bot_user_id}
    assert workspace.refused("chat.startStream", **given, **whom, **bot)["error"] == (
        "user_not_found"
    )
    workspace.bot.api_call("chat.startStream", json=given | whom | {"recipient_user_id": ADA})


def test_only_ones_own_and_in_one_way(workspace: Workspace, root: str) -> None:
    """Somebody else's message, and Markdown after chunks, are refused."""
    given = {"channel": DM, "ts": root, "chunks": [chunk("x")]}
    assert workspace.refused("chat.appendStream", **given)["error"] == "message_not_owned_by_app"
    ts = begin(workspace, root, chunk("x"))
    told = workspace.refused("chat.appendStream", channel=DM, ts=ts, markdown_text="x")
    assert told["error"] == "streaming_mode_mismatch"
    posted = workspace.bot.chat_postMessage(channel=DM, text="no stream")["ts"]
    told = workspace.refused("chat.stopStream", channel=DM, ts=posted)
    assert told["error"] == "message_not_in_streaming_state"


def test_blocks_that_slack_does_not_take_leave_it_streaming(
    workspace: Workspace, root: str
) -> None:
    """[R5] So it can be ended without them."""
    ts = begin(workspace, root, chunk("x"))
    bad = [{"type": "section"}]
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        workspace.bot.api_call("chat.stopStream", json={"channel": DM, "ts": ts, "blocks": bad})
    assert message(workspace, root, ts)["stream"] == "in_progress"


def test_switches_refuse_it(workspace: Workspace, root: str) -> None:
    """[L1]"""
    workspace.people.misbehave("unknown_method", method="chat.startStream")
    given = {"channel": DM, "thread_ts": root}
    assert workspace.refused("chat.startStream", **given)["error"] == "unknown_method"
    assert limits.METHOD_TIERS["chat.startStream"] == limits.TIER_2
    assert limits.METHOD_TIERS["chat.appendStream"] == limits.TIER_4
