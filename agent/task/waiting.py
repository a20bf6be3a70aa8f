"""Work in threads, watched: a stop is noticed within half a second whatever the work does [X5].

The watching thread catches nothing, so that a timeout raised in it by a signal always ends it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from contextvars import copy_context
from functools import partial
from queue import Empty, SimpleQueue
from typing import TypeVar

from agent.task.values import Stopped

POLL_SECONDS = 0.5

T = TypeVar("T")


def run_watched(
    jobs: Sequence[Callable[[], T]], threads: int, stopped: Callable[[], bool]
) -> list[Future[T]]:
    """Run jobs on up to `threads` daemon threads; return their futures, all done, in order.

    Stopped is raised as soon as `stopped` says so: jobs not begun never begin, and those begun
    are left behind, with nobody to take their result.
    """
    if stopped():
        raise Stopped
    futures: list[Future[T]] = [Future() for _ in jobs]
    queue: SimpleQueue[int] = SimpleQueue()
    for index in range(len(jobs)):
        queue.put(index)
    for number in range(min(threads, len(jobs))):
        work = partial(copy_context().run, _work, queue, jobs, futures)
        threading.Thread(target=work, name=f"task-{number}", daemon=True).start()
    while wait(futures, timeout=POLL_SECONDS).not_done:
        if stopped():
            for future in futures:
                future.cancel()
            raise Stopped
    return futures


def _work(
    queue: SimpleQueue[int], jobs: Sequence[Callable[[], T]], futures: Sequence[Future[T]]
) -> None:
    while (index := _next(queue)) is not None:
        future = futures[index]
        if not future.set_running_or_notify_cancel():
            continue
        try:
            future.set_result(jobs[index]())
        except BaseException as failed:  # noqa: BLE001 — handed to the watching thread
            future.set_exception(failed)


def _next(queue: SimpleQueue[int]) -> int | None:
    try:
        return queue.get_nowait()
    except Empty:
        return None
