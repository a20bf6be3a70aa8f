"""When Slack was last heard of: for readiness, metrics and the watchdog [L4]."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.socket_mode.request import SocketModeRequest


@dataclass
class Pulse:
    """When Slack was last heard of, as unix seconds; 0.0 before the first time.

    `called` says that Slack calls by HTTP: then silence is no sign of anything. `refused` is why
    Slack does not let the app work any more, as after an uninstall.
    """

    envelope: float = 0.0
    connected: bool = False
    called: bool = False
    refused: str = ""
    _handler: AsyncSocketModeHandler | None = field(default=None, repr=False)
    _since: float = field(default_factory=time.time, repr=False)

    def watch(self, handler: AsyncSocketModeHandler) -> None:
        """Follow a new connection."""
        self._handler = handler
        self._since = time.time()
        handler.client.socket_mode_request_listeners.insert(0, self._heard)

    @property
    def pong(self) -> float:
        """When the connection last answered a ping."""
        found = self._handler.client.last_ping_pong_time if self._handler else None
        return found or 0.0

    def silent_for(self, now: float) -> float:
        """Seconds since anything came from Slack, or since the connection is there."""
        return now - max(self.envelope, self.pong, self._since if self._handler else 0.0)

    def beat(self) -> None:
        """Something came from Slack."""
        self.envelope = time.time()

    async def _heard(self, client: Any, request: SocketModeRequest) -> None:
        self.beat()
