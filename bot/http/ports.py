"""Which port is listened on: the one that is set, or any free one, then the same."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Final

PORT_FILE: Final = "http-port"
"""In the data folder: a port that was found free is kept, so that addresses stay as they are."""

BACKLOG: Final = 2_048
"""Connections that wait to be taken: who knows the address is heard from then on."""


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
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
