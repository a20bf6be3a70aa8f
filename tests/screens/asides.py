"""Scenes of cards that are seen seldom: choices, reminders, approvers, wishes from the form."""

from __future__ import annotations

from functools import partial

from missions import keys as k
from tests.screens.stage import Json, Stage
from tests.screens.work import CHECKOUT
from tests.support.story import actions, mission_id
from tests.support.system import wait_for


def cards(s: Stage) -> None:
    """A Mission as a message, a choice, approvers"""
    ada, mission = s.ada, s.missions[CHECKOUT]
    root = ada.mention(f"show {mission}")
    s.shot("Mission card", ada, ada.offered(root, "calendar"), root)
    root = ada.mention(f"{mission}: @linus and @ada approve")
    card = ada.offered(root, "set_approvers")
    s.shot("Approvers proposed", ada, card, root)
    ada.click(card, "set_approvers")
    wait_for(lambda: "set_approvers" not in actions(s.again(ada, card, root)), 10)
    s.shot("Approvers set", ada, card, root)
    for side in ("North", "South"):
        s.launch(f"{side} depot", f"every hour check {s.site.url(f'/{side.lower()}')}")
    root = ada.mention("disable depot")
    s.shot("Choose card", ada, ada.offered(root, "choose"), root)


def reminders(s: Stage) -> None:
    """What soon runs out"""
    ada, site = s.ada, s.site
    root = ada.mention(f"every day at 6:00 check {site.url('/reminded')}, call it Dawn patrol")
    plan = ada.said(root, "Launch")
    s.shot("Reminder of a plan", ada, _reminded(s, mission_id(plan), root), root)
    mission = s.missions["Pager duty"]
    ada.command(f"/mission run {mission}")
    site.status = 200
    ada.said(None, "All good: Pager duty", 40)
    site.status = 503
    ada.command(f"/mission run {mission}")
    card = ada.offered(None, "approve", 40)
    s.shot("Reminder of an approval", ada, _reminded(s, mission, card["ts"]), card["ts"])
    ada.press(card, "Stop the run")
    wait_for(lambda: "approve" not in actions(s.again(ada, card)), 20)
    s.shot("Approval of a run that was stopped", ada, card)
    site.status = 200


def _reminded(s: Stage, mission: str, root: str) -> Json:
    """What is said in a thread once what waits there is about to run out."""
    redis = s.houston.redis
    before = {m["ts"] for m in s.ada.answers(root)}

    def look() -> bool:
        due = [name for name in map(str, redis.zrange(k.REMINDERS, 0, -1)) if mission in name]
        for name in due:
            redis.zadd(k.REMINDERS, {name: 1.0})
        return bool(due)

    wait_for(look, 10)
    return s.ada.next_answer(root, before)


def wishes(s: Stage) -> None:
    """A wish from the form, and the Session in a thread"""
    ada = s.ada
    view = s.opened(ada, lambda: ada.w.command("ada", "#ops", "/mission new"))
    before = {m["ts"] for m in ada.answers(None)}
    ada.fill(view, f"check {s.site.url('/wished')} every day at 7:00, call it Early bird")
    fresh = wait_for(lambda: [m for m in ada.answers(None) if m["ts"] not in before], 10)
    s.shot("Wish card", ada, fresh[0])
    root = fresh[0]["ts"]
    s.shot("Plan for a wish", ada, ada.said(root, "Launch"), root)
    report = s.run(CHECKOUT, "All good")
    ada.w.command("ada", "#ops", f"/mission show {s.missions[CHECKOUT]}")
    view = ada.dialog()
    top = s.opened(ada, partial(ada.w.click_view, "ada", view["id"], "executions"))["id"]
    for action, has in (("execution", "Duration"), ("session", "Show in the thread")):
        s.turned(ada, top, action, has)
    ada.w.click_view("ada", top, "session_thread")
    shown = ada.offered(report["ts"], "session_page")
    s.shot("Session in the thread", ada, shown, report["ts"])
    s.close_all(ada)


SCENES = (cards, reminders, wishes)
