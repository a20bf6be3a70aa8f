"""Every Mission has a thread in which it can be spoken about, wherever it came from [C5 C7 B8]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis

from bot.blocks.actions import ActionId, action_of
from missions.cards import PlanCard, SaidCard
from missions.conversation import FOCUS
from missions.ids import ChannelId
from missions.keys import TeamKeys
from missions.mailbox import Incoming
from missions.mission import Mission
from missions.outbox import entry
from missions.roots import say_about
from tests.integration.edge_kit import ADA, GENERAL, OPS, System, connected
from tests.support.storage import StorageServer
from tests.support.story import words

Json = dict[str, Any]


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, connected(redis) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(system: System, redis: Redis) -> None:
    """An empty database beside the same workspace, with no dialog open."""
    for view in reversed(system.people.views("ada")):
        system.people.close("ada", view["id"])
    system.bell.turns.clear()
    system.bell.deliveries.clear()


def heard(system: System) -> Incoming:
    """What waits for an answer, in the only conversation that does."""

    def rung() -> bool:
        system.deliver_all()
        return bool(system.bell.turns)

    system.people.wait_for(rung, 15)
    (conversation,) = system.bell.turns
    head = system.domain.mailboxes.head(system.team, conversation)
    assert head
    return head[1]


def moved(system: System) -> Mission:
    """A Mission that was moved from #ops to #general, and the messages of that delivered."""
    mission = system.launched(OPS, thread_ts="1700000000.000100")
    system.domain.lifecycle.move(system.actor(ADA), mission.id, GENERAL)
    system.deliver_all()
    return system.stored(mission)


def test_a_mission_that_was_moved_is_spoken_about_below_the_card_that_says_so(
    system: System,
) -> None:
    """[B8 C7 P3] Undo, typed in its own channel, is answered there."""
    mission = moved(system)
    root = system.people.messages(GENERAL)[-1]
    assert (mission.channel, mission.thread_ts) == (GENERAL, root["ts"])
    assert "moved here" in words(root)
    system.people.command("ada", GENERAL, f"/mission undo {mission.id}")
    incoming = heard(system)
    assert (incoming.channel, incoming.thread_ts) == (GENERAL, root["ts"])
    assert incoming.text == f"{mission.id}: undo"


def test_a_copy_is_spoken_about_below_its_plan_card(system: System) -> None:
    """[P3]"""
    source = system.launched(OPS)
    made = system.domain.lifecycle.copy(system.actor(ADA), source.id, GENERAL)
    system.deliver_all()
    assert system.stored(made).thread_ts == system.people.messages(GENERAL)[-1]["ts"]


def test_a_thread_that_a_mission_has_stays(system: System) -> None:
    """A card of it in a thread begins no other; one for another channel is not posted [P1]."""
    mission, proposal = system.draft(OPS, thread_ts="1700000000.000100")
    system.show(OPS, PlanCard(mission=mission.id, proposal=proposal.id))
    assert system.stored(mission).thread_ts == "1700000000.000100"
    elsewhere, offered = system.draft(OPS)
    before = system.people.messages(GENERAL)
    system.say(GENERAL, PlanCard(mission=elsewhere.id, proposal=offered.id))
    system.deliver(GENERAL)
    assert system.people.messages(GENERAL) == before
    assert system.stored(elsewhere).thread_ts is None


def change_from_details(system: System, mission: Mission, wanted: str) -> None:
    """Details, Change…, and what is to change, typed into the dialog."""
    system.people.command("ada", GENERAL, f"/mission show {mission.id}")

    def pressed(_: Json, element: Json) -> bool:
        return action_of(str(element.get("action_id"))) is ActionId.CHANGE

    (shown,) = system.people.wait_for(lambda: system.people.views("ada"), 15)
    system.people.click_view("ada", shown["id"], pressed)
    system.people.wait_for(lambda: len(system.people.views("ada")) == 2, 15)
    asked = system.people.views("ada")[-1]
    system.people.submit("ada", asked["id"], {"wanted": {"wanted": wanted}})


def test_a_change_that_is_wanted_from_elsewhere_is_not_lost(system: System) -> None:
    """[C5 C7]"""
    mission = system.launched(OPS)
    change_from_details(system, mission, "make it 8:30")
    incoming = heard(system)
    assert (incoming.channel, incoming.text) == (OPS, "make it 8:30")


def test_words_about_a_mission_without_a_thread_begin_one(system: System) -> None:
    """[C5 C7] They are posted in its channel, mention nobody but their author, and are about it."""
    mission = system.launched(OPS)
    card = SaidCard(mission=mission.id, by=ADA, text="make it 8:30 <@U0LOCALGRACE>", typed=True)
    assert say_about(system.domain.store, system.bell, mission, card, "once")
    assert not say_about(system.domain.store, system.bell, mission, card, "once")
    incoming = heard(system)
    root = system.people.messages(OPS)[-1]
    assert "make it 8:30" in words(root)
    assert "<@U0LOCALGRACE>" not in str(root["blocks"])
    assert incoming.text == card.text
    assert not incoming.answers, "they are the person's own words"
    assert (incoming.person, incoming.thread_ts) == (ADA, root["ts"])
    assert system.domain.mailboxes.memory(system.team, OPS, root["ts"])[FOCUS] == mission.id
    assert system.stored(mission).thread_ts == root["ts"]


def test_restore_from_any_channel_begins_the_thread_that_is_missing(system: System) -> None:
    """[B8]"""
    mission = system.launched(OPS)
    system.people.command("ada", GENERAL, f"/mission restore {mission.id} 1")
    incoming = heard(system)
    assert incoming.channel == OPS
    assert incoming.text == f"{mission.id}: restore version 1"
    assert incoming.answers


def test_what_was_said_goes_with_the_mission(system: System) -> None:
    """[M6] Also if the Mission goes while the words wait to be posted."""
    mission = system.launched(OPS)
    card = SaidCard(mission=mission.id, by=ADA, text="make it 8:30", typed=True)
    say_about(system.domain.store, system.bell, mission, card, "once")
    queued = entry(system.team, ChannelId(OPS), card)
    system.domain.lifecycle.delete(system.actor(ADA), mission.id, mission.id)
    before = len(system.people.messages(OPS))
    system.deliver_all()
    assert len(system.people.messages(OPS)) == before
    assert not system.bell.turns
    assert not system.domain.redis.hexists(TeamKeys(system.team).outbox, queued.id)
