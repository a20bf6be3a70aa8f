"""What `houston up` starts: storage, the local workspace, workers, the scheduler, the bot."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from bot import storage
from bot.busy import busy
from bot.http.ports import listen
from bot.settings import Settings
from bot.supervisor import CannotStart, Part, Supervisor, lock, python


def up(settings: Settings, asked: Sequence[int]) -> int:
    """Serve until `asked` holds a signal that asks to stop; the exit code."""
    try:
        held = lock(settings.data_dir)
    except CannotStart as problem:
        say(str(problem))
        return 1
    supervisor = Supervisor(say, dict(os.environ), asked)
    supervisor.share(HOUSTON_DATA_DIR=str(settings.data_dir.resolve()))
    try:
        _start(supervisor, settings)
        supervisor.watch()
        supervisor.drain(settings.drain_seconds, lambda: busy(storage_url(settings)))
    except CannotStart as problem:
        say(f"{problem} Logs are in {settings.data_dir / 'logs'}.")
        return 1
    finally:
        supervisor.end()
        held.close()
    say("Houston has stopped.")
    return 0


def say(line: str) -> None:
    """A line for the person at the terminal."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _start(supervisor: Supervisor, settings: Settings) -> None:
    began = time.monotonic()
    run = settings.data_dir.resolve() / "run"
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.redis_url is None:
        _start_storage(supervisor, settings)
    if settings.local and settings.http_port is None:
        port = _free_port(settings) if settings.local_http else 0
        supervisor.share(HOUSTON_HTTP_PORT=str(port))
    page = _start_workspace(supervisor, settings, run) if settings.local else None
    parts = [
        _part("the workers", run / "workers", "worker", "all", begins=True),
        _part("the scheduler", run / "scheduler", "scheduler", begins=True),
        _part("the bot", run / "bot", "bot"),
    ]
    for part in parts:
        supervisor.start(part)
    supervisor.wait_ready(*parts)
    took = time.monotonic() - began
    if page:
        say(f"Houston is ready after {took:.1f} s. Open its local workspace:\n\n  {page}\n")
        say("No Slack account and no model are needed. Ctrl-C stops everything.")
    else:
        say(f"Houston is ready after {took:.1f} s and serves Slack. Ctrl-C stops everything.")


def _part(name: str, ready: Path, *command: str, begins: bool = False) -> Part:
    """A part that is a command of our own and says when it can be used."""
    return Part(name, python(*command, "--ready-file", str(ready)), ready=ready, begins=begins)


def storage_url(settings: Settings) -> str:
    """Where the storage is, ours or the one that the settings name."""
    if settings.redis_url:
        return settings.redis_url.get_secret_value()
    return storage.url(storage.socket_path(settings.data_dir))


def _start_storage(supervisor: Supervisor, settings: Settings) -> None:
    socket = storage.socket_path(settings.data_dir)
    supervisor.start(Part("the storage", storage.argv(settings.data_dir, socket), ready=socket))
    supervisor.share(REDIS_URL=storage.url(socket))


def _start_workspace(supervisor: Supervisor, settings: Settings, run: Path) -> str:
    """Start the local workspace and point the other parts at it; its page's address."""
    ready = run / "workspace.json"
    argv = python("workspace", "--ready-file", str(ready))
    part = Part("the local workspace", argv, ready=ready)
    supervisor.start(part)
    supervisor.wait_ready(part)
    told = json.loads(ready.read_text())
    allowed = [settings.allow_hosts] if settings.allow_hosts else []
    if told.get("demo_url"):
        allowed.append(urlsplit(told["demo_url"]).netloc)
    supervisor.share(
        SLACK_API_URL=told["api_url"],
        SLACK_BOT_TOKEN=told["bot_token"],
        HOUSTON_ALLOW_HOSTS=", ".join(allowed),
    )
    if settings.local_http:
        supervisor.share(SLACK_SIGNING_SECRET=told["signing_secret"])
    else:
        supervisor.share(SLACK_APP_TOKEN=told["app_token"])
    return str(told["page_url"])


def _free_port(settings: Settings) -> int:
    """A port that the workspace can be told before the bot listens on it."""
    with listen(settings.http_host, 0, settings.data_dir) as listener:
        return int(listener.getsockname()[1])
