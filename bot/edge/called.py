"""Serves a Slack that calls by HTTP: the same app as with Socket Mode, and what runs beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from bot.client import SlackClient
from bot.edge.app import build_app
from bot.edge.context import Edge
from bot.edge.lifecycle import keep_looking
from bot.edge.pools import Pools
from bot.edge.pulse import Pulse
from bot.edge.socket import DRAIN_SECONDS
from bot.edge.working import keep
from bot.http.slack import SlackPosts
from bot.settings import Settings
from missions.domain import Domain

log = structlog.get_logger("bot.edge")


@asynccontextmanager
async def attend(
    settings: Settings, domain: Domain, client: SlackClient, pulse: Pulse, stop: asyncio.Event
) -> AsyncIterator[SlackPosts]:
    """What answers Slack's requests; afterwards what is under way ends."""
    if settings.slack_signing_secret is None:
        raise ValueError("SLACK_SIGNING_SECRET is not set")
    pools = Pools()
    who = await pools.slack(lambda: client.identity)
    app = build_app(settings, domain, client, pools, pulse=pulse)
    pulse.called = pulse.connected = True
    edge = Edge.build(domain, client)
    pools.start(keep_looking(edge, pools, stop))
    pools.start(keep(edge, pools, stop))
    log.info("called", team=who.team)
    try:
        yield SlackPosts(app, settings.slack_signing_secret.get_secret_value(), pulse, pools)
    finally:
        pulse.connected = False
        await pools.drain(DRAIN_SECONDS)
