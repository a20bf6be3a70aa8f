"""The heartbeat: a request to a watchdog elsewhere, so that somebody watches Houston [S4]."""

from __future__ import annotations

import threading

import httpcore
import structlog

log = structlog.get_logger(__name__)

EVERY_SECONDS = 60.0
TIMEOUT_SECONDS = 10


class Heartbeat:
    """Asks the administrator's address once a minute while a scheduler leads.

    It runs beside the scheduler: a watchdog that is slow must not make a Task late.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._running: threading.Thread | None = None

    def beat(self) -> None:
        """Send one, unless the one before is still on its way."""
        if self._running and self._running.is_alive():
            return
        self._running = threading.Thread(target=self._send, name="heartbeat", daemon=True)
        self._running.start()

    def _send(self) -> None:
        limits = dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT_SECONDS)
        try:
            answer = httpcore.request("GET", self._url, extensions={"timeout": limits})
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            log.warning("heartbeat_failed", error=type(error).__name__)
            return
        if answer.status >= 400:
            log.warning("heartbeat_refused", status=answer.status)
