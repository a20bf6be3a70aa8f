"""Acknowledges what comes over Socket Mode as soon as that may be, then has it done.

Bolt's way from an envelope to its acknowledgement is long, and many people at once wait for one
another on it. So an event is acknowledged as soon as it is stored, and a click when it arrives: its
answer is a message of its own. Commands, dialogs and menus are answered with the acknowledgement.
"""

from __future__ import annotations

from typing import Any, Final

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.edge.accept import ACCEPTED, Accepting, Outcome
from bot.edge.pools import Pools
from bot.edge.sound import flaw
from bot.edge.workspaces import Workspaces

EVENTS: Final = "events_api"
INTERACTIVE: Final = "interactive"
AT_ONCE: Final = frozenset({"block_actions", "shortcut", "message_action", "view_closed"})
"""Interactions whose acknowledgement carries no answer."""

log = structlog.get_logger("bot.edge")


class Envelopes(AsyncSocketModeHandler):
    """Bolt's handler of a connection, quicker where one workspace is served.

    With several it takes storage to know whose an envelope is: then all goes through Bolt.
    """

    def __init__(
        self,
        app: AsyncApp,
        token: str,
        web: AsyncWebClient,
        ping_seconds: float,
        *,
        accept: Accepting,
        workspaces: Workspaces,
        pools: Pools,
    ) -> None:
        super().__init__(app, token, web_client=web, ping_interval=ping_seconds)
        self._accept = accept
        self._workspaces = workspaces
        self._pools = pools

    async def handle(  # type: ignore[override]
        self, client: SocketModeClient, req: SocketModeRequest
    ) -> None:
        """Acknowledge an envelope, now or when it was dealt with."""
        if wrong := flaw(req.payload):
            log.warning("slack_misshapen", envelope_id=req.envelope_id, wrong=wrong)
            await _acknowledge(client, req)
            return
        only, kind = self._workspaces.only, req.payload.get("type")
        if only and req.type == INTERACTIVE and kind in AT_ONCE:
            await _acknowledge(client, req)
            self._go_on(req)
        elif only and req.type == EVENTS and kind == "event_callback":
            taking = self._pools.start(self._accept.take((only,), req.payload))
            outcome = await taking  # as a task of the pools it is waited for at the end
            if outcome is Outcome.AGAIN:
                return
            await _acknowledge(client, req)
            if outcome is Outcome.ON:
                self._go_on(req, **{ACCEPTED: True})
        else:
            await super().handle(client, req)

    def _go_on(self, req: SocketModeRequest, **known: Any) -> None:
        request = AsyncBoltRequest(mode="socket_mode", body=req.payload, context=known)
        self._pools.start(self.app.async_dispatch(request))


async def _acknowledge(client: SocketModeClient, req: SocketModeRequest) -> None:
    await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))
