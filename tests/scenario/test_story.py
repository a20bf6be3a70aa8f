"""The main job, end to end: chat → plan → launch → run → report → change → disable → delete."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from tests.support.site import Site
from tests.support.stored import members
from tests.support.story import OPS, Story, actions, words
from tests.support.system import Houston, wait_for


@pytest.mark.timeout(240)
def test_the_nine_steps(houston: Houston, site: Site) -> None:
    """[C2 C3 C4 C5 C6 C7 M1 M3 M4 M5 M6 S1 S5 X1 X3 R1 R4] The story that must work."""
    story = Story(houston.workspace)
    w = houston.workspace

    # One sentence, one card.
    asked = w.post(
        "ada",
        OPS,
        f"@Houston every weekday at 9:00 check {site.url()} answers 200 in under 800 ms, "
        "call it Shop watch",
    )
    plan = story.said(asked, "Shop watch")
    for part in ("M-", "weekday at 09:00", "answers 200", "in under 800 ms", "Skipped while"):
        assert part in words(plan), part
    assert {"launch", "try_once", "change", "discard"} <= actions(plan)
    mission = re.search(r"M-[A-Z2-9]{6}", words(plan))
    assert mission
    mid = mission.group()

    def listed(index: str) -> list[str]:
        """The Mission's members of a shared index."""
        found = members(houston.redis, f"houston:{index}")
        return [member for member in found if mid in member]

    # Try once runs without scheduling; Launch makes it Active.
    story.click(plan, "try_once")
    story.said(asked, "all good")
    assert len(site.requests) == 1
    story.click(plan, "launch")
    wait_for(lambda: "launch" not in actions(story.said(asked, "Shop watch")))

    # Change it by saying so.
    story.w.post("ada", OPS, f"make it every minute and also check {site.url('/login')}", asked)
    change = story.said(asked, "/login")
    assert "09:00" in words(change)
    assert "minute" in words(change)
    assert "apply" in actions(change)
    story.click(change, "apply")

    # It is due, runs, and reports in the channel.
    report = story.said(None, "2 of 2", 90)
    assert {"view_plan", "history", "run_now", "open_disable"} <= actions(report)
    detail = story.said(report["ts"], "/login")
    assert "200" in words(detail)

    # A name changes at once; a card made on an older version refuses.
    w.post("ada", OPS, "call it Storefront watch", asked)
    story.said(asked, "Storefront watch")
    # By somebody else: a second press of the same person may count as a double click.
    grace = story.as_("grace")
    grace.press_old(change, "apply")
    grace.whispered("already")

    # The slash command shows the same.
    w.command("ada", OPS, "/mission list")
    story.whispered("Storefront watch")
    w.command("ada", OPS, f"/mission history {mid}")
    story.whispered("Success")

    # A finding is a successful run; a stop ends a running one.
    site.status = 503
    w.command("ada", OPS, f"/mission run {mid}")
    broken = story.said(None, "status 503", 30)
    assert "new" in words(broken).casefold()
    site.status, site.delay = 200, 30.0
    w.command("ada", OPS, f"/mission run {mid}")
    wait_for(lambda: listed("leases"), 65)
    began = time.monotonic()
    w.post("ada", OPS, "stop it", asked)
    wait_for(lambda: not listed("leases"), 10)
    assert time.monotonic() - began < 5 + 1
    story.said(None, "stopped", 10)
    site.delay = 0.0

    # Disable asks first; enable resumes.
    w.command("ada", OPS, f"/mission disable {mid}")
    view = story.dialog()
    assert "1" in words(view["view"])
    note = next(b for b in view["view"]["blocks"] if b["type"] == "input")
    said = {note["block_id"]: {note["element"]["action_id"]: "code freeze"}}
    w.submit("ada", view["id"], said)
    story.said(None, "code freeze")
    assert not listed("timer")
    w.command("ada", OPS, f"/mission enable {mid}")
    wait_for(lambda: listed("timer"))

    # Delete wants the ID typed, and leaves nothing.
    w.command("ada", OPS, f"/mission delete {mid}")
    view = story.dialog()
    typed = next(b for b in view["view"]["blocks"] if b["type"] == "input")

    def answer(text: str) -> dict[str, dict[str, Any]]:
        return {typed["block_id"]: {typed["element"]["action_id"]: text}}

    refused = w.submit("ada", view["id"], answer("M-222222"))
    assert refused["result"] == "errors"
    assert w.submit("ada", view["id"], answer(mid.lower()))["result"] == "closed"

    def left() -> list[str]:
        return [key for key in houston.redis.scan_iter() if mid in key]

    wait_for(lambda: left() == [f"houston:{houston.told['team_id']}:tombstone:{mid}"], 60)
    # What was said to one person only is theirs; Slack lets nobody delete it.
    everything = w.messages(OPS) + w.messages(OPS, asked)
    shown = [m for m in everything if m["bot"] and not m["ephemeral"]]
    assert [words(m) for m in shown if mid in words(m) or "Storefront" in words(m)] == []
    assert not any(houston.folder.joinpath("artifacts").rglob(f"*{mid}*/*"))
