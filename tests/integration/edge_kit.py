"""The edge in this process against the local workspace, with real storage and a bell that records.

Nothing answers turns here: tests look at what was accepted, and put drafts into the domain.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from redis import Redis

from bot.client import SlackClient
from bot.deliveries import Delivery
from bot.directory import SlackDirectory
from bot.edge.socket import Pulse, serve
from bot.manifest import PATH
from bot.settings import Settings
from bot.workspace.client import WorkspaceClient
from bot.workspace.config import Connection, WorkspaceConfig
from bot.workspace.threaded import in_thread
from missions.domain import Domain
from missions.ids import ChannelId, PersonId, TeamId
from tests.support.fakes import ManualClock, RecordingBell

Json = dict[str, Any]
ADA = PersonId("U0LOCALADA")
BOB = PersonId("U0LOCALBOB")
CONFIG = WorkspaceConfig(demo=False, manifest=PATH, retry_delays=(0.05, 0.1, 0.2))


@dataclass
class System:
    """A workspace with people, and Houston without its workers."""

    people: WorkspaceClient
    connection: Connection
    client: SlackClient
    domain: Domain
    bell: RecordingBell
    pulse: Pulse

    @property
    def team(self) -> TeamId:
        return TeamId(self.connection.team_id)

    @property
    def bot(self) -> str:
        return f"<@{self.connection.bot_user_id}>"

    def channel(self, name: str) -> ChannelId:
        shown = self.people.state()["channels"]
        return ChannelId(next(one["id"] for one in shown if one["name"] == name))

    def deliver(self, channel: ChannelId) -> None:
        """Empty a lane, as its job does."""
        token = "test"  # noqa: S105 - tells holders apart
        Delivery(self.domain, self.client, lambda *_: None, token).run(self.team, channel)

    def deliver_all(self) -> None:
        """Empty every lane that was rung for."""
        while self.bell.deliveries:
            self.deliver(self.bell.deliveries.pop(0))


@contextmanager
def connected(redis: Redis, config: WorkspaceConfig = CONFIG) -> Iterator[System]:
    """A workspace whose app is Houston's edge, served in a thread."""
    with in_thread(config) as running:
        at = running.connection
        client = SlackClient(at.bot_token, at.api_url)
        bell = RecordingBell()
        directory = SlackDirectory(client, redis)
        domain = Domain.build(redis, ManualClock(), directory, bell)
        pulse = Pulse()
        with _serving(at, domain, client, pulse):
            people = WorkspaceClient(at.page_url)
            yield System(people, at, client, domain, bell, pulse)


@contextmanager
def _serving(
    at: Connection, domain: Domain, client: SlackClient, pulse: Pulse
) -> Iterator[None]:
    settings = Settings.model_validate(
        {
            "SLACK_BOT_TOKEN": SecretStr(at.bot_token),
            "SLACK_APP_TOKEN": SecretStr(at.app_token),
            "SLACK_API_URL": at.api_url,
            "HOUSTON_DATA_DIR": Path("unused"),
        }
    )
    loop, stop, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()

    async def run() -> None:
        task = loop.create_task(serve(settings, domain, client, stop=stop, pulse=pulse))
        while not pulse.connected and not task.done():
            await asyncio.sleep(0.005)
        ready.set()
        await task

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), name="edge")
    thread.start()
    try:
        assert ready.wait(10)
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        loop.close()
