"""A canned server behind the workspace page: answers from samples and notes what was asked."""

import asyncio
import contextlib
import copy
import json
import threading
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.browser import page_blocks as blocks
from tests.browser import page_samples as samples

Json = dict[str, Any]
PAGE = Path(__file__).parents[2] / "bot" / "workspace" / "page"


class PageStub:
    """Serves the page on loopback in a thread of its own; `posts` holds (path, body) pairs."""

    def __init__(self) -> None:
        self.state: Json = copy.deepcopy(samples.STATE)
        self.messages = copy.deepcopy(samples.MESSAGES)
        self.replies = copy.deepcopy(samples.REPLIES)
        self.views: list[Json] = []
        self.home: Json | None = blocks.HOME_VIEW
        self.posts: list[tuple[str, Json]] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.answers: dict[str, tuple[int, Json]] = {}
        self.hold = threading.Event()
        self.hold.set()
        self.url = ""
        self._queues: set[asyncio.Queue[Json | None]] = set()
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._arrived = threading.Condition()
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Serve; returns when the address is known."""
        self._thread.start()
        assert self._started.wait(10)

    def close(self) -> None:
        """Stop serving and wait for the thread."""
        self.hold.set()
        self.cut()
        stop = self._stop
        assert stop is not None
        self._loop.call_soon_threadsafe(stop.set)
        self._thread.join(10)

    def tell(self, kind: str, **fields: Any) -> None:
        """Send an event to every page that listens."""
        event = {"type": kind, **fields}
        self._loop.call_soon_threadsafe(lambda: self._spread(event))

    def cut(self) -> None:
        """End every open stream, as a server that goes away does."""
        self._loop.call_soon_threadsafe(lambda: self._spread(None))

    def _spread(self, event: Json | None) -> None:
        for queue in self._queues:
            queue.put_nowait(event)

    def posted(self, path: str) -> list[Json]:
        """The bodies that were sent to a path so far."""
        return [body for name, body in self.posts if name == path]

    def wait_posted(self, path: str, count: int = 1) -> list[Json]:
        """The bodies sent to a path, once there are `count`; fails after 8 s."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.posted(path)) >= count, 8), path
        return self.posted(path)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        app = web.Application()
        app.router.add_get("/ui/stream", self._stream)
        app.router.add_get("/ui/{name:.+}", self._get)
        app.router.add_post("/ui/{name:.+}", self._post)
        app.router.add_get("/", self._index)
        app.router.add_static("/", PAGE)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._stop = asyncio.Event()
        self._started.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _index(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE / "index.html")

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if "stream" in self.answers:
            return web.Response(status=self.answers["stream"][0])
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self._queues.add(queue)
        await response.write(b": hello\n\n")
        with contextlib.suppress(ConnectionResetError):
            while (event := await queue.get()) is not None:
                await response.write(f"data: {json.dumps(event)}\n\n".encode())
        self._queues.discard(queue)
        return response

    async def _get(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        query = dict(request.query)
        self.asked.append((name, query))
        made: dict[str, Any] = {
            "state": lambda: {**self.state, "me": query.get("as") or blocks.ADA},
            "messages": lambda: {"messages": self._listing(query)},
            "views": lambda: {"views": self.views},
            "home": lambda: {"view": self.home},
            "log": lambda: {"log": [{"at": blocks.NOW, "method": "chat.postMessage", "ok": True}]},
        }
        return web.json_response(made[name]())

    def _listing(self, query: dict[str, str]) -> list[Json]:
        roots = self.messages[query["channel"]]
        thread = query.get("thread")
        if thread is None:
            return roots
        return [one for one in roots if one["ts"] == thread] + self.replies.get(thread, [])

    async def _post(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        body = await request.json()
        with self._arrived:
            self.posts.append((name, body))
            self._arrived.notify_all()
        await asyncio.get_running_loop().run_in_executor(None, self.hold.wait)
        status, answer = self.answers.get(name, (200, {"ok": True}))
        if name == "view/close":
            self.views = [one for one in self.views if one["id"] != body["view_id"]]
        if name == "view/submit" and answer.get("result", "closed") == "closed":
            self.views = []
            answer = {"result": "closed"}
        return web.json_response(answer, status=status)
