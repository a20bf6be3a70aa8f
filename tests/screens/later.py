"""Scenes of a Houston with a language model: one that thinks for long, and one that fails."""

from __future__ import annotations

from dataclasses import replace

from tests.screens.stage import Stage
from tests.screens.talk import SHOP
from tests.support.answers import calls, fails, says
from tests.support.system import wait_for

THINKS_SECONDS = 40.0
"""How long the model thinks: while its steps are shown, the pictures of all looks are taken."""
FOUND = (
    "Two Missions watch the shop. *Checkout* was critical at 14:05, when /pay answered 503, and "
    "has been well since 14:10. *Shop watch* found nothing."
)


def streaming(s: Stage) -> None:
    """An answer that takes long"""
    there = s.ada.as_("ada", "dm")
    lists = calls(("list_missions", {}))
    s.provider.will(lists, replace(says(FOUND), delay=THINKS_SECONDS))
    root = there.w.post("ada", there.channel, "was anything wrong with the shop today?")

    def steps() -> bool:
        grown = [m for m in there.answers(root) if m["stream"] == "in_progress"]
        return bool(grown) and len(grown[0]["blocks"][0]["tasks"]) > 1

    wait_for(steps, 30)
    grows = there.answers(root)[-1]
    s.shot("Steps of an answer", there, grows, root)
    s.camera.screen("An answer that takes long", there.w, "ada", "dm", root)
    wait_for(lambda: "Two Missions" in str(there.answers(root)), THINKS_SECONDS + 20)
    s.shot("Answer after its steps", there, s.again(there, grows, root), root)


def sorry(s: Stage) -> None:
    """A model that fails"""
    ada = s.ada
    s.provider.will(always=fails(400))
    root = ada.mention("watch the shop for me, please")
    s.shot("Apology with Retry", ada, ada.offered(root, "retry", 60), root)


def budgets(s: Stage) -> None:
    """What a model may cost"""
    ada, mission = s.ada, s.missions[SHOP]
    view = s.opened(ada, lambda: ada.w.command("ada", "#ops", f"/mission show {mission}"))["id"]
    s.turned(ada, view, "details_tab:3", "Change settings")
    s.opened(ada, lambda: ada.w.click_view("ada", view, "open_settings"))
    s.dialog("Settings with a budget", ada)
    s.close_all(ada)


SCENES = (streaming, sorry, budgets)
