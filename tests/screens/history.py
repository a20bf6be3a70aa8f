"""Scenes of a Mission that has run for weeks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.screens.past import Past
from tests.screens.stage import Json, Stage
from tests.support.system import wait_for


def weeks(s: Stage) -> None:
    """A Mission that has run for weeks"""
    ada = s.ada
    past = Past.of(s.houston, ada.channel, ada.person)
    mission = past.mission()
    past.run(mission, "slow", 24, datetime.now(UTC))
    s.shot("Report of a Mission with a past", ada, ada.said(None, "took 5"))
    past.summed_up(mission)
    s.shot("Mission report", ada, ada.said(None, "Weekly report", 60))
    past.missed(mission, 3, datetime.now(UTC) - timedelta(days=3))
    s.shot("Outage notice", ada, ada.said(None, "missed", 60))
    view = s.opened(ada, lambda: ada.w.command("ada", "#ops", f"/mission show {mission}"))["id"]
    s.dialog("Details of a Mission with a past", ada)
    s.opened(ada, lambda: ada.w.click_view("ada", view, "executions"))
    top = s.dialog("Executions of weeks", ada)
    ada.w.close("ada", top)
    s.opened(ada, lambda: ada.w.click_view("ada", view, "calendar"))
    s.drawn(ada)
    top = s.dialog("Calendar of weeks", ada)
    day = chosen(ada.dialog()["view"], -1)
    ada.w.click_view("ada", top, "executions:1", day)
    wait_for(lambda: "To come" in str(ada.dialog()), 10)
    s.dialog("A day to come", ada)
    s.turned(ada, top, "calendar", "slack_file")
    ada.w.click_view("ada", top, "calendar_file")
    s.close_all(ada)
    direct = ada.as_("ada", "dm")
    picture = wait_for(lambda: [m for m in direct.answers(None) if m.get("files")], 20)[-1]
    s.shot("Calendar as a picture", direct, picture)


def chosen(view: Json, number: int) -> str:
    """The value of an option of the menu of days."""
    menus = (e for b in view["blocks"] for e in b.get("elements", ()) if "options" in e)
    return str(next(menus)["options"][number]["value"])


def first(s: Stage) -> None:
    """The first words"""
    there = s.ada.as_("ada", "#general")
    root = there.mention(
        "every weekday at 9:00 check https://shop.example/health answers 200 in under 250 ms, "
        "call it Storefront"
    )
    there.said(root, "Launch")
    s.camera.screen("A wish and its plan", there.w, "ada", "#general", root)


SCENES = (first, weeks)
