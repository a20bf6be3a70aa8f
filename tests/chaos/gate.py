"""A door between Houston and its storage, or Slack, that can stop one request and say who sent it.

It passes bytes on. A hold waits for a request with given words in it and stops it `before` it
arrives or, `after` it was carried out, its answer: the sender then stands at exactly that place.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

CHUNK = 1 << 20


class Side(StrEnum):
    """Which half of a call is stopped."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(eq=False)
class Hold:
    """One request to stop. `pid` is its sender's, 0 over TCP, None until it is stopped.

    With `passes` it goes on when the hold ends; else it is lost.
    """

    words: tuple[bytes, ...]
    side: Side
    passes: bool = False
    pid: int | None = None
    dropped: threading.Event = field(default_factory=threading.Event)

    def fits(self, data: bytes) -> bool:
        return all(word in data for word in self.words)

    def seen(self) -> int | None:
        """The sender's pid (over TCP -1) once the request stands still."""
        return self.pid


class Gate:
    """Listens on a unix socket path or, without one, on a TCP port of loopback."""

    def __init__(self, target: Path | int, listen: Path | None = None) -> None:
        self._target, self._listen = target, listen
        self._holds: list[Hold] = []
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(5)

    @contextmanager
    def hold(self, side: Side, *words: str, passes: bool = False) -> Iterator[Hold]:
        """Stop the next request with all these words until the block ends: it is lost then, or
        `passes`.
        """
        made = Hold(tuple(w.encode() for w in words), side, passes)
        self._holds.append(made)
        try:
            yield made
        finally:
            if made in self._holds:
                self._holds.remove(made)
            made.dropped.set()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve(ready))
        self._loop.close()

    async def _serve(self, ready: threading.Event) -> None:
        self._stop = asyncio.Event()
        if self._listen:
            server = await asyncio.start_unix_server(self._pass, self._listen, limit=CHUNK)
        else:
            server = await asyncio.start_server(self._pass, "127.0.0.1", 0, limit=CHUNK)
            self.port = int(server.sockets[0].getsockname()[1])
        ready.set()
        await self._stop.wait()
        server.close()
        passing = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in passing:
            task.cancel()
        await asyncio.gather(*passing, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either end closes it."""
        try:
            if isinstance(self._target, int):
                far = await asyncio.open_connection("127.0.0.1", self._target, limit=CHUNK)
            else:
                far = await asyncio.open_unix_connection(self._target, limit=CHUNK)
        except OSError:
            writer.close()
            return
        stopped: list[Hold] = []
        ways = [
            asyncio.create_task(self._out(reader, far[1], writer, stopped)),
            asyncio.create_task(self._back(far[0], writer, stopped)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for end in (writer, far[1]):
                with suppress(OSError):
                    end.close()

    async def _out(
        self,
        reader: asyncio.StreamReader,
        far: asyncio.StreamWriter,
        near: asyncio.StreamWriter,
        stopped: list[Hold],
    ) -> None:
        while data := await reader.read(CHUNK):
            found = next((h for h in self._holds if h.fits(data)), None)
            if found:
                self._holds.remove(found)
                if found.side is Side.AFTER:
                    stopped.append(found)
                elif not await self._stands(found, near):
                    return
            if isinstance(self._target, int):  # HTTP: the workspace answers to its own name only
                own = f"127.0.0.1:{self.port}".encode()
                data = data.replace(own, f"127.0.0.1:{self._target}".encode(), 1)
            far.write(data)
            await far.drain()

    async def _back(
        self, far: asyncio.StreamReader, near: asyncio.StreamWriter, stopped: list[Hold]
    ) -> None:
        while data := await far.read(CHUNK):
            if stopped and not await self._stands(stopped.pop(), near):
                return
            near.write(data)
            await near.drain()

    async def _stands(self, hold: Hold, near: asyncio.StreamWriter) -> bool:
        """Stand still until the hold is dropped; whether it goes on then, else all is closed."""
        hold.pid = _peer(near)
        while not hold.dropped.is_set():
            await asyncio.sleep(0.005)
        return hold.passes


def _peer(writer: asyncio.StreamWriter) -> int:
    """Who is at the other end of a unix socket; -1 over TCP."""
    sock = writer.get_extra_info("socket")
    if sock.family != socket.AF_UNIX:
        return -1
    size = struct.calcsize("3i")
    pid, _, _ = struct.unpack("3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return int(pid)
