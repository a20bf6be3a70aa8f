"""The local workspace refuses what Slack refuses, and lets in nobody it should not. [L1]"""

import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import limits
from bot.workspace.client import Refused
from tests.integration.workspace_kit import (  # noqa: F401 - fixtures
    ADA,
    FAST,
    SECRET,
    SECTION,
    App,
    Json,
    Workspace,
    raw,
    running,
    started_app,
    started_workspace,
)


def test_the_bot_learns_who_it_is(workspace: Workspace) -> None:
    answer = workspace.bot.auth_test()
    assert answer["team"] == "Local Workspace"
    assert answer["user_id"] == workspace.connection.bot_user_id
    assert answer["team_id"] == workspace.connection.team_id


def test_tokens_are_told_apart(workspace: Workspace) -> None:
    api = workspace.connection.api_url
    for token, method, error in (
        (None, "users.list", "not_authed"),
        ("xoxb-wrong", "users.list", "invalid_auth"),
        (workspace.connection.app_token, "users.list", "not_allowed_token_type"),
        (workspace.connection.bot_token, "apps.connections.open", "not_allowed_token_type"),
        (workspace.connection.bot_token, "chat.scheduleMessage", "unknown_method"),
    ):
        with pytest.raises(SlackApiError) as refusal:
            WebClient(token=token, base_url=api).api_call(method)
        assert refusal.value.response["error"] == error


