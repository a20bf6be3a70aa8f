"""Being asked to stop, heard before anything else is loaded that takes time."""

from __future__ import annotations

import signal
from types import FrameType


def hear() -> list[int]:
    """The signals that ask for it, as they come: Ctrl-C and SIGTERM.

    A shell that starts a command with `&` may have it ignore Ctrl-C; it is heard all the same.
    """
    asked: list[int] = []

    def note(signum: int, frame: FrameType | None) -> None:
        asked.append(signum)

    signal.signal(signal.SIGINT, note)
    signal.signal(signal.SIGTERM, note)
    return asked
