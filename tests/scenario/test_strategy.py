"""Pauses, mutes and retries in the real system: what people say, see and press."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.site import Site
from tests.support.story import OPS, Story, actions, words
from tests.support.system import Houston, wait_for


@pytest.fixture
def story(houston: Houston, site: Site) -> Story:
    return Story(houston.workspace)


def state(houston: Houston, mission: str) -> str:
    return str(houston.redis.hget(f"houston:{houston.told['team_id']}:m:{mission}:record", "doc"))


def kill_running(houston: Houston) -> None:
    """kill -9 of the process that runs the one Execution that runs now."""

    def forks() -> list[int]:
        names = houston.redis.smembers("rq:workers:executions")
        workers = {int(houston.redis.hget(name, "pid") or 0) for name in names}
        return [pid for pid in houston.processes() if _parent(pid) in workers]

    for pid in wait_for(forks):
        os.kill(pid, signal.SIGKILL)


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


@pytest.mark.timeout(240)
def test_everything_here_is_paused_and_goes_on(houston: Houston, site: Site, story: Story) -> None:
    """[M10 S1] Announced, shown on the Mission, in the ledger's words in its history."""
    root, _, mission = story.launched(f"check {site.url()} every minute, call it Quiet watch")
    try:
        told = story.command("/mission pause all fire drill")
        assert "paused" in words(told)
        announced = story.said(None, "Everything in this channel is paused")
        assert "fire drill" in words(announced)
        assert "Everything here is paused" in words(story.command(f"/mission show {mission}"))
        assert "Everything here is paused" in words(story.command(f"/mission plan {mission}"))
        skipped = "everything here was paused"
        wait_for(lambda: skipped in words(story.command(f"/mission history {mission}")), 75)
        assert site.requests == []
        story.command(f"/mission run {mission}")
        story.said(None, "1 of 1 check passed", 30)
        story.click(announced, "resume_all")
        over = story.said(None, "goes on again")
        assert "this channel" in words(over)
        assert "Nothing is paused" in words(story.command("/mission resume all"))
    finally:
        houston.redis.delete(f"houston:{houston.told['team_id']}:channel:{OPS}:quiet")

    # By saying so, a button does it, and only for those who may.
    offer = story.ask("pause everything here until tomorrow 9:00: release", root)
    assert {"pause_all"} <= actions(offer)
    assert "release" in words(offer)
    story.click(offer, "pause_all")
    story.said(None, "release")
    story.command("/mission resume all")
    refused = story.command("/mission pause all everywhere")
    assert "administrators" in words(refused) or "paused" in words(refused)
    if "administrators" not in words(refused):
        story.command("/mission resume all everywhere")
    story.w.command("ada", OPS, f"/mission disable {mission}")
    story.w.submit("ada", story.dialog()["id"], {})
    story.said(None, "disabled")


@pytest.mark.timeout(120)
def test_disabled_until_an_instant_it_is_enabled_by_itself(
    houston: Houston, site: Site, story: Story
) -> None:
    """[M3 C7] The words fill the dialog; its resume time and note are shown, and kept."""
    root, _, mission = story.launched(f"check {site.url()} every hour, call it Freeze watch")
    offer = story.ask("pause it until Monday, code freeze", root)
    story.click(offer, "open_disable")
    view = story.dialog()
    fields = {b["block_id"]: b["element"] for b in view["view"]["blocks"] if b["type"] == "input"}
    assert fields["note"]["initial_value"] == "code freeze"
    assert fields["until"]["initial_date_time"] > time.time()
    past: dict[str, Any] = {"note": {"note": "freeze"}, "until": {"until": int(time.time()) - 60}}
    assert story.w.submit("ada", view["id"], past)["result"] == "errors"
    soon: dict[str, Any] = {"note": {"note": "freeze"}, "until": {"until": int(time.time()) + 5}}
    assert story.w.submit("ada", view["id"], soon)["result"] == "closed"
    told = story.said(None, "disabled until")
    assert "freeze" in words(told)
    assert "Paused by" in words(story.command(f"/mission show {mission}"))
    assert " until " in words(story.command(f"/mission show {mission}"))
    began = time.monotonic()
    wait_for(lambda: '"Active"' in state(houston, mission), 15)
    assert time.monotonic() - began < 10
    story.said(None, "enabled")


