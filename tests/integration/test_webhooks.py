"""Webhooks over HTTP: who may post what, how much, how fast, and what becomes of it [B6 P6 L4]."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.edge.pulse import Pulse
from bot.http import intake
from bot.http.events import BODY_MAX
from bot.http.intake import PER_MINUTE
from bot.http.ports import PORT_FILE, listen
from bot.http.posts import is_proven
from bot.http.server import serve
from bot.settings import Settings
from jobs import events as job
from jobs import runtime
from missions.blueprint import EventSource, Op
from missions.domain import Domain
from missions.errors import Forbidden
from missions.execution import Occurrence
from missions.hooks import AlwaysSigned, Hook
from missions.ids import TaskId
from missions.inbox import INBOX_MAX
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.payloads import parse
from tests.support import payloads
from tests.support.build import actor, blueprint, launched, task
from tests.support.events import rule
from tests.support.fakes import GRACE, MALLORY, TEAM, RecordingBell

T1 = TaskId("T1")


@pytest_asyncio.fixture
async def base(domain: Domain, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a served Houston whose Slack connection is fresh."""
    settings = Settings.read({"HOUSTON_HTTP_PORT": "0", "HOUSTON_DATA_DIR": str(tmp_path)})
    stop, pulse = asyncio.Event(), Pulse(envelope=time.time(), connected=True)
    serving = asyncio.create_task(serve(settings, domain, pulse, stop=stop))
    while not domain.redis.get("houston:http"):
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    yield str(domain.redis.get("houston:http"))
    stop.set()
    await serving


def ruled(domain: Domain, source: EventSource, *where: Any, **options: Any) -> tuple[Mission, Hook]:
    mission = launched(domain, blueprint(task(rule(source, *where, **options))))
    return mission, domain.lifecycle.hooks(actor(), mission.id)[T1]


async def post(url: str, body: Any, **headers: str) -> tuple[int, str]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"content-type": "application/json"} | {
        n.replace("_", "-"): v for n, v in headers.items()
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=data, headers=named) as answer,
    ):
        return answer.status, await answer.text()


def taken(domain: Domain, mission: Mission) -> list[Occurrence]:
    """What the job makes of the inbox: the ledger's rows, oldest first."""
    runtime.install(SimpleNamespace(domain=domain))  # type: ignore[arg-type]
    job.take(TEAM, mission.id)
    keys = TeamKeys(TEAM).mission(mission.id)
    rows = domain.store.hmget(keys.occurrences, domain.store.zrange(keys.ledger, 0, -1))
    return [Occurrence.load(text) for text in rows if text]


async def test_each_source_reaches_its_rule(domain: Domain, base: str) -> None:
    """[B6] Real payloads; the rule's condition decides which of their events count."""
    alerts, hook = ruled(domain, EventSource.ALERTMANAGER, ("labels.severity", Op.EQ, "critical"))
    assert await post(base + hook.path, payloads.alertmanager("critical", "info")) == (202, "taken")
    (row,) = taken(domain, alerts)
    assert row.event
    assert row.event.fields["labels.instance"] == "web0"

    disks, hook = ruled(domain, EventSource.GRAFANA, ("values.A", Op.GT, 95))
    assert (await post(base + hook.path, payloads.grafana()))[0] == 202
    assert len(taken(domain, disks)) == 1

    generic, hook = ruled(domain, EventSource.WEBHOOK)
    assert (await post(base + hook.path, {"release": "1.2"}))[0] == 202
    assert len(taken(domain, generic)) == 1


async def test_github_must_sign_with_the_rules_secret(domain: Domain, base: str) -> None:
    """[P6]"""
    merged, hook = ruled(domain, EventSource.GITHUB, ("pull_request.merged", Op.EQ, True))
    body = json.dumps(payloads.github()).encode()
    right = "sha256=" + hmac.new(hook.secret.encode(), body, hashlib.sha256).hexdigest()
    about = {"x_github_event": "pull_request", "x_github_delivery": "d-1"}
    url = base + hook.path
    for wrong in ("", "sha256=", right[:-1] + "x", right.replace("sha256", "sha1"), "ü"):
        assert (await post(url, body, x_hub_signature_256=wrong, **about))[0] == 401
    assert (await post(url, body + b" ", x_hub_signature_256=right, **about))[0] == 401
    assert taken(domain, merged) == []
    for _ in range(2):
        assert (await post(url, body, x_hub_signature_256=right, **about))[0] == 202
    assert len(taken(domain, merged)) == 1


