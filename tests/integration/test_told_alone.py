"""What one person alone is to be told reaches them, whatever Slack's rates allow at the moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from redis import Redis

from bot import directs
from bot.client import SlackClient
from bot.directs import direct_with
from bot.edge.context import Edge
from bot.edge.place import Place
from bot.pace import Pace
from missions import keys as k
from missions.ids import ChannelId, PersonId
from missions.keys import TeamKeys
from tests.integration.edge_kit import ADA, GENERAL, LINUS, System, alone


@pytest.fixture
def system(redis: Redis) -> Iterator[System]:
    """Houston keeps to Slack's rates."""
    with alone(redis) as found:
        at = found.connection
        paced = SlackClient(at.bot_token, at.api_url, Pace(redis))
        yield replace(found, client=paced)


def use_up(system: System, method: str, channel: str = "") -> None:
    """As many calls as Slack takes in a minute."""
    pace = Pace(system.domain.redis)
    while not pace.enter(system.team, method, channel):
        pass


def a_minute_passes(system: System, method: str, channel: ChannelId) -> None:
    """Slack takes calls again, and the lane need not wait any more."""
    keys = TeamKeys(system.team)
    for key in system.domain.redis.scan_iter(f"{keys.cache('pace', method)}*"):
        system.domain.redis.delete(key)
    system.domain.redis.zrem(k.LANES, k.member(system.team, channel))


def told(system: System, person: str, channel: str = GENERAL) -> list[str]:
    """What this person alone sees in a channel."""
    return [str(one["text"]) for one in system.people.ephemerals(person, channel)]


def say(system: System, person: PersonId, channel: ChannelId | None, sentence: str) -> None:
    Edge.build(system.domain, system.client).say(Place(person=person, channel=channel), sentence)


def test_what_cannot_be_shown_now_is_shown_when_slack_takes_it(system: System) -> None:
    """[C10 R4] More people clicked in a channel than Slack lets be answered in a minute."""
    use_up(system, "chat.postEphemeral", GENERAL)
    say(system, ADA, GENERAL, "You cannot do that here.")
    system.deliver(GENERAL)
    assert told(system, "ada") == [], "kept to Slack's rate"
    a_minute_passes(system, "chat.postEphemeral", GENERAL)
    system.deliver(GENERAL)
    assert told(system, "ada") == ["You cannot do that here."]
    assert told(system, "grace") == []
    assert system.queued(GENERAL) == []


def test_who_is_not_in_the_channel_is_told_directly_once_that_is_known(system: System) -> None:
    """[C10 P2] An outsider's click on a forwarded card, while the channel's rate is used up."""
    secret = system.people_only("ada")
    use_up(system, "chat.postEphemeral", secret)
    say(system, LINUS, secret, "You cannot do that here.")
    a_minute_passes(system, "chat.postEphemeral", secret)
    system.deliver(secret)
    direct = system.client.direct(LINUS)
    assert system.queued(direct)
    system.deliver(direct)
    said = [m["text"] for m in system.people.messages(direct, None, "linus")]
    assert said == ["You cannot do that here."]


def test_a_crowd_is_answered_directly_without_opening_a_message_each_time(system: System) -> None:
    """[C10 R4] Slack opens direct messages 50 times a minute."""
    say(system, ADA, None, "First.")
    use_up(system, "conversations.open")
    for number in range(3):
        say(system, ADA, None, f"Again {number}.")
    assert len(system.queued(direct_with(system.client, system.domain.redis, ADA))) == 4


def test_a_first_direct_message_waits_until_slack_opens_it(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[C10 R4] Slack is away for a moment when somebody is to be told something directly."""
    monkeypatch.setattr(directs, "WAITS", (0.05, 0.05))
    system.people.misbehave("error", method="conversations.open", error="internal_error", count=2)
    say(system, ADA, None, "There you are.")
    assert len(system.calls("conversations.open")) == 3
    assert len(system.queued(direct_with(system.client, system.domain.redis, ADA))) == 1
