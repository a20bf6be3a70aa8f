"""Houston keeps Slack's rates by itself, fairly; what Slack still refuses is not lost [R4]."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from redis import Redis

from bot import limits
from bot.client import SlackClient
from bot.deliveries import Delivery, go_round
from bot.pace import POST, SHARE, Pace
from bot.slack_errors import RateLimited
from missions.cards import TextCard
from missions.counting import SLACK_ERRORS, Counting
from missions.ids import TeamId
from tests.integration.edge_kit import ADA, CONFIG, GENERAL, OPS, System, alone
from tests.support.storage import StorageServer

T1 = TeamId("T1")
STRICT = replace(CONFIG, rates=True)


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    """A workspace that holds every call to Slack's tiers, and a client that keeps the pace."""
    with Redis.from_url(storage.url, decode_responses=True) as redis, alone(redis, STRICT) as made:
        at = made.connection
        made.client = SlackClient(at.bot_token, at.api_url, Pace(redis), Counting(redis))
        yield made


@pytest.fixture(autouse=True)
def fresh(system: System, redis: Redis) -> None:
    system.people.misbehave("none")
    system.bell.deliveries.clear()


def shown(system: System, channel: str, has: str) -> list[str]:
    return [m["text"] for m in system.people.messages(channel) if has in m["text"]]


def delivered(system: System, seconds: float) -> None:
    """Deliver as a job does, until every lane is empty."""
    until = time.monotonic() + seconds
    while system.domain.store.zcard("houston:lanes"):
        assert time.monotonic() < until
        go_round(
            system.domain, lambda _: Delivery(system.domain, system.client, lambda *_: None, "job")
        )


def refused(system: System, method: str) -> int:
    return sum(1 for call in system.calls(method) if call["error"] == "ratelimited")


def test_a_flood_in_one_channel_costs_another_no_more_than_a_second(system: System) -> None:
    """[R4] A post per second and channel, none refused by Slack, in order."""
    for number in range(4):
        system.say(OPS, TextCard(text=f"flood {number}"))
    delivery = Delivery(system.domain, system.client, lambda *_: None, "job")
    delivery.run(system.team, OPS)
    system.say(GENERAL, TextCard(text="beside the flood"))
    began = time.monotonic()
    delivered(system, 30)
    posts = {c["args"]["channel"]: c["at"] for c in system.calls("chat.postMessage")}
    assert posts[GENERAL] < posts[OPS]
    assert time.monotonic() - began > 2.5
    assert shown(system, OPS, "flood") == [f"flood {number}" for number in range(4)]
    assert shown(system, GENERAL, "beside") == ["beside the flood"]
    assert refused(system, "chat.postMessage") == 0
    assert system.calls("conversations.history") == [], "what waits for its turn is not looked for"


def test_what_slack_refuses_nevertheless_is_neither_lost_nor_doubled(system: System) -> None:
    """[R4] A storm of 429 in one channel."""
    system.people.misbehave("rate_limit", method="chat.postMessage", count=3, retry_after=1)
    for number in range(3):
        system.say(OPS, TextCard(text=f"storm {number}"))
    delivered(system, 30)
    assert shown(system, OPS, "storm") == ["storm 0", "storm 1", "storm 2"]
    assert refused(system, "chat.postMessage") == 3
    assert system.domain.counting.read()[SLACK_ERRORS]["RateLimited"] >= 3


def test_after_a_429_slack_is_left_alone_for_that_long(redis: Redis) -> None:
    """Posts in one channel only; other methods as a whole."""
    pace = Pace(redis)
    pace.hold(T1, POST, "C1", 30)
    assert 29 < pace.enter(T1, POST, "C1") <= 30
    assert pace.enter(T1, POST, "C2") == 0
    pace.hold(T1, "chat.update", "C1", 5)
    assert pace.enter(T1, "chat.update", "C2") > 4
    assert pace.enter(T1, "chat.delete", "C2") == 0


def test_a_method_keeps_to_its_tier_and_no_channel_takes_all_of_it(redis: Redis) -> None:
    pace = Pace(redis)
    most = limits.METHOD_TIERS["chat.update"]
    one = sum(not pace.enter(T1, "chat.update", "C1") for _ in range(most))
    assert one == int(most * SHARE)
    other = sum(not pace.enter(T1, "chat.update", "C2") for _ in range(most))
    assert one + other == most
    assert 50 < pace.enter(T1, "chat.update", "C3") < 64


def test_every_process_counts_for_all(redis: Redis) -> None:
    assert Pace(redis).enter(T1, POST, "C1") == 0
    wait = Pace(redis).enter(T1, POST, "C1")
    assert 0.5 < wait < 1.1
    time.sleep(wait)
    assert Pace(redis).enter(T1, POST, "C1") == 0


def test_a_look_up_that_has_to_wait_long_is_refused(system: System) -> None:
    system.client.users_info(ADA)
    Pace(system.domain.redis).hold(system.team, "users.info", "", 20)
    with pytest.raises(RateLimited):
        system.client.users_info(ADA)


def test_a_look_up_waits_only_when_slack_itself_says_so(redis: Redis) -> None:
    """[P2] Rights hang on it: a no that came of our own counting would be a wrong answer."""
    pace = Pace(redis)
    tier = limits.METHOD_TIERS["conversations.info"]
    assert [pace.enter(T1, "conversations.info", "C1") for _ in range(2 * tier)] == [0] * 2 * tier
    pace.hold(T1, "conversations.info", "C1", 20)
    assert pace.enter(T1, "conversations.info", "C1") > 15
