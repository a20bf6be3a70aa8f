"""What one person alone is to be told reaches them, whatever Slack's rates allow at the moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from redis import Redis

from bot.client import SlackClient
from bot.edge.context import Edge
from bot.edge.place import Place
from bot.pace import Pace
from missions import keys as k
from missions.ids import ChannelId, PersonId
from missions.keys import TeamKeys
from missions.lanes import to_person
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
    system.deliver_all()
    assert directly(system, LINUS, 1) == ["You cannot do that here."]


def test_a_crowd_is_answered_directly_without_opening_a_message_each_time(system: System) -> None:
    """[C10 R4] Slack opens direct messages 50 times a minute."""
    say(system, ADA, None, "First.")
    system.deliver_all()
    use_up(system, "conversations.open")
    say(system, ADA, None, "Second.")
    system.deliver_all()
    assert len(system.calls("conversations.open")) == 1
    assert directly(system, ADA, 2) == ["First.", "Second."]


def test_who_cannot_be_told_directly_now_is_told_later(system: System) -> None:
    """[C10 R4] Slack opens no direct message for a moment: what is to be said there waits."""
    use_up(system, "conversations.open")
    for sentence in ("First.", "Second."):
        say(system, ADA, None, sentence)
    system.deliver_all()
    a_minute_passes(system, "conversations.open", to_person(ADA))
    system.deliver(to_person(ADA))
    system.deliver_all()
    assert directly(system, ADA, 2) == ["First.", "Second."]


def test_nobody_is_told_of_a_person_that_slack_does_not_know(system: System) -> None:
    """[R4] It ends there: what cannot be said to somebody is not said about them."""
    gone = PersonId("U0GONE")
    say(system, gone, None, "Hello.")
    system.deliver_all()
    assert system.queued(to_person(gone)) == []
    assert system.bell.deliveries == []


def directly(system: System, person: PersonId, count: int) -> list[str]:
    """What a person was told directly, once it is so much: a channel takes a post a second."""
    at = system.connection
    direct = SlackClient(at.bot_token, at.api_url).direct(person)

    def find() -> list[str] | None:
        system.deliver(direct)
        found = [str(one["text"]) for one in system.people.messages(direct, None, person)]
        return found if len(found) >= count else None

    return system.people.wait_for(find, 10)
