"""Posts of events over 200 connections: how long until each is answered.

At a steady rate, as many senders do, while workers look into the events; and all in the same
instant, over connections that are open and over ones that were just made. A bare echo is asked in
the same three ways. The clock of each post starts before it is written and stops when its answer is
read, in a process of its own that does nothing else meanwhile: what the sender needs for the other
posts counts, too. The answer comes before any work, and after the event is stored.
"""

from __future__ import annotations

import asyncio
import gc
import select
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
OPEN_SECONDS = 0.5
"""Until a server has taken in connections that were made; nothing is measured meanwhile."""
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
        open_ = _rounds(where, kept, b"HTTP/1.1 202", OPEN_SECONDS)
        requests = [_request(where, paths[n % RULES], "close") for n in range(PARALLEL)]
        taken = _rounds(where, requests, b"HTTP/1.1 202")
        alone = [_burst(where, requests[:1], b"HTTP/1.1 202")[0] for _ in range(20)]
    with _echo() as floor:
        lines = [b"x\n"] * PARALLEL
        bare_steady = _steady(floor, lines, b"x\n", b"\n")
        bare_open, bare = _rounds(floor, lines, b"x\n", OPEN_SECONDS), _rounds(floor, lines, b"x\n")
    what = f"event POST → 202, {PARALLEL} connections at a steady {PARALLEL / EACH_SECONDS:.0f}/s"
    yield from _both(what, steady, bare_steady)
    what = f"event POST → 202, {PARALLEL} in the same instant"
    one = f"; one post alone {percentile(alone, 0.5):.1f} ms"
    yield from _both(f"{what}, connections open", open_, bare_open)
    yield from _both(f"{what}, connections just made", taken, bare, one)


def _both(what: str, taken: list[float], bare: list[float], more: str = "") -> Iterator[Figure]:
    """Half and nearly all of the answers, each beside those of the echo."""
    yield figure(f"{what}, p50", percentile(taken, 0.5), "ms", None, _echoed(bare, 0.5))
    reference = f"{_echoed(bare, 0.99)}{more}"
    what = f"{what}, p99 of {len(taken):,}"
    yield figure(what, percentile(taken, 0.99), "ms", MOST_P99_MS, reference)


def _echoed(bare: list[float], share: float) -> str:
    return f"asyncio's bare echo {percentile(bare, share):.1f} ms"


def _request(where: tuple[str, int], path: str, connection: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1",
        f"Host: {where[0]}:{where[1]}",
        "Content-Type: application/json",
        f"Content-Length: {len(BODY)}",
        f"Connection: {connection}",
    )
    return "\r\n".join((*head, "", "")).encode() + BODY


def _rounds(
    where: tuple[str, int], requests: list[bytes], wanted: bytes, pause: float = 0.0
) -> list[float]:
    taken: list[float] = []
    for _ in range(ROUNDS):
        taken += _burst(where, requests, wanted, pause)
        time.sleep(PAUSE_SECONDS)
    return taken


def _steady(
    where: tuple[str, int], requests: list[bytes], wanted: bytes, end: bytes = b"\r\n\r\n"
) -> list[float]:
    """Post over connections that stay open, each when its turn comes; how long each took, in ms.

    From the instant at which it was to be sent: who is kept waiting is counted as waiting. With the
    `end` of what comes first it counts as answered.
    """
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(_all_steady(where, requests, wanted, end))
    finally:
        loop.close()


async def _all_steady(
    where: tuple[str, int], requests: list[bytes], wanted: bytes, end: bytes
) -> list[float]:
    start = time.perf_counter() + 1.0
    gap = EACH_SECONDS / len(requests)
    posting = (
        _sender(where, each, wanted, end, start + number * gap)
        for number, each in enumerate(requests)
    )
    return [ms for taken in await asyncio.gather(*posting) for ms in taken]


async def _sender(
    where: tuple[str, int], request: bytes, wanted: bytes, end: bytes, first: float
) -> list[float]:
    taken, at = [], first
    reader, writer = await asyncio.open_connection(*where)
    while at < first + STEADY_SECONDS:
        await asyncio.sleep(at - time.perf_counter())
        writer.write(request)
        head = await asyncio.wait_for(reader.readuntil(end), PATIENCE_SECONDS)
        taken.append((time.perf_counter() - at) * 1000)
        if not head.startswith(wanted):
            raise AssertionError(f"answered {head[:60]!r}")
        length = head.lower().partition(b"content-length:")[2].split()
        await reader.readexactly(int(length[0]) if length else 0)
        at += EACH_SECONDS
    writer.close()
    return taken


def _burst(
    where: tuple[str, int], requests: list[bytes], wanted: bytes, pause: float = 0.0
) -> list[float]:
    """Connect for each, send all, and wait for the answers; how long each took, in ms.

    They are sent `pause` seconds after they connected.
    """
    sockets = [socket.create_connection(where) for _ in requests]
    by_file = {made.fileno(): made for made in sockets}
    poll = select.epoll()
    for file in by_file:
        poll.register(file, select.EPOLLIN | select.EPOLLONESHOT)
    time.sleep(pause)
    gc.disable()
    try:
        sent, read = _sent(sockets, requests), _read(poll, by_file)
    finally:
        gc.enable()
        poll.close()
        for made in sockets:
            made.close()
    for _, answer in read.values():
        if not answer.startswith(wanted):
            raise AssertionError(f"answered {answer[:60]!r}")
    return [(read[file][0] - at) * 1000 for file, at in sent.items()]


def _sent(sockets: list[socket.socket], requests: list[bytes]) -> dict[int, float]:
    """Send each; when that began."""
    clock, sent = time.perf_counter, {}
    for made, request in zip(sockets, requests, strict=True):
        sent[made.fileno()] = clock()
        made.sendall(request)
    return sent


def _read(poll: select.epoll, by_file: dict[int, socket.socket]) -> dict[int, tuple[float, bytes]]:
    """When each was answered, and what."""
    clock, read = time.perf_counter, dict[int, tuple[float, bytes]]()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(read) < len(by_file):
        for file, _ in poll.poll(1.0):
            answer = by_file[file].recv(4096)
            read[file] = clock(), answer
        if time.monotonic() > deadline:
            raise AssertionError(f"{len(by_file) - len(read)} posts were not answered")
    return read


ECHO = """
import asyncio, sys
async def each(reader, writer):
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(each, "127.0.0.1", int(sys.argv[1]), backlog=1000)
    await server.serve_forever()
asyncio.run(main())
"""


@contextmanager
def _echo() -> Iterator[tuple[str, int]]:
    """What any server in Python costs: it takes each line and gives it back."""
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
