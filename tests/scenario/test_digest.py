"""A channel digest: from the form to the report, in the channel that it is about."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.workspace.client import WorkspaceClient
from tests.support.story import Story, mission_id, words
from tests.support.system import Houston, wait_for

Json = dict[str, Any]


@pytest.fixture
def place(houston: Houston) -> str:
    w = houston.workspace
    channel = str(w.admin("create", name="digest", is_private=True)["channel"])
    for person in ("grace", str(w.state()["bot"]["id"])):
        w.admin("join", channel=channel, user=person)
    return channel


def test_people_talk_and_the_digest_tells_it(workspace: WorkspaceClient, place: str) -> None:
    """[P1 P4 X8 R1] Its own channel alone; what was said is quoted, and mentions nobody."""
    ada, grace = Story(workspace, "ada", place), Story(workspace, "grace", place)
    asked = workspace.post("ada", place, "Is the @channel deploy done, @Grace?")
    for text in ("Nearly", "Now it is"):
        grace.reply(text, asked)
    workspace.post("grace", place, "See https://grafana.example/d/1")
    workspace.post("ada", "#incidents", "a word from elsewhere")

    workspace.command("ada", place, "/mission new")
    below = ada.dialog()
    offered = [
        (block["block_id"], block["accessory"])
        for block in below["view"]["blocks"]
        if "Sum up a channel" in json.dumps(block)
    ]
    workspace.click_view("ada", below["id"], offered[0][1]["action_id"])
    form = wait_for(lambda: [v for v in workspace.views("ada") if v["id"] != below["id"]], 10)[-1]
    assert workspace.submit("ada", form["id"], {"at": {"at": "17:00"}})["result"] == "closed"
    plan = ada.offered(None, "launch")
    assert "Digest of #digest" in words(plan)
    assert "channel" in words(plan)
    ada.click(plan, "launch")
    ada.said(None, "Launched by")
    mission = mission_id(plan)

    ada.command(f"/mission run {mission}")
    report = ada.offered(None, "feedback", 30)
    told = words(report)
    assert "by 2 people" in told
    assert "2 replies by 1 person" in told
    assert "grafana.example" in told
    assert "elsewhere" not in json.dumps(ada.answers(None))
    assert "Is the @channel deploy done, @Grace?" in told
    assert "<!channel>" not in json.dumps(report["blocks"])
    refused = ada.command(f"/mission move {mission} #incidents")
    assert "stay with that channel" in words(refused)
