"""Sleeping until something is due, or until something is armed for an earlier moment.

Every commit that arms something says so on a channel (`missions.keys.ARMED`). What is said while
nobody listens is lost, so no nap is long: see `jobs.scheduler.LOOK_SECONDS`.
"""

from __future__ import annotations

import threading
from contextlib import closing, suppress
from queue import Empty, SimpleQueue

import structlog
from redis import Redis
from redis.exceptions import RedisError

from missions import keys as k

log = structlog.get_logger(__name__)

LISTEN_SECONDS = 5.0
"""How long one wait for a word lasts; shorter than a client's patience with storage."""

AGAIN_SECONDS = 1.0
"""Pause before storage that went away is asked again."""


class Alarm:
    """A nap that an armed Task ends, heard of by a thread of its own.

    `ring` may be called from a signal's handler: unlike an event's, a queue's lock is never held
    by the very thread that is interrupted.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._rung: SimpleQueue[None] = SimpleQueue()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def listen(self) -> None:
        """Begin to listen, if that was not done before."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._listen, name="alarm", daemon=True)
            self._thread.start()

    def ring(self) -> None:
        """End the nap that lasts, or the next one."""
        if self._rung.empty():
            self._rung.put(None)

    def hush(self) -> None:
        """What was armed until now will be looked at: it ends no nap."""
        with suppress(Empty):
            while True:
                self._rung.get_nowait()

    def nap(self, seconds: float) -> None:
        """Sleep for so long, or until something is armed, also since the last `hush`."""
        with suppress(Empty):
            self._rung.get(timeout=max(seconds, 0.0))

    def close(self) -> None:
        """Listen no more."""
        self._over.set()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                self._hear()
            except RedisError as error:
                log.warning("alarm_storage", error=type(error).__name__)
                self._over.wait(AGAIN_SECONDS)

    def _hear(self) -> None:
        heard = self._redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        with closing(heard):
            heard.subscribe(k.ARMED)
            self.ring()  # what was armed before this moment was not heard of
            while not self._over.is_set():
                if heard.get_message(timeout=LISTEN_SECONDS):
                    self.ring()
