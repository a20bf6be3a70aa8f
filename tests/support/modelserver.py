"""A model provider on loopback, in any dialect, that follows a script."""

from __future__ import annotations

import json
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler

from tests.support.answers import Json, Say, Usage, fails, says
from tests.support.dialects import KEY, Dialect, Refused
from tests.support.posts import Posts
from tests.support.streams import ERRORS, FRAMES


class ModelServer(Posts):
    """Answers each request with the script's next answer; after its end, with `always`.

    What its provider would refuse is refused, and kept in `refused`. `sent` are the frames of the
    latest stream, `left` says that a client went away in the midst of one.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.requests: list[Json] = []
        self.refused: list[str] = []
        self.sent = 0
        self.left = False
        self.usage = Usage()
        self.always = says("Yes.")
        self._over = threading.Event()
        self._script: deque[Say] = deque()
        super().__init__()

    @property
    def environment(self) -> dict[str, str]:
        """What makes the provider's client come here."""
        return {**self.dialect.environment(self.address), "NO_PROXY": "127.0.0.1"}

    def will(self, *answers: Say, always: Say | None = None) -> None:
        """Begin a new script. What is under way for the old one ends."""
        self._over.set()
        self._over = threading.Event()
        self._script = deque(answers)
        self.always = always or says("Yes.")
        self.requests.clear()
        self.refused.clear()
        self.sent, self.left = 0, False

    def close(self) -> None:
        """Stop serving."""
        self._over.set()
        super().close()

    def answer(self, handler: BaseHTTPRequestHandler, sent: bytes) -> None:
        """Answer as the script says."""
        self._answer(handler, self._next(handler, json.loads(sent)))

    def _next(self, handler: BaseHTTPRequestHandler, sent: Json) -> Say:
        self.requests.append(sent)
        try:
            path = handler.path.partition("?")[0]
            if path not in (self.dialect.path, self.dialect.stream_path):
                raise Refused(f"no such path: {handler.path}")
            if self.dialect.key({k.lower(): v for k, v in handler.headers.items()}) != KEY:
                return fails(401)
            self.dialect.check(sent)
        except Refused as why:
            self.refused.append(str(why))
            return fails(400)
        return self._script.popleft() if self._script else self.always

    def _answer(self, handler: BaseHTTPRequestHandler, say: Say) -> None:
        over = self._over
        over.wait(say.delay)
        if say.hangs_up or over.is_set():
            handler.close_connection = True
            return
        well = say.status == 200
        sent = self.requests[-1]
        if well and say.raw is None and self.dialect.streams(handler.path, sent):
            self._stream(handler, say, FRAMES[self.dialect.name](say, self.usage, sent), over)
            return
        body = self.dialect.answer(say, self.usage) if well else json.dumps(self.dialect.error(say))
        data = (body if say.raw is None else say.raw).encode()
        handler.send_response(say.status)
        handler.send_header("content-type", self.dialect.type if well else "application/json")
        handler.send_header("content-length", str(len(data)))
        if say.retry_after:
            handler.send_header("retry-after", say.retry_after)
        handler.end_headers()
        try:
            self._send(handler, data, say.drip, over)
        except OSError:  # the client did not wait
            return

    def _stream(
        self, handler: BaseHTTPRequestHandler, say: Say, frames: list[str], over: threading.Event
    ) -> None:
        """Frame by frame, in chunks of HTTP/1.1 as providers send them."""
        handler.protocol_version = "HTTP/1.1"
        handler.close_connection = True
        handler.send_response(200)
        handler.send_header("content-type", self.dialect.stream_type)
        handler.send_header("transfer-encoding", "chunked")
        handler.send_header("connection", "close")
        handler.end_headers()
        told = frames[: say.frames]
        if say.frames is not None and say.then == "fails":
            told.append(ERRORS[self.dialect.name])
        try:
            for number, frame in enumerate(told, 1):
                data = frame.encode()
                handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                handler.wfile.flush()
                self.sent = number
                if say.drip and over.wait(say.drip):
                    return
            if say.frames is None or say.then != "breaks":
                handler.wfile.write(b"0\r\n\r\n")
        except OSError:  # the client did not wait
            self.left = True

    def _send(
        self, handler: BaseHTTPRequestHandler, data: bytes, drip: float, over: threading.Event
    ) -> None:
        if not drip:
            handler.wfile.write(data)
            return
        for byte in data:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            if over.wait(drip):
                return
