"""The one client: what it sends, and what becomes of each way in which Slack can fail [R4 P4]."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs

import pytest

from bot.blocks.layout import Message
from bot.client import Identity, SlackClient
from bot.mrkdwn import Mrkdwn
from bot.slack_errors import (
    _CAUSES,
    ChannelArchived,
    ChannelNotFound,
    InvalidBlocks,
    MessageGone,
    NotInChannel,
    NotPermitted,
    OutcomeUnknown,
    PostingRestricted,
    RateLimited,
    Refused,
    SlackFailure,
    TokenRefused,
    TriggerExpired,
    UnknownMethod,
    Unreachable,
    failure_of,
)
from missions.ids import ChannelId, PersonId, TeamId

OPS = ChannelId("C1")
MESSAGE = Message(Mrkdwn("hello"), ({"type": "divider"},))


class FakeApi(BaseHTTPRequestHandler):
    """Answers each call with the next prepared answer."""

    answers: ClassVar[list[tuple[int, dict[str, str], str]]] = []
    calls: ClassVar[list[tuple[str, dict[str, Any]]]] = []

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        if self.headers["Content-Type"].startswith("application/json"):
            given = json.loads(body or "{}")
        else:
            given = {name: values[0] for name, values in parse_qs(body).items()}
        self.calls.append((self.path.rpartition("/")[2], given))
        status, headers, text = self.answers.pop(0)
        if status == 0:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def api() -> Iterator[SlackClient]:
    FakeApi.answers.clear()
    FakeApi.calls.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeApi)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield SlackClient("xoxb-test", f"http://127.0.0.1:{server.server_port}/api/")
    server.shutdown()
    server.server_close()
    thread.join()


def answers(
    data: dict[str, Any] | str, status: int = 200, headers: dict[str, str] | None = None
) -> None:
    text = data if isinstance(data, str) else json.dumps(data)
    FakeApi.answers.append((status, headers or {}, text))


def failing(client: SlackClient) -> SlackFailure:
    with pytest.raises(SlackFailure) as failure:
        client.post(OPS, MESSAGE)
    return failure.value


def test_nothing_that_is_posted_unfurls_or_mentions_by_name(api: SlackClient) -> None:
    """[P4]"""
    answers({"ok": True, "ts": "1.5"})
    assert api.post(OPS, MESSAGE, "1.0") == "1.5"
    ((method, given),) = FakeApi.calls
    assert method == "chat.postMessage"
    assert {given[name] for name in ("unfurl_links", "unfurl_media", "link_names")} <= {False, "0"}
    assert (given["text"], given["thread_ts"]) == ("hello", "1.0")
    assert "divider" in str(given["blocks"])


@pytest.mark.parametrize(
    ("code", "kind", "permanent"),
    [
        ("not_in_channel", NotInChannel, True),
        ("channel_not_found", ChannelNotFound, True),
        ("is_archived", ChannelArchived, True),
        ("restricted_action", PostingRestricted, True),
        ("message_not_found", MessageGone, True),
        ("thread_not_found", MessageGone, True),
        ("invalid_blocks", InvalidBlocks, True),
        ("msg_blocks_too_long", InvalidBlocks, True),
        ("expired_trigger_id", TriggerExpired, True),
        ("unknown_method", UnknownMethod, True),
        ("something_new", Refused, True),
        ("ratelimited", RateLimited, False),
        ("fatal_error", OutcomeUnknown, False),
        ("internal_error", OutcomeUnknown, False),
        ("token_revoked", TokenRefused, False),
        ("missing_scope", NotPermitted, True),
    ],
)
def test_each_code_has_its_class(
    api: SlackClient, code: str, kind: type[SlackFailure], permanent: bool
) -> None:
    """[R4]"""
    answers({"ok": False, "error": code})
    failure = failing(api)
    assert type(failure) is kind
    assert failure.permanent is permanent
    assert failure.code == code


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("", 30.0), ("soon", 30.0)])
def test_a_rate_limit_says_how_long_to_wait_and_is_not_tried_again(
    api: SlackClient, header: str, seconds: float
) -> None:
    """[R4]"""
    answers({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": header} if header else {})
    failure = failing(api)
    assert isinstance(failure, RateLimited)
    assert failure.retry_after == seconds
    assert len(FakeApi.calls) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_failure_of_slack_leaves_the_outcome_unknown(api: SlackClient, status: int) -> None:
    """[R4]"""
    answers("<html>oops</html>", status)
    assert type(failing(api)) is OutcomeUnknown
    assert len(FakeApi.calls) == 1


def test_an_answer_that_is_none_leaves_the_outcome_unknown(api: SlackClient) -> None:
    """[R4]"""
    answers("<html>a proxy's page</html>")
    assert type(failing(api)) is OutcomeUnknown


def test_a_cut_connection_leaves_the_outcome_unknown(api: SlackClient) -> None:
    """[R4]"""
    answers("", 0)
    assert type(failing(api)) is OutcomeUnknown
    assert len(FakeApi.calls) == 1


def test_a_slack_that_is_not_there_was_not_told_anything() -> None:
    """[R4]"""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    failure = failing(SlackClient("xoxb-test", f"http://127.0.0.1:{port}/api/"))
    assert type(failure) is Unreachable
    assert not failure.permanent


def test_pages_are_followed_to_the_end(api: SlackClient) -> None:
    answers({"ok": True, "messages": [{"ts": "2"}], "response_metadata": {"next_cursor": "more"}})
    answers({"ok": True, "messages": [{"ts": "1"}], "response_metadata": {"next_cursor": ""}})
    assert [one["ts"] for one in api.history(OPS, "0")] == ["2", "1"]
    assert FakeApi.calls[1][1]["cursor"] == "more"


def test_members_are_asked_for_one_page_at_a_time(api: SlackClient) -> None:
    """[P1] Whoever is found needs no further page."""
    answers({"ok": True, "members": ["U1"], "response_metadata": {"next_cursor": "more"}})
    answers({"ok": True, "members": ["U2"], "response_metadata": {"next_cursor": ""}})
    assert api.members_page(OPS, "") == (["U1"], "more")
    assert len(FakeApi.calls) == 1
    assert api.members_page(OPS, "more") == (["U2"], "")
    assert FakeApi.calls[1][1]["cursor"] == "more"


def test_a_status_that_slack_does_not_have_is_asked_once(api: SlackClient) -> None:
    """[C10]"""
    answers({"ok": False, "error": "unknown_method"})
    with pytest.raises(UnknownMethod):
        api.set_status(OPS, "1.0", "is thinking…")
    api.set_status(OPS, "1.0", "is thinking…")
    assert len(FakeApi.calls) == 1


def test_a_status_refused_in_one_place_is_tried_in_others(api: SlackClient) -> None:
    """[C10]"""
    answers({"ok": False, "error": "not_in_channel"})
    answers({"ok": True})
    with pytest.raises(NotInChannel):
        api.set_status(OPS, "1.0", "is thinking…")
    api.set_status(ChannelId("C2"), "1.0", "is thinking…")
    assert len(FakeApi.calls) == 2


def test_who_we_are_is_asked_once(api: SlackClient) -> None:
    who = {"team_id": "T1", "user_id": "U1", "bot_id": "B1", "url": "https://t.slack.com/"}
    answers({"ok": True, **who})
    assert api.identity == api.identity
    assert (api.identity.team, api.identity.bot_user) == ("T1", "U1")
    assert len(FakeApi.calls) == 1


def test_an_installation_on_an_organisation_is_known_by_its_enterprise(api: SlackClient) -> None:
    who = {"team_id": "T1", "user_id": "U1", "enterprise_id": "E1", "is_enterprise_install": True}
    answers({"ok": True, **who})
    assert api.identity.team == "E1"


def test_a_permalink_has_the_form_that_slack_gives_it() -> None:
    who = Identity(TeamId("T1"), PersonId("U1"), "B1", "https://t.slack.com/")
    assert who.permalink(OPS, "1.000200") == "https://t.slack.com/archives/C1/p1000200"
    assert who.permalink(OPS, "1.000200", "1.0").endswith("?thread_ts=1.0&cid=C1")


def test_every_code_belongs_to_one_class() -> None:
    """[R4]"""
    codes = [code for each in _CAUSES.values() for code in each]
    assert len(codes) == len(set(codes))
    assert all(type(failure_of(c)) is kind for kind, each in _CAUSES.items() for c in each)
