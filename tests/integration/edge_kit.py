"""The edge in this process against the local workspace, with real storage and a bell that records.

Nothing answers turns here: tests look at what was accepted, and put drafts into the domain.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from redis import Redis

from bot.client import SlackClient
from bot.clients import OneClient
from bot.deliveries import Delivery
from bot.directory import SlackDirectory
from bot.edge.called import attend
from bot.edge.pulse import Pulse
from bot.edge.socket import PATIENCE, Patience, serve
from bot.http.server import serve as serve_http
from bot.http.slack import PATH
from bot.manifest import PATH as MANIFEST
from bot.settings import Settings
from bot.workspace.client import WorkspaceClient
from bot.workspace.config import Connection, WorkspaceConfig
from bot.workspace.threaded import in_thread
from missions.cards import Card
from missions.domain import Domain
from missions.ids import ChannelId, PersonId, TeamId, new_proposal_id
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.outbox import Entry, entry
from missions.proposal import Proposal, ProposalKind
from missions.proposals import write_proposal
from missions.viewer import Actor, Viewer
from tests.support import build
from tests.support.fakes import ManualClock, RecordingBell

Json = dict[str, Any]
ADA = PersonId("U0LOCALADA")
GRACE = PersonId("U0LOCALGRACE")
LINUS = PersonId("U0LOCALLINUS")
OPS = ChannelId("C0LOCALOPS")
GENERAL = ChannelId("C0LOCALGENERAL")
SECRET = ChannelId("C0LOCALSECRETOPS")
RANDOM = ChannelId("C0LOCALRANDOM")
CONFIG = WorkspaceConfig(demo=False, manifest=MANIFEST, retry_delays=(0.05, 0.1, 0.2))


@dataclass
class System:
    """A workspace with people, and Houston without its workers."""

    people: WorkspaceClient
    connection: Connection
    client: SlackClient
    domain: Domain
    bell: RecordingBell
    pulse: Pulse
    address: str = ""

    @property
    def team(self) -> TeamId:
        return TeamId(self.connection.team_id)

    @property
    def bot(self) -> str:
        return f"<@{self.connection.bot_user_id}>"

    def draft(
        self, channel: ChannelId = OPS, *, name: str = "Shop watch", thread_ts: str | None = None
    ) -> tuple[Mission, Proposal]:
        """A Draft of Ada's with an open launch Proposal."""
        return build.draft(
            self.domain,
            name=name,
            channel=channel,
            owner=ADA,
            team=self.team,
            thread_ts=thread_ts,
            request="check the shop",
        )

    def launched(self, channel: ChannelId = OPS, **options: str) -> Mission:
        """An Active Mission of Ada's."""
        mission, proposal = self.draft(channel, **options)
        self.domain.lifecycle.launch(self.actor(ADA), mission.id, proposal.id)
        return self.stored(mission)

    def change(self, mission: Mission, base: int | None = None, by: PersonId = ADA) -> Proposal:
        """An open change Proposal of Ada's or another's, on the current version or an older one."""
        proposal = Proposal(
            id=new_proposal_id(),
            mission=mission.id,
            kind=ProposalKind.CHANGE,
            base_version=mission.version if base is None else base,
            blueprint=build.blueprint(build.task(build.DAILY_9)),
            by=by,
            at=self.domain.clock.now(),
            request="also check p95",
        )
        keys = TeamKeys(self.team).mission(mission.id)
        tx = self.domain.store.mission_tx(keys)
        write_proposal(tx, keys, self.domain.store, mission, proposal)
        tx.commit()
        return proposal

    def viewer(self, person: PersonId) -> Viewer:
        return Viewer(team=self.team, person=person)

    def actor(self, person: PersonId) -> Actor:
        return Actor(team=self.team, person=person)

    def stored(self, mission: Mission) -> Mission:
        found = self.domain.store.mission(self.team, mission.id)
        assert found is not None
        return found

    def say(self, channel: ChannelId, card: Card, **options: Any) -> Entry:
        """Put a card into the outbox."""
        said = entry(self.team, channel, card, **options)
        self.domain.outbox.say(said)
        return said

    def show(self, channel: ChannelId, card: Card, **options: Any) -> Json:
        """Put a card into the outbox, deliver it; the message as Ada sees it."""
        self.say(channel, card, **options)
        self.deliver(channel)
        return self.people.messages(channel, options.get("thread_ts"))[-1]

    def people_only(self, *names: str) -> ChannelId:
        """A new private channel with the bot and these people."""
        name = f"private-{len(self.people.state()['channels'])}-{secrets.token_hex(3)}"
        made = self.people.admin("create", name=name, is_private=True)
        channel = ChannelId(made["channel"])
        self.people.admin("join", channel=channel, user=self.connection.bot_user_id)
        for one in names:
            self.people.admin("join", channel=channel, user=one)
        if "ada" not in names:
            self.people.admin("leave", channel=channel, user="ada")
        return channel

    def queued(self, channel: ChannelId) -> list[str]:
        """Ids of the entries that wait in a lane."""
        return self.domain.store.lrange(TeamKeys(self.team).lane(channel), 100)

    def calls(self, method: str) -> list[Json]:
        """The calls of a Web API method, and deliveries of that kind, so far."""
        return [c for c in self.people.api_log() if method in (c["method"], c.get("name"))]

    def deliver(self, channel: ChannelId) -> None:
        """Empty a lane, as its job does."""
        token = "test"
        Delivery(self.domain, self.client, lambda *_: None, token).run(self.team, channel)

    def deliver_all(self) -> None:
        """Empty every lane that was rung for."""
        while self.bell.deliveries:
            self.deliver(self.bell.deliveries.pop(0))


