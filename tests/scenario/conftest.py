"""The whole system, started once per test process; a site to watch for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.workspace.client import WorkspaceClient
from tests.support.site import Site
from tests.support.system import Houston


@pytest.fixture(scope="session")
def site_for_all() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def site(site_for_all: Site) -> Site:
    """The site, healthy."""
    site_for_all.status, site_for_all.body, site_for_all.delay = 200, "all is well", 0.0
    site_for_all.requests.clear()
    return site_for_all


@pytest.fixture(scope="session")
def houston(tmp_path_factory: pytest.TempPathFactory, site_for_all: Site) -> Iterator[Houston]:
    running = Houston(tmp_path_factory.mktemp("up") / "data", HOUSTON_ALLOW_HOSTS=site_for_all.host)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def workspace(houston: Houston) -> WorkspaceClient:
    return houston.workspace
