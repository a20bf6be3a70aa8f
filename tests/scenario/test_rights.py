"""Who may see and do what, at every entrance: owner, editor, viewer, outsider.

Ada owns the Missions. Grace is a member of their channels, so an editor. Linus is a full member of
the workspace who has left the public channel: a viewer of it, and an outsider to the private one.
The guest is a member of #ops alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.site import Site
from tests.support.story import Story, actions, buttons, not_due, state_of, words
from tests.support.system import Houston, wait_for

Json = dict[str, Any]
SECRET_NAME = "Zebra vault"
HIDDEN = "no Mission"
READING = ("show", "plan", "history", "next")
ACTING = ("run", "stop", "enable", "rename", "disable", "delete")


@dataclass
class World:
    """A public and a private channel with a Mission each, and the people as Stories."""

    houston: Houston
    public: str
    private: str
    open_root: str
    open_plan: Json
    open_id: str
    secret_root: str
    secret_plan: Json
    secret_id: str

    def at(self, person: str, channel: str = "public") -> Story:
        place = {"public": self.public, "private": self.private}.get(channel, channel)
        return Story(self.houston.workspace, person, place)


@pytest.fixture(scope="module")
def world(houston: Houston, site_for_all: Site) -> World:
    """Missions of their own channels, so that other tests' Missions do not matter."""
    w = houston.workspace
    public = w.admin("create", name="rights-public")["channel"]
    private = w.admin("create", name="rights-private", is_private=True)["channel"]
    for channel in (public, private):
        for person in ("grace", houston_user(houston)):
            w.admin("join", channel=channel, user=person)
    ada = Story(w, "ada", public)
    url = site_for_all.url("/rights")
    open_root, open_plan, open_id = ada.launched(f"check {url} {not_due()}, call it Public gate")
    secret = ada.as_("ada", private)
    secret_root, secret_plan, secret_id = secret.launched(
        f"check {url} {not_due()}, call it {SECRET_NAME}"
    )
    return World(
        houston,
        public,
        private,
        open_root,
        open_plan,
        open_id,
        secret_root,
        secret_plan,
        secret_id,
    )


def houston_user(houston: Houston) -> str:
    return str(houston.workspace.state()["bot"]["id"])


@pytest.fixture
def nothing_changes(houston: Houston) -> Iterator[None]:
    """No Mission is made or changed by what the test does."""
    before = state_of(houston)
    yield
    assert state_of(houston) == before


def command(person: Story, line: str) -> str:
    """What a command is answered."""
    return words(person.command(f"/mission {line}"))


# --- commands ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("nothing_changes", "site")
@pytest.mark.parametrize("verb", READING)
def test_a_viewer_reads_a_public_mission_by_command(world: World, verb: str) -> None:
    """[P1 P2] Whoever can read the channel can see its Missions, also from a direct message."""
    told = command(world.at("linus", "dm"), f"{verb} {world.open_id}")
    assert "Public gate" in told
    assert HIDDEN not in told


@pytest.mark.usefixtures("nothing_changes", "site")
@pytest.mark.parametrize("verb", ACTING)
def test_a_viewer_changes_nothing_by_command(world: World, verb: str) -> None:
    """[P2] They are told that they cannot, and who can; no dialog opens."""
    told = command(world.at("linus", "dm"), f"{verb} {world.open_id} More words")
    assert "You cannot" in told
    assert "Members of the Mission's channel" in told
    assert world.houston.workspace.views("linus") == []


@pytest.mark.usefixtures("nothing_changes", "site")
@pytest.mark.parametrize("verb", READING + ACTING)
@pytest.mark.parametrize("person", ["linus", "guest"])
def test_to_an_outsider_a_private_mission_does_not_exist_by_command(
    world: World, person: str, verb: str
) -> None:
    """[P1] By ID and by name, with the words that an unknown one gets."""
    outsider = world.at(person, "#ops" if person == "guest" else "dm")
    by_id = command(outsider, f"{verb} {world.secret_id}")
    unknown = command(outsider, f"{verb} M-ZZZZZZ")
    assert by_id.replace(world.secret_id, "M-ZZZZZZ") == unknown
    assert HIDDEN in by_id
    assert HIDDEN in command(outsider, f"{verb} {SECRET_NAME}")
    assert world.houston.workspace.views(person) == []


