"""A real domain for tests with worker and scheduler processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.integration.process_kit import HORSES, World, alive, eventually, real_domain
from tests.support.storage import StorageServer


@pytest.fixture
def world(redis: Redis, storage: StorageServer, tmp_path: Path) -> Iterator[World]:
    domain = real_domain(storage.url)
    yield World(domain, storage.url, tmp_path)
    horses = [int(pid) for pid in domain.redis.lrange(HORSES, 0, -1)]
    eventually(lambda: not any(alive(pid) for pid in horses), 2)
    domain.redis.close()
