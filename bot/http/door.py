"""The server's side of a connection: a posted event is read and answered right here [B6 P6].

Uvicorn's way through ASGI costs several times as much, which a burst of alerts feels. Only the
plain case is answered here: a whole `POST /events/…` in one piece. Whatever else comes, and all
that comes after it, goes to uvicorn's own protocol, behind which events are answered the same way.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Any, Final, cast

import httptools
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from bot.http.events import BODY_MAX, EVENTS, Said, post_of, said_of
from bot.http.intake import Answer, Intake

_BEGIN: Final = f"POST {EVENTS}".encode()


class Door(asyncio.Protocol):
    """A connection, until something comes that is not a plain event."""

    def __init__(
        self,
        intake: Intake,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._intake = intake
        self._loop = _loop or asyncio.get_running_loop()
        self._state = server_state
        self._idle_seconds = config.timeout_keep_alive
        self._most = config.limit_concurrency or 0
        self._behind = partial(HttpToolsProtocol, config, server_state, app_state, self._loop)
        self._transport: asyncio.Transport
        self._idle: asyncio.TimerHandle | None = None
        self._asked = False
        self._last = False
        self._later = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody came in."""
        self._transport = cast("asyncio.Transport", transport)
        self._state.connections.add(cast("Any", self))

    def connection_lost(self, exc: Exception | None) -> None:
        """They are gone; what they posted is stored all the same."""
        self._state.connections.discard(cast("Any", self))
        self._disarm()

    def data_received(self, data: bytes) -> None:
        """Take a plain event in; whatever else it is, somebody else reads."""
        self._disarm()
        if self._asked:
            self._later += data
            self._transport.pause_reading()  # one answer at a time
            return
        request = self._plain(data)
        if request is None:
            self._hand_over(data)
            return
        self._last = not request.keep_alive
        name, token = request.named
        post = post_of(name, token, request.headers, bytes(request.body))
        if post is None:
            self._say(said_of(Answer.UNKNOWN))
            return
        self._asked = True
        self._intake.put(post, self._told)

    def pause_writing(self) -> None:
        """They post and do not read the answers: nothing is kept for them."""
        self._transport.abort()

    def shutdown(self) -> None:
        """The server stops: what was asked is still answered."""
        self._last = True
        if not self._asked:
            self._transport.close()

    def _plain(self, data: bytes) -> _Request | None:
        crowded = self._most and len(self._state.connections) >= self._most
        if crowded or not data.startswith(_BEGIN):
            return None
        request = _Request()
        try:
            request.read(data)
        except httptools.HttpParserError:
            return None
        return request if request.is_plain else None

    def _told(self, answer: Answer) -> None:
        self._asked = False
        self._say(said_of(answer))
        if self._later and not self._transport.is_closing():
            self._transport.resume_reading()
            self._hand_over(self._later)

    def _say(self, said: Said) -> None:
        if self._transport.is_closing():
            return
        self._state.total_requests += 1
        date = b"".join(b"%b: %b\r\n" % header for header in self._state.default_headers)
        before, after = _parts(said, close=self._last)
        self._transport.write(before + date + after)
        if self._last:
            self._transport.close()
        else:
            self._idle = self._loop.call_later(self._idle_seconds, self._transport.close)

    def _hand_over(self, data: bytes) -> None:
        """Let uvicorn's protocol have the connection from here on."""
        behind = self._behind()
        self._state.connections.discard(cast("Any", self))
        self._transport.set_protocol(behind)
        behind.connection_made(self._transport)
        behind.data_received(data)

    def _disarm(self) -> None:
        if self._idle:
            self._idle.cancel()
            self._idle = None


class _Request:
    """What the parser tells of one request."""

    def __init__(self) -> None:
        self.headers: dict[bytes, str] = {}
        self.body = bytearray()
        self.keep_alive = False
        self._url = b""
        self._version = ""
        self._begun = self._ended = 0
        self._parser: httptools.HttpRequestParser | None = httptools.HttpRequestParser(self)

    def read(self, data: bytes) -> None:
        """Read all of it; raises `HttpParserError` if that is no HTTP."""
        if self._parser:
            self._parser.feed_data(data)
            self._parser = None  # it holds this object, too: together they would stay a while

    @property
    def is_plain(self) -> bool:
        """Whether it is whole, alone, and such as most senders send it."""
        return (
            self._begun == self._ended == 1
            and self._version == "1.1"
            and len(self.body) <= BODY_MAX
            and self._url.isascii()
            and self._url.count(b"/") == 3
            and not self._url.endswith(b"/")
            and not any(mark in self._url for mark in (b"%", b"?", b"#"))
        )

    @property
    def named(self) -> tuple[str, str]:
        """The source and the token in the address."""
        _, _, name, token = self._url.decode("ascii").split("/")
        return name, token

    def on_message_begin(self) -> None:
        """A request begins."""
        self._begun += 1

    def on_url(self, url: bytes) -> None:
        """A part of the address, as it was sent."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header."""
        self.headers[name.lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """All headers were read."""
        if self._parser:
            self.keep_alive = self._parser.should_keep_alive()
            self._version = self._parser.get_http_version()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self.body += body

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._ended += 1


@lru_cache(maxsize=32)
def _parts(said: Said, *, close: bool) -> tuple[bytes, bytes]:
    """An answer, before and after the headers that the server says with each."""
    first = f"HTTP/1.1 {said.status} {HTTPStatus(said.status).phrase}\r\n".encode()
    headers = (*said.headers, (b"connection", b"close")) if close else said.headers
    own = b"".join(b"%b: %b\r\n" % header for header in headers)
    return first, own + b"\r\n" + said.words.encode()