@pytest.mark.usefixtures("nothing_changes", "site")
def test_a_guest_sees_only_where_they_are_a_member(world: World) -> None:
    """[P1] A public channel is no channel to a guest outside of it; inside they are a member."""
    guest = world.at("guest", "#ops")
    for verb in READING + ACTING:
        assert HIDDEN in command(guest, f"{verb} {world.open_id}"), verb
    assert world.open_id not in command(guest, "list")
    w = world.houston.workspace
    w.admin("join", channel=world.public, user="guest")
    try:
        wait_for(lambda: "Public gate" in command(guest, f"show {world.open_id}"))
        assert world.open_id in command(guest, "list Public gate")
    finally:
        w.admin("leave", channel=world.public, user="guest")
    wait_for(lambda: HIDDEN in command(guest, f"show {world.open_id}"))


@pytest.mark.usefixtures("site")
def test_an_editor_does_by_command_what_the_owner_does(world: World) -> None:
    """[P2] Members of the channel run, rename, disable and enable."""
    grace = world.at("grace")
    assert "Running" in command(grace, f"run {world.open_id}")
    assert "is now called" in command(grace, f"rename {world.open_id} Public door")
    assert "is now called" in command(grace, f"rename {world.open_id} Public gate")
    grace.w.command("grace", grace.channel, f"/mission disable {world.open_id}")
    view = grace.dialog()
    assert grace.fill(view, "by grace")["result"] == "closed"
    assert "by grace" in command(world.at("linus", "dm"), f"show {world.open_id}")
    assert "Active again" in command(grace, f"enable {world.open_id}")
    grace.w.command("grace", grace.channel, f"/mission delete {world.open_id}")
    view = grace.dialog()
    grace.w.close("grace", view["id"])


# --- lists, search, Home ----------------------------------------------------------------------


@pytest.mark.usefixtures("nothing_changes", "site")
@pytest.mark.parametrize("person", ["linus", "guest"])
def test_lists_search_and_home_hide_a_private_mission(world: World, person: str) -> None:
    """[P1 R6] Nothing of it, not its name and not its ID; members find it."""
    place = "#ops" if person == "guest" else "dm"
    traces = [
        command(world.at(person, place), line)
        for line in ("list", "list active", f"list {SECRET_NAME}", "list vault", "next")
    ]
    w = world.houston.workspace
    w.open_home(person)
    traces.append(json.dumps(wait_for(lambda: w.home(person))))
    for trace in traces:
        assert world.secret_id not in trace
    assert all(SECRET_NAME not in trace for trace in (*traces[:2], *traces[4:]))

    assert world.secret_id in command(world.at("grace", "dm"), f"list {SECRET_NAME}")
    w.open_home("grace")
    wait_for(lambda: world.secret_id in json.dumps(w.home("grace")))


@pytest.mark.usefixtures("nothing_changes", "site")
def test_what_is_said_in_a_channel_shows_that_channel_only(world: World) -> None:
    """[P1] Also to somebody who may see more: all members read the answer."""
    public, private = world.at("ada"), world.at("ada", "private")
    told = words(public.ask("list missions"))
    assert world.open_id in told
    assert world.secret_id not in told
    told = words(private.ask("list missions"))
    assert world.secret_id in told
    assert world.open_id not in told
    for said in (f"show {world.secret_id}", f"show {SECRET_NAME}", f"why did {SECRET_NAME} fail"):
        assert HIDDEN in words(public.ask(said)), said
    assert SECRET_NAME not in words(public.ask("next runs"))
    mine = words(world.at("ada", "dm").ask("list missions"))
    assert world.open_id in mine
    assert world.secret_id in mine


# --- words ------------------------------------------------------------------------------------

SAID = ("show {}", "plan of {}", "history of {}", "next runs of {}", "why did {} fail")
WANTED = (
    "run {}",
    "stop {}",
    "disable {}",
    "enable {}",
    "delete {}",
    "{}: make it every 2 hours",
    "{}: call it Mine now",
)


