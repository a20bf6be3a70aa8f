"""A workspace in this process, people at it, and an app that listens over Socket Mode."""

import asyncio
import threading
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.workspace.client import WorkspaceClient
from bot.workspace.config import Connection, WorkspaceConfig
from bot.workspace.threaded import in_thread

Json = dict[str, Any]
FAST = WorkspaceConfig(demo=False, retry_delays=(0.0, 0.05, 0.1), ack_seconds=0.3)
ADA = "U0LOCALADA"
SECRET = "C0LOCALSECRETOPS"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
BUTTON = {
    "type": "actions",
    "block_id": "row",
    "elements": [
        {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    ],
}


class Workspace:
    """A running workspace, a person at it, and the bot's client."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.people = WorkspaceClient(connection.page_url)
        self.bot = WebClient(token=connection.bot_token, base_url=connection.api_url)

    def refused(self, method: str, **arguments: Any) -> Json:
        """The answer to a call that must be refused."""
        with pytest.raises(SlackApiError) as refusal:
            self.bot.api_call(method, json=arguments)
        data: Json = refusal.value.response.data
        return data


class App:
    """A Socket Mode app that acks with `answers[type]`, or not at all where that is None."""

    def __init__(self, connection: Connection) -> None:
        self.received: list[SocketModeRequest] = []
        self.answers: dict[str, Any] = {}
        self._connection = connection
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._connect(), self._loop).result()

    async def _connect(self) -> None:
        web = AsyncWebClient(base_url=self._connection.api_url)
        self._client = SocketModeClient(app_token=self._connection.app_token, web_client=web)
        self._client.socket_mode_request_listeners.append(self._on_request)
        connect: Callable[[], Awaitable[None]] = self._client.connect
        await connect()

    async def _on_request(
        self, client: AsyncBaseSocketModeClient, request: SocketModeRequest
    ) -> None:
        self.received.append(request)
        answer = self.answers.get(request.type, {})
        if callable(answer):
            answer = await asyncio.to_thread(answer, request)
        if answer is not None:
            response = SocketModeResponse(request.envelope_id, answer or None)
            await client.send_socket_mode_response(response)

    def of(self, kind: str) -> list[SocketModeRequest]:
        """What was received of an event's, an interaction's or the envelopes' type."""
        return [
            one
            for one in self.received
            if kind in (one.type, one.payload.get("type"), one.payload.get("event", {}).get("type"))
        ]

    def close(self) -> None:
        """Disconnect and end the thread."""
        disconnect: Callable[[], Coroutine[Any, Any, None]] = self._client.close
        asyncio.run_coroutine_threadsafe(disconnect(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@contextmanager
def running(config: WorkspaceConfig = FAST) -> Iterator[Workspace]:
    with in_thread(config) as served:
        yield Workspace(served.connection)


@pytest.fixture(name="workspace")
def started_workspace() -> Iterator[Workspace]:
    with running() as ready:
        yield ready


@pytest.fixture(name="app")
def started_app(workspace: Workspace) -> Iterator[App]:
    connected = App(workspace.connection)
    yield connected
    connected.close()


def raw(url: str, headers: dict[str, str], body: bytes | None = None) -> int:
    """The status of a plain request."""
    request = urllib.request.Request(url, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
