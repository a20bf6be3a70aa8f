"""Serves the pages on which people install Houston in their workspaces."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.clients import Clients, InstalledClients
from bot.manifest import load, scopes
from bot.oauth.flow import INSTALL_PATH, REDIRECT_PATH, AppAtSlack, Flow
from bot.oauth.pages import HEADERS, Page
from bot.oauth.states import KEPT_MS, States
from bot.settings import Settings
from missions.domain import Domain

COOKIE: Final = "houston_install"
THREADS: Final = 4
"""People who wait for Slack at the same time; others wait for them."""
GIVEN_MAX: Final = 2_000
"""Characters of a code or a state; Slack's have fewer than 200."""
_TEAM: Final = re.compile(r"[TE][A-Z0-9]{2,20}")

T = TypeVar("T")


def routes(settings: Settings, clients: Clients, domain: Domain) -> list[Route]:
    """The pages; none if only one workspace is served."""
    secret = settings.slack_client_secret
    if not isinstance(clients, InstalledClients) or not settings.slack_client_id or not secret:
        return []
    app = AppAtSlack(
        client_id=settings.slack_client_id,
        client_secret=secret.get_secret_value(),
        scopes=tuple(sorted(scopes(load()))),
        api_url=settings.slack_api_url,
        public=(settings.public_url or "").rstrip("/"),
    )
    states = States(clients.store.vault, domain.redis, domain.clock.now)
    serving = _Serving(Flow(app, states, clients.store), app)
    return [
        Route(INSTALL_PATH, serving.install, methods=["GET"]),
        Route(REDIRECT_PATH, serving.back, methods=["GET"]),
    ]


class _Serving:
    """The flow's steps as requests."""

    def __init__(self, flow: Flow, app: AppAtSlack) -> None:
        self._flow = flow
        self._secure = app.public.startswith("https://")
        self._threads = ThreadPoolExecutor(THREADS, "install")

    async def install(self, request: Request) -> Response:
        """The first page; its browser keeps the state."""
        named = request.query_params.get("team", "")
        team = named if _TEAM.fullmatch(named) else None
        page, state = self._flow.begin(team)
        answer = _shown(page)
        answer.set_cookie(
            COOKIE,
            state,
            max_age=KEPT_MS // 1_000,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )
        return answer

    async def back(self, request: Request) -> Response:
        """Slack sent the browser back."""
        given = {name: value[:GIVEN_MAX] for name, value in request.query_params.items()}
        cookie = request.cookies.get(COOKIE, "")[:GIVEN_MAX]
        page = await self._in_thread(lambda: self._flow.finish(given, cookie))
        answer = _shown(page)
        answer.delete_cookie(COOKIE, path="/", secure=self._secure, httponly=True, samesite="lax")
        return answer

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)


def _shown(page: Page) -> HTMLResponse:
    return HTMLResponse(page.html(), page.status, headers=dict(HEADERS))
