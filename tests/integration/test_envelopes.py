"""What comes over Socket Mode is acknowledged as soon as it may be, and no sooner [C10 L4]."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from redis import Redis

from bot.edge.socket import PATIENCE
from missions import keys as k
from missions.cards import MissionCard
from tests.integration.edge_kit import OPS, System, _serving, alone, connected
from tests.support.storage import StorageServer

PAUSE_MS = 1_500
"""How long storage says nothing; less than the local workspace waits for an acknowledgement."""


@pytest.fixture
def system(storage: StorageServer, redis: Redis) -> Iterator[System]:
    with connected(redis) as made:
        yield made


def acks(system: System, kind: str) -> list[dict[str, Any]]:
    log = [c for c in system.people.api_log() if c["kind"] == "envelope" and c["ok"]]
    return [c for c in log if kind in (c["method"], c["name"])]


def test_a_click_does_not_wait_for_storage_and_an_event_does(system: System, redis: Redis) -> None:
    """[C10] An event is acknowledged once it is stored; a click when it arrives, then done."""
    mission = system.launched(OPS)
    ts = system.show(OPS, MissionCard(mission=mission.id))["ts"]
    redis.execute_command("CLIENT", "PAUSE", PAUSE_MS, "ALL")
    with ThreadPoolExecutor(1) as pool:
        clicking = pool.submit(system.people.click, "ada", OPS, ts, "executions")
        system.people.post("ada", OPS, "@Houston list")
        clicking.result()
    system.people.wait_for(lambda: acks(system, "app_mention"), timeout=15)
    (clicked,), (heard,) = acks(system, "interactive"), acks(system, "app_mention")
    assert clicked["ms"] < heard["ms"]
    assert heard["ms"] > PAUSE_MS / 2
    assert redis.zcard(k.MAILBOXES) == 1
    system.people.wait_for(lambda: system.calls("views.open"), timeout=15)


def test_a_mention_waits_for_no_answer_of_slack(system: System) -> None:
    """[C10 C11] That Houston may answer there, it knows from the message that came beside it."""
    system.people.post("ada", OPS, "@Houston list")
    system.people.wait_for(lambda: system.bell.turns, timeout=15)
    assert system.calls("conversations.info") == []


def test_an_event_that_comes_twice_at_once_is_taken_once(system: System, redis: Redis) -> None:
    """[C10 P6]"""
    system.people.misbehave("redeliver", count=3)
    system.people.post("ada", OPS, "@Houston list")
    system.people.wait_for(lambda: len(acks(system, "app_mention")) >= 2, timeout=15)
    (box,) = redis.zrange(k.MAILBOXES, 0, -1)
    team, conversation = str(box).split("|")
    found = [n for n in redis.scan_iter(f"*{team}*mailbox*{conversation}") if "lease" not in n]
    assert [redis.llen(name) for name in found] == [1]


def test_what_was_acknowledged_while_houston_stopped_is_stored(
    storage: StorageServer, redis: Redis
) -> None:
    """[C10] With events on their way to storage."""
    with alone(redis) as system:
        with _serving(system, PATIENCE), ThreadPoolExecutor(10) as pool:
            redis.execute_command("CLIENT", "PAUSE", 500, "ALL")
            posts = [pool.submit(system.people.post, "ada", OPS, "@Houston hi") for _ in range(10)]
            for one in posts:
                one.result()
            time.sleep(0.1)  # the events are with the edge
        told = len(acks(system, "app_mention"))
        assert told <= redis.zcard(k.MAILBOXES)
