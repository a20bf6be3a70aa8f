"""The addresses that Houston serves: events from outside, health, readiness, metrics [P6 L4].

Starlette serves all but events: these come in bursts, and go past it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import structlog
from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.edge.pulse import Pulse
from bot.http.events import EVENTS, EventPosts
from bot.http.intake import Intake
from bot.http.slack import PATH, SlackPosts
from bot.metrics import CONTENT_TYPE, Teller
from missions.domain import Domain

SILENT_SECONDS: Final = 30.0
"""Slack answers a ping every 5 s: after this time the connection is as good as lost."""

log = structlog.get_logger("bot.http")


def build(
    domain: Domain,
    pulse: Pulse,
    intake: Intake,
    slack: SlackPosts | None = None,
    more: Sequence[Route] = (),
) -> ASGIApp:
    """The app; with `slack` it takes what Slack sends by HTTP."""

    async def ready(request: Request) -> Response:
        return await _ready(intake, pulse)

    async def alive(request: Request) -> Response:
        return PlainTextResponse(_lines("ok", pulse))

    teller = Teller(domain, pulse)

    async def metrics(request: Request) -> Response:
        return await _metrics(teller)

    routes = [
        Route("/healthz", alive, methods=["GET"]),
        Route("/readyz", ready, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
    ]
    if slack:
        routes.append(Route(PATH, slack.answer, methods=["POST"]))
    rest, events = Starlette(routes=[*routes, *more]), EventPosts(intake)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        is_event = scope["type"] == "http" and scope["path"].startswith(EVENTS)
        await (events if is_event else rest)(scope, receive, send)

    return app


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
