"""Puts the workspace on 127.0.0.1: who may come in, what is served where, start and stop."""

import hmac

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.workspace.api import WebApi
from bot.workspace.config import Connection, WorkspaceConfig
from bot.workspace.hub import Workspace
from bot.workspace.methods import files
from bot.workspace.ports import listen
from bot.workspace.respond import respond
from bot.workspace.ui import PageApi

_MAX_REQUEST_BYTES = files.MAX_BYTES + 1_000_000
_OPEN_PATHS = ("/api/", "/link/", "/response/", "/upload/")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class RunningWorkspace:
    """A workspace that is being served; `connection` says how to reach it."""

    def __init__(self, ws: Workspace) -> None:
        self.workspace = ws
        self._runner = web.AppRunner(
            _application(ws), access_log=None, shutdown_timeout=0.5, handler_cancellation=True
        )
        self.connection: Connection

    async def start(self) -> None:
        """Listen, on the ports of last time where they are free."""
        ws = self.workspace
        await self._runner.setup()
        wanted, last = ws.config.port, int(ws.storage.meta("port") or 0)
        _, port = await listen(self._runner, wanted or last, or_any=not wanted)
        ws.base_url = f"http://127.0.0.1:{port}"
        ws.storage.set_meta("port", str(port))
        if ws.config.demo:
            stored = [int(ws.storage.meta(key) or 0) for key in ("demo_port", "demo_https_port")]
            http_port, https_port = await ws.demo.start(stored[0], stored[1])
            ws.storage.set_meta("demo_port", str(http_port))
            ws.storage.set_meta("demo_https_port", str(https_port))
        identity = ws.identity
        self.connection = Connection(
            api_url=f"{ws.base_url}/api/",
            bot_token=identity.bot_token,
            app_token=identity.app_token,
            signing_secret=identity.signing_secret,
            page_url=f"{ws.base_url}/?key={identity.page_key}",
            port=port,
            demo_url=ws.demo.url,
            team_id=identity.team_id,
            bot_user_id=identity.bot_user_id,
        )

    async def close(self) -> None:
        """Stop serving and close the file."""
        await self.workspace.demo.close()
        await self.workspace.close()
        await self._runner.cleanup()
        self.workspace.storage.close()


async def serve(config: WorkspaceConfig) -> RunningWorkspace:
    """Start a workspace in this event loop; the caller closes it."""
    running = RunningWorkspace(Workspace(config))
    await running.start()
    return running


def _application(ws: Workspace) -> web.Application:
    app = web.Application(middlewares=[_guard(ws)], client_max_size=_MAX_REQUEST_BYTES)

    async def answer(request: web.Request) -> web.StreamResponse:
        return await respond(ws, request)

    async def upload(request: web.Request) -> web.StreamResponse:
        return await files.receive(ws, request)

    async def download(request: web.Request) -> web.StreamResponse:
        return await files.send(ws, request)

    async def link(request: web.Request) -> web.StreamResponse:
        if ws.sockets is None:
            raise web.HTTPNotFound
        return await ws.sockets.serve(request)

    async def page(request: web.Request) -> web.StreamResponse:
        return _page(ws, request)

    async def permalink(request: web.Request) -> web.StreamResponse:
        ts = request.match_info["ts"]
        thread = request.query.get("thread_ts") or f"{ts[:-6]}.{ts[-6:]}"
        raise web.HTTPFound(f"/#{request.match_info['channel']}/{thread}")

    api = WebApi(ws)
    app.add_routes(
        [
            web.route("*", "/api/{method:[A-Za-z0-9.]+}", api.handle),
            web.get("/link/", link),
            web.post("/response/{key:.+}", answer),
            web.post("/upload/{file}", upload),
            web.get("/files/{file}/{name}", download),
            web.get("/files/{file}", download),
            web.get("/archives/{channel}/p{ts:[0-9]+}", permalink),
            *PageApi(ws).routes(),
            web.get("/", page),
            web.get("/page/{file}", page),
            web.get("/{file}", page),
        ]
    )
    return app


def _page(ws: Workspace, request: web.Request) -> web.StreamResponse:
    if "key" in request.query:
        found = web.HTTPFound("/")
        found.set_cookie("key", ws.identity.page_key, httponly=True, samesite="Lax", path="/")
        raise found
    path = (ws.config.page_dir / request.match_info.get("file", "index.html")).resolve()
    if path.parent != ws.config.page_dir.resolve() or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path)


def _guard(ws: Workspace) -> Middleware:
    """Refuse other hosts, other origins, and the page's requests without its secret."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        own = ws.base_url.removeprefix("http://")
        allowed = {own, own.replace("127.0.0.1", "localhost")}
        if request.host not in allowed:
            raise web.HTTPForbidden(text="This workspace answers on 127.0.0.1 only.")
        origin = request.headers.get("Origin")
        if origin is not None and origin.removeprefix("http://") not in allowed:
            raise web.HTTPForbidden(text="Requests from other sites are refused.")
        if not request.path.startswith(_OPEN_PATHS) and not _has_key(ws, request):
            raise web.HTTPForbidden(
                text="Open the address that was printed when the workspace started."
            )
        response = await handler(request)
        if not response.prepared:
            for name, value in _HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    return guard


def _has_key(ws: Workspace, request: web.Request) -> bool:
    if request.path.startswith("/files/"):
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if hmac.compare_digest(token.encode(), ws.identity.bot_token.encode()):
            return True
    given = request.headers.get("X-Workspace-Key") or request.cookies.get("key")
    if request.path == "/":
        given = request.query.get("key") or given
    expected = ws.identity.page_key.encode()
    return given is not None and hmac.compare_digest(given.encode(), expected)
