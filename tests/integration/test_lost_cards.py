"""A card that nobody finds any more never matters: what it offered is elsewhere too [C3 C5]."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis

from missions.cards import PlanViewCard
from missions.keys import TeamKeys
from missions.mission import Editing, Mission, MissionState
from missions.proposal import LIFETIME
from missions.saving import write_mission
from tests.integration.edge_kit import GRACE, OPS, System, connected
from tests.support.fakes import ManualClock
from tests.support.story import actions, words

Json = dict[str, Any]


@pytest.fixture
def system(redis: Redis) -> Iterator[System]:
    with connected(redis) as running:
        yield running


def view(system: System, person: str, has: str) -> Json:
    """The dialog on top once it has these words."""

    def find() -> Json | None:
        views = system.people.views(person)
        return views[-1] if views and has in json.dumps(views[-1], ensure_ascii=False) else None

    return system.people.wait_for(find, 15) or {}


def home(system: System, person: str, has: str) -> Json:
    """The person's Home once it has these words."""

    def find() -> Json | None:
        found = system.people.home(person)
        return found if found and has in json.dumps(found, ensure_ascii=False) else None

    return system.people.wait_for(find, 15) or {}


def details(system: System, person: str, mission: Mission) -> Json:
    system.people.command(person, OPS, f"/mission show {mission.id}")
    return view(system, person, mission.id)


def offered(shown: Json) -> set[str]:
    """The actions that a dialog offers."""
    return actions(shown["view"])


def only_named(system: System, mission: Mission, **changed: object) -> None:
    """Nobody edits it but its owner."""
    keys = TeamKeys(system.team).mission(mission.id)
    tx = system.domain.store.mission_tx(keys)
    write_mission(tx, keys, system.stored(mission), editing=Editing.NAMED, **changed)
    tx.commit()


def state(system: System, mission: Mission) -> MissionState | None:
    found = system.domain.store.mission(system.team, mission.id)
    return found.state if found else None


def in_thread(system: System, mission: Mission, has: str) -> Json:
    """The message of the Mission's thread that has these words, once it is there."""

    def find() -> Json | None:
        system.deliver_all()
        found = system.people.messages(OPS, mission.thread_ts)
        return next((m for m in found if has in words(m)), None)

    return system.people.wait_for(find, 15) or {}


def drafted(system: System) -> Mission:
    """A Draft whose plan card was never posted."""
    return system.draft(OPS, thread_ts=system.people.post("ada", OPS, "watch the shop"))[0]


def test_a_draft_is_launched_from_its_details_and_the_thread_says_so(system: System) -> None:
    """[C3 M7] By an editor, on the overview and on the plan."""
    mission = drafted(system)
    shown = details(system, "grace", mission)
    assert {"launch", "try_once", "change", "discard"} <= offered(shown)
    system.people.click_view("grace", shown["id"], "details_tab:1")
    shown = view(system, "grace", "Cron Tasks")
    system.people.click_view("grace", shown["id"], "launch")
    system.people.wait_for(lambda: state(system, mission) is MissionState.ACTIVE, 15)
    assert "launched" in words(in_thread(system, mission, "launched"))
    assert "disable…" in str(view(system, "grace", "open_disable")).lower()


def test_who_may_not_edit_is_offered_none_of_it(system: System) -> None:
    """[P2]"""
    mission = drafted(system)
    only_named(system, mission)
    shown = details(system, "grace", mission)
    assert "details_tab" in offered(shown)
    assert not {"launch", "discard", "try_once"} & offered(shown)


def test_a_draft_is_discarded_from_its_details(system: System) -> None:
    """[M1] The dialog says so; it knows of no such Mission any more."""
    mission = drafted(system)
    shown = details(system, "ada", mission)
    system.people.click_view("ada", shown["id"], "discard")
    view(system, "ada", "Discarded. Nothing was scheduled.")
    assert state(system, mission) is None


