"""Socket Mode: keeps the connection to Slack, says how alive it is, and ends gracefully [L4]."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.client import SlackClient
from bot.edge.app import build_app
from bot.edge.context import Edge
from bot.edge.pools import Pools
from bot.edge.working import keep
from bot.settings import Settings
from missions.domain import Domain

DRAIN_SECONDS: Final = 10.0
"""How long what is under way may take when the bot stops."""
PING_SECONDS: Final = 5.0
"""How often the connection is asked whether it lives; the client renews it after four silent."""

log = structlog.get_logger("bot.edge")


@dataclass
class Pulse:
    """When Slack was last heard of, as unix seconds; 0.0 before the first time."""

    envelope: float = 0.0
    connected: bool = False
    _handler: AsyncSocketModeHandler | None = field(default=None, repr=False)

    def watch(self, handler: AsyncSocketModeHandler) -> None:
        """Follow a connection."""
        self._handler = handler
        handler.client.socket_mode_request_listeners.insert(0, self._heard)

    @property
    def pong(self) -> float:
        """When the connection last answered a ping."""
        found = self._handler.client.last_ping_pong_time if self._handler else None
        return found or 0.0

    def silent_for(self, now: float) -> float:
        """Seconds since anything came from Slack."""
        return now - max(self.envelope, self.pong)

    async def _heard(self, client: Any, request: SocketModeRequest) -> None:
        self.envelope = time.time()


async def serve(
    settings: Settings,
    domain: Domain,
    client: SlackClient,
    *,
    stop: asyncio.Event,
    pulse: Pulse | None = None,
) -> None:
    """Serve Slack until `stop` is set; then end the connection and what is under way."""
    pulse = pulse or Pulse()
    if settings.slack_app_token is None:
        raise ValueError("SLACK_APP_TOKEN is not set")
    pools = Pools()
    async with aiohttp.ClientSession() as session:
        web = AsyncWebClient(
            base_url=settings.slack_api_url,
            session=session,
            retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=3)],
        )
        who = await pools.slack(lambda: client.identity)
        app = build_app(settings, domain, client, pools, web)
        handler = AsyncSocketModeHandler(
            app,
            settings.slack_app_token.get_secret_value(),
            web_client=web,
            ping_interval=PING_SECONDS,
        )
        pulse.watch(handler)
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call]
            pulse.connected = True
            keeping = pools.start(keep(Edge.build(domain, client), pools, stop))
            log.info("connected", team=who.team)
            await stop.wait()
            await keeping
        finally:
            pulse.connected = False
            await handler.close_async()  # type: ignore[no-untyped-call]
            await pools.drain(DRAIN_SECONDS)
