"""Scenes of those who have just come: an installation, a first hello, an empty Home."""

from __future__ import annotations

from bot.oauth import pages
from tests.screens.stage import Stage
from tests.support.story import Story
from tests.support.system import wait_for

BEGIN = "https://houston.example/slack/install"


def install(s: Stage) -> None:
    """The pages of an installation"""
    shown = {
        "Add to Slack": pages.install(BEGIN),
        "Installed": pages.installed("Acme", False, "https://slack.com/app_redirect"),
        "Installation denied": pages.denied(BEGIN),
        "Installation too late": pages.expired(BEGIN),
        "Another workspace": pages.wrong_workspace("T024BE7LD", "Acme Labs", BEGIN),
        "Installation refused": pages.refused("bad_redirect_uri", BEGIN),
        "Still clearing": pages.still_clearing(BEGIN),
        "Not now": pages.not_now(BEGIN),
    }
    for title, page in shown.items():
        s.camera.page(title, page.html())


def hello(s: Stage) -> None:
    """The first words of Houston, to somebody new"""
    w = s.houston.workspace
    w.admin("hire", name="mae")
    mae = Story(w, "mae", "#general")
    bot = str(w.state("mae")["bot"]["id"])
    w.admin("create", name="launchpad")
    w.admin("join", channel="#launchpad", user="mae")
    s.camera.reload()
    there = mae.as_("mae", "#launchpad")
    s.camera.ready(w, "mae", "#launchpad")
    w.admin("invite", **{"as": w.person("mae")}, channel="#launchpad", user=bot)
    s.shot("Hello in a channel", there, there.whispered("/mission"))
    w.open_home("mae")
    wait_for(lambda: "Mission" in str(w.home("mae")), 15)
    s.camera.home("Home of somebody new", w, "mae")
    s.whisper("Empty list", mae, "/mission list")
    s.camera.screen("Direct messages before the first", w, "mae", "dm", empty=True)


SCENES = (install, hello)
