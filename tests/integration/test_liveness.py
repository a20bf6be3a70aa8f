"""A connection that is open and mute is renewed; a token that was taken away is told [L4]."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from redis import Redis

from bot.edge.socket import Patience
from bot.http.app import _ready
from bot.http.intake import Intake
from missions.cards import TextCard
from tests.integration.edge_kit import CONFIG, OPS, System, connected
from tests.support.storage import StorageServer

WORKSPACE = replace(CONFIG, retry_delays=(0.5, 1.0, 2.0))
PATIENCE = Patience(ping=0.2, stale=1.0)


@pytest.fixture
def system(storage: StorageServer, redis: Redis) -> Iterator[System]:
    with connected(redis, WORKSPACE, PATIENCE) as made:
        yield made


def opened(system: System) -> int:
    return len(system.calls("apps.connections.open"))


def test_a_mute_connection_is_renewed_and_nothing_is_lost(system: System) -> None:
    """[L4 C10] Also when the client does not notice by itself."""
    first = system.pulse._handler
    assert first is not None
    monitor = first.client.current_session_monitor
    assert monitor is not None
    monitor.cancel()
    system.people.misbehave("mute")
    system.people.post("ada", "dm", "can you hear me?")
    system.people.wait_for(lambda: system.bell.turns, timeout=15)
    assert system.pulse._handler is not first
    assert len(system.bell.turns) == 1


def test_a_quiet_connection_that_answers_is_left_alone(system: System) -> None:
    before = opened(system)
    until = time.monotonic() + 2 * PATIENCE.stale
    while time.monotonic() < until:
        assert system.pulse.silent_for(time.time()) < PATIENCE.stale
        time.sleep(0.1)
    assert opened(system) == before


async def test_a_token_that_was_revoked_is_told_by_health(system: System) -> None:
    """[L4] What is to be said waits; it arrives once the app is installed again."""
    system.people.admin("uninstall")
    system.people.wait_for(lambda: system.pulse.refused)
    intake = Intake(system.domain)
    answer = await _ready(intake, system.pulse)
    intake.close()
    assert answer.status_code == 503
    assert "Slack refuses: token_revoked" in bytes(answer.body).decode()
    said = system.say(OPS, TextCard(text="wait for me"))
    system.deliver(OPS)
    assert system.queued(OPS) == [said.id]
    system.people.admin("install")
