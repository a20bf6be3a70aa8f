"""Scenes of a Houston whose language model fails."""

from __future__ import annotations

from tests.screens.stage import Stage
from tests.screens.talk import SHOP


def sorry(s: Stage) -> None:
    """A model that fails"""
    ada = s.ada
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


SCENES = (sorry, budgets)
