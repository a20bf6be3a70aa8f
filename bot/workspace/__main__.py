"""`python -m bot.workspace`: serve a workspace until the process is told to stop."""

import argparse
import asyncio
import errno
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from bot import limits
from bot.workspace.config import WorkspaceConfig
from bot.workspace.server import serve


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.workspace", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of its SQLite file; none: in memory")
    parser.add_argument("--port", type=int, default=0, help="0: the one of last time, or any")
    parser.add_argument("--manifest", type=Path, help="app_manifest.yml: scopes, events, commands")
    parser.add_argument("--request-url", help="deliver by signed HTTP instead of Socket Mode")
    parser.add_argument("--rates", action="store_true", help="hold calls to Slack's tiers")
    parser.add_argument("--no-demo", action="store_true", help="leave the demo site out")
    default = ",".join(f"{seconds:g}" for seconds in limits.EVENT_RETRY_SECONDS)
    parser.add_argument("--retry-delays", default=default, help="seconds, comma separated")
    parser.add_argument("--ready-fd", type=int, help="write the connection to this descriptor")
    parser.add_argument("--ready-file", type=Path, help="write the connection to this file")
    return parser.parse_args(argv)


def _announce(options: argparse.Namespace, line: str) -> None:
    if options.ready_fd is not None:
        with os.fdopen(options.ready_fd, "w") as ready:
            ready.write(line)
    if options.ready_file is not None:
        part = options.ready_file.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_text(line, encoding="utf-8")
        part.replace(options.ready_file)
    if options.ready_fd is None and options.ready_file is None:
        sys.stdout.write(line)
        sys.stdout.flush()


async def _run(options: argparse.Namespace) -> None:
    config = WorkspaceConfig(
        data_dir=options.data,
        port=options.port,
        manifest=options.manifest,
        request_url=options.request_url,
        rates=options.rates,
        demo=not options.no_demo,
        retry_delays=tuple(float(part) for part in options.retry_delays.split(",") if part),
    )
    try:
        running = await serve(config)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        sys.exit(f"Port {options.port} is taken. Choose another, or 0 for any.")
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    _announce(options, json.dumps(running.connection.as_json()) + "\n")
    await stopped.wait()
    await running.close()


def main(argv: Sequence[str] | None = None) -> None:
    """Serve with these arguments."""
    asyncio.run(_run(_arguments(sys.argv[1:] if argv is None else argv)))


if __name__ == "__main__":
    main()
