"""The addresses that Houston serves: events from outside, health, readiness, metrics [P6 L4]."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qs

import structlog
from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.edge.pulse import Pulse
from bot.http.bodies import TooLarge, bounded
from bot.http.intake import Answer, Intake, Post
from bot.http.slack import PATH, SlackPosts
from bot.metrics import CONTENT_TYPE, Teller
from missions.blueprint import EventSource
from missions.domain import Domain
from missions.hooks import POSTED
from missions.payloads import BadPayload, check, parse

BODY_MAX: Final = 256 * 1024
"""Bytes of one post."""
BODY_SECONDS: Final = 10.0
"""How long a sender may take for it."""
SILENT_SECONDS: Final = 30.0
"""Slack answers a ping every 5 s: after this time the connection is as good as lost."""

log = structlog.get_logger("bot.http")

_WORDS: Final = {
    Answer.TAKEN: "taken",
    Answer.UNSIGNED: "the signature does not fit",
    Answer.UNKNOWN: "not found",
    Answer.TOO_MANY: "too many requests",
    Answer.NOT_NOW: "not now, please come again",
}
_AGAIN: Final = {Answer.TOO_MANY: "60", Answer.NOT_NOW: "10"}


def build(
    domain: Domain,
    pulse: Pulse,
    intake: Intake,
    slack: SlackPosts | None = None,
    more: Sequence[Route] = (),
) -> Starlette:
    """The app; with `slack` it takes what Slack sends by HTTP."""

    async def event(request: Request) -> Response:
        return await _event(request, intake)

    async def ready(request: Request) -> Response:
        return await _ready(intake, pulse)

    async def alive(request: Request) -> Response:
        return PlainTextResponse(_lines("ok", pulse))

    teller = Teller(domain, pulse)

    async def metrics(request: Request) -> Response:
        return await _metrics(teller)

    routes = [
        Route("/events/{source}/{token}", event, methods=["POST"]),
        Route("/healthz", alive, methods=["GET"]),
        Route("/readyz", ready, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
    ]
    if slack:
        routes.append(Route(PATH, slack.answer, methods=["POST"]))
    return Starlette(routes=[*routes, *more])


async def _event(request: Request, intake: Intake) -> Response:
    """Answer before any work is done: well-formed, known, signed, stored."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await bounded(request, BODY_MAX)
    except TooLarge:
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


async def _ready(intake: Intake, pulse: Pulse) -> Response:
    """Storage answers, and Slack was heard of lately, or calls us when it has something to say."""
    missing = [] if await intake.storage_answers() else ["storage"]
    silent = not pulse.called and pulse.silent_for(time.time()) > SILENT_SECONDS
    if not pulse.connected or silent or pulse.refused:
        missing.append("slack")
    if missing:
        return PlainTextResponse(_lines(f"not ready: {', '.join(missing)}", pulse), 503)
    return PlainTextResponse(_lines("ready", pulse))


async def _metrics(teller: Teller) -> Response:
    try:
        text = await teller.text()
    except RedisError as error:
        log.warning("metrics_not_read", error=type(error).__name__)
        return PlainTextResponse("storage does not answer", 503)
    return Response(text, media_type=CONTENT_TYPE)


def _lines(said: str, pulse: Pulse) -> str:
    """The word, and below it when Slack was last heard of."""
    lines = [said, _ago("last envelope", pulse.envelope)]
    if not pulse.called:
        lines.append(_ago("last pong", pulse.pong))
    if pulse.refused:
        lines.append(f"Slack refuses: {pulse.refused}")
    return "\n".join(lines)


def _ago(what: str, at: float) -> str:
    return f"{what}: {max(0, round(time.time() - at))} s ago" if at else f"{what}: none yet"