async def test_a_post_is_proven_once(
    domain: Domain, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[P6 B6] Also to an address that is remembered: its body is gone through once, not twice."""
    mission, hook = ruled(domain, EventSource.GITHUB, ("pull_request.merged", Op.EQ, True))
    body = json.dumps(payloads.github()).encode()
    right = "sha256=" + hmac.new(hook.secret.encode(), body, hashlib.sha256).hexdigest()
    asked: list[bool] = []

    def counted(*args: Any) -> bool:
        asked.append(is_proven(*args))
        return asked[-1]

    monkeypatch.setattr("bot.http.intake.is_proven", counted)
    for number in range(3):
        about = {"x_github_event": "pull_request", "x_github_delivery": f"d-{number}"}
        assert (await post(base + hook.path, body, x_hub_signature_256=right, **about))[0] == 202
    assert asked == [True] * 3
    assert len(taken(domain, mission)) == 3


def by_hmac(secret: str, body: bytes, stamp: str = "") -> str:
    signed = f"{stamp}:".encode() + body if stamp else body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def basic(secret: str) -> str:
    return "Basic " + base64.b64encode(f"any:{secret}".encode()).decode()


async def test_a_rule_can_want_the_secret_of_every_sender(domain: Domain, base: str) -> None:
    """[B6 P6] By an Authorization header, whoever sends; an open rule asks for none."""
    for source, body in (
        (EventSource.ALERTMANAGER, payloads.alertmanager("critical")),
        (EventSource.GRAFANA, payloads.grafana()),
        (EventSource.WEBHOOK, {"a": 1}),
    ):
        mission, hook = ruled(domain, source)
        url = base + hook.path
        assert (await post(url, body, authorization="Bearer wrong"))[0] == 202
        hook = domain.lifecycle.sign_hook(actor(), mission.id, T1, signed=True)
        wrong = ("", "Bearer", "Bearer x", hook.secret, f"Digest {hook.secret}", "Basic \u00fc")
        for given in (*wrong, basic("x"), f"Bearer {hook.secret}x", f"Bearer {hook.token}"):
            assert (await post(url, body, authorization=given))[0] == 401
        for given in (f"Bearer {hook.secret}", f"bearer {hook.secret}", basic(hook.secret)):
            assert (await post(url, body, authorization=given))[0] == 202
        renewed = domain.lifecycle.renew_hook(actor(), mission.id, T1)
        assert renewed.signed
        assert (await post(base + renewed.path, body))[0] == 401
        domain.lifecycle.sign_hook(actor(), mission.id, T1, signed=False)
        assert (await post(base + renewed.path, body))[0] == 202


async def test_grafana_can_sign(domain: Domain, base: str) -> None:
    """[B6 P6] The body, or the time and the body; a signature of another time is an old one."""
    mission, hook = ruled(domain, EventSource.GRAFANA)
    domain.lifecycle.sign_hook(actor(), mission.id, T1, signed=True)
    body, url, secret = json.dumps(payloads.grafana()).encode(), base + hook.path, hook.secret
    now = int(time.time())

    async def status(signature: str, stamp: str = "") -> int:
        named = {"x_grafana_alerting_signature": signature, "x_grafana_alerting_timestamp": stamp}
        return (await post(url, body, **{name: text for name, text in named.items() if text}))[0]

    assert await status(by_hmac(secret, body)) == 202
    assert await status(by_hmac(secret, body, str(now)), str(now)) == 202
    assert await status(by_hmac(secret, body), str(now)) == 401
    assert await status(by_hmac(secret, body, str(now - 400)), str(now - 400)) == 401
    assert await status(by_hmac(secret, body, "soon"), "soon") == 401
    assert await status(by_hmac("x", body)) == 401
    assert await status(by_hmac(secret, body + b" ")) == 401
    assert await status("") == 401


async def test_who_may_say_that_senders_need_the_secret(domain: Domain) -> None:
    """[P6] An editor; and GitHub needs it always, also by rules of an older Houston [L5]."""
    mission, hook = ruled(domain, EventSource.GITHUB)
    assert hook.signed
    with pytest.raises(AlwaysSigned):
        domain.lifecycle.sign_hook(actor(), mission.id, T1, signed=False)
    with pytest.raises(Forbidden):
        domain.lifecycle.sign_hook(actor(MALLORY), mission.id, T1, signed=True)
    older = json.loads(hook.dump())
    del older["signed"], older["schema_version"]
    assert Hook.load(json.dumps(older)).signed
    assert not Hook.load(json.dumps({**older, "source": "grafana"})).signed


async def test_unknown_addresses_are_all_the_same(domain: Domain, base: str) -> None:
    """[P6] Wrong token, wrong source, no source, a deleted Mission: one answer."""
    mission, hook = ruled(domain, EventSource.WEBHOOK)
    gone, old = ruled(domain, EventSource.WEBHOOK)
    domain.lifecycle.delete(actor(), gone.id, gone.id)
    answers = [
        await post(f"{base}{path}", {"a": 1, "alerts": []})
        for path in (
            "/events/webhook/" + "x" * 32,
            f"/events/alertmanager/{hook.token}"[:-1],
            f"/events/github/{hook.token}",
            f"/events/nothing/{hook.token}",
            f"/events/webhook/{hook.token}x",
            old.path,
        )
    ]
    assert set(answers) == {(404, "not found")}
    assert taken(domain, mission) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"a":NaN}', b"\xff\xfe{}", b"[" * 50_000])
async def test_what_is_malformed_is_refused(domain: Domain, base: str, body: bytes) -> None:
    """[P6] Where the address is known; at others nothing is said of what was sent."""
    _, hook = ruled(domain, EventSource.WEBHOOK)
    assert (await post(base + hook.path, body))[0] == 400
    assert (await post(f"{base}/events/webhook/unknown", body)) == (404, "not found")


async def test_nobody_reads_what_strangers_send(
    domain: Domain, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[P6] To read a large body takes long: the address is looked up, and GitHub's signature
    compared, before."""
    _, hook = ruled(domain, EventSource.WEBHOOK)
    _, signing = ruled(domain, EventSource.GITHUB)
    read: list[str] = []

    def noted(body: str) -> dict[str, Any]:
        read.append(body)
        return parse(body)

    monkeypatch.setattr(intake, "parse", noted)
    large = json.dumps({"a": "x" * 200_000}).encode()
    assert (await post(f"{base}/events/webhook/unknown", large))[0] == 404
    assert (await post(base + signing.path, large, x_hub_signature_256="sha256=0"))[0] == 401
    assert read == []
    assert (await post(base + hook.path, {"a": 1}))[0] == 202
    assert len(read) == 1


async def test_what_is_too_large_is_refused(domain: Domain, base: str) -> None:
    """[P6] Also when its length is not said beforehand."""
    mission, hook = ruled(domain, EventSource.WEBHOOK)
    large = json.dumps({"a": "x" * BODY_MAX}).encode()
    assert (await post(base + hook.path, large))[0] == 413

    async def unsaid() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x" * (BODY_MAX // 4)

    async with aiohttp.ClientSession() as session:
        try:
            async with session.post(base + hook.path, data=unsaid()) as answer:
                assert answer.status == 413
        except aiohttp.ClientError:
            pass  # the server closed the connection in the middle of the flood
    assert taken(domain, mission) == []


async def test_a_flood_is_slowed_down(domain: Domain, base: str) -> None:
    """[P6] Beyond the rate of its address a sender is told to wait; others are not."""
    _, hook = ruled(domain, EventSource.WEBHOOK)
    other, calm = ruled(domain, EventSource.WEBHOOK)
    url = base + hook.path
    answers = await asyncio.gather(*(post(url, {"n": n}) for n in range(PER_MINUTE * 2 + 10)))
    statuses = [status for status, _ in answers]
    assert statuses.count(202) <= PER_MINUTE * 2  # the minute may have turned meanwhile
    assert 429 in statuses
    assert (await post(base + calm.path, {"a": 1}))[0] == 202
    assert len(taken(domain, other)) == 1


async def test_a_full_inbox_refuses(domain: Domain, base: str) -> None:
    """[P6] Nothing piles up without bound while nobody looks into it."""
    mission, hook = ruled(domain, EventSource.WEBHOOK)
    inbox = TeamKeys(TEAM).mission(mission.id).inbox
    domain.redis.rpush(inbox, *["{}"] * INBOX_MAX)
    assert (await post(base + hook.path, {"a": 1}))[0] == 503
    assert taken(domain, mission) == []
    assert (await post(base + hook.path, {"a": 1}))[0] == 202


async def test_a_new_address_closes_the_old_one(domain: Domain, base: str) -> None:
    """[P6] Editors only; nobody else learns of the addresses."""
    mission, old = ruled(domain, EventSource.WEBHOOK)
    new = domain.lifecycle.renew_hook(actor(GRACE), mission.id, T1)
    assert (await post(base + old.path, {"a": 1}))[0] == 404
    assert (await post(base + new.path, {"a": 1}))[0] == 202
    with pytest.raises(Forbidden):
        domain.lifecycle.hooks(actor(MALLORY), mission.id)
    assert len(old.token) >= 32
    assert old.token not in str(domain.redis.hgetall("houston:hooks"))


async def test_it_says_whether_it_is_well(domain: Domain, base: str) -> None:
    """[L4]"""
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{base}/healthz") as answer:
            assert answer.status == 200
            assert (await answer.text()).startswith("ok\nlast envelope: ")
        async with session.get(f"{base}/readyz") as answer:
            assert answer.status == 200
            assert (await answer.text()).startswith("ready\nlast envelope: ")
        async with session.get(f"{base}/metrics") as answer:
            assert answer.status == 200
            assert "houston_slack_connected 1" in await answer.text()
        async with session.get(f"{base}/events/webhook/x") as answer:
            assert answer.status == 405


async def test_it_is_not_ready_without_slack(domain: Domain, tmp_path: Path) -> None:
    """[L4]"""
    settings = Settings.read({"HOUSTON_HTTP_PORT": "0", "HOUSTON_DATA_DIR": str(tmp_path)})
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(settings, domain, Pulse(), stop=stop))
    while not (base := domain.redis.get("houston:http")):
        await asyncio.sleep(0.01)
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{base}/readyz") as answer,
    ):
        assert answer.status == 503
        said = "not ready: slack\nlast envelope: none yet\nlast pong: none yet"
        assert await answer.text() == said
    stop.set()
    await serving


