"""Events that are posted: well-formed, known, signed, stored; answered before any work [B6 P6].

Plain ASGI: a burst of alerts is answered in half the time that a request of Starlette's takes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from bot.http.bodies import TooLarge, bounded
from bot.http.intake import Answer, Intake, Post
from missions.blueprint import EventSource
from missions.hooks import POSTED
from missions.payloads import BadPayload, check, parse

EVENTS: Final = "/events/"
BODY_MAX: Final = 256 * 1024
"""Bytes of one post."""
BODY_SECONDS: Final = 10.0
"""How long a sender may take for it."""

_WORDS: Final = {
    Answer.TAKEN: "taken",
    Answer.UNSIGNED: "the signature does not fit",
    Answer.UNKNOWN: "not found",
    Answer.TOO_MANY: "too many requests",
    Answer.NOT_NOW: "not now, please come again",
}
_MORE: Final = {
    Answer.TOO_MANY: ((b"retry-after", b"60"),),
    Answer.NOT_NOW: ((b"retry-after", b"10"),),
}
_SOURCES: Final = {source.value: source for source in POSTED}
_PLAIN: Final = (b"content-type", b"text/plain; charset=utf-8")
_CLOSE: Final = (b"connection", b"close")

_Answer = tuple[int, str, *tuple[tuple[bytes, bytes], ...]]


class EventPosts:
    """Answers `POST /events/<source>/<token>`."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        status, words, *headers = await self._answer(scope, receive)
        body = words.encode()
        length = (b"content-length", str(len(body)).encode())
        start = {"type": "http.response.start", "status": status}
        await send({**start, "headers": [_PLAIN, length, *headers]})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> _Answer:
        """Status, words and further headers of the answer."""
        name, _, token = scope["path"].removeprefix(EVENTS).partition("/")
        if not token or "/" in token:
            return 404, "not found"
        if scope["method"] != "POST":
            return 405, "only POST", (b"allow", b"POST")
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        try:
            async with asyncio.timeout(BODY_SECONDS):
                length = headers.get(b"content-length", "")
                body = await bounded(length, _chunks(receive), BODY_MAX)
        except TooLarge:
            return 413, "too large", _CLOSE
        except (TimeoutError, ClientDisconnect):
            return 408, "too slow", _CLOSE
        try:
            post = _post(name, token, headers, body)
        except BadPayload:
            return 400, "this is not what that source sends"
        said = await self._intake.take(post) if post else Answer.UNKNOWN
        return said.value, _WORDS[said], *_MORE.get(said, ())


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    """The parts of a body; raises `ClientDisconnect` if the sender goes before its end."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        yield message.get("body", b"")
        more = message.get("more_body", False)


def _post(name: str, token: str, headers: Mapping[bytes, str], body: bytes) -> Post | None:
    """The post, if it is well-formed; None for a source that there is not."""
    source = _SOURCES.get(name)
    try:
        text = _text(headers, body, source)
    except UnicodeDecodeError as error:
        raise BadPayload("no UTF-8") from error
    check(source or EventSource.WEBHOOK, parse(text))
    if source is None:
        return None
    github = source is EventSource.GITHUB
    own_id = b"x-github-delivery" if github else b"idempotency-key"
    return Post(
        source=source,
        token=token,
        body=body,
        text=text,
        id=headers.get(own_id, "")[:200],
        kind=headers.get(b"x-github-event", "")[:100] if github else "",
        signature=headers.get(b"x-hub-signature-256", "")[:200],
    )


def _text(headers: Mapping[bytes, str], body: bytes, source: EventSource | None) -> str:
    """The JSON of a body; GitHub can be told to send it as a form."""
    form = headers.get(b"content-type", "").startswith("application/x-www-form-urlencoded")
    if source is EventSource.GITHUB and form:
        return parse_qs(body.decode()).get("payload", [""])[0]
    return body.decode()
