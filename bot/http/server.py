"""Serves the addresses in the bot's process, next to Socket Mode or instead of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final, cast

import structlog
import uvicorn
from starlette.routing import Route

from bot.edge.pulse import Pulse
from bot.http.app import build
from bot.http.door import Door
from bot.http.intake import Intake
from bot.http.ports import listen
from bot.http.slack import SlackPosts
from bot.settings import Settings
from missions import keys as k
from missions.domain import Domain

CONNECTIONS: Final = 1_000

log = structlog.get_logger("bot.http")


class _Server(uvicorn.Server):
    """As uvicorn's, without its signal handlers: the bot has its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(
    settings: Settings,
    domain: Domain,
    pulse: Pulse,
    *,
    stop: asyncio.Event,
    slack: SlackPosts | None = None,
    more: Sequence[Route] = (),
) -> None:
    """Serve until `stop` is set, with these pages besides; nothing if no port is set."""
    if settings.http_port is None:
        return
    listener = listen(settings.http_host, settings.http_port, settings.data_dir)
    port = listener.getsockname()[1]
    base = settings.public_url or f"http://{_host(settings.http_host)}:{port}"
    domain.redis.set(k.HTTP_ADDRESS, base.rstrip("/"))
    intake = Intake(domain)
    config = uvicorn.Config(
        build(domain, pulse, intake, slack, more),
        http=cast("Any", partial(Door, intake)),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        timeout_keep_alive=5,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=2,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    log.info("http_served", port=port)
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    waiting.cancel()
    await serving
    intake.close()


def _host(host: str) -> str:
    """How others on this machine name the host that is listened on."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
