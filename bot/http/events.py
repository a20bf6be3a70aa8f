"""Events that are posted: known, signed, well-formed, stored; answered before any work [B6 P6].

Most come in one piece and are answered by the connection itself (`bot.http.door`); the others come
here, by plain ASGI.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Final, NamedTuple

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from bot.http.bodies import TooLarge, bounded
from bot.http.intake import Answer, Intake
from bot.http.posts import Post
from missions.blueprint import EventSource
from missions.hooks import POSTED

EVENTS: Final = "/events/"
BODY_MAX: Final = 256 * 1024
"""Bytes of one post."""
BODY_SECONDS: Final = 10.0
"""How long a sender may take for it."""

Header = tuple[bytes, bytes]


class Said(NamedTuple):
    """An answer."""

    status: int
    words: str
    more: tuple[Header, ...] = ()

    @property
    def headers(self) -> tuple[Header, ...]:
        """All headers that are its own."""
        length = (b"content-length", str(len(self.words)).encode())
        return (b"content-type", b"text/plain; charset=utf-8"), length, *self.more


_SAID: Final = {
    Answer.TAKEN: Said(202, "taken"),
    Answer.UNSIGNED: Said(401, "the signature does not fit"),
    Answer.UNKNOWN: Said(404, "not found"),
    Answer.TOO_MANY: Said(429, "too many requests", ((b"retry-after", b"60"),)),
    Answer.NOT_NOW: Said(503, "not now, please come again", ((b"retry-after", b"10"),)),
    Answer.MALFORMED: Said(400, "this is not what that source sends"),
}
_SOURCES: Final = {source.value: source for source in POSTED}
_CLOSE: Final = ((b"connection", b"close"),)


def said_of(answer: Answer) -> Said:
    """What a sender reads."""
    return _SAID[answer]


class EventPosts:
    """Answers `POST /events/<source>/<token>`."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        said = await self._answer(scope, receive)
        start = {"type": "http.response.start", "status": said.status}
        await send({**start, "headers": list(said.headers)})
        await send({"type": "http.response.body", "body": said.words.encode()})

    async def _answer(self, scope: Scope, receive: Receive) -> Said:
        name, _, token = scope["path"].removeprefix(EVENTS).partition("/")
        if not token or "/" in token:
            return said_of(Answer.UNKNOWN)
        if scope["method"] != "POST":
            return Said(405, "only POST", ((b"allow", b"POST"),))
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        try:
            async with asyncio.timeout(BODY_SECONDS):
                length = headers.get(b"content-length", "")
                body = await bounded(length, _chunks(receive), BODY_MAX)
        except TooLarge:
            return Said(413, "too large", _CLOSE)
        except (TimeoutError, ClientDisconnect):
            return Said(408, "too slow", _CLOSE)
        post = post_of(name, token, headers, body)
        return said_of(await self._intake.take(post) if post else Answer.UNKNOWN)


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    """The parts of a body; raises `ClientDisconnect` if the sender goes before its end."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        yield message.get("body", b"")
        more = message.get("more_body", False)


def post_of(name: str, token: str, headers: Mapping[bytes, str], body: bytes) -> Post | None:
    """The post, unread; None for a source that there is not."""
    source = _SOURCES.get(name)
    if source is None:
        return None
    github = source is EventSource.GITHUB
    signed = b"x-hub-signature-256" if github else b"x-grafana-alerting-signature"
    own_id = b"x-github-delivery" if github else b"idempotency-key"
    return Post(
        source=source,
        token=token,
        body=body,
        form=headers.get(b"content-type", "").startswith("application/x-www-form-urlencoded"),
        id=headers.get(own_id, "")[:200],
        kind=headers.get(b"x-github-event", "")[:100] if github else "",
        authorization=headers.get(b"authorization", "")[:500],
        signature=headers.get(signed, "")[:200],
        stamp=headers.get(b"x-grafana-alerting-timestamp", "")[:20],
    )
