"""A channel that Missions live in changes: archived, left, gone, renamed, converted [C11 M1 P1]."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from bot.edge.context import Edge
from bot.edge.lifecycle import Doubt, settle_doubts, take_doubt
from missions import keys as k
from missions.blueprint import EventSource
from missions.cards import MissionCard
from missions.errors import TransitionRefused
from missions.hooks import heard_in
from missions.ids import ChannelId, ConversationId
from missions.keys import TeamKeys
from missions.mission import Mission, MissionState
from tests.integration.edge_kit import ADA, GRACE, System, connected
from tests.support.storage import StorageServer
from tests.support.stored import content


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, connected(redis) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(system: System, redis: Redis) -> None:
    """An empty database beside the same workspace."""
    system.people.misbehave("none")
    system.bell.deliveries.clear()


@pytest.fixture
def channel(system: System) -> ChannelId:
    """A new private channel with the bot, Ada and Grace."""
    return system.people_only("ada", "grace")


def state(system: System, mission: Mission) -> MissionState:
    return system.stored(mission).state


def paused(system: System, mission: Mission) -> None:
    """Wait until Houston has paused the Mission and settled every doubt."""
    system.people.wait_for(lambda: state(system, mission) is MissionState.PAUSED, 30)
    settled(system)


def settled(system: System) -> None:
    redis = system.domain.redis
    system.people.wait_for(lambda: not redis.zcount(k.PLACES, "-inf", "+inf"), 30)


def told(system: System, person: str = "ada") -> list[str]:
    """What the person was told directly, after everything was delivered."""
    system.deliver_all()
    return [str(m.get("blocks")) for m in system.people.messages("dm", as_person=person)]


def test_an_archived_channels_missions_are_paused_and_the_owner_is_told_once(
    system: System, channel: ChannelId
) -> None:
    """[C11 M1]"""
    one, two = system.launched(channel), system.launched(channel, name="Other watch")
    system.deliver(channel)
    before = len(told(system))
    system.people.misbehave("redeliver", count=2)
    system.people.admin("archive", channel=channel)
    paused(system, one)
    paused(system, two)
    pause = system.stored(one).pause
    assert pause is not None
    assert pause.by is None
    assert "archived" in pause.note
    edge = Edge.build(system.domain, system.client)
    for _ in range(2):  # the same event once more, and somebody else looking at the same time
        take_doubt(edge, Doubt(channel, standing=True))
        settle_doubts(edge)
    (said,) = told(system)[before:]
    assert "was archived" in said
    assert "Unarchive" in said
    assert one.id in said
    assert two.id in said
    (change,) = system.domain.store.changes(system.team, one.id, 1)
    assert (change.what, change.by) == ("Paused", None)


def test_nothing_is_scheduled_or_said_there_any_more(system: System) -> None:
    """[S5 C11]"""
    channel = ChannelId(system.people.admin("create", name="left-alone")["channel"])
    system.people.admin("invite", channel=channel, user=system.connection.bot_user_id)
    mission = system.launched(channel)
    system.deliver(channel)
    system.people.admin("kick", channel=channel, user=system.connection.bot_user_id)
    paused(system, mission)
    told(system)
    assert system.domain.redis.zcard(k.TIMER) == 0
    seen = len(told(system))
    system.say(channel, MissionCard(mission=mission.id))
    system.deliver(channel)
    assert system.queued(channel) == []
    assert len(told(system)) == seen, "the owner knows already"
    with pytest.raises(TransitionRefused, match="invite me there"):
        system.domain.lifecycle.enable(system.actor(ADA), mission.id)


def test_an_owner_learns_that_houston_is_back_and_nothing_is_resumed(system: System) -> None:
    """[M1] Invited back, the owner is told, and enables what is wanted."""
    channel = ChannelId(system.people.admin("create", name="comes-and-goes")["channel"])
    bot = system.connection.bot_user_id
    system.people.admin("invite", channel=channel, user=bot)
    mission = system.launched(channel)
    by_hand = system.launched(channel, name="Paused by hand")
    system.domain.lifecycle.disable(system.actor(ADA), by_hand.id, "code freeze")
    system.deliver(channel)
    system.people.admin("kick", channel=channel, user=bot)
    paused(system, mission)
    assert "/invite @Houston" in told(system)[-1]
    system.people.admin("invite", channel=channel, user=bot)
    away = lambda: system.domain.places.away(system.team, channel) is None  # noqa: E731
    system.people.wait_for(away, 30)
    said = told(system)[-1]
    assert "#comes-and-goes" in said
    assert "report" in said
    assert mission.id in said
    assert by_hand.id not in said
    assert state(system, mission) is MissionState.PAUSED
    system.domain.lifecycle.enable(system.actor(ADA), mission.id)
    assert state(system, mission) is MissionState.ACTIVE


def test_a_deleted_channel_is_named_to_its_owner(system: System) -> None:
    channel = ChannelId(system.people.admin("create", name="short-lived")["channel"])
    system.people.admin("invite", channel=channel, user=system.connection.bot_user_id)
    mission = system.launched(channel)
    system.deliver(channel)
    system.people.admin("delete", channel=channel)
    paused(system, mission)
    assert "#short-lived" in told(system)[-1]


def test_events_that_come_in_the_wrong_order_are_not_believed(
    system: System, channel: ChannelId
) -> None:
    """An archive that was taken back is no reason to pause anything."""
    mission = system.launched(channel)
    edge = Edge.build(system.domain, system.client)
    take_doubt(edge, Doubt(channel, standing=True))
    settle_doubts(edge)
    assert state(system, mission) is MissionState.ACTIVE
    settled(system)


def test_while_slack_does_not_say_nothing_is_paused(system: System, channel: ChannelId) -> None:
    mission = system.launched(channel)
    edge = Edge.build(system.domain, system.client)
    system.people.misbehave("error", method="conversations.info", error="internal_error", count=9)
    take_doubt(edge, Doubt(channel, standing=True))
    settle_doubts(edge)
    assert state(system, mission) is MissionState.ACTIVE
    assert system.domain.redis.zcard(k.PLACES) == 1, "Slack is asked again later"


def test_a_new_name_is_shown_at_once(system: System, channel: ChannelId) -> None:
    system.launched(channel)
    found = system.domain.directory.channel(system.team, channel)
    assert found is not None
    system.people.admin("rename", channel=channel, name="nightly")
    named = lambda: getattr(  # noqa: E731
        system.domain.directory.channel(system.team, channel), "name", ""
    )
    system.people.wait_for(lambda: named() == "nightly", 30)


def test_a_channel_made_private_hides_its_missions_at_once(system: System) -> None:
    """[P1]"""
    name = "goes-private"
    channel = ChannelId(system.people.admin("create", name=name)["channel"])
    system.people.admin("invite", channel=channel, user=system.connection.bot_user_id)
    mission = system.launched(channel)
    edge = Edge.build(system.domain, system.client)
    grace = edge.gather(GRACE)
    find = lambda: grace.domain.reader.find(grace.viewer, mission.id)  # noqa: E731
    assert len(find()) == 1
    system.people.admin("convert", channel=channel)
    system.people.wait_for(lambda: find() == (), 30)


def keys_naming(redis: Redis, text: str) -> set[str]:
    return {
        key
        for key in redis.scan_iter()
        if text in f"{key} {content(redis, key)}" and ":cache:" not in key
    }


def test_what_is_stored_follows_a_channel_to_its_new_id(system: System, channel: ChannelId) -> None:
    """A conversion that changes the id loses nothing: lists, rules, threads, what waits."""
    root = system.people.post("ada", channel, "@Houston check the shop")
    system.people.wait_for(lambda: system.bell.turns, 30)
    mission = system.launched(channel, thread_ts=root)
    shown = system.show(channel, MissionCard(mission=mission.id))
    keys = TeamKeys(system.team)
    source = EventSource.SLACK_MESSAGE
    redis = system.domain.redis
    redis.hset(keys.channel_rules(channel), k.member(mission.id, "T1"), source.value)
    redis.sadd(keys.mission(mission.id).conversations, f"{channel}:{root}")
    system.say(channel, MissionCard(mission=mission.id))
    assert redis.exists(keys.mailbox(ConversationId(f"{channel}:{root}")))
    new = ChannelId(system.people.admin("convert", channel=channel, new_id=True)["channel"])
    system.people.wait_for(lambda: system.stored(mission).channel == new, 30)
    settled(system)
    assert state(system, mission) is MissionState.ACTIVE
    ref = system.domain.outbox.ref(system.team, new, shown["ts"])
    assert ref is not None
    assert ref.mission == mission.id
    assert [t.mission for t in heard_in(system.domain.store, system.team, new)] == [mission.id]
    box = system.domain.mailboxes.take(system.team, ConversationId(f"{new}:{root}"), "t")
    assert box is not None
    found = box.head()
    assert found is not None
    assert found[1].channel == new
    system.deliver(new)
    assert mission.id in str(system.people.messages(new)[-1]["blocks"])
    viewer = system.viewer(GRACE)
    assert [m.id for m in system.domain.reader.missions(viewer).items] == [mission.id]
    left = keys_naming(redis, channel)
    seen = {key for key in left if ":seen:" in key or key.endswith(":changes")}
    assert left - seen == set()


def test_a_deleted_mission_leaves_nothing_in_a_closed_channels_record(
    system: System, channel: ChannelId
) -> None:
    """[M6]"""
    mission = system.launched(channel)
    system.deliver(channel)
    system.people.admin("archive", channel=channel)
    paused(system, mission)
    system.domain.lifecycle.delete(system.actor(ADA), mission.id, mission.id)
    assert mission.id not in system.domain.redis.hgetall(TeamKeys(system.team).away(channel))
