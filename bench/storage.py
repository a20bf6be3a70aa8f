"""A storage server for one benchmark: the product's binary and settings, in a folder of its own."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from bot.storage import argv, socket_path, url


@dataclass(frozen=True)
class Storage:
    """A running server. `text` decodes its answers, `raw` does not: RQ needs it so."""

    url: str
    folder: Path

    @property
    def text(self) -> Redis:
        """A client that decodes."""
        return Redis.from_url(self.url, decode_responses=True)

    @property
    def raw(self) -> Redis:
        """A client that does not."""
        return Redis.from_url(self.url)


@contextmanager
def storage() -> Iterator[Storage]:
    """A server that is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="houston-bench-") as name:
        folder = Path(name)
        socket = socket_path(folder)
        process = subprocess.Popen(argv(folder, socket), stdout=subprocess.DEVNULL)
        made = Storage(url(socket), folder)
        try:
            _wait(made)
            yield made
        finally:
            process.kill()
            process.wait()


def settle(made: Storage) -> None:
    """Wait until storage has rewritten its file, as it does while much is written."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if not made.text.info("persistence")["aof_rewrite_in_progress"]:
            return
        time.sleep(0.1)
    raise RuntimeError("the storage server went on rewriting its file")


def _wait(made: Storage) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            made.raw.ping()
        except RedisError:
            time.sleep(0.01)
        else:
            return
    raise RuntimeError("the storage server did not start")
