"""The local workspace delivers events as Slack does, or as badly. [L1]"""

import http.server
import json
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.signature import SignatureVerifier

from bot.workspace.client import Refused
from bot.workspace.config import Connection
from bot.workspace.text import names_of, typed
from tests.integration.workspace_kit import (  # noqa: F401 - fixtures
    ADA,
    BUTTON,
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


def test_a_mention_arrives_as_two_events(workspace: Workspace, app: App) -> None:
    """[P6]"""
    ts = workspace.people.post("ada", "#ops", "@Houston look")
    workspace.people.wait_for(lambda: len(app.received) == 2)
    (message,), (mention,) = app.of("message"), app.of("app_mention")
    event = message.payload["event"]
    assert (event["channel"], event["channel_type"]) == ("C0LOCALOPS", "channel")
    assert event["user"] == ADA
    assert event["ts"] == mention.payload["event"]["ts"] == ts
    assert event["text"] == f"<@{workspace.connection.bot_user_id}> look"
    assert message.payload["event_id"] != mention.payload["event_id"]
    assert message.payload["authorizations"][0]["user_id"] == workspace.connection.bot_user_id
    assert message.payload["team_id"] == workspace.connection.team_id


def test_every_kind_of_event_has_slacks_shape(workspace: Workspace, app: App) -> None:
    people = workspace.people
    people.post("ada", "dm", "hello")
    ts = people.post("ada", SECRET, "first")
    people.edit("ada", SECRET, ts, "second")
    people.react("grace", SECRET, ts, "eyes")
    people.delete("ada", SECRET, ts)
    people.admin("join", channel=SECRET, user="linus")
    people.admin("leave", channel=SECRET, user="linus")
    people.admin("rename", channel="#ops", name="operations")
    people.admin("archive", channel="#general")
    people.admin("person", user="grace", tz="Asia/Tokyo")
    people.open_home("ada")
    people.wait_for(lambda: app.of("app_home_opened"))
    events = [one.payload["event"] for one in app.received]
    messages = [
        (one["channel_type"], one.get("subtype")) for one in events if one["type"] == "message"
    ]
    assert messages == [
        ("im", None),
        ("group", None),
        ("group", "message_changed"),
        ("group", "message_deleted"),
        ("group", "channel_join"),
    ]
    changed = events[2]
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("second", "first")
    kinds = [one["type"] for one in events if one["type"] != "message"]
    assert kinds == [
        *("reaction_added", "member_joined_channel", "member_left_channel"),
        *("channel_rename", "channel_archive", "user_change", "app_home_opened"),
    ]
    assert events[-1]["tab"] == "home"


def test_the_bots_own_messages_come_back(workspace: Workspace, app: App) -> None:
    workspace.bot.chat_postMessage(channel="#ops", text="report")
    (event,) = workspace.people.wait_for(lambda: app.of("message"))
    assert event.payload["event"]["bot_id"] == workspace.bot.auth_test()["bot_id"]


def test_channels_without_the_bot_are_silent_and_the_person_is_told(
    workspace: Workspace, app: App
) -> None:
    """[C11]"""
    workspace.people.post("ada", "#random", "@Houston look")
    (told,) = workspace.people.ephemerals("ada", "#random")
    assert "not in this channel" in told["text"]
    assert workspace.people.ephemerals("grace", "#random") == []
    assert app.received == []


def test_an_unacked_event_is_sent_again_three_times(workspace: Workspace, app: App) -> None:
    """[P6]"""
    app.answers["events_api"] = None
    workspace.people.post("ada", "#ops", "hello")
    workspace.people.wait_for(lambda: len(app.received) == 4)
    assert [one.retry_attempt for one in app.received] == [0, 1, 2, 3]
    assert [one.retry_reason for one in app.received] == ["", "timeout", "timeout", "timeout"]
    assert len({one.payload["event_id"] for one in app.received}) == 1


def test_switches_redeliver_drop_acks_and_reorder(workspace: Workspace, app: App) -> None:
    people = workspace.people
    people.misbehave("redeliver")
    people.post("ada", "#ops", "one")
    people.wait_for(lambda: len(app.received) == 2)
    people.misbehave("drop_acks", n=1)
    people.post("ada", "#ops", "two")
    people.wait_for(lambda: len(app.received) == 4)
    assert [one.retry_attempt for one in app.received] == [0, 1, 0, 1]
    people.misbehave("reorder")
    people.post("ada", "#ops", "three")
    people.post("ada", "#ops", "four")
    people.wait_for(lambda: len(app.received) == 6)
    assert [one.payload["event"]["text"] for one in app.received[4:]] == ["four", "three"]


def test_events_can_come_late(workspace: Workspace, app: App) -> None:
    """[L1] While what a person does next is there at once."""
    people = workspace.people
    people.misbehave("delay", seconds=1.5)
    begun = time.monotonic()
    people.post("ada", "#ops", "late")
    people.misbehave("delay", on=False)
    people.post("ada", "#ops", "at once")
    people.wait_for(lambda: len(app.received) == 2, 15)
    assert time.monotonic() - begun >= 1.5
    assert [one.payload["event"]["text"] for one in app.received] == ["at once", "late"]


def test_a_disconnect_is_followed_by_a_new_connection(workspace: Workspace, app: App) -> None:
    """[L4]"""
    workspace.people.misbehave("disconnect")
    opened = "apps.connections.open"
    people = workspace.people
    people.wait_for(lambda: sum(one["method"] == opened for one in people.api_log()) == 2)
    workspace.people.post("ada", "#ops", "still there?")
    workspace.people.wait_for(lambda: app.of("message"))


def test_429_says_when_and_passes_after_it(workspace: Workspace) -> None:
    workspace.people.misbehave("rate_limit", method="chat.postMessage", count=1, retry_after=1)
    workspace.bot.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=1))
    begun = time.monotonic()
    assert workspace.bot.chat_postMessage(channel="#ops", text="x")["ok"]
    assert time.monotonic() - begun >= 1.0
    assert [one["error"] for one in workspace.people.api_log() if one["kind"] == "api"] == [
        *("ratelimited", None)
    ]


