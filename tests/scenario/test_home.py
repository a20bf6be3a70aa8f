"""Home, details and settings for four people: owner, editor, viewer, outsider.

Ada owns the Missions. Grace is a member of their channels, so an editor. Linus has left the public
channel: a viewer of it, and an outsider to the private one. The guest is an outsider to both, and
sees one in #ops.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.site import Site
from tests.support.story import Story, words
from tests.support.system import Houston, wait_for

Json = dict[str, Any]
SECRET_NAME = "Walrus ledger"
OPEN_NAME = "Lighthouse"


@dataclass
class World:
    """A public and a private channel with a Mission each."""

    houston: Houston
    public: str
    private: str
    open_id: str
    secret_id: str

    def at(self, person: str, channel: str = "public") -> Story:
        place = {"public": self.public, "private": self.private}.get(channel, channel)
        return Story(self.houston.workspace, person, place)


@pytest.fixture(scope="module")
def world(houston: Houston, site_for_all: Site) -> World:
    w = houston.workspace
    public = w.admin("create", name="home-public")["channel"]
    private = w.admin("create", name="home-private", is_private=True)["channel"]
    for channel in (public, private):
        for person in ("grace", str(w.state()["bot"]["id"])):
            w.admin("join", channel=channel, user=person)
    url = site_for_all.url("/home")
    _, _, open_id = Story(w, "ada", public).launched(f"check {url} every hour, call it {OPEN_NAME}")
    _, _, secret_id = Story(w, "ada", private).launched(
        f"check {url} every hour, call it {SECRET_NAME}"
    )
    Story(w, "ada", "#ops").launched(f"check {url} every hour, call it Common room")
    return World(houston, public, private, open_id, secret_id)


def home(world: World, person: str, has: str = "Mission control") -> Json:
    """The person's Home, just opened, once it is shown anew with these words."""
    w = world.houston.workspace
    before = w.home(person) or {}
    w.open_home(person)
    wait_for(lambda: (w.home(person) or {}).get("hash") != before.get("hash"), 15)
    return seen(world, person, has)


def seen(world: World, person: str, has: str) -> Json:
    """The person's Home once it has these words."""
    w = world.houston.workspace

    def find() -> Json | None:
        view = w.home(person)
        return view if view and has in json.dumps(view, ensure_ascii=False) else None

    return wait_for(find, 15) or {}


def searched(world: World, person: str, typed: str) -> str:
    """What Home shows when the person searches for that."""
    w, mark = world.houston.workspace, f'"initial_value": "{typed}"'
    view = home(world, person)
    w.click_view(person, view["id"], "home_search", typed)
    held = json.dumps(seen(world, person, mark), ensure_ascii=False)
    w.click_view(person, view["id"], "home_search", "")
    wait_for(lambda: mark not in json.dumps(w.home(person), ensure_ascii=False), 15)
    return held.replace(mark, "")


@pytest.mark.usefixtures("site")
def test_each_sees_on_home_what_is_theirs_to_see(world: World) -> None:
    """[R6 P1] Owner and editor both Missions, a viewer the public one, a guest none of them."""
    expected = {
        "ada": {world.open_id, world.secret_id},
        "grace": {world.open_id, world.secret_id},
        "linus": {world.open_id},
        "guest": set(),
    }
    for person, visible in expected.items():
        found = {
            one
            for name, one in ((OPEN_NAME, world.open_id), (SECRET_NAME, world.secret_id))
            if one in searched(world, person, name)
        }
        assert found == visible, person


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("person", ["linus", "guest"])
def test_an_outsider_finds_no_trace_of_a_private_mission(world: World, person: str) -> None:
    """[P1] Not on Home, by search, or by a guessed ID; not even in how many there are."""
    place = "#ops" if person == "guest" else "dm"
    outsider = world.at(person, place)
    traces = [json.dumps(home(world, person))]
    traces += [searched(world, person, one) for one in ("Walrus", "ledger", world.secret_id)]
    for trace in traces:
        assert world.secret_id not in trace
        assert SECRET_NAME not in trace
        assert world.private not in trace
    hidden = words(outsider.command(f"/mission show {world.secret_id}"))
    unknown = words(outsider.command("/mission show M-ZZZZZZ"))
    assert hidden.replace(world.secret_id, "M-ZZZZZZ") == unknown
    assert world.houston.workspace.views(person) == []
    shown = json.loads(traces[0])["blocks"][1]["elements"][0]["text"]
    listed = words(outsider.command("/mission list"))
    active = shown.split(" Active")[0].rpartition(" ")[2] if "Active" in shown else "no"
    assert f"{active} Mission" in words(outsider.command("/mission list active")), (shown, listed)