@pytest.mark.usefixtures("nothing_changes", "site")
def test_a_viewer_may_ask_but_not_change_by_words(world: World) -> None:
    """[C1 P2] In a direct message: facts are shown, changes are refused at once."""
    linus = world.at("linus", "dm")
    root = linus.mention("hello")
    linus.said(root, "Tell me what to keep an eye on")
    for said in SAID:
        told = linus.ask(said.format(world.open_id), root, mention=False)
        assert "Public gate" in words(told), said
    for wanted in WANTED:
        told = linus.ask(wanted.format(world.open_id), root, mention=False)
        assert re.search("You cannot|Nothing of", words(told)), wanted
        assert not {"apply", "run_now", "open_disable", "open_delete"} & actions(told), wanted


@pytest.mark.usefixtures("nothing_changes", "site")
@pytest.mark.parametrize(("person", "place"), [("linus", "dm"), ("linus", "#ops"), ("guest", "dm")])
def test_an_outsider_learns_nothing_by_words(world: World, person: str, place: str) -> None:
    """[P1 C1] By mention, in a thread and in a direct message; hidden and unknown sound alike."""
    outsider = world.at(person, place)
    root = outsider.mention("hello")
    outsider.said(root, "Tell me what to keep an eye on")
    unknown = words(outsider.ask("show M-ZZZZZZ", root, mention=False))
    assert HIDDEN in unknown
    for said in (*SAID, *WANTED):
        hidden = words(outsider.ask(said.format(world.secret_id), root, mention=False))
        assert hidden.replace(world.secret_id, "M-ZZZZZZ") == unknown, said
    named = words(outsider.ask(f"show {SECRET_NAME}", root, mention=False))
    assert world.secret_id not in named
    assert HIDDEN in named


# --- buttons ----------------------------------------------------------------------------------


@dataclass
class Shelf:
    """Every card with buttons of one Mission, as its owner saw it."""

    cards: dict[str, Json]

    def each(self) -> Iterator[tuple[str, Json, str]]:
        seen = set()
        for name, card in self.cards.items():
            for _, _, element in buttons(card):
                action = element["action_id"].partition(":")[0]
                if (name, action) not in seen:
                    seen.add((name, action))
                    yield name, card, element["action_id"]


def mission_in(card: Json, action: str) -> str | None:
    """The Mission that a button is about."""
    element = next(e for _, _, e in buttons(card) if e["action_id"] == action)
    found: str | None = json.loads(element["value"]).get("mission")
    return found


EDITING = {
    "launch", "try_once", "change", "discard", "apply", "redo", "open_disable", "enable",
    "open_delete", "run_now", "stop", "undo_rename",
}  # fmt: skip
"""Buttons that change something; all others only show."""


def shelf(person: Story, mission: str, name: str) -> Shelf:
    """Ask for one card of each kind: a new plan, and all there is about a Mission."""
    draft = person.mention("check https://shelf.example every hour, call it Shelf draft")
    plan = person.offered(draft, "launch")
    root = person.mention("hello")
    person.next_answer(root)

    def say(text: str) -> Json:
        return person.ask(text, root)

    cards = {
        "plan": plan,
        "change": say(f"{mission}: make it every 3 hours"),
        "run": say(f"run {mission}"),
        "disable": say(f"disable {mission}"),
        "delete": say(f"delete {mission}"),
        "mission": say(f"show {mission}"),
        "plan_view": say(f"plan of {mission}"),
        "history": say(f"history of {mission}"),
        "next": say(f"next runs of {mission}"),
        "list": say(f"search {name}"),
    }
    return Shelf(cards)


@pytest.mark.usefixtures("site")
def test_every_button_of_a_public_card_refuses_a_viewer_what_changes(world: World) -> None:
    """[C6 P2] Pressed by somebody else's finger: views are shown to them, changes refused."""
    ada, linus = world.at("ada"), world.at("linus")
    cards = shelf(ada, world.open_id, "Public gate")
    before = state_of(world.houston)
    pressed = set()
    for name, card, action in cards.each():
        kind = action.partition(":")[0]
        told = linus.refused(card, action)
        pressed.add(kind)
        if kind in EDITING:
            assert re.search("You cannot", told), (name, action, told)
        else:
            assert "You cannot" not in told, (name, action, told)
    assert state_of(world.houston) == before
    assert linus.w.views("linus") == []
    expected = {"launch", "apply", "discard", "run_now", "open_disable", "open_delete", "change"}
    assert expected <= pressed
    ada.discard(cards.cards["plan"])


