"""A storage server for the length of a run: the binary that the product ships."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from bot.storage import argv, url

START_SECONDS = 10.0


@contextmanager
def serving() -> Iterator[str]:
    """The server's address; it and its data are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="houston-evals-") as name:
        folder = Path(name)
        socket = folder / "s.sock"
        process = subprocess.Popen(argv(folder, socket), stdout=subprocess.DEVNULL)  # noqa: S603
        try:
            _wait_for(url(socket))
            yield url(socket)
        finally:
            process.kill()
            process.wait()


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with Redis.from_url(address) as client:
                client.ping()
        except RedisError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
