"""Slack over HTTP: events, clicks, commands and dialogs on one signed path [L4 P6].

What is signed goes the same way as an envelope of Socket Mode. Nothing of a request that is not
signed is looked at or logged.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.request.internals import parse_body
from slack_bolt.response import BoltResponse
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.edge.pools import Pools
from bot.edge.pulse import Pulse
from bot.edge.sound import flaw
from bot.http.bodies import TooLarge, bounded

PATH: Final = "/slack/events"
BODY_MAX: Final = 3_000_000
"""Bytes of one request: a dialog of 250 kB, three times as long as a form, and its message."""
BODY_SECONDS: Final = 2.0
"""How long the body may take to arrive."""
SIGNED_SECONDS: Final = 300
"""How old a signature may be, either way (Slack)."""
ANSWER_SECONDS: Final = 2.7
"""When Slack is asked to come again, as it waits 3 s; what is under way goes on."""

log = structlog.get_logger("bot.http")


class SlackPosts:
    """Answers Slack's requests with the app of the edge."""

    def __init__(
        self,
        app: AsyncApp,
        secret: str,
        pulse: Pulse,
        pools: Pools,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app = app
        self._secret = secret.encode()
        self._pulse = pulse
        self._pools = pools
        self._clock = clock

    async def answer(self, request: Request) -> Response:
        """Verified, taken in, answered within 3 s."""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                length = request.headers.get("content-length", "")
                body = await bounded(length, request.stream(), BODY_MAX)
        except TooLarge:
            return PlainTextResponse("too large", 413, headers={"connection": "close"})
        except (TimeoutError, ClientDisconnect):
            return PlainTextResponse("too slow", 408, headers={"connection": "close"})
        stamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        if not self._is_signed(stamp, signature, body):
            log.warning("slack_unsigned", bytes=len(body))
            return PlainTextResponse("the signature does not fit", 401)
        self._pulse.beat()
        return await self._known(request, body)

    async def _known(self, request: Request, body: bytes) -> Response:
        """The answer to what is surely from Slack."""
        try:
            told = parse_body(body.decode(), request.headers.get("content-type"))
        except (UnicodeDecodeError, ValueError):
            return PlainTextResponse("this is not what Slack sends", 400)
        if wrong := flaw(told):
            return _misshapen(told, wrong)
        if told.get("ssl_check"):
            return PlainTextResponse("")
        if told.get("type") == "url_verification":
            return JSONResponse({"challenge": str(told.get("challenge", ""))})
        return await self._dispatched(told, request)

    async def _dispatched(self, told: dict[str, Any], request: Request) -> Response:
        headers = {n: v for n, v in request.headers.items() if n.startswith("x-slack-retry-")}
        # As Bolt's Socket Mode handler does: the body is parsed and known to be Slack's.
        made = AsyncBoltRequest(mode="socket_mode", body=told, headers=dict(headers))
        work = self._pools.start(self._app.async_dispatch(made))
        done, _ = await asyncio.wait({work}, timeout=ANSWER_SECONDS)
        if not done:
            log.warning("slack_answered_late", event_id=told.get("event_id"))
            return PlainTextResponse("not now, please come again", 503)
        answer: BoltResponse = work.result()
        return Response(
            answer.body,
            answer.status,
            media_type=answer.first_headers().get("content-type", "text/plain"),
        )

    def _is_signed(self, stamp: str, signature: str, body: bytes) -> bool:
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
            return False
        if abs(self._clock() - int(stamp)) > SIGNED_SECONDS:
            return False
        wanted = hmac.new(self._secret, f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(f"v0={wanted}".encode(), signature.encode("utf-8", "replace"))


def _misshapen(told: Any, wrong: str) -> Response:
    """Slack is told, with a number under which it stands in the log: to send it again is no use."""
    number = secrets.token_hex(4)
    known = told.get("event_id") if isinstance(told, dict) else None
    event = known if isinstance(known, str) else None
    log.warning("slack_misshapen", id=number, event_id=event, wrong=wrong)
    headers = {"X-Slack-No-Retry": "1"}
    return PlainTextResponse(f"this is not what Slack sends ({number})", 400, headers=headers)
