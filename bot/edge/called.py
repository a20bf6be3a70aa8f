"""Serves a Slack that calls by HTTP: the same app as with Socket Mode, and what runs beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from bot.clients import Clients
from bot.edge.accept import Accepting
from bot.edge.app import build_app
from bot.edge.lifecycle import keep_looking
from bot.edge.pools import Pools
from bot.edge.pulse import Pulse
from bot.edge.socket import DRAIN_SECONDS
from bot.edge.working import keep
from bot.edge.workspaces import workspaces_of
from bot.http.slack import SlackPosts
from bot.settings import Settings
from missions.domain import Domain

log = structlog.get_logger("bot.edge")


@asynccontextmanager
async def attend(
    settings: Settings, domain: Domain, clients: Clients, pulse: Pulse, stop: asyncio.Event
) -> AsyncIterator[SlackPosts]:
    """What answers Slack's requests; afterwards what is under way ends."""
    if settings.slack_signing_secret is None:
        raise ValueError("SLACK_SIGNING_SECRET is not set")
    pools = Pools()
    workspaces = await pools.slack(workspaces_of, settings, domain, clients)
    app = build_app(settings, workspaces, pools, pulse, Accepting(pools))
    pulse.called = pulse.connected = True
    pools.start(keep_looking(domain, workspaces, pools, stop))
    pools.start(keep(domain, workspaces, pools, stop))
    log.info("called", team=workspaces.only.team if workspaces.only else None)
    try:
        yield SlackPosts(app, settings.slack_signing_secret.get_secret_value(), pulse, pools)
    finally:
        pulse.connected = False
        await pools.drain(DRAIN_SECONDS)
