"""A small site to watch, on its own port, healthy or not by a switch; and a pager to call.

`POST /pager` takes anything and answers 204; `/pager` lists what it got, newest first.
"""

import asyncio
import shutil
import ssl
import tempfile
from collections import deque
from pathlib import Path

from aiohttp import web

from bot.workspace.config import Json
from bot.workspace.ports import listen

MODES = ("healthy", "slow", "down", "certificate_expiring")
_SLOW_SECONDS = 1.5
_HEALTHY_VALUE = 42
_EXPIRING_DAYS = "3"
_HEALTHY_DAYS = "90"
_CA_DAYS = "3650"
_EXTENSIONS = (
    "subjectAltName=IP:127.0.0.1,DNS:localhost\n"
    "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
)
_PAGES_KEPT = 20
_PAGE_BYTES = 10_000
_PAGES = {"/": "Demo shop", "/login": "Sign in", "/checkout": "Checkout"}


class DemoSite:
    """The site's switch and its servers; certificates need the `openssl` command.

    They are kept in `folder`, or in a temporary one.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self.mode = "healthy"
        self.value: float = _HEALTHY_VALUE
        self._http_port = 0
        self._https_port = 0
        self._pages: deque[str] = deque(maxlen=_PAGES_KEPT)
        self._runner: web.AppRunner | None = None
        self._secure: web.SockSite | None = None
        self._note = "https is left out: the openssl command is not on this machine"

    @property
    def url(self) -> str:
        """The address of the site, or nothing when it is not served."""
        return f"http://127.0.0.1:{self._http_port}" if self._http_port else ""

    def as_json(self) -> Json:
        """What the page shows of the site."""
        secure = f"https://127.0.0.1:{self._https_port}" if self._https_port else None
        return {
            "url": self.url,
            "mode": self.mode,
            "modes": list(MODES if secure else MODES[:3]),
            "https_url": secure,
            "ca_file": str(self._path("ca.pem")) if secure else None,
            "note": None if secure else self._note,
            "value": self.value,
        }

    async def start(self, http_port: int, https_port: int) -> tuple[int, int]:
        """Serve on these ports, or any where one is 0 or taken; the ports it got."""
        app = web.Application()
        app.router.add_get("/pager", self._paged)
        app.router.add_post("/pager", self._page)
        app.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        _, self._http_port = await listen(self._runner, http_port)
        if shutil.which("openssl"):
            if self._folder is None:
                self._temporary = tempfile.TemporaryDirectory(prefix="houston-demo-")
                self._folder = Path(self._temporary.name)
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            await self._make_certificates()
            self._secure, self._https_port = await listen(self._runner, https_port, self._context())
        return self._http_port, self._https_port

    async def switch(self, mode: str) -> None:
        """Change how the site behaves; ValueError for a mode there is not."""
        if mode not in self.as_json()["modes"]:
            raise ValueError(mode)
        self.mode = mode
        if self._secure is not None and self._runner is not None:
            await self._secure.stop()
            self._secure, self._https_port = await listen(
                self._runner, self._https_port, self._context()
            )

    async def close(self) -> None:
        """Stop serving and remove the certificates."""
        if self._runner is not None:
            await self._runner.cleanup()
        if self._temporary is not None:
            self._temporary.cleanup()

    async def _page(self, request: web.Request) -> web.Response:
        """Take a page; it works also while the shop is down."""
        self._pages.appendleft((await request.content.read(_PAGE_BYTES)).decode(errors="replace"))
        return web.Response(status=204)

    async def _paged(self, request: web.Request) -> web.Response:
        return web.json_response(list(self._pages))

    async def _answer(self, request: web.Request) -> web.Response:
        path = request.path
        if self.mode == "down":
            return web.Response(status=503, text="The demo site is down.")
        if self.mode == "slow":
            await asyncio.sleep(_SLOW_SECONDS)
        if path == "/health":
            return web.json_response({"status": "ok"})
        if path == "/api/value":
            return web.json_response(self.value)
        if path in _PAGES:
            title = _PAGES[path]
            page = f"<!doctype html><title>{title}</title><h1>{title}</h1><p>Everything works."
            return web.Response(text=page, content_type="text/html")
        return web.Response(status=404, text="There is no such page.")

    def _path(self, name: str) -> Path:
        if self._folder is None:
            raise RuntimeError("the demo site has no certificates")
        return self._folder / name

    def _context(self) -> ssl.SSLContext:
        name = "expiring" if self.mode == "certificate_expiring" else "healthy"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._path(f"{name}.pem"), self._path("site.key"))
        return context

    async def _make_certificates(self) -> None:
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        if not self._path("ca.pem").exists():
            await self._openssl(
                *("req", "-x509", *key, "-days", _CA_DAYS, "-subj", "/CN=Houston demo CA"),
                *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
                *("-keyout", "ca.key", "-out", "ca.pem"),
            )
        subject = ("-subj", "/CN=127.0.0.1")
        await self._openssl("req", *key, *subject, "-keyout", "site.key", "-out", "site.csr")
        self._path("names").write_text(_EXTENSIONS)
        for name, days in (("healthy", _HEALTHY_DAYS), ("expiring", _EXPIRING_DAYS)):
            await self._openssl(
                *("x509", "-req", "-in", "site.csr", "-CA", "ca.pem", "-CAkey", "ca.key"),
                *("-days", days, "-extfile", "names", "-out", f"{name}.pem", "-CAcreateserial"),
            )

    async def _openssl(self, *arguments: str) -> None:
        process = await asyncio.create_subprocess_exec(
            *("openssl", *arguments),
            cwd=self._path("."),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"openssl could not make a certificate: {said.decode().strip()}")
