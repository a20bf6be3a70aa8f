"""The New Mission dialog and the shortcuts: every entrance, and who may use it [C1 C2 P1]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis

from missions.cards import WishCard
from missions.ids import ChannelId, MissionId, PersonId
from missions.keys import TeamKeys
from missions.mailbox import Incoming
from missions.mission import Mission, MissionState
from tests.integration.edge_kit import ADA, GENERAL, LINUS, OPS, RANDOM, SECRET, System, connected
from tests.support.storage import StorageServer
from tests.support.story import words

Json = dict[str, Any]
SHOP = "https://shop.example/health"


@pytest.fixture(scope="module")
def system(storage: StorageServer) -> Iterator[System]:
    with Redis.from_url(storage.url, decode_responses=True) as redis, connected(redis) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(system: System, redis: Redis) -> None:
    """An empty database beside the same workspace, with no dialog open."""
    for person in ("ada", "grace", "linus", "guest"):
        for view in reversed(system.people.views(person)):
            system.people.close(person, view["id"])
    system.bell.turns.clear()
    system.bell.deliveries.clear()


def dialog(system: System, person: str, title: str = "New Mission") -> Json:
    """The dialog with that title, once it is open on top."""

    def top() -> Json | None:
        shown = system.people.views(person)
        fits = shown and shown[-1]["view"]["title"]["text"] == title
        return shown[-1] if fits else None

    found = system.people.wait_for(top)
    assert found
    return found


def by_command(system: System, person: str = "ada", channel: str = OPS, text: str = "") -> Json:
    system.people.command(person, channel, f"/mission new {text}".strip())
    return dialog(system, person)


def template(system: System, person: str, which: str, title: str) -> Json:
    """Open a template's form from the dialog."""
    below = by_command(system, person)

    def wanted(block: Json, element: Json) -> bool:
        return which in str(element.get("value"))

    system.people.click_view(person, below["id"], wanted)
    return dialog(system, person, title)


def send(system: System, person: str, view: Json, **given: Any) -> Json:
    return system.people.submit(person, view["id"], {k: {k: v} for k, v in given.items()})


def missions(system: System) -> list[Mission]:
    ids = system.domain.redis.zrange(TeamKeys(system.team).missions, 0, -1)
    found = [system.domain.store.mission(system.team, MissionId(str(i))) for i in ids]
    return [mission for mission in found if mission]


def heard(system: System) -> Incoming:
    """What waits for an answer."""
    (conversation,) = system.bell.turns
    box = system.domain.mailboxes.take(system.team, conversation, "t")
    assert box
    head = box.head()
    assert head
    return head[1]


def field(view: Json, name: str) -> Json:
    return next(b["element"] for b in view["view"]["blocks"] if b.get("block_id") == name)


def test_a_command_opens_the_dialog_with_its_words_and_place(system: System) -> None:
    """[C1]"""
    view = by_command(system, text="check the shop daily")
    assert field(view, "wish")["initial_value"] == "check the shop daily"
    assert field(view, "channel")["initial_option"]["value"] == OPS


def test_a_wish_is_said_in_the_channel_and_answered_in_its_thread(system: System) -> None:
    """[C1 C2]"""
    done = send(system, "ada", by_command(system), wish="check <b> & the shop daily at 9")
    assert done == {"result": "closed"}
    system.deliver_all()
    root = system.people.messages(OPS)[-1]
    assert "asks for a new Mission" in words(root)
    incoming = heard(system)
    assert (incoming.person, incoming.thread_ts) == (ADA, root["ts"])
    assert incoming.text == "check &lt;b&gt; &amp; the shop daily at 9"
    assert incoming.answers  # it comes from a dialog: no rename, no stop by its words
    assert not missions(system)


def test_a_wish_that_is_delivered_twice_is_answered_once(system: System) -> None:
    """[R4]"""
    card = WishCard(by=ADA, text="check the shop")
    system.domain.lifecycle.wish(system.actor(ADA), OPS, card, "form-1")
    assert not system.domain.lifecycle.wish(system.actor(ADA), OPS, card, "form-1")
    (queued,) = system.queued(OPS)
    system.deliver(OPS)
    assert len(system.bell.turns) == 1
    assert heard(system).event_id == f"wish-{queued}"


def test_a_template_becomes_a_complete_plan_in_the_channel(system: System) -> None:
    """[C2 C3 C6]"""
    view = template(system, "ada", "site", "Watch a website")
    assert field(view, "channel")["initial_option"]["value"] == OPS
    done = send(
        system, "ada", view, addresses=SHOP, every="{minute} {hour} * * 1-5", at="08:30",
        under_ms="800", name="Shop watch",
    )  # fmt: skip
    assert done == {"result": "closed"}
    assert not system.people.views("ada")
    (mission,) = missions(system)
    assert (mission.state, mission.owner, mission.name) == (MissionState.DRAFT, ADA, "Shop watch")
    plan = system.domain.store.blueprint(system.team, mission.id, 0)
    assert plan
    assert plan.tasks[0].trigger.model_dump()["cron"] == "30 8 * * 1-5"
    system.deliver_all()
    shown = system.people.messages(OPS)[-1]
    assert "Launch" in words(shown) or "launch" in str(shown["blocks"])
    system.people.click("ada", OPS, shown["ts"], "launch")
    system.people.wait_for(lambda: system.stored(mission).state is MissionState.ACTIVE)


