"""A run watches itself: when storage hangs it leaves before anybody may take its place [X2]."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.compose import connect
from jobs import watch as module
from jobs.queues import RqBell
from jobs.watch import ENDED, Watch
from missions.domain import Domain
from tests.integration.process_kit import SystemClock, eventually
from tests.support.build import launched, task
from tests.support.fakes import TEAM, members
from tests.support.runs import claimed, due
from tests.support.storage import StorageServer

LEASE_MS = 1_500


@pytest.fixture
def own_storage(tmp_path: Path) -> Iterator[StorageServer]:
    """A server that a test may freeze."""
    server = StorageServer(tmp_path)
    server.start()
    yield server
    server.thaw()
    server.kill()


def test_a_run_leaves_when_storage_hangs(
    own_storage: StorageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[X2] Not only when a call fails: one that is not answered takes over a minute to do so."""
    monkeypatch.setattr(module, "LEASE_MS", LEASE_MS)
    redis = connect(own_storage.url, text=True)
    bell = RqBell(connect(own_storage.url, text=False))
    domain = Domain.build(redis, SystemClock(), members(), bell)
    run = claimed(domain, mission := launched(domain), due(domain, mission, task())).execution
    left: list[tuple[int, float]] = []
    watch = Watch(domain, TEAM, run, leave=lambda code: left.append((code, time.monotonic())))
    with watch:
        own_storage.freeze()
        frozen = time.monotonic()
        eventually(lambda: left, 8)
        own_storage.thaw()
    code, at = left[0]
    assert code == ENDED
    assert at - frozen < LEASE_MS / 1000 + 2
    assert watch.stopping.is_set()


def test_a_run_stays_while_storage_answers(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    """[X2] For longer than its lease, as it is renewed."""
    monkeypatch.setattr(module, "LEASE_MS", LEASE_MS)
    monkeypatch.setattr(module, "RENEW_SECONDS", 0.5)
    run = claimed(domain, mission := launched(domain), due(domain, mission, task())).execution
    left: list[int] = []
    with Watch(domain, TEAM, run, leave=left.append):
        time.sleep(LEASE_MS / 1000 + 1)
    assert not left


def test_only_who_waits_for_work_waits_without_limit() -> None:
    """[X2] A ring that is not answered fails, and is left to the sweeps."""

    def limit(**more: bool) -> object:
        client = connect("redis://127.0.0.1:1", text=False, **more)
        return client.connection_pool.connection_kwargs["socket_timeout"]

    assert limit() == 10
    assert limit(patient=True) is None
