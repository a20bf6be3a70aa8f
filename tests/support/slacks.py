"""One Slack with several workspaces that share an app: a front that finds each by its tokens.

Channels and people have the same ids in each, so that whatever is mixed up shows.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError

import aiohttp
from aiohttp import web

from bot.workspace.client import WorkspaceClient
from bot.workspace.config import Connection, WorkspaceConfig
from bot.workspace.threaded import in_thread
from bot.workspace.webhooks import signature
from missions.ids import TeamId
from tests.support.joint_socket import JointSocket
from tests.support.organisation import Organisation

Json = dict[str, Any]
KEPT_HEADERS = ("Content-Type", "Authorization", "X-Slack-Retry-Num", "X-Slack-Retry-Reason")


@dataclass
class Slack:
    """The workspaces behind one address. `asked` are the methods that were called, in order.

    `slow` is how many seconds a method takes, where that is more than none. What they send by HTTP
    goes on to `app_url`, signed as theirs. `elsewhere` are people of another organisation: where
    they speak is shared with them, and Slack tells nothing of them.
    """

    app: dict[str, str]
    teams: list[Connection]
    api_url: str = ""
    app_url: str | None = None
    asked: list[str] = field(default_factory=list)
    slow: dict[str, float] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    organisation: Organisation | None = None
    _by_token: dict[str, Connection] = field(default_factory=dict)

    def team(self, number: int) -> TeamId:
        return TeamId(self.teams[number].team_id)

    def people(self, number: int) -> WorkspaceClient:
        return WorkspaceClient(self.teams[number].page_url)

    async def answer(self, request: web.Request) -> web.Response:
        """Pass a call on to the workspace of its token; codes are tried at each."""
        body, name = await request.read(), request.match_info["method"]
        self.asked.append(name)
        await asyncio.sleep(self.slow.get(name, 0.0))
        if name == "apps.connections.open":
            return web.json_response({"ok": True, "url": f"ws://{request.host}/link"})
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if name == "users.info" and any(one in body.decode() for one in self.elsewhere):
            return web.json_response({"ok": False, "error": "user_not_found"})
        if self.organisation and (refused := self.organisation.refuses(name, token, body)):
            return web.json_response(refused)
        known = self._by_token.get(token)
        told, status = b"{}", 500
        headers: dict[str, str] = {}
        for one in [known] if known else self.teams:
            status, headers, told = await _pass_on(one, request, name, body)
            answer = json.loads(told)
            if answer.get("error") in ("invalid_code", "invalid_refresh_token", "invalid_auth"):
                continue
            if "access_token" in answer:
                self._by_token[answer["access_token"]] = one
            if self.organisation and one is self.teams[0]:
                told = json.dumps(self.organisation.reshape(name, answer)).encode()
            break
        return web.Response(body=told, status=status, headers=headers)

    async def send(self, request: web.Request) -> web.Response:
        """Bring to the app what a workspace sends; of an organisation, as it is sent there."""
        body, kind = await request.text(), request.headers["Content-Type"]
        if self.organisation and request.match_info["number"] == "0":
            body = self.organisation.sent(body)
        if self.elsewhere and body.startswith("{"):
            body = json.dumps(self._as_shared(json.loads(body)))
        stamp = int(time.time())
        headers = {n: v for n, v in request.headers.items() if n in KEPT_HEADERS} | {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": str(stamp),
            "X-Slack-Signature": signature(self.app["signing_secret"], stamp, body),
        }
        async with (
            aiohttp.ClientSession() as session,
            session.post(str(self.app_url), data=body.encode(), headers=headers) as answer,
        ):
            shown = {n: v for n, v in answer.headers.items() if n in ("X-Slack-No-Retry",)}
            return web.Response(body=await answer.read(), status=answer.status, headers=shown)

    def _as_shared(self, body: Json) -> Json:
        """What somebody from elsewhere says is said in a channel that is shared with them."""
        event = body.get("event") or {}
        if event.get("user") not in self.elsewhere:
            return body
        home = {"team": "T0ELSEWHERE", "user_team": "T0ELSEWHERE", "source_team": "T0ELSEWHERE"}
        return body | {"is_ext_shared_channel": True, "event": event | home}


async def _pass_on(
    to: Connection, request: web.Request, name: str, body: bytes
) -> tuple[int, dict[str, str], bytes]:
    keep = {
        n: request.headers[n] for n in ("Authorization", "Content-Type") if n in request.headers
    }
    url = f"{to.api_url}{name}?{request.query_string}"
    async with (
        aiohttp.ClientSession() as session,
        session.request(request.method, url, data=body, headers=keep) as answer,
    ):
        shown = ("Content-Type", "X-OAuth-Scopes", "Retry-After")
        headers = {n: answer.headers[n] for n in shown if n in answer.headers}
        return answer.status, headers, await answer.read()


@contextmanager
def slack(config: WorkspaceConfig, count: int = 2) -> Iterator[Slack]:
    """A Slack with that many workspaces, none of which has installed the app."""
    app = {
        "client_id": "111.222",
        "client_secret": secrets.token_hex(16),
        "signing_secret": secrets.token_hex(16),
        "app_id": "A0LOCALHOUSTON",
    }
    with ExitStack() as stack:
        made = Slack(app, [], app_url=config.request_url)
        made.api_url = stack.enter_context(_served(made))
        for number in range(count):
            door = f"{made.api_url}sent/{number}" if config.request_url else None
            own = replace(config, app=app, request_url=door)
            made.teams.append(stack.enter_context(in_thread(own)).connection)
        yield made


@contextmanager
def _served(front: Slack) -> Iterator[str]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="slack", daemon=True)
    thread.start()

    def wait(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    async def start() -> tuple[web.AppRunner, int]:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", front.answer)
        app.router.add_post("/api/sent/{number}", front.send)
        app.router.add_get("/link", JointSocket(front.teams).serve)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port: int = runner.addresses[0][1]
        return runner, port

    runner, port = wait(start())
    try:
        yield f"http://127.0.0.1:{port}/api/"
    finally:
        wait(runner.cleanup())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Browser:
    """A person's browser at Houston's pages; it keeps cookies and follows nothing by itself."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        try:
            with self._opener.open(f"{self.base}{path}", timeout=20) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read().decode()

    def begin(self, team: str = "") -> dict[str, str]:
        """Open the first page; what its button tells Slack."""
        status, text = self.get(f"/slack/install{f'?team={team}' if team else ''}")
        assert status == 200, text
        address = text.split('class="go" href="', 1)[1].split('"', 1)[0].replace("&amp;", "&")
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))

    def back(self, **given: str) -> tuple[int, str]:
        """Slack sends the browser back."""
        return self.get(f"/slack/oauth_redirect?{urllib.parse.urlencode(given)}")

    def install(self, people: WorkspaceClient) -> tuple[int, str]:
        """Begin, say yes in a workspace, and come back."""
        asked = self.begin()
        code = people.admin("approve", redirect_uri=asked["redirect_uri"])["code"]
        return self.back(code=code, state=asked["state"])


def until(find: Callable[[], Any], seconds: float = 10.0) -> Any:
    """What `find` gives once it gives something."""
    done = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if found := find():
            return found
        done.wait(0.02)
    raise AssertionError(f"not within {seconds:g} s")
