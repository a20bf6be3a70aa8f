"""Posts as they come over a connection: whole, in pieces, one after another, side by side [P6]."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from redis import Redis

from bot.edge.pulse import Pulse
from bot.http.door import Door
from bot.http.server import serve
from bot.settings import Settings
from missions.domain import Domain
from missions.ids import TaskId
from missions.keys import TeamKeys
from tests.support.build import actor, blueprint, launched, task
from tests.support.events import rule
from tests.support.fakes import TEAM

PATIENCE = 15


@dataclass
class Served:
    """Where to post, and how to end it."""

    host: str
    port: int
    path: str
    inbox: str
    stop: asyncio.Event
    serving: asyncio.Task[None]

    def request(self, body: str = '{"a": 1}', path: str = "", more: str = "") -> bytes:
        lines = [f"POST {path or self.path} HTTP/1.1", f"Host: {self.host}"]
        lines += [f"Content-Length: {len(body)}", *more.splitlines()]
        return "\r\n".join([*lines, "", body]).encode()


@pytest_asyncio.fixture
async def served(domain: Domain, tmp_path: Path) -> AsyncIterator[Served]:
    """A served Houston with one address."""
    settings = Settings.read({"HOUSTON_HTTP_PORT": "0", "HOUSTON_DATA_DIR": str(tmp_path)})
    stop, pulse = asyncio.Event(), Pulse(envelope=time.time(), connected=True)
    serving = asyncio.create_task(serve(settings, domain, pulse, stop=stop))
    while not domain.redis.get("houston:http"):
        await asyncio.sleep(0.01)
    where = urlsplit(str(domain.redis.get("houston:http")))
    mission = launched(domain, blueprint(task(rule())))
    hook = domain.lifecycle.hooks(actor(), mission.id)[TaskId("T1")]
    inbox = TeamKeys(TEAM).mission(mission.id).inbox
    yield Served(where.hostname or "", where.port or 0, hook.path, inbox, stop, serving)
    stop.set()
    await serving


@dataclass
class Line:
    """A connection of a sender."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0.02)

    async def answer(self) -> tuple[int, str, str]:
        """Status, head in small letters, and body."""
        async with asyncio.timeout(PATIENCE):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length:")[2].split()[0])
            body = (await self.reader.readexactly(length)).decode()
        return int(head.split()[1]), head, body

    async def ended(self) -> bool:
        async with asyncio.timeout(PATIENCE):
            return await self.reader.read(1) == b""


@asynccontextmanager
async def line(served: Served) -> AsyncIterator[Line]:
    reader, writer = await asyncio.open_connection(served.host, served.port)
    try:
        yield Line(reader, writer)
    finally:
        writer.close()


async def test_a_sender_keeps_its_connection(served: Served, redis: Redis) -> None:
    """[P6] Post after post, good and bad; with a date, as servers say it."""
    async with line(served) as one:
        await one.send(served.request())
        status, head, body = await one.answer()
        assert (status, body) == (202, "taken")
        assert "date: " in head
        assert "content-type: text/plain; charset=utf-8" in head
        assert "connection: close" not in head
        await one.send(served.request("{"))
        assert (await one.answer())[0] == 400
        await one.send(served.request(path="/events/webhook/unknown"))
        assert (await one.answer())[0] == 404
        await one.send(served.request(path="/events/nothing/unknown"))
        assert (await one.answer())[0] == 404
        await one.send(served.request(more="Connection: close"))
        status, head, _ = await one.answer()
        assert status == 202
        assert "connection: close" in head
        assert await one.ended()
    assert redis.llen(served.inbox) == 2


@pytest.mark.parametrize("cut", [3, 16, 60, -4])
async def test_a_post_may_come_in_pieces(served: Served, redis: Redis, cut: int) -> None:
    """[P6] Cut anywhere: in the address, in the headers, in the body."""
    whole = served.request()
    async with line(served) as one:
        await one.send(whole[:cut], whole[cut:])
        assert (await one.answer())[0] == 202
        await one.send(whole)
        assert (await one.answer())[0] == 202
    assert redis.llen(served.inbox) == 2


