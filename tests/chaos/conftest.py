"""Houston with gates before its storage and before Slack; a site to watch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.kit import GatedSystem, System, client_of, workspace_apart
from tests.support.site import Site
from tests.support.storage import StorageServer


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[GatedSystem]:
    """One Houston for a module's tests, which stop single requests of it."""
    folder = tmp_path_factory.mktemp("gated")
    for name in ("storage", "slack"):
        (folder / name).mkdir()
    server = StorageServer(folder / "storage")
    server.start()
    with workspace_apart(folder / "slack", "--retry-delays", "1,2,4,8,16") as told:
        system = GatedSystem(folder / "data", server, told, HOUSTON_ALLOW_HOSTS=site.host)
        try:
            system.start()
            system.workspace = client_of(told)
            yield system
        finally:
            system.stop()
            system.close()
            server.kill()


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[System]:
    """`houston up` as people start it."""
    folder = tmp_path_factory.mktemp("parts") / "data"
    made = System(folder, HOUSTON_ALLOW_HOSTS=site.host)
    made.start()
    yield made
    if made.serves:
        made.stop()
    made.reap()
    assert made.processes() == {}
