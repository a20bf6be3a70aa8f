"""A Mission's details at the edge: what a click does is shown there, never what is older."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from redis import Redis

from bot.blocks.actions import ActionId, Value, encode
from bot.edge import details, interactions
from bot.edge.click import Click
from bot.edge.context import Edge
from bot.edge.in_view import in_view
from bot.edge.place import Place, ViewAt
from missions.cards import ListCard, MissionCard
from missions.ids import PersonId
from missions.keys import TeamKeys
from missions.mission import Editing, Mission, MissionState
from missions.spending import Caps
from tests.integration.edge_kit import (
    ADA,
    GRACE,
    LINUS,
    OPS,
    SECRET,
    System,
    connected,
)
from tests.support.stored import content

Json = dict[str, Any]


@pytest.fixture
def system(redis: Redis) -> Iterator[System]:
    with connected(redis) as running:
        yield running


def opened(system: System, person: str, mission: Mission) -> Json:
    """The details, opened by command."""
    system.people.command(person, OPS, f"/mission show {mission.id}")
    return top(system, person, mission.id)


def top(system: System, person: str, has: str, depth: int = 1) -> Json:
    """The dialog on top once it has these words and so many are open."""

    def find() -> Json | None:
        views = system.people.views(person)
        fits = len(views) == depth and has in json.dumps(views[-1], ensure_ascii=False)
        return views[-1] if fits else None

    return system.people.wait_for(find) or {}


def press(system: System, person: str, view: Json, action: str, value: Any = None) -> None:
    system.people.click_view(person, view["id"], action, value)


def test_details_open_from_a_list_and_turn_to_each_part(system: System) -> None:
    """[R7] Overview, plan, change log, settings: in the same dialog."""
    mission = system.launched(OPS)
    system.domain.lifecycle.rename(system.actor(GRACE), mission.id, "Storefront")
    message = system.show(OPS, ListCard())
    system.people.click("ada", OPS, message["ts"], "show")
    view = top(system, "ada", "Goal")
    press(system, "ada", view, "details_tab:1")
    top(system, "ada", "Cron Tasks")
    press(system, "ada", view, "details_tab:2")
    assert "Shop watch → Storefront" in str(top(system, "ada", "Renamed"))
    press(system, "ada", view, "details_tab:3")
    top(system, "ada", "members of the channel")
    press(system, "ada", view, "details_tab")
    top(system, "ada", "Goal")
    for action in ("executions", "calendar"):
        press(system, "ada", view, action)
        above = top(system, "ada", mission.id, depth=2)
        system.people.close("ada", above["id"])


@pytest.mark.parametrize(
    ("action", "has"),
    [
        ("details_tab:1", "Cron Tasks"),
        ("executions", "Every status"),
        ("calendar", "days in"),
        ("details_tab:2", "Launched"),
        ("details_tab:3", "members of the channel"),
    ],
)
def test_each_part_opens_from_the_card(system: System, action: str, has: str) -> None:
    """[R7] Where the details are a message."""
    mission = system.launched(OPS)
    card = system.show(OPS, MissionCard(mission=mission.id))
    system.people.click("linus", OPS, card["ts"], action)
    assert top(system, "linus", has)["view"]["title"]


def test_versions_are_listed_compared_and_restored_from_the_details(system: System) -> None:
    """[B8 R7] Any two of them, in one dialog on the plan; restoring is asked of the thread."""
    mission = system.launched(OPS)
    for _ in range(2):
        change = system.change(system.stored(mission))
        system.domain.lifecycle.apply(system.actor(ADA), mission.id, change.id)
    view = opened(system, "ada", mission)
    press(system, "ada", view, "details_tab:1")
    top(system, "ada", "Cron Tasks")
    press(system, "ada", view, "versions")
    above = top(system, "ada", "*Version 3* (current)", depth=2)
    assert "Restore version 1" in str(above)
    chosen = encode(Value(mission=mission.id, page=1, version=3), 150)
    press(system, "ada", above, "diff:1", chosen)
    between = top(system, "ada", "version 1 → 3", depth=2)
    assert between["id"] == above["id"]
    press(system, "ada", above, "restore")
    top(system, "ada", "The answer follows in the thread", depth=2)
    said = content(system.domain.redis, TeamKeys(system.team).outbox)
    assert "restore version 1" in str(said)


def test_who_only_reads_compares_versions_and_restores_none(system: System) -> None:
    """[P2 B8]"""
    mission = system.launched(OPS)
    system.domain.lifecycle.apply(
        system.actor(ADA), mission.id, system.change(system.stored(mission)).id
    )
    set_(system, ADA, mission, editing=Editing.NAMED)
    view = opened(system, "grace", mission)
    press(system, "grace", view, "details_tab:2")
    top(system, "grace", "Versions…")
    press(system, "grace", view, "versions")
    above = top(system, "grace", "*Version 2* (current)", depth=2)
    assert "What changed" in str(above)
    assert "Restor" not in str(above)


def test_the_toggle_asks_before_it_disables_and_the_details_follow(system: System) -> None:
    """[R7 M3 M4]"""
    mission = system.launched(OPS)
    view = opened(system, "ada", mission)
    press(system, "ada", view, "open_disable")
    dialog = top(system, "ada", "Disable this Mission?", depth=2)
    system.people.submit("ada", dialog["id"], {"note": {"note": "code freeze"}})
    view = top(system, "ada", "code freeze")
    assert system.stored(mission).state is MissionState.PAUSED
    press(system, "ada", view, "enable")
    top(system, "ada", "open_disable")
    assert system.stored(mission).state is MissionState.ACTIVE


def test_a_click_in_details_that_are_old_says_so_and_shows_them_anew(system: System) -> None:
    """[M2 R7]"""
    mission = system.launched(OPS)
    view = opened(system, "ada", mission)
    system.domain.lifecycle.disable(system.actor(GRACE), mission.id)
    press(system, "ada", view, "open_disable")
    shown = str(top(system, "ada", "is Paused"))
    assert "I cannot disable it" in shown
    assert "'enable'" in shown


def test_what_a_click_says_is_said_in_the_dialog(system: System) -> None:
    """[R7 S6]"""
    mission = system.launched(OPS)
    press(system, "ada", opened(system, "ada", mission), "run_now")
    top(system, "ada", "Running it now")
    assert system.people.messages("dm") == []


def test_a_click_in_a_view_has_all_that_any_click_has(system: System) -> None:
    """The tools that verify, and the way to Sessions, too."""
    plain = Edge.build(system.domain, system.client)
    edge = replace(plain, tools={"http": None}, session=lambda *_: None)  # type: ignore[dict-item]
    here = in_view(edge)
    assert all(getattr(here, one.name) is getattr(edge, one.name) for one in fields(edge))


def test_of_two_clicks_the_later_decides_what_is_shown(system: System) -> None:
    """[R7] However late the first one's answer comes."""
    mission = system.launched(OPS)
    edge = Edge.build(system.domain, system.client)
    view = opened(system, "ada", mission)["view"]

    def turn(tab: str, at: float) -> None:
        shown = ViewAt(view["id"], view["hash"], callback="details", at=at)
        place = Place(person=ADA, channel=None, shown=shown)
        value = Value(mission=mission.id, extra=tab)
        details.turn_to(edge, Click(place, ActionId.DETAILS_TAB, value, "b", system.actor(ADA)))

    turn("plan", at=2.0)
    turn("changes", at=1.0)
    top(system, "ada", "Cron Tasks")
    turn("settings", at=3.0)
    top(system, "ada", "members of the channel")


