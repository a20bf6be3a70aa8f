"""Each part of the details, as owner, editor and viewer see it; an outsider gets none of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.site import Site
from tests.support.story import Story, words
from tests.support.system import Houston, wait_for

Json = dict[str, Any]
NAME = "Surface gate"
PARTS = {
    "details_tab:1": "Cron Tasks",
    "details_tab:2": "Launched",
    "details_tab:3": "members of the channel",
    "details_tab": "Goal",
}
"""Tabs of the details, by the button that turns to each, and what stands there."""
ABOVE = {"executions": "run by hand", "calendar": "days in"}
"""What opens above the details."""
DEEPER = ("execution", "session")
"""Buttons from the list of Executions down to what one of them did."""
EDITING = {"open_disable", "open_delete", "run_now", "change", "open_settings", "mute"}


@dataclass
class World:
    houston: Houston
    channel: str
    mission: str

    def at(self, person: str) -> Story:
        return Story(self.houston.workspace, person, self.channel if person != "guest" else "#ops")


@pytest.fixture(scope="module")
def world(houston: Houston, site_for_all: Site) -> World:
    """A Mission in a public channel that Linus and the guest are not in, with one run."""
    w = houston.workspace
    channel = str(w.admin("create", name="surfaces")["channel"])
    for person in ("grace", str(w.state()["bot"]["id"])):
        w.admin("join", channel=channel, user=person)
    ada = Story(w, "ada", channel)
    _, _, mission = ada.launched(f"check {site_for_all.url()} every hour, call it {NAME}")
    ada.command(f"/mission run {mission}")
    ada.offered(None, "feedback", 30)
    return World(houston, channel, mission)


def top(who: Story, has: str, depth: int) -> Json:
    """The dialog on top, once so many are open and it has these words."""

    def find() -> Json | None:
        views = who.w.views(who.person)
        fits = len(views) == depth and has in json.dumps(views[-1], ensure_ascii=False)
        return views[-1] if fits else None

    return wait_for(find, 15) or {}


def offered(view: Json) -> set[str]:
    """The actions of a dialog."""
    found: set[str] = set()

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if "action_id" in node:
                found.add(str(node["action_id"]).partition(":")[0])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for one in node:
                walk(one)

    walk(view["view"]["blocks"])
    return found


def press(who: Story, view: Json, action: str) -> None:
    who.w.click_view(who.person, view["id"], action)


def pressed_on(who: Story, view: Json, action: str) -> Json:
    """The dialog on top once a button has changed it."""
    press(who, view, action)

    def find() -> Json | None:
        now = who.w.views(who.person)[-1]
        return now if now["view"]["blocks"] != view["view"]["blocks"] else None

    return wait_for(find, 15) or {}


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("person", ["ada", "grace", "linus"])
def test_who_may_read_the_channel_sees_every_part(world: World, person: str) -> None:
    """[P1 P2 R7 R8 X4] The owner, an editor, a viewer; only the first two are offered changes."""
    who = world.at(person)
    who.w.command(person, who.channel, f"/mission show {world.mission}")
    details, seen = top(who, "Goal", 1), set[str]()
    for action, has in PARTS.items():
        press(who, details, action)
        details = top(who, has, 1)
        seen |= offered(details)
    for action, has in ABOVE.items():
        press(who, details, action)
        above = top(who, has, 2)
        for deeper in DEEPER if action == "executions" else ():
            above = pressed_on(who, above, deeper)
        assert action == "calendar" or "‹ This Execution" in words(above["view"])
        seen |= offered(above)
        who.w.close(person, above["id"])
    who.w.close(person, details["id"])
    assert bool(EDITING & seen) is (person != "linus"), EDITING & seen


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("verb", ["show", "plan", "history", "versions", "export"])
def test_to_an_outsider_no_part_exists(world: World, verb: str) -> None:
    """[P1] A guest who is not in the channel is told what an unknown ID gets; no dialog opens."""
    guest = world.at("guest")
    told = words(guest.command(f"/mission {verb} {world.mission}"))
    assert told.replace(world.mission, "M-ZZZZZZ") == words(
        guest.command(f"/mission {verb} M-ZZZZZZ")
    )
    assert "no Mission" in told
    assert guest.w.views("guest") == []
