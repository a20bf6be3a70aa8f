"""Telling of a Mission that watches the same already, before there are two [C2]."""

from __future__ import annotations

import unicodedata

from agent.desk import Desk
from missions.blueprint import Blueprint
from missions.errors import UnknownMission
from missions.mission import Mission
from missions.phrases import say

LOOKED_THROUGH = 50
"""Missions of the place that a new one is held against, newest first."""


def alike(desk: Desk, plan: Blueprint, name: str) -> str:
    """One sentence about a Mission here with the same target or name; "" if there is none.

    Only of Missions that the answer may show [P1].
    """
    wanted, called = _targets(plan), _plain(name)
    page = desk.reader.missions(desk.viewer, per_page=LOOKED_THROUGH)
    for other in page.items:
        shared = _targets(_plan(desk, other)) & wanted
        if shared:
            target = min(shared)
            return say(
                "say-alike-target",
                mission=other.name,
                id=other.id,
                target=target,
                state=other.state,
            )
    for other in page.items:
        if _plain(other.name) == called:
            return say("say-alike-name", mission=other.name, id=other.id)
    return ""


def _plan(desk: Desk, mission: Mission) -> Blueprint | None:
    try:
        return desk.reader.blueprint(desk.viewer, mission.id)
    except UnknownMission:
        return None


def _targets(plan: Blueprint | None) -> set[str]:
    """The addresses that a plan's checks look at, without what does not tell them apart."""
    if plan is None:
        return set()
    checks = (c for t in plan.tasks for c in t.checks)
    urls = (str(c.arguments["url"]) for c in checks if "url" in c.arguments)
    return {url.partition("#")[0].rstrip("/") for url in urls}


def _plain(name: str) -> str:
    """Letters and digits in lower case."""
    lower = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in lower if c.isalnum())
