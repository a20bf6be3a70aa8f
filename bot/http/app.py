"""The addresses that Houston serves: events from outside, health and readiness [P6 L4]."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.edge.socket import Pulse
from bot.http.intake import Answer, Intake, Post
from missions.blueprint import EventSource
from missions.hooks import POSTED
from missions.payloads import BadPayload, check, parse

BODY_MAX: Final = 256 * 1024
"""Bytes of one post."""
BODY_SECONDS: Final = 10.0
"""How long a sender may take for it."""
SILENT_SECONDS: Final = 30.0
"""Slack answers a ping every 5 s: after this time the connection is as good as lost."""

_WORDS: Final = {
    Answer.TAKEN: "taken",
    Answer.UNSIGNED: "the signature does not fit",
    Answer.UNKNOWN: "not found",
    Answer.TOO_MANY: "too many requests",
    Answer.NOT_NOW: "not now, please come again",
}
_AGAIN: Final = {Answer.TOO_MANY: "60", Answer.NOT_NOW: "10"}


class _TooLarge(Exception):
    """A body that is longer than is taken."""


def build(pulse: Pulse, intake: Intake) -> Starlette:
    """The app for one workspace."""

    async def event(request: Request) -> Response:
        return await _event(request, intake)

    async def ready(request: Request) -> Response:
        return await _ready(intake, pulse)

    return Starlette(
        routes=[
            Route("/events/{source}/{token}", event, methods=["POST"]),
            Route("/healthz", _alive, methods=["GET"]),
            Route("/readyz", ready, methods=["GET"]),
        ]
    )


async def _event(request: Request, intake: Intake) -> Response:
    """Answer before any work is done: well-formed, known, signed, stored."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await _body(request)
    except _TooLarge:
        return PlainTextResponse("too large", 413, headers={"connection": "close"})
    except (TimeoutError, ClientDisconnect):
        return PlainTextResponse("too slow", 408, headers={"connection": "close"})
    try:
        post = _post(request, body)
    except BadPayload:
        return PlainTextResponse("this is not what that source sends", 400)
    if post is None:
        return _said(Answer.UNKNOWN)
    return _said(await intake.take(post))


async def _body(request: Request) -> bytes:
    """The body; raises `_TooLarge` before the rest of a long one is read."""
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:12]) > BODY_MAX:
        raise _TooLarge
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX:
            raise _TooLarge
    return bytes(body)


def _post(request: Request, body: bytes) -> Post | None:
    """The post, if it is well-formed; None for a source that there is not."""
    name = request.path_params["source"]
    source = next((s for s in POSTED if s.value == name), None)
    try:
        text = _text(request.headers, body, source)
    except UnicodeDecodeError as error:
        raise BadPayload("no UTF-8") from error
    check(source or EventSource.WEBHOOK, parse(text))
    if source is None:
        return None
    github = source is EventSource.GITHUB
    own_id = "x-github-delivery" if github else "idempotency-key"
    return Post(
        source=source,
        token=request.path_params["token"],
        body=body,
        text=text,
        id=request.headers.get(own_id, "")[:200],
        kind=request.headers.get("x-github-event", "")[:100] if github else "",
        signature=request.headers.get("x-hub-signature-256", "")[:200],
    )


def _text(headers: Mapping[str, str], body: bytes, source: EventSource | None) -> str:
    """The JSON of a body; GitHub can be told to send it as a form."""
    form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    if source is EventSource.GITHUB and form:
        return parse_qs(body.decode()).get("payload", [""])[0]
    return body.decode()


def _said(answer: Answer) -> Response:
    headers = {"retry-after": _AGAIN[answer]} if answer in _AGAIN else None
    return PlainTextResponse(_WORDS[answer], answer.value, headers=headers)


async def _alive(request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok")


async def _ready(intake: Intake, pulse: Pulse) -> Response:
    """Storage answers, and Slack was heard of lately."""
    missing = [] if await intake.storage_answers() else ["storage"]
    if not pulse.connected or pulse.silent_for(time.time()) > SILENT_SECONDS:
        missing.append("slack")
    if missing:
        return PlainTextResponse(f"not ready: {', '.join(missing)}", 503)
    return PlainTextResponse("ready")