@pytest.mark.usefixtures("site")
def test_every_card_in_a_direct_message_is_dead_after_leaving(world: World) -> None:
    """[P1 C6] What somebody kept from their time in a private channel does nothing any more.

    Each button is answered as if the Mission did not exist.
    """
    w = world.houston.workspace
    w.admin("join", channel=world.private, user="linus")
    linus = world.at("linus", "dm")
    wait_for(lambda: SECRET_NAME in command(linus, f"show {world.secret_id}"))
    kept = shelf(linus, world.secret_id, SECRET_NAME)
    w.admin("leave", channel=world.private, user="linus")
    wait_for(lambda: HIDDEN in command(linus, f"show {world.secret_id}"))
    before = state_of(world.houston)
    pressed = set()
    for name, card, action in kept.each():
        kind = action.partition(":")[0]
        if mission_in(card, action) != world.secret_id:
            continue
        told = linus.refused(card, action)
        assert HIDDEN in told, (name, action, told)
        assert SECRET_NAME not in told
        pressed.add(kind)
    assert {"apply", "discard", "run_now", "open_disable", "open_delete", "show"} <= pressed
    assert state_of(world.houston) == before
    assert w.views("linus") == []
    linus.discard(kept.cards["plan"])


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("verb", ["disable", "delete"])
def test_a_right_lost_while_a_dialog_is_open_does_not_count(world: World, verb: str) -> None:
    """[P2 M3 M5] Rights are checked again at submit: the dialog says why, nothing happens."""
    w = world.houston.workspace
    w.admin("join", channel=world.public, user="linus")
    linus = world.at("linus")
    wait_for(lambda: _opens(linus, f"/mission {verb} {world.open_id}"))
    view = linus.dialog()
    w.admin("leave", channel=world.public, user="linus")
    before = state_of(world.houston)
    linus.fill(view, world.open_id)
    shown = linus.dialog()
    assert "You cannot" in words(shown["view"])
    linus.w.close("linus", shown["id"])
    assert state_of(world.houston) == before


@pytest.mark.usefixtures("site")
def test_a_dialog_of_a_private_mission_forgets_who_has_left(world: World) -> None:
    """[P1] To somebody who has left a private channel the Mission is unknown at submit."""
    w = world.houston.workspace
    w.admin("join", channel=world.private, user="linus")
    linus = world.at("linus", "private")
    wait_for(lambda: _opens(linus, f"/mission delete {world.secret_id}"))
    view = linus.dialog()
    w.admin("leave", channel=world.private, user="linus")
    before = state_of(world.houston)
    linus.fill(view, world.secret_id)
    shown = linus.dialog()
    assert HIDDEN in words(shown["view"])
    linus.w.close("linus", shown["id"])
    assert state_of(world.houston) == before


def _opens(person: Story, line: str) -> bool:
    person.w.command(person.person, person.channel, line)
    return bool(person.w.views(person.person))


@pytest.mark.usefixtures("site")
def test_an_owner_who_left_a_private_channel_cannot_reach_their_mission(
    world: World, site: Site
) -> None:
    """[P1 P2] The owner's right ends with reading the channel, and comes back with it."""
    w = world.houston.workspace
    grace = world.at("grace", "private")
    _, _, mission = grace.launched(f"check {site.url()} {not_due()}, call it Graces own")
    w.admin("leave", channel=world.private, user="grace")
    try:
        direct = world.at("grace", "dm")
        assert HIDDEN in command(direct, f"show {mission}")
        assert HIDDEN in command(direct, f"disable {mission}")
        assert mission not in command(direct, "list")
    finally:
        w.admin("join", channel=world.private, user="grace")
    wait_for(lambda: "Graces own" in command(world.at("grace", "dm"), f"show {mission}"))


@pytest.mark.usefixtures("site")
def test_an_owner_who_left_a_public_channel_keeps_their_mission(world: World, site: Site) -> None:
    """[P2] They can still read it, and it is theirs."""
    w = world.houston.workspace
    grace = world.at("grace")
    _, _, mission = grace.launched(f"check {site.url()} {not_due()}, call it Graces gate")
    w.admin("leave", channel=world.public, user="grace")
    try:
        told = command(world.at("grace", "dm"), f"rename {mission} Still hers")
        assert "is now called" in told
    finally:
        w.admin("join", channel=world.public, user="grace")