def test_details_of_a_mission_that_is_gone_say_so(system: System) -> None:
    """[P1 M6]"""
    mission = system.launched(OPS)
    view = opened(system, "ada", mission)
    press(system, "ada", view, "details_tab:3")
    top(system, "ada", "members of the channel")
    press(system, "ada", view, "open_delete")
    dialog = top(system, "ada", "cannot be undone", depth=2)
    system.people.submit("ada", dialog["id"], {"typed_id": {"typed_id": mission.id}})
    system.people.wait_for(lambda: system.people.views("ada") == [])

    other = system.launched(OPS)
    view = opened(system, "ada", other)
    system.domain.lifecycle.delete(system.actor(GRACE), other.id, other.id)
    press(system, "ada", view, "details_tab:1")
    top(system, "ada", "I know of no Mission")


def test_a_change_asked_for_in_the_details_says_where_it_is_answered(system: System) -> None:
    """[C5 C10]"""
    mission = system.launched(OPS, thread_ts=system.people.post("ada", OPS, "watch the shop"))
    view = opened(system, "ada", mission)
    press(system, "ada", view, "change")
    dialog = top(system, "ada", "What should change", depth=2)
    system.people.submit("ada", dialog["id"], {"wanted": {"wanted": "every 2 hours"}})
    shown = system.people.wait_for(
        lambda: top(system, "ada", "answer follows in the thread", depth=1), 15
    )
    assert shown["id"] == view["id"]


