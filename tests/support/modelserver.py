"""A model provider on loopback, in any dialect, that follows a script."""

from __future__ import annotations

import json
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler

from tests.support.answers import Json, Say, Usage, fails, says
from tests.support.dialects import KEY, Dialect, Refused
from tests.support.posts import Posts


class ModelServer(Posts):
    """Answers each request with the script's next answer; after its end, with `always`.

    What its provider would refuse is refused, and kept in `refused`.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.requests: list[Json] = []
        self.refused: list[str] = []
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
            if handler.path.partition("?")[0] != self.dialect.path:
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
