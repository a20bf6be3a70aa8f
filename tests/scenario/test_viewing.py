"""What a person looks at beside a direct message is what “it” means there."""

from __future__ import annotations

from typing import Any

import pytest

from bot.workspace.client import WorkspaceClient
from tests.support.site import Site
from tests.support.story import Story, mission_id, words

Json = dict[str, Any]


@pytest.fixture
def place(workspace: WorkspaceClient) -> str:
    """A private channel of Ada and Houston."""
    channel = str(workspace.admin("create", name="looked-at", is_private=True)["channel"])
    for person in ("ada", str(workspace.state()["bot"]["id"])):
        workspace.admin("join", channel=channel, user=person)
    return channel


def beside(who: Story, place: str, text: str) -> tuple[str, Json]:
    """What Houston answers to a direct message of somebody who looks at a channel."""
    root = who.w.post(who.person, "dm", text, viewing=place)
    return root, who.next_answer(root)


def test_it_is_the_mission_of_the_channel_that_is_looked_at(
    workspace: WorkspaceClient, place: str, site: Site
) -> None:
    """[C1 C5 P1] For who may read there; nobody else learns that there is one."""
    there = Story(workspace, "ada", place)
    root = there.mention(f"check {site.url()} every 2 hours, call it Looked at")
    plan = there.offered(root, "launch")
    there.click(plan, "launch")
    there.said(root, "Launched by")
    mission, direct = mission_id(plan), there.as_("ada", "dm")

    thread, _ = beside(direct, place, "make it every 3 hours")
    assert mission in words(direct.offered(thread, "apply"))

    linus = Story(workspace, "linus", "dm")
    _, answer = beside(linus, place, "make it every 3 hours")
    assert mission not in str(answer)
    assert "Looked at" not in str(answer)

    other = there.mention(f"check {site.url()}/other every 2 hours, call it Second")
    there.offered(other, "launch")
    _, answer = beside(direct, place, "make it every 4 hours")
    assert "apply" not in str(answer.get("blocks"))
