"""The main job with a Slack that calls by signed HTTP instead of Socket Mode [L4]."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.site import Site
from tests.support.story import Story, actions, mission_id, words
from tests.support.system import Houston, wait_for


@pytest.fixture(scope="module")
def by_http(tmp_path_factory: pytest.TempPathFactory, site_for_all: Site) -> Iterator[Houston]:
    folder = tmp_path_factory.mktemp("http") / "data"
    running = Houston(folder, HOUSTON_ALLOW_HOSTS=site_for_all.host, HOUSTON_LOCAL_HTTP="1")
    running.start()
    yield running
    running.stop()


@pytest.mark.timeout(120)
def test_plan_launch_run_change_disable_delete(by_http: Houston, site: Site) -> None:
    """[L4 C2 C4 M3 M5 X3] Words, buttons, dialogs and commands, all the same."""
    story = Story(by_http.workspace)
    root = story.mention(f"every day at 9:00 check {site.url()} answers 200, call it Shop watch")
    plan = story.said(root, "Shop watch")
    story.click(plan, "launch")
    wait_for(lambda: "launch" not in actions(story.said(root, "Shop watch")))
    mission = mission_id(plan)
    story.w.command("ada", "#ops", f"/mission run {mission}")
    assert "run_now" in actions(story.said(None, "all good", 30))
    story.reply("call it Storefront", root)
    story.said(root, "Storefront")
    story.w.command("ada", "#ops", f"/mission disable {mission}")
    view = story.dialog()
    assert story.fill(view, "code freeze")["result"] == "closed"
    story.said(None, "code freeze")
    story.w.command("ada", "#ops", f"/mission delete {mission}")
    view = story.dialog()
    assert story.fill(view, "M-222222")["result"] == "errors"
    assert story.fill(view, mission)["result"] == "closed"
    wait_for(lambda: mission not in "".join(words(m) for m in story.answers(None)), 60)
    log = by_http.workspace.api_log()
    assert [c for c in log if c["method"] == "apps.connections.open"] == []
