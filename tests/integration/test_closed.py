"""What an owner keeps of a Mission in a channel that Houston was removed from [M5 M6 P1]."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from redis import Redis

from bot.edge.context import Edge
from bot.edge.lifecycle import settle_doubts
from missions.cards import ExportCard
from missions.domain import Domain
from missions.errors import Forbidden, UnknownMission, WrongTypedId
from missions.ids import ChannelId, PersonId
from missions.mission import Mission, MissionState
from tests.integration.edge_kit import ADA, GRACE, LINUS, OPS, System, connected
from tests.support.storage import StorageServer
from tests.support.story import Story, actions, words

OTHERS = (GRACE, LINUS)


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, connected(redis) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(system: System, redis: Redis) -> None:
    """An empty database beside the same workspace."""
    system.people.misbehave("none")
    system.bell.deliveries.clear()


def closed(system: System, channel: ChannelId) -> None:
    """Wait until Houston knows that it cannot see the channel any more, and has told the owner."""
    places = system.domain.places

    def known() -> bool:
        settle_doubts(Edge.build(system.domain, system.client))
        return places.away(system.team, channel) is not None and bool(system.bell.deliveries)

    system.people.wait_for(lambda: known() or None, 30)
    system.deliver_all()


def removed(system: System) -> Mission:
    """Ada's Mission in a private channel of hers and Grace's; then Houston is removed."""
    channel = system.people_only("ada", "grace")
    mission = system.launched(channel, name="Vault watch")
    system.deliver(channel)
    system.people.admin("kick", channel=channel, user=system.connection.bot_user_id)
    closed(system, channel)
    return system.stored(mission)


def listed(domain: Domain, system: System, person: PersonId, search: str = "") -> list[str]:
    found = domain.reader.missions(system.viewer(person), search=search)
    return [mission.id for mission in found.items]


def test_the_owner_finds_it_and_nobody_else_does(system: System) -> None:
    """[P1 R6] In the list, by search, by name and by its ID; a former member not by any of them."""
    mission = removed(system)
    reader = system.domain.reader
    assert mission.state is MissionState.PAUSED
    for search in ("", "vault"):
        assert listed(system.domain, system, ADA, search) == [mission.id]
    assert [m.id for m in reader.find(system.viewer(ADA), "vault watch")] == [mission.id]
    assert reader.mission(system.viewer(ADA), mission.id).id == mission.id
    assert not reader.missions(system.viewer(ADA)).unsure
    for person in OTHERS:
        viewer = system.viewer(person)
        assert listed(system.domain, system, person) == []
        assert listed(system.domain, system, person, "vault") == []
        assert reader.find(viewer, "vault watch") == ()
        with pytest.raises(UnknownMission):
            reader.mission(viewer, mission.id)


def test_what_is_said_in_another_channel_does_not_show_it(system: System) -> None:
    """[P1] The owner alone sees it: in a direct message, on Home, or to them alone."""
    mission = removed(system)
    here = system.viewer(ADA).model_copy(update={"place": OPS})
    with pytest.raises(UnknownMission):
        system.domain.reader.mission(here, mission.id)
    assert system.domain.reader.missions(here).items == ()


def test_the_owner_may_look_export_copy_and_delete_and_no_more(system: System) -> None:
    """[M5 P2 R9] Whatever would have it run again is refused, with the cure."""
    mission = removed(system)
    verbs, ada = system.domain.lifecycle, system.actor(ADA)
    others: list[Callable[[], object]] = [
        lambda: verbs.enable(ada, mission.id),
        lambda: verbs.rename(ada, mission.id, "Other"),
        lambda: verbs.run_now(ada, mission.id, "click"),
        lambda: verbs.move(ada, mission.id, OPS),
    ]
    for act in others:
        with pytest.raises(Forbidden, match="invite me there again"):
            act()
    assert verbs.delete_preview(ada, mission.id).mission.id == mission.id
    copied = verbs.copy(ada, mission.id, OPS)
    assert (copied.channel, copied.state) == (OPS, MissionState.DRAFT)
    for person in OTHERS:
        with pytest.raises(UnknownMission):
            verbs.delete(system.actor(person), mission.id, mission.id)
        with pytest.raises(UnknownMission):
            verbs.copy(system.actor(person), mission.id, OPS)
    with pytest.raises(WrongTypedId):
        verbs.delete(ada, mission.id, "M-ZZZZZZ")
    verbs.delete(ada, mission.id, mission.id)
    assert system.domain.store.mission(system.team, mission.id) is None


def test_whoever_left_before_is_no_owner_who_keeps_it(system: System) -> None:
    """[P1 P3] The last that Slack said of them is that they cannot read there."""
    channel = system.people_only("ada", "grace")
    mission = system.launched(channel, name="Left behind")
    system.deliver(channel)
    system.people.admin("leave", channel=channel, user="ada")
    left = lambda: system.domain.directory.has_left(system.team, ADA, channel) or None  # noqa: E731
    system.people.wait_for(left, 30)
    system.people.admin("kick", channel=channel, user=system.connection.bot_user_id)
    places = system.domain.places
    system.people.wait_for(lambda: places.away(system.team, channel), 30)
    assert listed(system.domain, system, ADA) == []
    with pytest.raises(UnknownMission):
        system.domain.lifecycle.delete(system.actor(ADA), mission.id, mission.id)


def test_the_notice_has_what_the_owner_can_do(system: System) -> None:
    """[M5 R9] Delete… opens the dialog, and a typed ID deletes; Export gives the plan."""
    mission = removed(system)
    ada = Story(system.people, "ada", "dm")
    notice = [m for m in ada.answers(None) if mission.id in words(m)][-1]
    assert actions(notice) == {"export", "open_delete"}
    ada.click(notice, "export")
    assert "Keep the shop up" in words(ada.whispered("Keep the shop up"))
    ada.click(notice, "open_delete")
    dialog = ada.dialog()
    assert "Vault watch" in words(dialog["view"])
    ada.fill(dialog, mission.id)
    gone = lambda: system.domain.store.mission(system.team, mission.id) is None or None  # noqa: E731
    system.people.wait_for(gone, 30)


def test_by_command_the_owner_sees_it_and_a_former_member_is_told_that_there_is_none(
    system: System,
) -> None:
    """[P1 R7] The details offer what is left; unknown and hidden IDs get the same sentence."""
    mission = removed(system)
    ada, grace = Story(system.people, "ada"), Story(system.people, "grace")
    assert "Vault watch" in words(ada.command("/mission list"))
    shown = ada.command(f"/mission show {mission.id}")
    assert "Vault watch" in words(shown)
    offered = actions(shown)
    assert {"open_delete", "export"} <= offered
    assert "enable" not in offered
    assert "Vault watch" not in words(grace.command("/mission list"))
    told = words(grace.command(f"/mission show {mission.id}"))
    assert told.replace(mission.id, "M-ZZZZZZ") == words(grace.command("/mission show M-ZZZZZZ"))


def test_a_deleted_channels_mission_can_still_be_deleted(system: System) -> None:
    """[M5]"""
    channel = ChannelId(system.people.admin("create", name="closed-for-good")["channel"])
    system.people.admin("invite", channel=channel, user=system.connection.bot_user_id)
    mission = system.launched(channel)
    system.deliver(channel)
    system.people.admin("delete", channel=channel)
    closed(system, channel)
    system.domain.lifecycle.delete(system.actor(ADA), mission.id, mission.id)
    assert listed(system.domain, system, ADA) == []


def test_once_houston_is_back_everybody_reads_it_again(system: System) -> None:
    """[P1 M1]"""
    mission = removed(system)
    bot = system.connection.bot_user_id
    system.people.admin("invite", channel=mission.channel, user=bot)
    places = system.domain.places
    back = lambda: places.away(system.team, mission.channel) is None or None  # noqa: E731
    system.people.wait_for(back, 30)
    for person in (ADA, GRACE):
        assert listed(system.domain, system, person) == [mission.id]
    system.domain.lifecycle.enable(system.actor(ADA), mission.id)


def test_an_export_is_shown_to_the_owner_alone(system: System) -> None:
    """[R9 P1]"""
    mission = removed(system)
    edge = Edge.build(system.domain, system.client)
    assert edge.gather(ADA).mission(mission.id).name == "Vault watch"
    with pytest.raises(UnknownMission):
        edge.gather(GRACE).mission(ExportCard(mission=mission.id).mission)
