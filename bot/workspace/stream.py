"""Tells open pages what changed, as server-sent events."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.workspace.config import Json

_WAITING = 1_000  # events a page may lag behind before it loses the oldest


class Stream:
    """Queues of events, one for each open page."""

    def __init__(self) -> None:
        self._pages: dict[asyncio.Queue[Json], str] = {}

    @contextmanager
    def listen(self, user: str) -> Iterator[asyncio.Queue[Json]]:
        """The events for someone, as long as the page is open."""
        queue: asyncio.Queue[Json] = asyncio.Queue(_WAITING)
        self._pages[queue] = user
        try:
            yield queue
        finally:
            del self._pages[queue]

    def tell(self, event: Json, readers: Callable[[str], bool]) -> None:
        """Send an event to the pages of everyone for whom `readers` says yes."""
        for queue, user in self._pages.items():
            if readers(user):
                if queue.full():
                    queue.get_nowait()
                queue.put_nowait(event)
