"""Scenes of talking: plans, questions, changes, versions, people, pauses."""

from __future__ import annotations

from tests.screens.stage import Stage
from tests.support.story import actions, mission_id
from tests.support.system import wait_for

SHOP = "Shop watch"


def plan(s: Stage) -> None:
    """A plan: proposed, tried once, launched"""
    ada, url = s.ada, s.site.url
    root = ada.mention(
        f"every weekday at 9:00 check {url()} answers 200 in under 800 ms and "
        f"{url('/login')} answers 200, call it {SHOP}"
    )
    card = ada.said(root, "Launch")
    s.shot("Plan card", ada, card, root)
    s.camera.screen("Channel with the plan beside it", ada.w, "ada", "#ops", root)
    ada.click(card, "try_once")
    s.shot("Report of a try", ada, ada.said(root, "all good"), root)
    ada.click(card, "launch")
    s.shot("Plan card, launched", ada, ada.said(root, "Launched by"), root)
    s.threads[SHOP] = root
    s.missions[SHOP] = mission_id(card)


def ask(s: Stage) -> None:
    """What is missing is asked"""
    ada = s.ada
    root = ada.mention("keep an eye on prod")
    s.shot("Ask card", ada, ada.next_answer(root), root)
    root = ada.mention("check https://status.shop.example")
    s.shot("Ask card with answers", ada, ada.next_answer(root), root)
    root = ada.mention("help")
    s.shot("Help", ada, ada.next_answer(root), root)
    root = ada.mention("what is the meaning of life?")
    s.shot("Not understood", ada, ada.next_answer(root), root)


def change(s: Stage) -> None:
    """A plan is changed by saying so"""
    ada, root = s.ada, s.threads[SHOP]
    first = ada.ask(f"make it 8:30 and also check {s.site.url('/cart')}", root)
    s.shot("Change card", ada, first, root)
    second = ada.ask("not on Fridays", root)
    wait_for(lambda: "apply" not in actions(s.again(ada, first, root)), 10)
    s.shot("Change card, replaced by another", ada, first, root)
    ada.click(second, "apply")
    s.shot("Change card, applied", ada, ada.said(root, "Applied"), root)
    s.shot("Versions", ada, ada.ask("show the versions", root), root)
    s.shot("Differences", ada, ada.ask("what changed between version 1 and 2?", root), root)
    s.shot("Renamed", ada, ada.ask("call it Storefront watch", root), root)
    s.shot("Undo", ada, ada.ask("undo", root), root)
    s.shot("Action card", ada, ada.ask("pause it until Monday because code freeze", root), root)
    s.shot("Plan shown", ada, ada.ask("show the plan", root), root)
    s.shot("Next runs", ada, ada.ask("next runs", root), root)
    weekly = ada.ask("send a weekly summary on Tuesdays at 9:00", root)
    ada.click(weekly, "apply")
    ada.said(root, "weekly")


def people(s: Stage) -> None:
    """Owners, mentions and places"""
    ada = s.ada
    root, mission = s.launch("Gate watch", f"every hour check {s.site.url('/gate')}")
    card = ada.ask("mention @grace and @linus when something is critical", root)
    s.shot("Mentions proposed", ada, card, root)
    ada.click(card, "apply")
    ada.said(root, "Applied")
    s.shot("Hand-over proposed", ada, ada.ask("hand it over to @grace", root), root)
    ada.command(f"/mission handover {mission} @grace")
    offer = ada.said(None, "hand this Mission over")
    s.shot("Hand-over card", ada.as_("grace"), offer)
    ada.as_("grace").click(offer, "accept_handover")
    s.shot("Hand-over accepted", ada, ada.said(None, "new owner"))
    s.whisper("Move card", ada.as_("grace"), f"/mission move {mission} #secret-ops")
    s.whisper("Copy card", ada.as_("grace"), f"/mission copy {mission} #incidents")
    s.whisper("Refused", ada, "/mission show M-222222")


def places(s: Stage) -> None:
    """Owners who leave, channels that are lost"""
    ada = s.ada
    bot = str(ada.w.state()["bot"]["id"])
    for name in ("payments", "backups"):
        ada.w.admin("create", name=name, is_private=True)
        for who in (bot, "ada", "grace"):
            ada.w.admin("join", channel=f"#{name}", user=who)
    there, here = ada.as_("ada", "#payments"), ada.as_("ada", "#backups")
    s.launch("Pay guard", f"every hour check {s.site.url('/pay')}", there)
    s.launch("Nightly backup", f"every day at 3:00 check {s.site.url('/backup')}", here)
    ada.w.admin("leave", channel="#payments", user="ada")
    s.camera.reload()
    grace = ada.as_("grace", "#payments")
    s.shot("Owner left", grace, grace.offered(None, "take_over"))
    ada.w.admin("leave", channel="#backups", user=bot)
    direct = ada.as_("ada", "dm")
    s.shot("Away card", direct, direct.said(None, "backups"))


def pauses(s: Stage) -> None:
    """Everything quiet"""
    ada = s.ada
    root = ada.mention("pause everything here for 2 hours")
    s.shot("Pause-all offered", ada, ada.next_answer(root), root)
    there = ada.as_("ada", "#incidents")
    s.launch("Release gate", f"every hour check {s.site.url('/gate')}", there)
    there.command("/mission pause all until tomorrow 9:00 release night")
    s.shot("Pause-all card", there, there.said(None, "release night"))
    s.whisper("List while paused", there, "/mission list")
    there.command("/mission resume all")
    s.shot("Pause-all is over", there, there.said(None, "goes on"))
    there.command(f"/mission disable {s.missions['Release gate']} T1 flaky target")
    s.shot("Task paused", there, there.offered(None, "enable_task"))


SCENES = (plan, ask, change, people, places, pauses)
