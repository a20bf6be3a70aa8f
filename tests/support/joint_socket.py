"""One Socket Mode connection for an app in several workspaces, as Slack has it."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from aiohttp import WSMsgType, web

from bot.workspace.config import Connection

Json = dict[str, Any]


class JointSocket:
    """Joins what the workspaces send into one connection, and parts the answers again."""

    def __init__(self, teams: list[Connection]) -> None:
        self._teams = teams

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Hold the app's connection, with one to each workspace behind it."""
        app = web.WebSocketResponse(autoping=True)
        await app.prepare(request)
        whose: dict[str, aiohttp.ClientWebSocketResponse] = {}
        async with aiohttp.ClientSession() as session:
            lines = [await session.ws_connect(await _ticket(session, t)) for t in self._teams]
            await app.send_json((await asyncio.gather(*(one.receive_json() for one in lines)))[0])
            passing = [asyncio.create_task(_pass_on(one, app, whose)) for one in lines]
            try:
                async for message in app:
                    if message.type is WSMsgType.TEXT:
                        answer: Json = message.json()
                        await whose.pop(answer["envelope_id"]).send_json(answer)
            finally:
                for task in passing:
                    task.cancel()
                await asyncio.gather(*passing, return_exceptions=True)
        return app


async def _ticket(session: aiohttp.ClientSession, team: Connection) -> str:
    head = {"Authorization": f"Bearer {team.app_token}"}
    async with session.post(f"{team.api_url}apps.connections.open", headers=head) as answer:
        return str((await answer.json())["url"])


async def _pass_on(
    line: aiohttp.ClientWebSocketResponse,
    app: web.WebSocketResponse,
    whose: dict[str, aiohttp.ClientWebSocketResponse],
) -> None:
    async for message in line:
        if message.type is WSMsgType.TEXT:
            frame: Json = message.json()
            if "envelope_id" in frame:
                whose[frame["envelope_id"]] = line
            await app.send_json(frame)