@contextmanager
def connected(
    redis: Redis, config: WorkspaceConfig = CONFIG, patience: Patience = PATIENCE
) -> Iterator[System]:
    """A workspace whose app is Houston's edge, served in a thread."""
    with alone(redis, config) as system, _serving(system, patience):
        yield system


@contextmanager
def alone(redis: Redis, config: WorkspaceConfig = CONFIG) -> Iterator[System]:
    """A workspace, and Houston's domain and client without the edge."""
    with in_thread(config) as running:
        at = running.connection
        client = SlackClient(at.bot_token, at.api_url)
        bell, clock = RecordingBell(), ManualClock(datetime.now(UTC))
        domain = Domain.build(redis, clock, SlackDirectory(lambda _: client, redis), bell)
        yield System(WorkspaceClient(at.page_url), at, client, domain, bell, Pulse())


@contextmanager
def called(redis: Redis, config: WorkspaceConfig = CONFIG) -> Iterator[System]:
    """The same, with a workspace that calls by signed HTTP instead of Socket Mode."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}{PATH}"
    with alone(redis, replace(config, request_url=url)) as system, _called(system, port):
        system.address = f"http://127.0.0.1:{port}"
        yield system


@contextmanager
def _serving(system: System, patience: Patience) -> Iterator[None]:
    settings = _settings(system, SLACK_APP_TOKEN=SecretStr(system.connection.app_token))
    pulse = system.pulse

    async def run(stop: asyncio.Event, ready: threading.Event) -> None:
        task = asyncio.create_task(
            serve(
                settings,
                system.domain,
                OneClient(system.client),
                stop=stop,
                pulse=pulse,
                patience=patience,
            )
        )
        while not pulse.connected and not task.done():
            await asyncio.sleep(0.005)
        ready.set()
        await task

    with _running(run):
        yield


@contextmanager
def _called(system: System, port: int) -> Iterator[None]:
    secret = SecretStr(system.connection.signing_secret)
    settings = _settings(system, SLACK_SIGNING_SECRET=secret, HOUSTON_HTTP_PORT=port)

    async def run(stop: asyncio.Event, ready: threading.Event) -> None:
        domain, pulse = system.domain, system.pulse
        async with attend(settings, domain, OneClient(system.client), pulse, stop) as slack:
            http = serve_http(settings, domain, pulse, stop=stop, slack=slack)
            task = asyncio.create_task(http)
            while not (_listens(port) or task.done()):
                await asyncio.sleep(0.01)
            ready.set()
            await task

    with _running(run):
        yield


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _settings(system: System, **more: Any) -> Settings:
    at = system.connection
    return Settings.model_validate(
        {
            "SLACK_BOT_TOKEN": SecretStr(at.bot_token),
            "SLACK_API_URL": at.api_url,
            "HOUSTON_DATA_DIR": Path("unused"),
            **more,
        }
    )


@contextmanager
def _running(
    run: Callable[[asyncio.Event, threading.Event], Coroutine[Any, Any, None]],
) -> Iterator[None]:
    """Run the edge in a thread until the block ends."""
    loop, stop, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(run(stop, ready)), name="edge")
    thread.start()
    try:
        assert ready.wait(10)
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        loop.close()
