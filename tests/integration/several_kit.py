"""Houston for several workspaces against one Slack on loopback."""

from __future__ import annotations

import asyncio
import base64
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from redis import Redis

from bot import wiring
from bot.clients import InstalledClients
from bot.deliveries import Delivery
from bot.directory import SlackDirectory
from bot.edge.called import attend
from bot.edge.pulse import Pulse
from bot.edge.socket import serve
from bot.http.install import routes
from bot.http.server import serve as serve_http
from bot.http.slack import PATH
from bot.settings import Settings
from bot.workspace.client import WorkspaceClient
from missions.cards import Card
from missions.domain import Domain
from missions.ids import ChannelId, TeamId
from missions.mission import Mission
from missions.outbox import entry
from missions.viewer import Actor
from tests.integration.edge_kit import ADA, CONFIG, OPS, _listens, _running
from tests.support import build
from tests.support.fakes import ManualClock, RecordingBell
from tests.support.slacks import Browser, Slack, slack

KEY = base64.b64encode(secrets.token_bytes(32)).decode()


@dataclass
class Several:
    """One Houston, one Slack, and the workspaces in it."""

    slack: Slack
    settings: Settings
    domain: Domain
    clients: InstalledClients
    bell: RecordingBell
    pulse: Pulse
    address: str

    def browser(self) -> Browser:
        return Browser(self.address)

    def people(self, number: int) -> WorkspaceClient:
        return self.slack.people(number)

    def install(self, number: int) -> TeamId:
        """Have somebody install Houston in a workspace; its id."""
        status, text = self.browser().install(self.people(number))
        assert status == 200, text
        return self.slack.team(number)

    def actor(self, team: TeamId) -> Actor:
        return Actor(team=team, person=ADA)

    def launched(self, team: TeamId, name: str, channel: ChannelId = OPS) -> Mission:
        """An Active Mission of Ada's in a workspace."""
        mission, proposal = build.draft(
            self.domain, name=name, channel=channel, owner=ADA, team=team, thread_ts=None
        )
        self.domain.lifecycle.launch(self.actor(team), mission.id, proposal.id)
        return build.stored(self.domain, mission.id, team)

    def deliver(self, team: TeamId, channel: ChannelId = OPS) -> None:
        """Empty a lane, as its job does."""
        client = self.clients.of(team)
        Delivery(self.domain, client, lambda *_: None, "test").run(team, channel)

    def show(self, team: TeamId, card: Card, channel: ChannelId = OPS) -> None:
        """Put a card into a workspace's outbox and deliver it."""
        self.domain.outbox.say(entry(team, channel, card))
        self.deliver(team, channel)


def settings_for(at: Slack, port: int, **more: Any) -> Settings:
    return Settings.model_validate(
        {
            "SLACK_CLIENT_ID": at.app["client_id"],
            "SLACK_CLIENT_SECRET": SecretStr(at.app["client_secret"]),
            "SLACK_SIGNING_SECRET": SecretStr(at.app["signing_secret"]),
            "SLACK_API_URL": at.api_url,
            "HOUSTON_ENCRYPTION_KEYS": SecretStr(KEY),
            "HOUSTON_HTTP_PORT": port,
            "HOUSTON_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "HOUSTON_DATA_DIR": Path("unused"),
            **more,
        }
    )


@contextmanager
def several(redis: Redis, count: int = 2, *, by_socket: bool = False) -> Iterator[Several]:
    """A Houston that nobody has installed yet, called by signed HTTP or by Socket Mode."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    config = CONFIG if by_socket else replace(CONFIG, request_url=f"{address}{PATH}")
    token = {"SLACK_APP_TOKEN": SecretStr("xapp-1-joint")} if by_socket else {}
    with slack(config, count) as at:
        settings = settings_for(at, port, **token)
        clients = wiring.make_installed(settings, redis)
        bell, clock = RecordingBell(), ManualClock(datetime.now(UTC))
        domain = Domain.build(redis, clock, SlackDirectory(clients.of, redis), bell)
        made = Several(at, settings, domain, clients, bell, Pulse(), address)
        with _served(made, port):
            yield made


@contextmanager
def _served(made: Several, port: int) -> Iterator[None]:
    async def run(stop: asyncio.Event, ready: Any) -> None:
        async with _listening(made, stop) as posts:
            more = routes(made.settings, made.clients, made.domain)
            http = serve_http(
                made.settings, made.domain, made.pulse, stop=stop, slack=posts, more=more
            )
            task = asyncio.create_task(http)
            while not ((_listens(port) and made.pulse.connected) or task.done()):
                await asyncio.sleep(0.01)
            ready.set()
            await task

    with _running(run):
        yield


@asynccontextmanager
async def _listening(made: Several, stop: asyncio.Event) -> AsyncIterator[Any]:
    """Let Slack come in: by HTTP, which gives what answers its posts, or by Socket Mode."""
    settings, domain, clients, pulse = made.settings, made.domain, made.clients, made.pulse
    if settings.slack_app_token is None:
        async with attend(settings, domain, clients, pulse, stop) as posts:
            yield posts
        return
    line = asyncio.create_task(serve(settings, domain, clients, stop=stop, pulse=pulse))
    yield None
    await line