@pytest.mark.usefixtures("site")
def test_a_viewer_sees_the_details_and_is_offered_nothing_that_changes_them(world: World) -> None:
    """[P2 R7] An editor is; deleting stands among the settings."""
    changing = ("open_disable", "run_now", "change", "mute")
    viewer = json.dumps(world.at("linus", "dm").command(f"/mission show {world.open_id}"))
    editor = json.dumps(world.at("grace", "dm").command(f"/mission show {world.open_id}"))
    assert '"open_delete"' not in viewer + editor
    for action in changing:
        assert f'"{action}"' not in viewer
        assert f'"{action}"' in editor
    assert OPEN_NAME in viewer


def named(world: World, *people: str) -> None:
    """Ada sets who may edit, from Home through details and settings."""
    w = world.houston.workspace
    ada = world.at("ada")
    view = home(world, "ada", world.open_id)
    w.click_view(
        "ada",
        view["id"],
        lambda _, e: e["action_id"] == "show" and world.open_id in str(e.get("value")),
    )
    wait_for(lambda: "details_tab:3" in json.dumps(ada.dialog()), 10)
    details = ada.dialog()
    w.click_view("ada", details["id"], "details_tab:3")
    wait_for(lambda: "open_settings" in json.dumps(ada.dialog()), 10)
    w.click_view("ada", details["id"], "open_settings")
    wait_for(lambda: len(w.views("ada")) == 2, 10)
    ids = [w.person(person) for person in people]
    editing = "named" if people else "members"
    given: dict[str, Any] = {"editing": {"editing": editing}, "editors": {"editors": ids}}
    assert w.submit("ada", ada.dialog()["id"], given)["result"] == "closed"
    w.close("ada", details["id"])


@pytest.mark.usefixtures("site")
def test_named_editors_are_the_only_ones_besides_the_owner(world: World) -> None:
    """[P2] By command, by words and by button; an outsider who is named still finds nothing."""
    grace, linus = world.at("grace"), world.at("linus", "dm")
    named(world, "linus", "guest")
    try:
        refused = words(grace.command(f"/mission run {world.open_id}"))
        assert "the people named in its settings can" in refused
        told = words(grace.ask(f"{world.open_id}: call it Mine"))
        assert re.search("You cannot|Nothing of", told), told
        assert "Running" in words(linus.command(f"/mission run {world.open_id}"))
        guest = world.at("guest", "#ops")
        assert "no Mission" in words(guest.command(f"/mission run {world.open_id}"))
        assert world.open_id not in json.dumps(home(world, "guest"))
    finally:
        named(world)
    assert "Running" in words(grace.command(f"/mission run {world.open_id}"))


@pytest.mark.usefixtures("site")
def test_a_plan_waits_on_home_until_it_is_answered(world: World, site: Site) -> None:
    """[R6 C5] For who asked for it alone, with a link to its card."""
    ada = world.at("ada")
    root = ada.mention(f"check {site.url()} every day at 7:00, call it Morning look")
    plan = ada.said(root, "Launch")
    link = f"p{plan['ts'].replace('.', '')}"
    home(world, "ada", link)
    assert "A plan to launch" not in json.dumps(home(world, "grace"))
    ada.click(plan, "launch")
    wait_for(lambda: link not in json.dumps(home(world, "ada")), 30)
