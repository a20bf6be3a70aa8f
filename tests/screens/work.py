"""Scenes of work: reports, progress, charts, events, backfills."""

from __future__ import annotations

import json
import re
import urllib.request
from functools import partial

from tests.screens.stage import Json, Stage
from tests.screens.talk import SHOP
from tests.support import payloads
from tests.support.story import actions, mission_id, words
from tests.support.system import wait_for

CHECKOUT = "Checkout"


def reports(s: Stage) -> None:
    """Reports: all good, attention, critical, recovered"""
    ada, site = s.ada, s.site
    s.launch(
        CHECKOUT,
        f"every hour check {site.url('/cart')} answers 200 in under 250 ms and "
        f"{site.url('/pay')} answers 200 in under 400 ms, "
        "report every run, mention @grace when something is critical",
    )
    good = s.run(CHECKOUT, "All good")
    s.shot("Report, all good", ada, good)
    for delay in (0.03, 0.05, 0.02, 0.08):
        site.delay = delay
        s.run(CHECKOUT, "All good")
    site.delay = 0.3
    slow = s.run(CHECKOUT, "under 250 ms")
    s.shot("Report, attention, with a chart", ada, slow)
    site.status, site.delay = 503, 0.0
    broken = s.run(CHECKOUT, "Critical")
    s.shot("Report, critical, with a mention", ada, broken)
    s.shot("Details of a report", ada, _details(s, broken), broken["ts"])
    s.camera.screen("A report and its thread", ada.w, "ada", "#ops", broken["ts"])
    s.shot("Why?", ada, ada.ask("why?", broken["ts"]), broken["ts"])
    site.status = 200
    well = s.run(CHECKOUT, "Recovered")
    s.shot("Report, recovered", ada, well)
    s.choose(ada, well, "feedback")
    s.shot("Feedback noted", ada, ada.whispered("Noted"))
    s.choose(ada, well, "mute")
    s.shot("Report, muted", ada, ada.said(None, "muted"))


def _details(s: Stage, report: Json) -> Json:
    def found() -> Json | None:
        said = [m for m in s.ada.answers(report["ts"]) if m["ts"] != report["ts"]]
        return next((m for m in said if "Session" in words(m)), None)

    return wait_for(found, 20) or {}


def progress(s: Stage) -> None:
    """A run under way"""
    ada, site = s.ada, s.site
    site.delay = 4.5
    ada.command(f"/mission run {s.missions[CHECKOUT]}")

    def shown() -> Json | None:
        said = [m for m in ada.answers(None) if str(m.get("blocks")).find("task_card") > 0]
        return said[-1] if said else None

    s.shot("Progress", ada, wait_for(shown, 15) or {})
    ada.reply("stop it", s.threads[CHECKOUT])
    site.delay = 0.0
    s.shot("Report, cancelled", ada, ada.said(None, "Cancelled"))


def approvals(s: Stage) -> None:
    """Approvals"""
    ada, site = s.ada, s.site
    pager = f"{ada.w.state()['demo']['url']}/pager"
    root = ada.mention(
        f"check {site.url('/duty')} every day at 3:00 and if it fails POST {pager} with "
        '{"text": "Shop is down"} (ask first), call it Pager duty'
    )
    card = ada.said(root, "Launch")
    s.shot("Plan card of a Task that asks", ada, card, root)
    ada.click(card, "launch")
    ada.said(root, "Launched by")
    s.missions["Pager duty"] = mission_id(card)
    site.status = 503
    ada.command(f"/mission run {s.missions['Pager duty']}")
    card = ada.offered(None, "approve", 40)
    s.shot("Approval needed", ada, card)
    for action, title in (("open_edit_call", "Edit the call"), ("open_reject", "Reject")):
        s.opened(ada, partial(ada.click, card, action))
        s.dialog(title, ada)
        s.close_all(ada)
    ada.click(card, "approve")
    wait_for(lambda: "approve" not in actions(s.again(ada, card)), 20)
    s.shot("Approved", ada, card)
    s.shot("Report of an approved call", ada, ada.said(None, "Critical: Pager duty", 40))
    site.status = 200


def events(s: Stage) -> None:
    """Event Rules"""
    ada = s.ada
    root = ada.mention(
        f"when Alertmanager fires with severity critical, check {s.site.url()}, call it Alerts"
    )
    card = ada.said(root, "Launch")
    s.shot("Plan card of an Event Rule", ada, card, root)
    ada.click(card, "launch")
    ada.said(root, "Launched by")
    mission = re.search(r"M-[A-Z2-9]{6}", words(card))
    assert mission
    hooks = s.whisper("Address for webhooks", ada, f"/mission hooks {mission.group()}")
    url = re.search(r"http://127\.0\.0\.1:\d+/events/\w+/[\w-]{32,}", words(hooks))
    assert url
    body = json.dumps(payloads.alertmanager("critical")).encode()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(urllib.request.Request(url.group(), body), timeout=10).close()
    s.shot("Report of an alert", ada, ada.said(None, "firing", 30))
    s.whisper("Plan of an Event Rule", ada, f"/mission plan {mission.group()}")


def backfill(s: Stage) -> None:
    """Past runs made up for"""
    ada, root = s.ada, s.threads[SHOP]
    card = ada.ask("backfill it from November 2 to November 20", root)
    s.shot("Backfill card", ada, card, root)
    if "backfill" in str(card):
        ada.click(card, "backfill")
        done = wait_for(lambda: _done(s), 60)
        s.shot("Backfill, done", ada, done or {}, root)


def _done(s: Stage) -> Json | None:
    said = s.ada.answers(s.threads[SHOP])
    fits = [m for m in said if re.search(r"(?i)backfill.*(done|over|all)", words(m), re.S)]
    return fits[-1] if fits else None


SCENES = (reports, progress, approvals, events, backfill)