def test_a_post_can_be_done_though_its_answer_is_lost(workspace: Workspace) -> None:
    """[R4]"""
    workspace.people.misbehave("timeout_after_accept", method="chat.postMessage", count=1)
    bot = WebClient(
        token=workspace.connection.bot_token,
        base_url=workspace.connection.api_url,
        retry_handlers=[],
    )
    with pytest.raises((OSError, urllib.error.URLError)):
        bot.chat_postMessage(channel="#ops", text="once")
    assert [one["text"] for one in workspace.people.messages("#ops")] == ["once"]


def test_switches_refuse_blocks_and_forget_methods(workspace: Workspace) -> None:
    """[R5]"""
    people = workspace.people
    people.misbehave("invalid_blocks", count=1)
    arguments = {"channel": "#ops", "text": "x", "blocks": [SECTION]}
    assert workspace.refused("chat.postMessage", **arguments)["error"] == "invalid_blocks"
    assert workspace.bot.chat_postMessage(channel="#ops", text="x", blocks=[SECTION])["ok"]
    people.misbehave("unknown_method", method="team.info")
    assert workspace.refused("team.info")["error"] == "unknown_method"
    people.misbehave("none")
    assert workspace.bot.team_info()["ok"]


def test_a_restart_keeps_messages_tokens_and_port(tmp_path: Path) -> None:
    """[L1]"""
    config = replace(FAST, data_dir=tmp_path)
    with running(config) as workspace:
        before = workspace.connection
        ts = workspace.bot.chat_postMessage(channel="#ops", text="kept", blocks=[BUTTON])["ts"]
    with running(config) as workspace:
        assert workspace.connection == before
        assert [one["ts"] for one in workspace.people.messages("#ops")] == [ts]
        assert workspace.bot.chat_postMessage(channel="#ops", text="next")["ts"] > ts
    assert (tmp_path / "workspace.sqlite3").stat().st_mode & 0o077 == 0


TYPED = [
    ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
    ("see https://x.test/a?b=1&c=2.", "see <https://x.test/a?b=1&amp;c=2>."),
    ("see example.com, please", "see <https://example.com|example.com>, please"),
    ("mail a@example.com", "mail <mailto:a@example.com|a@example.com>"),
    ("@Ada and @grace in #ops!", f"<@{ADA}> and <@U0LOCALGRACE> in <#C0LOCALOPS|ops>!"),
    ("@nobody #nowhere", "@nobody #nowhere"),
    ("@here `@Ada x.com`", "<!here> `@Ada x.com`"),
]


@pytest.mark.parametrize(("text", "stored"), TYPED)
def test_typed_text_becomes_what_slack_sends(workspace: Workspace, text: str, stored: str) -> None:
    workspace.people.post("ada", "#ops", text)
    assert workspace.people.messages("#ops")[-1]["text"] == stored


def test_smart_quotes_are_a_switch() -> None:
    names = names_of([], [])
    assert typed('"a" isn\'t `"b"`', names, smart_quotes=True) == '“a” isn’t `"b"`'
    assert typed('"a"', names) == '"a"'


def test_editing_keeps_links_and_mentions(workspace: Workspace) -> None:
    ts = workspace.people.post("ada", "#ops", "@grace see example.com")
    stored = workspace.people.messages("#ops")[-1]["text"]
    workspace.people.edit("ada", "#ops", ts, f"{stored} & <more>")
    (message,) = workspace.people.messages("#ops")
    assert message["text"] == f"{stored} &amp; &lt;more&gt;"
    assert message["edited"]
    workspace.people.post("ada", "#ops", "<@U0LOCALGRACE>")
    assert workspace.people.messages("#ops")[-1]["text"] == "&lt;@U0LOCALGRACE&gt;"