def test_a_delete_that_took_too_long_is_not_said_to_be_undone(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[M6 C6] The details below, which that answer would have closed, say that it is gone."""
    mission = system.launched(OPS)
    view = opened(system, "ada", mission)
    press(system, "ada", view, "details_tab:3")
    top(system, "ada", "members of the channel")
    press(system, "ada", view, "open_delete")
    dialog = top(system, "ada", "cannot be undone", depth=2)
    monkeypatch.setattr("bot.edge.app.ANSWER_SECONDS", 0)
    system.people.submit("ada", dialog["id"], {"typed_id": {"typed_id": mission.id}})
    top(system, "ada", "I know of no Mission")
    dm = system.people.channel("dm", "ada")
    assert "was not done" not in str(system.people.messages(dm))


def test_to_an_outsider_there_are_no_details(system: System) -> None:
    """[P1] By command, by button, and of a dialog that was opened while they could see it."""
    hidden, unknown = system.launched(SECRET), "M-222222"
    told = []
    for mission in (hidden.id, unknown):
        system.people.command("linus", OPS, f"/mission show {mission}")
        told.append(system.people.ephemerals("linus", OPS)[-1]["text"].replace(mission, "M"))
    assert told[0] == told[1]
    assert system.people.views("linus") == []

    channel = system.people_only("ada", "linus")
    kept = system.launched(channel)
    view = opened(system, "linus", kept)
    system.people.admin("leave", channel=channel, user="linus")
    system.people.wait_for(lambda: not system.domain.rights.can_read(system.team, LINUS, channel))
    press(system, "linus", view, "details_tab:2")
    shown = str(top(system, "linus", "no Mission"))
    assert kept.name not in shown


def set_(system: System, by: PersonId, mission: Mission, **wanted: object) -> None:
    now, before = system.domain.lifecycle.settings(system.actor(by), mission.id)
    after = before.model_copy(update=wanted)
    system.domain.lifecycle.change_settings(system.actor(by), mission.id, after, now.rev)


def test_settings_are_saved_shown_and_logged(system: System) -> None:
    """[R7 P2 M7]"""
    mission = system.launched(OPS)
    view = opened(system, "ada", mission)
    press(system, "ada", view, "details_tab:3")
    view = top(system, "ada", "open_settings")
    press(system, "ada", view, "open_settings")
    dialog = top(system, "ada", "Save", depth=2)
    refused = system.people.submit("ada", dialog["id"], {"name": {"name": "…"}})
    assert "at least one letter" in refused["errors"]["name"]
    system.people.submit(
        "ada",
        dialog["id"],
        {
            "name": {"name": "Storefront"},
            "editing": {"editing": "named"},
            "editors": {"editors": [LINUS]},
            "notify-T1": {"notify-T1": "on_change"},
        },
    )
    shown = str(top(system, "ada", "Storefront"))
    assert "Ada (owner), Linus" in shown
    after = system.stored(mission)
    assert (after.editing, after.editors, after.version) == (Editing.NAMED, (LINUS,), 2)
    press(system, "ada", view, "details_tab:2")
    top(system, "ada", "members of the channel → the owner, Linus")


def test_a_limit_in_dollars_is_refused_where_the_model_has_no_price(system: System) -> None:
    """[X6 R7] In the dialog, with who sets the price; it holds once there is one."""
    mission = system.launched(OPS)
    spending = system.domain.spending
    spending.caps = Caps(run_tokens=5_000, unpriced="openai:x")
    press(system, "ada", opened(system, "ada", mission), "details_tab:3")
    press(system, "ada", top(system, "ada", "open_settings"), "open_settings")
    dialog = top(system, "ada", "Save", depth=2)
    typed = {"day_usd": {"day_usd": "2.50"}}
    refused = system.people.submit("ada", dialog["id"], typed)
    assert "the price in HOUSTON_PRICES" in refused["errors"]["day_usd"]
    assert system.stored(mission).version == 1
    spending.caps = Caps(run_tokens=5_000)
    system.people.submit("ada", dialog["id"], typed)
    top(system, "ada", "at most 5,000 tokens a run; at most $2.50 a day")


def test_settings_changed_meanwhile_are_shown_not_overwritten(system: System) -> None:
    """[M2 R7] The dialog says so and can be saved anew."""
    mission = system.launched(OPS)
    press(system, "ada", opened(system, "ada", mission), "details_tab:3")
    press(system, "ada", top(system, "ada", "open_settings"), "open_settings")
    dialog = top(system, "ada", "Save", depth=2)
    set_(system, GRACE, mission, name="Hers")
    system.people.submit("ada", dialog["id"], {"name": {"name": "Mine"}})
    top(system, "ada", "was changed meanwhile", depth=2)
    assert system.stored(mission).name == "Hers"
    system.people.submit("ada", dialog["id"], {"name": {"name": "Mine"}})
    top(system, "ada", "Mine")
    assert system.stored(mission).name == "Mine"


def test_who_may_not_edit_sees_the_settings_and_cannot_change_them(system: System) -> None:
    """[P2] Not by a button kept from before, not by a dialog that stands open."""
    mission = system.launched(OPS)
    view = opened(system, "grace", mission)
    press(system, "grace", view, "details_tab:3")
    view = top(system, "grace", "open_settings")
    press(system, "grace", view, "open_settings")
    dialog = top(system, "grace", "Save", depth=2)
    set_(system, ADA, mission, editing=Editing.NAMED)
    system.people.submit("grace", dialog["id"], {"name": {"name": "Mine"}})
    top(system, "grace", "You cannot change the settings here", depth=2)
    system.people.close("grace", dialog["id"])
    assert "open_settings" not in str(top(system, "grace", "can change these"))
    shown = ViewAt(view["id"], callback="details", metadata=view["view"]["private_metadata"])
    place = Place(person=GRACE, channel=None, shown=shown)
    kept = Click(place, ActionId.OPEN_SETTINGS, Value(mission=mission.id), "b", system.actor(GRACE))
    interactions.on_click(Edge.build(system.domain, system.client), kept)
    top(system, "grace", "people named in its settings can")
    assert system.stored(mission).name == mission.name
