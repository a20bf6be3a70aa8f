"""Somebody watches Houston."""

from __future__ import annotations

import socket

from jobs.heartbeat import Heartbeat
from tests.support.site import Site
from tests.support.system import wait_for


def test_a_beat_reaches_the_watchdog() -> None:
    """[S4] One request for each beat."""
    site = Site()
    try:
        Heartbeat(site.url("/ping/abc")).beat()
        wait_for(lambda: site.requests == ["/ping/abc"], 5)
    finally:
        site.close()


def test_a_slow_or_dead_watchdog_holds_nothing_up() -> None:
    """The scheduler is not kept waiting, and no second request piles up."""
    silent = socket.create_server(("127.0.0.1", 0))
    heartbeat = Heartbeat(f"http://127.0.0.1:{silent.getsockname()[1]}/")
    heartbeat.beat()
    heartbeat.beat()
    silent.close()
    Heartbeat("http://127.0.0.1:9/").beat()
