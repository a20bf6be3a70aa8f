"""From the New Mission dialog to a run that is stopped, by an owner, an editor and others."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from bot.workspace.client import WorkspaceClient
from tests.support.site import Site
from tests.support.story import Story, actions, mission_id, words
from tests.support.system import wait_for

Json = dict[str, Any]
PLACE = "#incidents"


@pytest.fixture
def ada(workspace: WorkspaceClient) -> Iterator[Story]:
    """The owner; Grace is an editor, Linus can read the channel without being in it."""
    workspace.admin("leave", channel=PLACE, user="linus")
    yield Story(workspace, "ada", PLACE)
    workspace.admin("join", channel=PLACE, user="linus")


def opened(who: Story, title: str = "New Mission") -> Json:
    """The dialog with that title, once it is open."""

    def top() -> Json | None:
        shown = who.w.views(who.person)
        return shown[-1] if shown and shown[-1]["view"]["title"]["text"] == title else None

    found = wait_for(top, 5)
    assert found
    return found


def asked(who: Story) -> Json:
    """The latest wish from the dialog in the channel."""
    return who.said(None, "asks for a new Mission")


def test_from_the_dialog_to_a_run_that_is_stopped(ada: Story, site: Site) -> None:
    """[C1 C2 C10 X5 M6] Two actions to an Active Mission; progress, Stop by an editor, delete."""
    ada.w.command(ada.person, PLACE, f"/mission new every day at 9 check {site.url()}")
    ada.w.submit("ada", opened(ada)["id"], {})
    root = asked(ada)["ts"]
    plan = ada.offered(root, "launch")
    ada.click(plan, "launch")
    ada.said(root, "Launched by")

    site.delay = 20.0
    grace, linus = ada.as_("grace"), ada.as_("linus")
    grace.w.command("grace", PLACE, f"/mission run {mission_id(plan)}")
    shown = grace.offered(None, "stop", 15)
    assert any(block["type"] == "plan" for block in shown["blocks"])
    assert "cannot stop" in linus.refused(shown, "stop")
    began = time.monotonic()
    grace.click(shown, "stop")

    def ended() -> bool:
        (now,) = [m for m in ada.answers(None) if m["ts"] == shown["ts"]]
        return "Cancelled" in words(now) and "stop" not in actions(now)

    wait_for(ended, 8)
    assert time.monotonic() - began < 8  # 5 s to the end, and the delivery of what it says
    site.delay = 0.0

    ada.w.command("ada", PLACE, f"/mission delete {mission_id(plan)}")
    ada.fill(opened(ada, "Delete this Mission?"), mission_id(plan))
    gone = {root, shown["ts"]}
    wait_for(lambda: not gone & {m["ts"] for m in ada.answers(None)}, 20)


def test_a_template_is_launched_from_the_channel(ada: Story, site: Site) -> None:
    """[C1 C2 C3] The form's fields are all there is to fill in; an editor may launch it."""
    ada.w.shortcut("ada", "new_mission")
    first = opened(ada)
    ada.w.click_view("ada", first["id"], lambda block, element: "site" in str(element.get("value")))
    given = {"addresses": f"{site.url()}\n{site.url('/b')}", "name": "From a form"}
    filled = {name: {name: value} for name, value in given.items()}
    place = {"channel": {"channel": "C0LOCALINCIDENTS"}}
    done = ada.w.submit("ada", opened(ada, "Watch a website")["id"], filled | place)
    assert done == {"result": "closed"}
    plan = ada.said(None, "From a form")
    assert "launch" in actions(plan)
    assert "Every 15 minutes" in words(plan)
    assert ada.as_("linus").refused(plan, "launch")
    grace = ada.as_("grace")
    grace.click(plan, "launch")
    grace.said(None, "Launched by")
    answer = grace.ask("call it Named by words", plan["ts"])
    assert "Named by words" in words(answer)