@pytest.mark.timeout(120)
def test_a_muted_finding_is_recorded_and_a_recovery_ends_the_mute(
    houston: Houston, site: Site, story: Story
) -> None:
    """[R1] From the report's own menu, with author and end; Unmute in its place."""
    site.status = 503
    root, _, mission = story.launched(f"check {site.url()} every hour, call it Noisy watch")
    story.command(f"/mission run {mission}")
    broken = story.said(None, "Critical: Noisy watch", 30)
    assert "mute" in actions(broken)
    menu = next(
        e
        for b in broken["blocks"]
        for e in b.get("elements", ())
        if e.get("type") == "static_select"
    )
    assert [o["text"]["text"] for o in menu["options"]] == [
        "Until recovered",
        "For 2 hours",
        "Until tomorrow, 8:00",
    ]
    story.click(broken, "mute", menu["options"][0]["value"])
    story.said(None, "muted until it has recovered")
    muted = wait_for(
        lambda: (m := story.said(None, "Critical: Noisy watch")) and "unmute" in actions(m) and m
    )
    assert "Muted by" in words(muted)
    assert "Muted by" in words(story.command(f"/mission show {mission}"))
    site.status = 200
    story.command(f"/mission run {mission}")
    story.said(None, "unmuted: it has recovered", 30)
    assert "Muted by" not in words(story.command(f"/mission show {mission}"))

    # The slash command and the chat do the same.
    story.command(f"/mission mute {mission} 2h")
    story.said(None, "muted until")
    offer = story.ask("unmute it", root)
    story.click(offer, "unmute")
    story.said(None, "unmuted")


@pytest.mark.timeout(180)
def test_a_failed_attempt_is_tried_again_and_says_which_it_is(
    houston: Houston, site: Site, story: Story
) -> None:
    """[B3 X2] Its worker is killed: Failed, then “attempt 2 of 2” in report and history."""
    site.delay = 25.0
    _, plan, mission = story.launched(
        f"check {site.url()} every hour, retry once after 5 seconds, call it Shaky watch"
    )
    assert "tried again once" in words(plan)
    story.command(f"/mission run {mission} ")
    wait_for(lambda: len(site.requests) >= 1, 30)
    kill_running(houston)
    site.delay = 0.0
    report = story.said(None, "attempt 2 of 2", 60)
    assert "Shaky watch" in words(report)
    shown = words(story.command(f"/mission history {mission}"))
    assert "attempt 1 of 2" in shown
    assert "attempt 2 of 2" in shown
    assert "Failed" in shown


@pytest.mark.timeout(120)
def test_a_task_that_fails_too_often_is_paused_with_a_way_back(
    houston: Houston, site: Site, story: Story
) -> None:
    """[S7 M9] Houston says who, which and why; Enable schedules it again."""
    site.delay = 25.0
    root, plan, mission = story.launched(
        f"check {site.url()} every hour, pause it after 1 failure, call it Weak watch"
    )
    assert "pause the Task after 1" in words(plan)
    story.command(f"/mission run {mission}")
    wait_for(lambda: len(site.requests) >= 1, 30)
    kill_running(houston)
    site.delay = 0.0
    card = story.said(None, "was paused by Houston", 40)
    assert "enable_task" in actions(card)
    assert "Weak watch" in words(card)
    assert "Paused alone" in words(story.command(f"/mission show {mission}"))
    assert "Paused alone" in words(story.command(f"/mission plan {mission}"))
    story.click(card, "enable_task")
    story.said(None, "It was enabled again since")
    assert "Paused alone" not in words(story.command(f"/mission show {mission}"))

    # A person does it by the slash command or by saying so.
    told = story.command(f"/mission pause {mission} T1 until tomorrow too loud")
    assert "is paused" in words(told)
    assert "was paused by" in words(story.said(None, "too loud"))
    assert "scheduled again" in words(story.command(f"/mission enable {mission} T1"))
    offer = story.ask("pause T1", root)
    story.click(offer, "pause_task")
    wait_for(lambda: "Paused alone" in words(story.command(f"/mission show {mission}")))


@pytest.mark.timeout(60)
def test_what_is_said_to_one_run_stands_in_its_report(
    houston: Houston, site: Site, story: Story
) -> None:
    """[C7 S6]"""
    root, *_ = story.launched(f"check {site.url()} every hour, call it Spoken watch")
    offer = story.ask("run it now, only for eu-west", root)
    assert "only for eu-west" in words(offer)
    story.click(offer, "run_now")
    report = story.said(None, "Asked of this run: only for eu-west", 30)
    assert "Spoken watch" in words(report)
