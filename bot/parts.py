"""The parts that run as processes of their own, alone or under `houston up` [L2]."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.compose import Parts
    from bot.edge.pulse import Pulse

log = structlog.get_logger(__name__)

SWITCH_SECONDS = 0.0005
"""How long a thread of the bot may keep others from going on: Slack's events do not wait for what
was pressed before. Python's own 5 ms for each of many threads add up to most of a second."""
MANIFEST = Path(__file__).parent.parent / "app_manifest.yml"


def bot(settings: Settings, ready: Path | None) -> int:
    """Serve Slack until told to stop."""
    import uvloop

    from bot.compose import compose
    from missions import phrases

    phrases.load()  # before anybody waits for an answer
    sys.setswitchinterval(SWITCH_SECONDS)
    uvloop.run(_serve(settings, compose(settings), ready))
    return 0


async def _serve(settings: Settings, parts: Parts, ready: Path | None) -> None:
    from bot.edge.pulse import Pulse
    from bot.edge.socket import serve
    from bot.http.install import routes
    from bot.http.server import serve as serve_http

    stop, pulse = asyncio.Event(), Pulse()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if settings.called:
        await _serve_called(settings, parts, pulse, stop, ready)
        return
    serving = asyncio.create_task(
        serve(settings, parts.domain, parts.clients, stop=stop, pulse=pulse)
    )
    while not pulse.connected and not serving.done():
        await asyncio.sleep(0.02)
    more = routes(settings, parts.clients, parts.domain)
    http = asyncio.create_task(serve_http(settings, parts.domain, pulse, stop=stop, more=more))
    http.add_done_callback(lambda task: stop.set() if task.exception() else None)
    if not serving.done():
        mark(ready)
    await serving
    stop.set()
    await http


async def _serve_called(
    settings: Settings, parts: Parts, pulse: Pulse, stop: asyncio.Event, ready: Path | None
) -> None:
    """Serve a Slack that calls by HTTP."""
    from bot.edge.called import attend
    from bot.http.install import routes
    from bot.http.server import serve as serve_http

    async with attend(settings, parts.domain, parts.clients, pulse, stop) as slack:
        http = asyncio.create_task(
            serve_http(
                settings,
                parts.domain,
                pulse,
                stop=stop,
                slack=slack,
                more=routes(settings, parts.clients, parts.domain),
            )
        )
        http.add_done_callback(lambda task: stop.set() if task.exception() else None)
        mark(ready)
        await http


def worker(settings: Settings, queue: str, ready: Path | None) -> int:
    """Carry out jobs: one queue with one worker, or all with as many as the settings say."""
    from bot.compose import compose, connect, runtime
    from jobs.pool import Pool
    from jobs.queues import QueueName
    from jobs.runtime import install
    from missions import phrases

    counts = {
        QueueName.TURNS: settings.turn_workers,
        QueueName.EXECUTIONS: settings.execution_workers,
        QueueName.DELIVERIES: settings.delivery_workers,
    }
    if queue != "all":
        counts = {QueueName(queue): counts[QueueName(queue)]}
    phrases.load()  # before the fork
    parts = compose(settings)
    made = runtime(parts, *counts)
    install(made)
    url = settings.redis_url.get_secret_value() if settings.redis_url else ""
    pool = Pool(counts, lambda: connect(url, text=False, patient=True), settings.drain_seconds)
    mark(ready)
    pool.run()
    return 0


def scheduler(settings: Settings, ready: Path | None) -> int:
    """Fire what is due, and sweep."""
    from bot.compose import compose
    from jobs.heartbeat import Heartbeat
    from jobs.scheduler import SchedulerProcess

    parts = compose(settings)
    url = settings.heartbeat_url
    heartbeat = Heartbeat(url.get_secret_value()) if url else None
    process = SchedulerProcess(parts.domain, parts.bell, parts.bytes_redis, heartbeat)
    process.install_signals()
    mark(ready)
    process.run()
    return 0


def workspace(settings: Settings, ready: Path | None) -> int:
    """Serve the local workspace."""
    from bot.workspace.__main__ import main

    argv = ["--data", str(settings.data_dir / "workspace"), "--port", str(settings.port)]
    if settings.local_http:
        argv += ["--request-url", f"http://127.0.0.1:{settings.http_port}/slack/events"]
    if MANIFEST.exists():
        argv += ["--manifest", str(MANIFEST)]
    if ready:
        argv += ["--ready-file", str(ready)]
    main(argv)
    return 0


def mark(ready: Path | None) -> None:
    """Say that the part can be used."""
    if ready:
        ready.touch()
