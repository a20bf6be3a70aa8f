"""Four people around a Mission: its owner, an editor, a viewer, and somebody outside."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.workspace.client import WorkspaceClient
from tests.support.site import Site
from tests.support.story import Story, mission_id, words
from tests.support.system import ROOT, Houston, wait_for

pytestmark = pytest.mark.usefixtures("houston")
OPS = "#ops"
SECRET = "#secret-ops"
GRACE = "<@U0LOCALGRACE>"


@pytest.fixture
def ada(workspace: WorkspaceClient) -> Story:
    """The owner; Grace edits, Linus reads #ops, the guest is outside of #secret-ops."""
    return Story(workspace, "ada", OPS)


def test_a_mission_among_four_people(ada: Story, site: Site, houston: Houston) -> None:
    """[P1 P2 P3 R1 R9] Mentioned, handed over, exported and moved: each may do what is theirs."""
    grace, linus = ada.as_("grace"), ada.as_("linus")
    text = f"every hour check http://{site.host}/health, call it Gate watch"
    _, plan, mission = ada.launched(f"{text}, mention @grace when something is critical")
    assert "Mentions" in words(plan)

    site.status = 503
    ada.command(f"/mission run {mission}")
    report = ada.said(None, "Critical: Gate watch", 30)
    assert GRACE in str(report["blocks"])

    ada.command(f"/mission handover {mission} @grace")
    offer = ada.said(None, "hand this Mission over")
    assert "Only the person" in linus.refused(offer, "accept_handover")
    grace.click(offer, "accept_handover")
    assert "new owner" in words(ada.said(None, "new owner"))

    assert "houston: 1" in words(linus.command(f"/mission export {mission}"))

    card = grace.command(f"/mission move {mission} {SECRET}")
    assert "only its members" in words(card)
    grace.click(card, "place")
    there = ada.as_("ada", SECRET)
    there.said(None, "moved here")
    ada.said(None, "does not live here any more")
    told = linus.as_("linus", "dm").command(f"/mission show {mission}")
    assert "I know of no Mission" in words(told)
    assert "Gate watch" not in words(told)
    assert "lives in #secret-ops" in ada.refused(report, "history")
    assert "I know of no Mission" in linus.refused(report, "history")
    armed = f"{houston.told['team_id']}|{mission}|T1"
    wait_for(lambda: houston.redis.zscore("houston:timer", armed))


def houston_command(houston: Houston, *words: str) -> subprocess.CompletedProcess[str]:
    """`houston …` on the data folder of the running one."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("SLACK_", "HOUSTON_", "REDIS"))}
    env |= {"HOUSTON_DATA_DIR": str(houston.folder), "HOUSTON_ALLOW_HOSTS": "127.0.0.1"}
    line = [sys.executable, "-m", "bot.cli", *words]
    return subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)


def test_a_mission_goes_out_as_a_file_and_comes_back_as_a_plan(
    ada: Story, site: Site, houston: Houston, tmp_path: Path
) -> None:
    """[R9 C6] Nothing is scheduled before somebody launches it; a broken file is refused."""
    _, _, mission = ada.launched(f"every hour check http://{site.host}/health, call it Door")
    file = tmp_path / "door.yml"
    assert houston_command(houston, "export", mission, "--out", str(file)).returncode == 0
    where = ("--channel", "C0LOCALINCIDENTS", "--owner", "U0LOCALADA")
    brought = houston_command(houston, "import", str(file), *where)
    assert brought.returncode == 0, brought.stderr
    there = ada.as_("ada", "#incidents")
    card = there.said(None, "Door")
    assert mission_id(card) in brought.stdout
    assert mission_id(card) != mission
    there.click(card, "launch")
    there.said(None, "Launched by")
    file.write_text("houston: 1\nname: Door\nplan: [")
    refused = houston_command(houston, "import", str(file), *where)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "cannot read that as YAML" in refused.stderr
