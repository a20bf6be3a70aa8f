"""Event Rules in the whole system: said, launched, set off from outside, reported [B4 B6 P4 P6]."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.support import payloads
from tests.support.site import Site
from tests.support.story import OPS, Story, words
from tests.support.system import Houston, wait_for

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/events/\w+/[\w-]{32,}")


def post(url: str, body: Any, **headers: str) -> int:
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def address(story: Story, mission: str, more: str = "") -> str:
    shown = words(story.command(f"/mission hooks {mission} {more}".strip()))
    found = ADDRESS.search(shown)
    assert found, shown
    return found.group()


def ended(story: Story, mission: str) -> None:
    """Take the Mission away, so that the next test's events find nobody."""
    story.w.command("ada", OPS, f"/mission delete {mission}")
    story.fill(story.dialog(), mission)


@pytest.mark.timeout(180)
def test_an_alert_sets_off_a_check(houston: Houston, site: Site) -> None:
    """[B6 P4 P6] Said, launched, posted to the printed address, reported with its fields."""
    story = Story(houston.workspace)
    _, plan, mid = story.launched(
        f"when Alertmanager fires with severity critical, check {site.url()}, call it Alert watch"
    )
    assert "labels.severity is critical" in words(plan)
    assert "at most 12 runs an hour" in words(plan)
    signed = words(story.command(f"/mission hooks {mid} signed"))
    assert "only posts that come with the secret" in signed
    assert "Authorization: Bearer " in signed
    assert post(address(story, mid), payloads.alertmanager("info")) == 401
    assert "whoever has the address" in words(story.command(f"/mission hooks {mid} open"))
    url = address(story, mid)
    assert post(url, payloads.alertmanager("info")) == 202
    assert post(url, payloads.alertmanager("critical")) == 202
    report = story.said(None, "HighLatency firing", 30)
    assert "p95 above 800 ms on web0" in words(report)
    assert len(site.requests) == 1
    assert post(url, payloads.alertmanager("critical")) == 202

    def counted() -> dict[str, str]:
        team = houston.told["team_id"]
        found = houston.redis.hgetall(f"houston:{team}:m:{mid}:events:counts")
        return {str(k): str(v) for k, v in found.items()}

    wait_for(lambda: counted().get("T1|duplicate") == "1")
    assert counted() == {"T1|unmatched": "1", "T1|run": "1", "T1|duplicate": "1"}
    assert len(site.requests) == 1
    view = story.command(f"/mission plan {mid}")
    assert "Event Rules" in words(view)
    assert "1 run, 1 seen before, 1 did not match" in words(view)

    # Only editors see the address; a new one closes the old.
    fresh = address(story, mid, "new")
    assert fresh != url
    assert post(url, payloads.alertmanager("critical", start=3)) == 404
    ended(story, mid)
    wait_for(lambda: post(fresh, payloads.alertmanager("critical", start=4)) == 404)


@pytest.mark.timeout(180)
def test_words_and_reactions_in_the_channel_set_off_checks(houston: Houston, site: Site) -> None:
    """[B6] And nothing that Houston says itself does."""
    story = Story(houston.workspace)
    _, _, said = story.launched(
        f'when someone says "shipping" in here, check {site.url("/said")}, call it Ship watch'
    )
    _, plan, reacted = story.launched(
        f"when someone reacts with :rocket:, check {site.url('/reacted')}, call it Rocket watch"
    )
    assert "reaction is rocket" in words(plan)
    ts = story.w.post("grace", OPS, "Shipping 1.2 to production & <watch>")
    report = story.said(None, "Shipping 1.2 to production", 30)
    assert "Ship watch" in words(report)
    story.w.react("grace", OPS, ts, "eyes")
    story.w.react("grace", OPS, ts, "rocket")
    assert "Rocket watch" in words(story.said(None, "reaction: rocket", 30))
    # The report of the first one repeats the word; it is Houston's own, so it starts nothing.
    assert site.requests.count("/said") == 1
    assert site.requests.count("/reacted") == 1
    for mid in (said, reacted):
        ended(story, mid)


@pytest.mark.timeout(180)
def test_a_task_runs_after_another(houston: Houston, site: Site) -> None:
    """[B4] Added by saying so; woken by the other's end, once, and shown with its title."""
    story = Story(houston.workspace)
    root, _, mid = story.launched(f"every minute check {site.url('/first')}, call it Chain")
    change = story.ask(f"after T1 finishes, check {site.url('/second')}", root)
    assert "finishes" in words(change)
    assert "runs an hour" not in words(change)
    story.click(change, "apply")
    story.said(root, "Applied")
    report = story.said(None, "Event: Check", 90)
    assert "headline: All good: 1 of 1 check passed" in words(report)
    assert site.requests.index("/first") < site.requests.index("/second")
    assert site.requests.count("/second") <= site.requests.count("/first")
    ended(story, mid)
