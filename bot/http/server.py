"""Serves the addresses next to Socket Mode, in the same process."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import structlog
import uvicorn

from bot.edge.socket import Pulse
from bot.http.app import build
from bot.http.intake import Intake
from bot.settings import Settings
from missions import keys as k
from missions.domain import Domain

CONNECTIONS: Final = 1_000
PORT_FILE: Final = "http-port"
"""In the data folder: a port that was found free is kept, so that addresses stay as they are."""

log = structlog.get_logger("bot.http")


class _Server(uvicorn.Server):
    """As uvicorn's, without its signal handlers: the bot has its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(settings: Settings, domain: Domain, pulse: Pulse, *, stop: asyncio.Event) -> None:
    """Serve until `stop` is set; nothing if no port is set."""
    if settings.http_port is None:
        return
    listener = listen(settings.http_host, settings.http_port, settings.data_dir)
    port = listener.getsockname()[1]
    base = settings.public_url or f"http://{_host(settings.http_host)}:{port}"
    domain.redis.set(k.HTTP_ADDRESS, base.rstrip("/"))
    intake = Intake(domain)
    config = uvicorn.Config(
        build(pulse, intake),
        log_config=None,
        access_log=False,
        server_header=False,
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


def listen(host: str, port: int, data_dir: Path) -> socket.socket:
    """Listen on the port; 0 is any free one, the same as last time if that is still free."""
    kept = data_dir / PORT_FILE
    if port:
        return _bound(host, port)
    try:
        return _bound(host, int(kept.read_text()))
    except (OSError, ValueError, OverflowError):
        listener = _bound(host, 0)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(str(listener.getsockname()[1]))
    return listener


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def _host(host: str) -> str:
    """How others on this machine name the host that is listened on."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
