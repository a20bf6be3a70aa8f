"""`houston up` for several workspaces that install it by themselves, against one Slack."""

from __future__ import annotations

import base64
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.manifest import PATH as MANIFEST
from bot.oauth.installations import RedisInstallationStore
from bot.oauth.keys import read_keys
from bot.oauth.vault import Vault
from bot.workspace.config import WorkspaceConfig
from missions.ids import TeamId
from tests.support.slacks import Browser, Slack, slack
from tests.support.story import Story
from tests.support.system import Houston, wait_for

CONFIG = WorkspaceConfig(demo=False, manifest=MANIFEST, retry_delays=(0.05, 0.1, 0.2))


class Together(Houston):
    """All parts of one Houston, which Slack calls by signed HTTP; its Slack is in this process."""

    def __init__(self, folder: Path, at: Slack, port: int, **settings: str) -> None:
        self.slack = at
        self.address = f"http://127.0.0.1:{port}"
        self._keys = base64.b64encode(secrets.token_bytes(32)).decode()
        super().__init__(
            folder,
            SLACK_CLIENT_ID=at.app["client_id"],
            SLACK_CLIENT_SECRET=at.app["client_secret"],
            SLACK_SIGNING_SECRET=at.app["signing_secret"],
            SLACK_API_URL=at.api_url,
            HOUSTON_ENCRYPTION_KEYS=self._keys,
            HOUSTON_PUBLIC_URL=self.address,
            HOUSTON_HTTP_PORT=str(port),
            **settings,
        )

    @property
    def told(self) -> dict[str, Any]:
        """The first workspace, which has its people's page."""
        return self.slack.teams[0].as_json()

    def install(self, number: int) -> TeamId:
        """Have somebody install it in a workspace, as soon as nothing of before is left there."""

        def done() -> bool:
            status, text = Browser(self.address).install(self.slack.people(number))
            assert status in (200, 409), text
            return status == 200

        wait_for(done, 60)
        return self.slack.team(number)

    def story(self, number: int, person: str = "ada", channel: str = "#ops") -> Story:
        """What somebody sees and does in a workspace."""
        return Story(self.slack.people(number), person, channel)

    @property
    def installations(self) -> RedisInstallationStore:
        """What is kept of those that installed it."""
        return RedisInstallationStore(self.redis, Vault(read_keys(self._keys)))


@contextmanager
def together(folder: Path, **settings: str) -> Iterator[Together]:
    """A Houston that nobody has installed yet, in a Slack with two workspaces."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = replace(CONFIG, request_url=f"http://127.0.0.1:{port}/slack/events")
    with slack(config) as at:
        running = Together(folder, at, port, **settings)
        running.start()
        try:
            yield running
        finally:
            running.stop()
