"""A workspace in a thread of its own, for blocking code in the same process."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bot.workspace.config import WorkspaceConfig
from bot.workspace.server import RunningWorkspace, serve


@contextmanager
def in_thread(config: WorkspaceConfig) -> Iterator[RunningWorkspace]:
    """Serve as long as the block runs."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="workspace", daemon=True)
    thread.start()
    try:
        running = asyncio.run_coroutine_threadsafe(serve(config), loop).result()
        try:
            yield running
        finally:
            asyncio.run_coroutine_threadsafe(running.close(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