REFUSALS: list[tuple[str, Json, str]] = [
    ("chat.postMessage", {"channel": "#random", "text": "x"}, "not_in_channel"),
    ("chat.postMessage", {"channel": "#nowhere", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "#ops"}, "no_text"),
    ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
    ("chat.postMessage", {"channel": "#ops", "blocks": "{"}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": "#ops", "text": "x", "thread_ts": "1.2"}, "thread_not_found"),
    ("chat.postMessage", {"channel": "#ops", "blocks": [SECTION] * 51}, "msg_blocks_too_many"),
    ("chat.postMessage", {"channel": "#ops", "blocks": [{"type": "x"}]}, "invalid_blocks"),
    ("chat.update", {"channel": "#ops", "ts": "1.2", "text": "x"}, "message_not_found"),
    ("chat.delete", {"channel": "#ops", "ts": "1.2"}, "message_not_found"),
    (
        "chat.postEphemeral",
        {"channel": SECRET, "user": "U0LOCALLINUS", "text": "x"},
        "user_not_in_channel",
    ),
    ("chat.postEphemeral", {"channel": "#ops", "user": "U1", "text": "x"}, "user_not_found"),
    ("conversations.history", {"channel": "#random"}, "not_in_channel"),
    ("conversations.replies", {"channel": "#ops", "ts": "1.2"}, "thread_not_found"),
    ("conversations.list", {"cursor": "x"}, "invalid_cursor"),
    ("conversations.join", {"channel": SECRET}, "method_not_supported_for_channel_type"),
    ("users.info", {"user": "U1"}, "user_not_found"),
    ("views.open", {"trigger_id": "x", "view": {}}, "invalid_trigger_id"),
    ("views.publish", {"user_id": ADA, "view": {"type": "home"}}, "invalid_arguments"),
    ("views.update", {"view_id": "V1", "view": {}}, "not_found"),
    ("files.info", {"file": "F1"}, "file_not_found"),
    ("reactions.add", {"channel": "#ops", "timestamp": "1.2", "name": "x"}, "message_not_found"),
    ("agents.sessions.setStatus", {"channel_id": "#ops", "status": "no"}, "invalid_arguments"),
    ("blocks.validate", {"blocks": [{"type": "x"}]}, "invalid_blocks"),
]


@pytest.mark.parametrize(("method", "arguments", "error"), REFUSALS)
def test_a_wrong_call_is_refused_as_slack_does(
    workspace: Workspace, method: str, arguments: Json, error: str
) -> None:
    assert workspace.refused(method, **arguments)["error"] == error


def test_a_refused_block_is_pointed_at(workspace: Workspace) -> None:
    answer = workspace.refused("chat.postMessage", channel="#ops", blocks=[SECTION, {"type": "x"}])
    assert "[json-pointer:/blocks/1/type]" in answer["response_metadata"]["messages"][0]


def test_a_private_channel_without_the_bot_does_not_exist(workspace: Workspace) -> None:
    made = workspace.people.admin("create", name="board", is_private=True)["channel"]
    for method in ("chat.postMessage", "conversations.info", "conversations.history"):
        answer = workspace.refused(method, channel=made, text="x")
        assert answer["error"] == "channel_not_found"
    listed = workspace.bot.conversations_list(types="public_channel,private_channel")
    assert "board" not in [one["name"] for one in listed["channels"]]


def test_an_archived_channel_takes_no_posts(workspace: Workspace) -> None:
    workspace.people.admin("archive", channel="#ops")
    assert workspace.refused("chat.postMessage", channel="#ops", text="x")["error"] == "is_archived"


def test_only_own_messages_change(workspace: Workspace) -> None:
    ts = workspace.people.post("ada", "#ops", "mine")
    changed = workspace.refused("chat.update", channel="#ops", ts=ts, text="x")
    deleted = workspace.refused("chat.delete", channel="#ops", ts=ts)
    assert (changed["error"], deleted["error"]) == ("cant_update_message", "cant_delete_message")


def test_update_takes_4000_characters_and_no_more(workspace: Workspace) -> None:
    ts = workspace.bot.chat_postMessage(channel="#ops", text="x")["ts"]
    channel = "C0LOCALOPS"
    workspace.bot.chat_update(channel=channel, ts=ts, text="x" * limits.UPDATE_TEXT)
    longer = "x" * (limits.UPDATE_TEXT + 1)
    refusal = workspace.refused("chat.update", channel=channel, ts=ts, text=longer)
    assert refusal["error"] == "msg_too_long"


def test_timestamps_increase_and_threads_are_counted(workspace: Workspace) -> None:
    posted = [workspace.bot.chat_postMessage(channel="#ops", text=str(n))["ts"] for n in range(20)]
    assert posted == sorted(set(posted))
    root = posted[0]
    workspace.bot.chat_postMessage(channel="#ops", text="reply", thread_ts=root)
    history = workspace.bot.conversations_history(channel="C0LOCALOPS", limit=5)
    assert [one["text"] for one in history["messages"]] == ["19", "18", "17", "16", "15"]
    assert history["has_more"]
    thread = workspace.bot.conversations_replies(channel="C0LOCALOPS", ts=root)["messages"]
    assert [one["text"] for one in thread] == ["0", "reply"]
    assert thread[0]["reply_count"] == 1


def test_a_block_id_can_be_found_in_history(workspace: Workspace) -> None:
    """[R4]"""
    workspace.bot.chat_postMessage(
        channel="#ops", text="x", blocks=[{**SECTION, "block_id": "outbox-1"}]
    )
    (found,) = workspace.bot.conversations_history(channel="C0LOCALOPS")["messages"]
    assert found["blocks"][0]["block_id"] == "outbox-1"


def test_files_are_uploaded_shared_and_deleted(workspace: Workspace) -> None:
    upload = workspace.bot.files_upload_v2(
        channel="C0LOCALOPS", filename="runs.csv", content="a,b", initial_comment="Runs"
    )
    (message,) = workspace.people.messages("#ops")
    assert [one["name"] for one in message["files"]] == ["runs.csv"]
    request = urllib.request.Request(message["files"][0]["url_private"])
    request.add_header("Authorization", f"Bearer {workspace.connection.bot_token}")
    with urllib.request.urlopen(request) as response:
        assert response.read() == b"a,b"
    workspace.bot.files_delete(file=upload["file"]["id"])
    assert workspace.people.messages("#ops")[0]["files"] == []


def test_a_missing_scope_is_named(tmp_path: Path) -> None:
    """[L3]"""
    manifest = tmp_path / "manifest.yml"
    manifest.write_text(
        "display_information: {name: Houston}\n"
        "oauth_config: {scopes: {bot: [app_mentions:read, chat:write, channels:history]}}\n"
        "settings: {event_subscriptions: {bot_events: [app_mention, message.groups]}}\n"
    )
    with running(replace(FAST, manifest=manifest)) as workspace:
        refusal = workspace.refused("users.info", user=ADA)
        assert refusal["error"] == "missing_scope"
        assert refusal["needed"] == "users:read"
        assert refusal["provided"] == "app_mentions:read,channels:history,chat:write"
        assert workspace.refused("conversations.history", channel=SECRET)["needed"] == (
            "groups:history"
        )
        listening = App(workspace.connection)
        workspace.people.post("ada", "#ops", "hello @Houston")
        workspace.people.wait_for(lambda: listening.of("app_mention"))
        workspace.people.post("ada", SECRET, "no scope for this")
        workspace.people.post("ada", "#ops", "hello again @Houston")
        workspace.people.wait_for(lambda: len(listening.of("app_mention")) == 2)
        assert not listening.of("message")
        answer = workspace.people.command("ada", "#ops", "/mission list")
        assert answer["error"] == "unknown_command"
        listening.close()


def test_calls_beyond_their_tier_are_limited() -> None:
    with running(replace(FAST, rates=True)) as workspace:
        for _ in range(limits.TIER_2):
            workspace.bot.users_list()
        with pytest.raises(SlackApiError) as refusal:
            workspace.bot.users_list()
    assert refusal.value.response.status_code == 429
    assert 1 <= int(refusal.value.response.headers["Retry-After"]) <= 60


def test_other_hosts_origins_and_people_without_the_secret_are_refused(
    workspace: Workspace,
) -> None:
    base, key = workspace.connection.page_url.split("/?key=")
    right = {"X-Workspace-Key": key}
    assert raw(f"{base}/ui/state", right) == 200
    assert raw(f"{base}/ui/state", {}) == 403
    assert raw(f"{base}/ui/state", {"X-Workspace-Key": "wrong"}) == 403
    assert raw(f"{base}/ui/state", {"Cookie": f"key={key}"}) == 200
    assert raw(f"{base}/ui/state", {**right, "Host": "evil.example"}) == 403
    assert raw(f"{base}/ui/state", {**right, "Origin": "https://evil.example"}) == 403
    assert raw(f"{base}/ui/state", {**right, "Origin": base}) == 200
    assert raw(f"{base}/api/api.test", {"Origin": "null"}) == 403
    assert raw(f"{base}/?key=wrong", {}) == 403
    assert raw(f"{base}/ui/post", {**right, "Content-Type": "text/plain"}, b"{}") == 415
    assert raw(f"{base}/link/?ticket=guess", {}) == 403


def test_people_see_only_their_channels(workspace: Workspace) -> None:
    """[P1]"""
    names = [one["name"] for one in workspace.people.state("guest")["channels"]]
    assert names == ["", "ops"]
    for person, channel in (("linus", "#secret-ops"), ("guest", "#general"), ("linus", "dm")):
        channel_id = "D0LOCALADA" if channel == "dm" else channel
        with pytest.raises(Refused, match="channel_not_found"):
            workspace.people.messages(channel_id, as_person=person)


def test_a_deleted_root_is_gone_once_its_replies_are(workspace: Workspace) -> None:
    """[M6]"""
    bot, channel = workspace.bot, "C0LOCALOPS"
    root = bot.chat_postMessage(channel=channel, text="root")["ts"]
    reply = bot.chat_postMessage(channel=channel, text="reply", thread_ts=root)["ts"]
    bot.chat_delete(channel=channel, ts=root)
    again = workspace.refused("chat.delete", channel=channel, ts=root)
    assert again["error"] == "message_not_found"
    left = bot.conversations_history(channel=channel)["messages"]
    assert [one["subtype"] for one in left] == ["tombstone"]
    bot.chat_delete(channel=channel, ts=reply)
    assert bot.conversations_history(channel=channel)["messages"] == []


def test_history_is_bounded_as_asked(workspace: Workspace) -> None:
    """[R4]"""
    bot, channel = workspace.bot, "C0LOCALOPS"
    first, second, third = (
        bot.chat_postMessage(channel=channel, text=text)["ts"] for text in ("1", "2", "3")
    )

    def texts(**bounds: Any) -> list[str]:
        found = bot.conversations_history(channel=channel, **bounds)["messages"]
        return [one["text"] for one in found]

    assert texts(oldest=first) == ["3", "2"]
    assert texts(oldest=first, latest=second, inclusive=True) == ["2", "1"]
    assert texts(latest=third) == ["2", "1"]


def test_metadata_is_returned_only_when_asked_for(workspace: Workspace) -> None:
    metadata = {"event_type": "report", "event_payload": {"id": "1"}}
    workspace.bot.chat_postMessage(channel="#ops", text="x", metadata=metadata)
    channel = "C0LOCALOPS"
    (plain,) = workspace.bot.conversations_history(channel=channel)["messages"]
    assert "metadata" not in plain
    asked = workspace.bot.conversations_history(channel=channel, include_all_metadata=True)
    assert asked["messages"][0]["metadata"] == metadata


def test_an_image_block_shows_only_files_that_exist(workspace: Workspace) -> None:
    def image(file_id: str) -> list[Json]:
        return [{"type": "image", "slack_file": {"id": file_id}, "alt_text": "chart"}]

    refusal = workspace.refused("chat.postMessage", channel="#ops", blocks=image("F1"))
    assert refusal["error"] == "invalid_blocks"
    upload = workspace.bot.files_upload_v2(filename="chart.png", content=b"png")
    file_id = upload["files"][0]["id"]
    refusal = workspace.refused("chat.postMessage", channel="#ops", blocks=image(file_id))
    assert refusal["error"] == "invalid_blocks"  # Slack has not looked into it yet
    processed = lambda: workspace.bot.files_info(file=file_id)["file"]["mimetype"]  # noqa: E731
    assert workspace.people.wait_for(processed, 15) == "image/png"
    workspace.bot.chat_postMessage(channel="#ops", text="x", blocks=image(file_id))
    shown = workspace.people.messages("#ops")[-1]["blocks"][0]
    assert shown["slack_file"]["url"] == f"/files/{file_id}"
