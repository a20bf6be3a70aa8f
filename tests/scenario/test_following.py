"""Cards that stand in Slack follow what people do by command and by words, all along [M3 C4 P3]."""

from __future__ import annotations

import pytest

from bot.workspace.client import WorkspaceClient
from tests.support.site import Site
from tests.support.story import Json, Story, actions, words
from tests.support.system import wait_for

pytestmark = pytest.mark.usefixtures("houston")
OPS = "#ops"


@pytest.fixture
def ada(workspace: WorkspaceClient) -> Story:
    return Story(workspace, "ada", OPS)


def follows(story: Story, message: Json, root: str, *has: str) -> Json:
    """The message of a thread once it has all these words, without another one being posted."""

    def find() -> Json | None:
        now = next(m for m in story.answers(root) if m["ts"] == message["ts"])
        return now if all(one in words(now) for one in has) else None

    return wait_for(find, 30) or {}


def test_a_launched_plan_follows_commands_and_words(ada: Story, site: Site) -> None:
    """[M3 C4] Renamed by words and by a command, disabled by a dialog, enabled by the card."""
    root, plan, mission = ada.launched(f"every hour check {site.url()}, call it Ferry watch")
    ada.reply("call it Barge watch", root)
    follows(ada, plan, root, "Barge watch")
    ada.w.command("ada", OPS, f"/mission rename {mission} Tug watch")
    follows(ada, plan, root, "Tug watch")
    ada.w.command("ada", OPS, f"/mission disable {mission} code freeze")
    ada.w.submit("ada", ada.dialog()["id"], {})
    paused = follows(ada, plan, root, "Paused", "code freeze")
    assert {"show", "run_now", "enable"} <= actions(paused)
    ada.click(paused, "enable")
    wait_for(lambda: "open_disable" in actions(follows(ada, plan, root, "Active")), 30)


def test_details_follow_a_new_owner(ada: Story, site: Site) -> None:
    """[P3 M3]"""
    root, _, mission = ada.launched(f"every hour check {site.url()}, call it Mole watch")
    details = ada.ask("show it", root)
    assert "owner Ada" in words(details)
    ada.command(f"/mission handover {mission} @grace")
    offer = ada.offered(None, "accept_handover")
    ada.as_("grace").click(offer, "accept_handover")
    follows(ada, details, root, "owner Grace")
