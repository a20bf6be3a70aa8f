"""Fixtures that all tests share: a real storage server, a domain with fakes at its edge."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings
from redis import Redis
from xdist.remote import Producer  # type: ignore[import-untyped]

from missions.domain import Domain
from tests.groups import ByGroup
from tests.support.fakes import FakeDirectory, ManualClock, RecordingBell, members
from tests.support.storage import StorageServer

# How long one example takes says more of the machine than of the code.
settings.register_profile("houston", deadline=None)
settings.load_profile("houston")


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageServer]:
    server = StorageServer(tmp_path_factory.mktemp("storage"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def redis(storage: StorageServer) -> Iterator[Redis]:
    """An empty database; responses are text."""
    with Redis.from_url(storage.url, decode_responses=True) as client:
        client.flushdb()
        yield client


@pytest.fixture
def bytes_redis(redis: Redis, storage: StorageServer) -> Iterator[Redis]:
    """The same database, as RQ wants it."""
    with Redis.from_url(storage.url) as client:
        yield client


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def directory() -> FakeDirectory:
    return members()


@pytest.fixture
def bell() -> RecordingBell:
    return RecordingBell()


@pytest.fixture
def domain(
    redis: Redis, clock: ManualClock, directory: FakeDirectory, bell: RecordingBell
) -> Domain:
    return Domain.build(redis, clock, directory, bell)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByGroup:
    """Tests that share a running system, or what is made once for their module, stay in one
    process: else each of the processes would start it for itself."""
    return ByGroup(config, log)