@pytest.mark.parametrize(
    ("which", "title", "given", "at", "says"),
    [
        ("site", "Watch a website", {"addresses": "ftp://shop"}, "addresses", "not an address"),
        ("site", "Watch a website", {"addresses": "http://127.0.0.1:1"}, "addresses", "127.0.0.1"),
        ("site", "Watch a website", {"under_ms": "fast"}, "under_ms", "whole number"),
        ("site", "Watch a website", {"under_ms": "30001"}, "under_ms", "30,000"),
        ("site", "Watch a website", {"name": "!!!"}, "name", "letter or digit"),
        ("certificate", "Watch certificates", {"days": "0"}, "days", "from 1 to 365"),
        ("certificate", "Watch certificates", {"addresses": "http://a.example"}, "addresses", "no"),
        ("api", "Watch an API's answer", {"contains": " "}, "contains", "Write the text"),
        ("alert", "Look into alerts", {"field": "labels.severity"}, "value", "must be"),
        ("alert", "Look into alerts", {"field": "a b", "value": "c"}, "field", "no name"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(
    system: System, which: str, title: str, given: dict[str, str], at: str, says: str
) -> None:
    """[B7]"""
    view = template(system, "ada", which, title)
    answer = send(system, "ada", view, **{"addresses": SHOP, **given})
    assert answer["result"] == "errors"
    assert list(answer["errors"]) == [at]
    assert says in answer["errors"][at]
    assert not missions(system)


def test_every_template_gives_a_plan_that_can_be_launched(system: System) -> None:
    """[B7 C2]"""
    filled = {
        ("site", "Watch a website"): {},
        ("certificate", "Watch certificates"): {},
        ("api", "Watch an API's answer"): {"contains": '"ok"'},
        ("alert", "Look into alerts"): {"field": "labels.severity", "value": "critical"},
    }
    for (which, title), given in filled.items():
        view = template(system, "grace", which, title)
        done = send(system, "grace", view, **{"addresses": SHOP, **given})
        assert done == {"result": "closed"}, which
    drafts = missions(system)
    assert len(drafts) == len(filled)
    for mission in drafts:
        assert mission.draft
        actor = system.actor(mission.owner)
        launched = system.domain.lifecycle.launch(actor, mission.id, mission.draft)
        assert launched.state is MissionState.ACTIVE


def test_the_menu_offers_places_where_both_are(system: System) -> None:
    """[P1]"""

    def offered(person: str) -> set[str]:
        view = by_command(system, person)
        body = {"as": system.people.person(person), "view_id": view["id"], "action_id": "channel"}
        found = system.people._send("suggest", {**body, "value": ""})
        return {option["text"]["text"] for option in found["options"]}

    everywhere = {"Direct messages with me", "#general", "#ops", "#incidents"}
    assert offered("ada") == everywhere | {"#secret-ops"}
    assert offered("linus") == everywhere
    assert offered("guest") == {"Direct messages with me", "#ops"}


@pytest.mark.parametrize(
    ("person", "channel"),
    [("linus", SECRET), ("linus", ChannelId("C0UNKNOWN")), ("guest", GENERAL)],
)
def test_hidden_and_unknown_places_are_refused_alike(
    system: System, person: str, channel: ChannelId
) -> None:
    """[P1]"""
    view = by_command(system, person)
    answer = send(system, person, view, wish="check the shop", channel=channel)
    assert answer["errors"] == {"channel": "Pick a channel that you and I are both in."}
    assert not system.bell.deliveries


def test_a_channel_that_somebody_only_reads_is_not_offered_there(system: System) -> None:
    """[C1] Its form opens without a place: the Mission could not live there."""
    system.people.admin("leave", channel=OPS, user="linus")
    try:
        assert "initial_option" not in field(by_command(system, "linus"), "channel")
    finally:
        system.people.admin("join", channel=OPS, user="linus")


def test_where_the_bot_is_not_the_cure_is_said(system: System) -> None:
    """[C11]"""
    view = by_command(system)
    answer = send(system, "ada", view, wish="check the shop", channel=RANDOM)
    assert "/invite @Houston" in answer["errors"]["channel"]


def test_the_global_shortcut_opens_the_dialog(system: System) -> None:
    """[C1]"""
    system.people.shortcut("grace", "new_mission")
    view = dialog(system, "grace")
    assert "initial_option" not in field(view, "channel")


def test_a_message_becomes_a_wish_that_is_data(system: System) -> None:
    """[C1 P4]"""
    ts = system.people.post("linus", OPS, "the shop at https://shop.example is slow & <odd>")
    system.people.shortcut("grace", "mission_of_message", OPS, ts)
    view = dialog(system, "grace")
    assert (
        "the shop at https://shop.example is slow & <odd>" in field(view, "wish")["initial_value"]
    )
    send(system, "grace", view, wish=field(view, "wish")["initial_value"])
    system.deliver_all()
    incoming = heard(system)
    assert incoming.person == PersonId("U0LOCALGRACE") != LINUS
    assert incoming.quoted
    assert "this message" in words(system.people.messages(OPS)[-1])


def test_a_message_where_the_bot_is_not_gives_the_cure_to_that_person_alone(
    system: System,
) -> None:
    """[C11]"""
    ts = system.people.post("ada", RANDOM, "the shop is slow")
    before = len(system.people.messages(RANDOM))
    system.people.shortcut("linus", "mission_of_message", RANDOM, ts)
    view = dialog(system, "linus", "Houston")
    assert "/invite @Houston" in words(view["view"])
    assert "submit" not in view["view"] or view["view"]["submit"] is None
    assert len(system.people.messages(RANDOM)) == before
