"""What people do in Slack reaches the domain, checked and once; what it says comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from bot.blocks.actions import ActionId
from missions.cards import PlanCard
from missions.mission import MissionState
from missions.outbox import entry
from tests.integration.edge_kit import ADA, System, connected
from tests.support import build


@pytest.fixture(scope="module")
def houston(storage: object) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis:  # type: ignore[attr-defined]
        redis.flushdb()
        with connected(redis) as system:
            yield system


@pytest.fixture(autouse=True)
def quiet(houston: System) -> None:
    houston.bell.turns.clear()
    houston.bell.deliveries.clear()


def test_a_mention_is_accepted_once(houston: System) -> None:
    ts = houston.people.post("ada", "#general", "@Houston check the shop")
    houston.people.wait_for(lambda: houston.bell.turns)
    assert houston.bell.turns == [f"{houston.channel('general')}:{ts}"]
    print(houston.people.api_log()[-6:])
