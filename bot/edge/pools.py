"""Threads for what blocks, and tasks that outlive the event that started them.

asyncio's own executor has six threads on two cores: one slow call would hold up every click.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, ParamSpec, TypeVar

import structlog

SLACK_THREADS: Final = 64
"""Calls to Slack, which mostly wait."""
STORE_THREADS: Final = 16
"""Calls to Redis, which are short."""

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger("bot.edge")


class Pools:
    """The edge's threads and tasks; `drain` waits for both."""

    def __init__(self) -> None:
        self._slack = ThreadPoolExecutor(SLACK_THREADS, "slack")
        self._store = ThreadPoolExecutor(STORE_THREADS, "store")
        self._tasks: set[asyncio.Task[Any]] = set()

    async def slack(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run what calls Slack (and perhaps Redis) in a thread."""
        return await self._in(self._slack, call, *args, **kwargs)

    async def store(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run what calls Redis in a thread."""
        return await self._in(self._store, call, *args, **kwargs)

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Carry on in the background; kept track of until it is done."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def drain(self, seconds: float) -> None:
        """Let what is under way end; what takes longer is cancelled."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
        self._slack.shutdown(wait=False, cancel_futures=True)
        self._store.shutdown(wait=False, cancel_futures=True)

    async def _in(
        self, pool: ThreadPoolExecutor, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, lambda: call(*args, **kwargs))

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            log.error("background_failed", exc_info=task.exception())
