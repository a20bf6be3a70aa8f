"""Socket Mode: keeps the connection to Slack, renews it when it is mute, ends gracefully [L4]."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import aiohttp
import structlog
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients import Clients
from bot.edge.accept import Accepting
from bot.edge.app import build_app
from bot.edge.envelopes import Envelopes
from bot.edge.lifecycle import keep_looking
from bot.edge.pools import Pools
from bot.edge.pulse import Pulse
from bot.edge.working import keep
from bot.edge.workspaces import workspaces_of
from bot.settings import Settings
from missions.domain import Domain

DRAIN_SECONDS: Final = 10.0
"""How long what is under way may take when the bot stops."""
CLOSE_SECONDS: Final = 5.0
"""How long the end of a mute connection may take."""

log = structlog.get_logger("bot.edge")


@dataclass(frozen=True, slots=True)
class Patience:
    """How mute a connection may be, in seconds.

    It is asked every `ping` whether it lives; the SDK's client renews it by itself after four that
    were not answered. If nothing at all came for `stale`, it is thrown away with its client: users
    report clients that are connected and deaf.
    """

    ping: float = 5.0
    stale: float = 40.0


PATIENCE: Final = Patience()


async def serve(
    settings: Settings,
    domain: Domain,
    clients: Clients,
    *,
    stop: asyncio.Event,
    pulse: Pulse | None = None,
    patience: Patience = PATIENCE,
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
        workspaces = await pools.slack(workspaces_of, settings, domain, clients)
        accept, token = Accepting(pools), settings.slack_app_token.get_secret_value()
        app = build_app(settings, workspaces, pools, pulse, accept, web)

        def envelopes() -> Envelopes:
            return Envelopes(
                app, token, web, patience.ping, accept=accept, workspaces=workspaces, pools=pools
            )

        line = _Line(envelopes, pulse, patience)
        pools.start(keep_looking(domain, workspaces, pools, stop))
        try:
            await line.connect()
            pulse.connected = True
            keeping = pools.start(keep(domain, workspaces, pools, stop))
            log.info("connected", team=workspaces.only.team if workspaces.only else None)
            await line.watch(stop)
            await keeping
        finally:
            pulse.connected = False
            await line.close()
            await pools.drain(DRAIN_SECONDS)


class _Line:
    """The connection, and another one when it is mute."""

    def __init__(self, make: Callable[[], Envelopes], pulse: Pulse, patience: Patience) -> None:
        self._make = make
        self._pulse = pulse
        self._patience = patience
        self._handler: Envelopes | None = None

    async def connect(self) -> None:
        """Connect; what comes is counted by the pulse."""
        self._handler = self._make()
        self._pulse.watch(self._handler)
        await self._handler.connect_async()  # type: ignore[no-untyped-call]

    async def watch(self, stop: asyncio.Event) -> None:
        """Renew the connection whenever it was mute for too long, until told to stop."""
        while not stop.is_set():
            try:
                async with asyncio.timeout(self._patience.ping):
                    await stop.wait()
            except TimeoutError:
                silent = self._pulse.silent_for(time.time())
                if silent > self._patience.stale:
                    log.warning("connection_mute", seconds=round(silent))
                    await self._renew()

    async def close(self) -> None:
        """End the connection; one that does not end in time is left to its end."""
        if self._handler is None:
            return
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._handler.close_async()  # type: ignore[no-untyped-call]
        except TimeoutError:
            log.warning("connection_not_closed")

    async def _renew(self) -> None:
        """Another client; while Slack cannot be reached it is tried again after the same time."""
        await self.close()
        try:
            async with asyncio.timeout(self._patience.stale):
                await self.connect()
        except (TimeoutError, OSError, aiohttp.ClientError) as error:
            log.warning("not_connected", error=type(error).__name__)
        else:
            log.info("connected_again")