def test_a_plan_that_one_person_sees_is_launched_from_there(system: System) -> None:
    """[C3 M7] `/mission plan`; the thread says who did, as nobody else saw it."""
    mission = drafted(system)
    system.people.command("ada", OPS, f"/mission plan {mission.id}")

    def alone() -> Json | None:
        found = system.people.ephemerals("ada", OPS)
        return next((m for m in found if "launch" in actions(m)), None)

    message = system.people.wait_for(alone, 15) or {}
    system.people.click("ada", OPS, message["ts"], "launch")
    system.people.wait_for(lambda: state(system, mission) is MissionState.ACTIVE, 15)
    assert "launched" in words(in_thread(system, mission, "launched"))


def test_a_plan_shown_to_all_goes_on_showing_the_plan(system: System) -> None:
    """[C3]"""
    mission = drafted(system)
    ts = system.show(OPS, PlanViewCard(mission=mission.id))["ts"]
    system.people.click("grace", OPS, ts, "launch")
    system.people.wait_for(lambda: state(system, mission) is MissionState.ACTIVE, 15)

    def follows() -> bool:
        system.deliver_all()
        message = next(m for m in system.people.messages(OPS) if m["ts"] == ts)
        return "open_disable" in actions(message) and "Plan of" in str(message["blocks"])

    system.people.wait_for(follows, 15)


def test_a_plan_that_ran_out_is_made_anew_from_the_details(system: System) -> None:
    """[C5] Its new card comes in the Mission's thread, and the dialog says so."""
    mission = drafted(system)
    assert isinstance(system.domain.clock, ManualClock)
    system.domain.clock.advance(seconds=LIFETIME.total_seconds() + 60)
    shown = details(system, "ada", mission)
    system.people.click_view("ada", shown["id"], "redo")
    view(system, "ada", "Its new card is in the thread")
    card = in_thread(system, mission, "Shop watch")
    assert "launch" in actions(card)


def test_a_change_without_a_card_is_applied_from_home(system: System) -> None:
    """[C5 C6] The row shows what changes, and the thread says that it applies."""
    mission = system.launched(OPS, thread_ts=system.people.post("ada", OPS, "watch the shop"))
    system.change(mission)
    system.people.open_home("ada")
    row = home(system, "ada", "A change to apply")
    assert "→" in str(row)
    system.people.click_view("ada", row["id"], "apply")
    system.people.wait_for(lambda: system.stored(mission).version == 2, 15)
    in_thread(system, mission, "version 2 of its plan applies now")


def test_a_plan_without_a_card_is_launched_from_home(system: System) -> None:
    """[C3] Whoever asked for it."""
    mission = drafted(system)
    system.people.open_home("ada")
    row = home(system, "ada", "A plan to launch")
    system.people.click_view("ada", row["id"], "launch")
    system.people.wait_for(lambda: state(system, mission) is MissionState.ACTIVE, 15)


def test_who_may_not_edit_any_more_answers_nothing_on_home(system: System) -> None:
    """[P2] What was asked for still waits."""
    mission = system.launched(OPS)
    system.change(mission, by=GRACE)
    only_named(system, mission)
    system.people.open_home("grace")
    row = home(system, "grace", "A change to apply")
    assert not {"apply", "discard"} & set(actions(row))


def test_words_from_the_details_stand_in_the_thread_with_their_author(system: System) -> None:
    """[C5 M7] And the details say where the answer comes, with the way there."""
    mission = system.launched(OPS, thread_ts=system.people.post("ada", OPS, "watch the shop"))
    shown = details(system, "grace", mission)
    system.people.click_view("grace", shown["id"], "change")
    dialog = view(system, "grace", "What should change")
    system.people.submit("grace", dialog["id"], {"wanted": {"wanted": "every 2 hours"}})
    said = in_thread(system, mission, "every 2 hours")
    assert GRACE in str(said["blocks"])
    told = str(view(system, "grace", "answer follows in the thread"))
    assert f"p{str(mission.thread_ts).replace('.', '')}|" in told
