"""Slack over HTTP: signed, bounded, answered in time, and the same as over Socket Mode [L4 P6]."""

from __future__ import annotations

import http.client
import json
import logging
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from redis import Redis

from bot.http.slack import BODY_MAX
from bot.workspace.webhooks import signature
from missions.cards import MissionCard
from missions.lanes import to_person
from missions.mission import MissionState
from tests.integration.edge_kit import ADA, GENERAL, OPS, System, called
from tests.support.storage import StorageServer

SECRET_WORDS = "the launch code is 0000"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, called(redis) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(system: System, redis: Redis) -> None:
    """An empty database beside the same workspace."""
    system.people.misbehave("none")
    system.bell.turns.clear()
    system.bell.deliveries.clear()


def post(
    system: System,
    body: str,
    kind: str = JSON,
    *,
    age: int = 0,
    secret: str = "",
    **headers: str,
) -> tuple[int, str]:
    """A request as Slack signs it, or not quite."""
    stamp = int(time.time()) - age
    signed = {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": str(stamp),
        "X-Slack-Signature": signature(secret or system.connection.signing_secret, stamp, body),
    }
    request = urllib.request.Request(
        f"{system.address}/slack/events", data=body.encode(), headers=signed | headers
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()


def mention(system: System, event_id: str = "Ev1", text: str = SECRET_WORDS) -> str:
    event = {"type": "app_mention", "user": ADA, "channel": GENERAL, "ts": "1700000000.000100"}
    event["text"] = f"{system.bot} {text}"
    return json.dumps({"type": "event_callback", "event_id": event_id, "event": event})


def test_what_is_said_is_heard_once(system: System) -> None:
    """[C1 C10 P6] Also if Slack sends it again."""
    system.people.misbehave("redeliver", count=2)
    ts = system.people.post("ada", GENERAL, "@Houston check the shop")
    system.people.wait_for(lambda: system.bell.turns)
    sent = lambda: [c for c in system.calls("app_mention") if c["ok"]]  # noqa: E731
    system.people.wait_for(lambda: len(sent()) + len(system.calls("message")) >= 4)
    assert system.bell.turns == [f"{GENERAL}:{ts}"]


def test_buttons_commands_and_dialogs_work_as_over_the_socket(system: System) -> None:
    """[L4]"""
    mission = system.launched(OPS)
    shown = system.show(OPS, MissionCard(mission=mission.id))
    assert system.people.command("ada", OPS, "/mission list")["ok"]
    assert mission.id in str(system.people.ephemerals("ada", OPS)[-1]["blocks"])
    assert system.people.click("ada", OPS, shown["ts"], "open_disable")["ok"]
    (view,) = system.people.wait_for(lambda: system.people.views("ada"))
    assert system.people.submit("ada", view["id"], {})["result"] == "closed"
    assert system.stored(mission).state is MissionState.PAUSED
    system.people.command("ada", OPS, f"/mission delete {mission.id}")
    (view,) = system.people.wait_for(lambda: system.people.views("ada"))
    typed = next(b for b in view["view"]["blocks"] if b["type"] == "input")
    wrong = {typed["block_id"]: {typed["element"]["action_id"]: "M-222222"}}
    assert system.people.submit("ada", view["id"], wrong)["result"] == "errors"
    system.people.close("ada", view["id"])


@pytest.mark.parametrize(
    "wrong",
    [{"secret": "another"}, {"age": 301}, {"age": -301}, {"X-Slack-Signature": "v0=00"}],
)
def test_what_is_not_signed_is_refused_and_not_logged(
    system: System, wrong: dict[str, Any], caplog: pytest.LogCaptureFixture, capsys: Any
) -> None:
    """[P6 P7] 401, and nothing of the body in the log."""
    with caplog.at_level(logging.DEBUG):
        status, said = post(system, mention(system), **wrong)
    assert status == 401
    assert system.bell.turns == []
    assert SECRET_WORDS not in caplog.text + capsys.readouterr().out + said


def test_a_signature_five_minutes_old_still_holds(system: System) -> None:
    assert post(system, mention(system), age=295)[0] == 200
    assert len(system.bell.turns) == 1


def test_slack_can_verify_the_address(system: System) -> None:
    question = json.dumps({"type": "url_verification", "challenge": "are you there"})
    assert post(system, question) == (200, '{"challenge":"are you there"}')
    assert post(system, urlencode({"ssl_check": "1", "token": "x"}), FORM) == (200, "")
    assert post(system, question, secret="another")[0] == 401
    assert post(system, "no json", JSON)[0] == 400


def test_a_body_that_is_too_long_is_refused(system: System) -> None:
    """[P6]"""
    host = system.address.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.putrequest("POST", "/slack/events")
    connection.putheader("Content-Length", str(BODY_MAX + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413, "before a byte of it is read"
    connection.close()


def test_slack_is_answered_in_time_although_storage_is_slow(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[C10 P6] It is told to come again, and what it brings then is the same."""
    accept, go_on = system.domain.mailboxes.accept, threading.Event()

    def slow(incoming: Any) -> bool:
        go_on.wait(10)
        return accept(incoming)

    monkeypatch.setattr(system.domain.mailboxes, "accept", slow)
    began = time.monotonic()
    status, _ = post(system, mention(system))
    assert status == 503
    assert time.monotonic() - began < 3
    go_on.set()
    system.people.wait_for(lambda: system.bell.turns)
    again: dict[str, Any] = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    assert post(system, mention(system), **again)[0] == 200
    assert len(system.bell.turns) == 1


def test_silence_is_no_sign_of_anything_when_slack_calls(system: System) -> None:
    """[L4]"""
    system.pulse.envelope = 1.0
    with urllib.request.urlopen(f"{system.address}/readyz") as answer:
        said = answer.read().decode()
    assert said.startswith("ready\nlast envelope: ")
    assert "pong" not in said


def test_people_are_told_once_an_hour_that_slack_dropped_events(system: System) -> None:
    """[C10 L4] In words, in their own zone: whose Missions there are, and nobody else."""
    system.launched()
    minute = int(system.domain.clock.now().timestamp())
    body = {"type": "app_rate_limited", "team_id": system.team, "minute_rate_limited": minute}
    before = len(system.people.messages("dm", as_person="ada"))
    for _ in range(3):
        assert post(system, json.dumps(body))[0] == 200
    system.people.wait_for(lambda: to_person(ADA) in system.bell.deliveries, 30)
    system.deliver_all()
    said = [m["text"] for m in system.people.messages("dm", as_person="ada")[before:]]
    assert len(said) == 1
    assert "left some out at" in said[0]
    assert not any(
        "left some out" in m["text"] for m in system.people.messages("dm", as_person="grace")
    )