class Receiver(http.server.BaseHTTPRequestHandler):
    """An app in HTTP mode that notes whether each request was signed rightly."""

    secret = ""
    seen: list[tuple[bool, Json]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        signed = SignatureVerifier(self.secret).is_valid_request(body, dict(self.headers.items()))
        question: Json = json.loads(body) if body.startswith("{") else {"type": "form"}
        self.seen.append((signed, question))
        if question.get("event", {}).get("text") == "refuse":
            self.send_response(500)
            self.send_header("X-Slack-No-Retry", "1")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        answer = question.get("challenge", "").encode() or b'{"text": "over http"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Stay quiet."""


def test_http_mode_signs_and_proves_its_address() -> None:
    """[L4]"""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever).start()
        Receiver.seen = []
        url = f"http://127.0.0.1:{server.server_port}/slack/events"
        with running(replace(FAST, request_url=url, ack_seconds=3.0)) as workspace:
            Receiver.secret = workspace.connection.signing_secret
            workspace.people.command("ada", "#ops", "/mission list")
            workspace.people.post("ada", "#ops", "refuse")
            workspace.people.wait_for(lambda: len(Receiver.seen) == 3)
            workspace.people.post("ada", "#ops", "hello")
            workspace.people.wait_for(lambda: len(Receiver.seen) == 4)
            assert workspace.people.ephemerals("ada", "#ops")[0]["text"] == "over http"
        server.shutdown()
    assert [one["type"] for _, one in Receiver.seen] == [
        *("url_verification", "form", "event_callback", "event_callback")
    ]
    assert all(signed for signed, _ in Receiver.seen)


def test_the_demo_site_follows_its_switch() -> None:
    """[L1]"""
    with running(replace(FAST, demo=True)) as workspace:
        demo = workspace.connection.demo_url
        assert raw(f"{demo}/health", {}) == 200
        with urllib.request.urlopen(f"{demo}/api/value") as response:
            assert json.load(response) == 42
        workspace.people.set_demo("down")
        assert raw(f"{demo}/login", {}) == 503
        with pytest.raises(Refused, match="unknown_mode"):
            workspace.people.set_demo("on fire")


def test_connections_take_turns(workspace: Workspace, app: App) -> None:
    """[L2]"""
    other = App(workspace.connection)
    for number in range(4):
        workspace.people.post("ada", "#ops", str(number))
    workspace.people.wait_for(lambda: len(app.received) + len(other.received) == 4)
    assert len(app.received) == len(other.received) == 2
    other.close()


def test_an_open_page_is_told_what_changes(workspace: Workspace) -> None:
    base, key = workspace.connection.page_url.split("/?key=")
    request = urllib.request.Request(f"{base}/ui/stream?as=U0LOCALLINUS")
    request.add_header("X-Workspace-Key", key)
    with urllib.request.urlopen(request) as stream:
        assert stream.readline() == b": hello\n"
        workspace.bot.chat_postMessage(channel=SECRET, text="not for linus")
        ts = workspace.bot.chat_postMessage(channel="#ops", text="for all")["ts"]
        assert stream.readline() == b"\n"
        told = json.loads(stream.readline().removeprefix(b"data: "))
    assert (told["type"], told["channel"], told["ts"]) == ("message", "C0LOCALOPS", ts)


def test_a_process_announces_itself_once_and_stops_when_told(tmp_path: Path) -> None:
    """[L2]"""
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "bot.workspace", "--data", str(tmp_path / "data")]
    with subprocess.Popen([*command, "--no-demo", "--ready-file", str(ready)]) as process:
        deadline = time.monotonic() + 20
        while not ready.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        connection = Connection(**json.loads(ready.read_text()))
        assert Workspace(connection).bot.auth_test()["ok"]
        process.terminate()
        assert process.wait(timeout=10) == 0


@pytest.mark.skipif(shutil.which("openssl") is None, reason="certificates are made with openssl")
def test_the_demo_certificate_can_be_about_to_expire(tmp_path: Path) -> None:
    """[L1]"""
    with running(replace(FAST, demo=True, data_dir=tmp_path)) as workspace:
        demo = workspace.people.state()["demo"]
        context = ssl.create_default_context(cafile=demo["ca_file"])
        port = int(demo["https_url"].rsplit(":", 1)[1])

        def days_left() -> float:
            with (
                socket.create_connection(("127.0.0.1", port)) as plain,
                context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
            ):
                certificate = secure.getpeercert()
            assert certificate is not None
            until = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
            return (until - time.time()) / 86_400

        assert days_left() > 30
        workspace.people.set_demo("certificate_expiring")
        assert days_left() < 4
