"""Four people around a Mission: its owner, an editor, a viewer, and somebody outside."""

from __future__ import annotations

import pytest

from bot.workspace.client import WorkspaceClient
from tests.support.site import Site
from tests.support.story import Story, words
from tests.support.system import Houston, wait_for

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
    wait_for(
        lambda: houston.redis.zscore("houston:timer", f"{houston.told['team_id']}|{mission}|T1")
    )