async def test_an_address_of_odd_letters_is_nobodys(served: Served) -> None:
    """[P6] Whatever bytes stand in it, it is answered, and the next one is, too."""
    odd = served.request(path="/events/webhook/@@").replace(b"@@", b"\xc3\xa9\xff")
    async with line(served) as one:
        await one.send(odd)
        assert (await one.answer())[0] in (400, 404)
    async with line(served) as one:
        await one.send(served.request())
        assert (await one.answer())[0] == 202


async def test_posts_side_by_side_are_answered_in_order(served: Served, redis: Redis) -> None:
    """[P6] In one piece, or sent before the first is answered."""
    good, bad = served.request(), served.request("{")
    async with line(served) as one:
        await one.send(good + bad + good)
        assert [(await one.answer())[0] for _ in range(3)] == [202, 400, 202]
    redis.execute_command("CLIENT", "PAUSE", 300, "ALL")
    async with line(served) as one:
        await one.send(good, bad, good)
        assert [(await one.answer())[0] for _ in range(3)] == [202, 400, 202]
    assert redis.llen(served.inbox) == 4


async def test_other_requests_go_through_the_same_door(served: Served) -> None:
    """[L4] Before and after a post, on one connection; and what is no HTTP is refused."""
    health = f"GET /healthz HTTP/1.1\r\nHost: {served.host}\r\n\r\n".encode()
    async with line(served) as one:
        for request, status in ((served.request(), 202), (health, 200), (served.request(), 202)):
            await one.send(request)
            assert (await one.answer())[0] == status
    async with line(served) as one:
        await one.send(served.request(path=f"{served.path}?a=1"))
        assert (await one.answer())[0] == 202
    async with line(served) as one:
        await one.send(b"POST /events/x/y nonsense\r\n\r\n")
        assert (await one.answer())[0] == 400
        assert await one.ended()


async def test_a_sender_that_asks_before_it_sends_is_told_to_go_on(served: Served) -> None:
    """[P6]"""
    whole = served.request(more="Expect: 100-continue")
    head, _, body = whole.partition(b"\r\n\r\n")
    async with line(served) as one:
        await one.send(head + b"\r\n\r\n")
        async with asyncio.timeout(PATIENCE):
            assert b"100" in await one.reader.readuntil(b"\r\n\r\n")
        await one.send(body)
        assert (await one.answer())[0] == 202


async def test_a_body_in_chunks_is_as_good(served: Served, redis: Redis) -> None:
    """[P6]"""
    head = f"POST {served.path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with line(served) as one:
        await one.send(head.encode() + b'4\r\n{"a"\r\n4\r\n: 1}\r\n0\r\n\r\n')
        assert (await one.answer())[0] == 202
        # Two lengths that disagree are no request, lest somebody smuggles another one in.
        await one.send(head.replace("Host", "Content-Length: 3\r\nHost").encode() + b"0\r\n\r\n")
        assert (await one.answer())[0] == 400
    assert redis.llen(served.inbox) == 1


async def test_an_idle_connection_is_closed(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[P6] As uvicorn does."""
    made = Door.__init__

    def impatient(self: Door, *args: object, **options: object) -> None:
        made(self, *args, **options)  # type: ignore[arg-type]
        self._idle_seconds = 0

    monkeypatch.setattr(Door, "__init__", impatient)
    async with line(served) as one:
        await one.send(served.request())
        assert (await one.answer())[0] == 202
        assert await one.ended()


async def test_a_stop_loses_nothing_that_was_said_to_be_taken(served: Served, redis: Redis) -> None:
    """[B6 P6] A batch on its way to storage is answered; every 202 is in the inbox."""

    async def post() -> int:
        async with line(served) as one:
            await one.send(served.request())
            try:
                return (await one.answer())[0]
            except (asyncio.IncompleteReadError, ConnectionError):
                return 0

    redis.execute_command("CLIENT", "PAUSE", 400, "ALL")
    posting = [asyncio.create_task(post()) for _ in range(30)]
    await asyncio.sleep(0.2)
    served.stop.set()
    await served.serving
    statuses = [await one for one in posting]
    assert statuses.count(202) <= redis.llen(served.inbox)
    assert statuses.count(202) == 30