def test_a_free_port_is_kept(tmp_path: Path) -> None:
    """[L1] Addresses stay as they are over a restart."""
    first = listen("127.0.0.1", 0, tmp_path)
    port = first.getsockname()[1]
    first.close()
    assert (tmp_path / PORT_FILE).read_text() == str(port)
    again = listen("127.0.0.1", 0, tmp_path)
    assert again.getsockname()[1] == port
    other = listen("127.0.0.1", 0, tmp_path / "elsewhere")
    assert other.getsockname()[1] != port
    again.close()
    other.close()


async def test_a_burst_is_answered_quickly(
    domain: Domain, base: str, bell: RecordingBell, capsys: pytest.CaptureFixture[str]
) -> None:
    """[P6 B6] 200 posts at once to two addresses, answered before any work is done."""
    urls = [base + ruled(domain, EventSource.WEBHOOK)[1].path for _ in range(2)]
    took: list[float] = []

    async def timed(session: aiohttp.ClientSession, n: int) -> None:
        began = time.perf_counter()
        async with session.post(urls[n % 2], json={"n": n}) as answer:
            assert answer.status == 202
        took.append((time.perf_counter() - began) * 1000)

    connector = aiohttp.TCPConnector(limit=200)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(timed(session, n) for n in range(200)))
    spread = statistics.quantiles(took, n=100)
    with capsys.disabled():
        print(f"\n200 posts at once: p50 {spread[49]:.0f} ms, p99 {spread[98]:.0f} ms")
    assert spread[98] < 2_000
    async with asyncio.timeout(15):
        while not bell.inboxes:  # the ring comes once all are answered
            await asyncio.sleep(0.01)
