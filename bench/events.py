"""Posts of events over 200 connections: how long until each is answered.

Over open connections at a steady rate, as many senders do, while workers look into the events; and
all in the same instant, each over a connection that was just made, beside a bare echo that is asked
the same way. The clock of each post starts before it is written and stops when its answer is read,
in a process of its own: what the sender needs for the other posts counts, too. The answer comes
before any work, and after the event is stored.
"""

from __future__ import annotations

import asyncio
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit

from bench.figures import Figure, figure, percentile
from bench.houston import houston
from bench.world import World
from missions import keys as k
from missions.ids import TeamId

PARALLEL = 200
ROUNDS = 5
PAUSE_SECONDS = 1.5
RULES = 40
"""Senders: one address takes at most 120 posts a minute."""
STEADY_SECONDS = 20.0
EACH_SECONDS = 4.0
"""How often each connection of the steady ones posts; by turns, evenly spread."""
MOST_P99_MS = 50.0
PATIENCE_SECONDS = 30.0

BODY = b'{"status": "firing", "labels": {"severity": "critical", "service": "shop"}}'


def measure() -> Iterator[Figure]:
    """Steady posts, then rounds of posts as fast as one process can; last the bare echo."""
    with houston(HOUSTON_HTTP_PORT="0") as running:
        world = World(running.storage, TeamId(running.told["team_id"]))
        world.clock.shown = datetime.now(UTC)
        paths = [world.hooked(number) for number in range(RULES)]
        base = urlsplit(str(running.redis.get(k.HTTP_ADDRESS)))
        where = (base.hostname or "", base.port or 0)
        kept = [_request(where, paths[n % RULES], "keep-alive") for n in range(PARALLEL)]
        steady = _steady(where, kept, b"HTTP/1.1 202")
        time.sleep(PAUSE_SECONDS)
        requests = [_request(where, paths[n % RULES], "close") for n in range(PARALLEL)]
        taken = _rounds(where, requests, b"HTTP/1.1 202")
        alone = [_burst(where, requests[:1], b"HTTP/1.1 202")[0] for _ in range(20)]
    with _echo() as floor:
        bare = _rounds(floor, [b"x\n"] * PARALLEL, b"x\n")
    reference = (
        f"asyncio's bare echo {percentile(bare, 0.99):.1f} ms; one post alone "
        f"{percentile(alone, 0.5):.1f} ms"
    )
    what = f"event POST → 202, {PARALLEL} connections at a steady {PARALLEL / EACH_SECONDS:.0f}/s"
    yield figure(f"{what}, p50", percentile(steady, 0.5), "ms")
    yield figure(f"{what}, p99 of {len(steady)}", percentile(steady, 0.99), "ms", MOST_P99_MS)
    what = f"event POST → 202, {PARALLEL} in the same instant"
    yield figure(f"{what}, p50", percentile(taken, 0.5), "ms")
    yield figure(f"{what}, p99", percentile(taken, 0.99), "ms", MOST_P99_MS, reference)


def _request(where: tuple[str, int], path: str, connection: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1",
        f"Host: {where[0]}:{where[1]}",
        "Content-Type: application/json",
        f"Content-Length: {len(BODY)}",
        f"Connection: {connection}",
    )
    return "\r\n".join((*head, "", "")).encode() + BODY


def _rounds(where: tuple[str, int], requests: list[bytes], wanted: bytes) -> list[float]:
    taken: list[float] = []
    for _ in range(ROUNDS):
        taken += _burst(where, requests, wanted)
        time.sleep(PAUSE_SECONDS)
    return taken


def _steady(where: tuple[str, int], requests: list[bytes], wanted: bytes) -> list[float]:
    """Post over connections that stay open, each when its turn comes; how long each took, in ms.

    From the instant at which it was to be sent: who is kept waiting is counted as waiting.
    """
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(_all_steady(where, requests, wanted))
    finally:
        loop.close()


async def _all_steady(where: tuple[str, int], requests: list[bytes], wanted: bytes) -> list[float]:
    start = time.perf_counter() + 1.0
    gap = EACH_SECONDS / len(requests)
    posting = (
        _sender(where, each, wanted, start + number * gap) for number, each in enumerate(requests)
    )
    return [ms for taken in await asyncio.gather(*posting) for ms in taken]


async def _sender(
    where: tuple[str, int], request: bytes, wanted: bytes, first: float
) -> list[float]:
    taken, at = [], first
    reader, writer = await asyncio.open_connection(*where)
    while at < first + STEADY_SECONDS:
        await asyncio.sleep(at - time.perf_counter())
        writer.write(request)
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE_SECONDS)
        taken.append((time.perf_counter() - at) * 1000)
        if not head.startswith(wanted):
            raise AssertionError(f"answered {head[:60]!r}")
        await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split()[0]))
        at += EACH_SECONDS
    writer.close()
    return taken


def _burst(where: tuple[str, int], requests: list[bytes], wanted: bytes) -> list[float]:
    """Connect for each, send all, and wait for the answers; how long each took, in ms."""
    selector = selectors.DefaultSelector()
    sockets = [socket.create_connection(where) for _ in requests]
    sent: dict[int, float] = {}
    for number, (made, request) in enumerate(zip(sockets, requests, strict=True)):
        selector.register(made, selectors.EVENT_READ, number)
        sent[number] = time.perf_counter()
        made.sendall(request)
    taken: list[float] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while sent and time.monotonic() < deadline:
        for key, _ in selector.select(1.0):
            made = sockets[key.data]
            answer = made.recv(4096)
            taken.append((time.perf_counter() - sent.pop(key.data)) * 1000)
            selector.unregister(made)
            made.close()
            if not answer.startswith(wanted):
                raise AssertionError(f"answered {answer[:60]!r}")
    if sent:
        raise AssertionError(f"{len(sent)} posts were not answered")
    return taken


ECHO = """
import asyncio, sys
async def each(reader, writer):
    writer.write(await reader.readline())
    await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(each, "127.0.0.1", int(sys.argv[1]), backlog=1000)
    await server.serve_forever()
asyncio.run(main())
"""


@contextmanager
def _echo() -> Iterator[tuple[str, int]]:
    """What any server in Python costs: it takes a line and gives it back."""
    where = ("127.0.0.1", free_port())
    process = subprocess.Popen([sys.executable, "-c", ECHO, str(where[1])])
    try:
        time.sleep(1)
        yield where
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])
