"""Export and import: a Mission as YAML, and back as a Proposal [R9]."""

from __future__ import annotations

import re

from langchain.tools import tool

from agent.desk import Desk
from agent.tools.plans import stage_draft
from agent.tools.resolve import resolve
from agent.tools.results import done, refused
from agent.tools.runtime import AtDesk
from missions.cards import ExportCard
from missions.export import from_yaml
from missions.phrases import say

_FENCED = re.compile(r"```(?:ya?ml)?\s*\n?(.*?)```", re.DOTALL | re.IGNORECASE)
_BEGINS = re.compile(r"^houston:", re.MULTILINE)


@tool
def export_mission(runtime: AtDesk, mission: str | None = None) -> str:
    """Show a Mission's name and plan as YAML, to be kept or imported elsewhere."""
    desk: Desk = runtime.context
    target = resolve(desk, mission)
    desk.show(ExportCard(mission=target.id))
    return done(mission=target.id, note="The YAML follows.")


@tool
def import_mission(runtime: AtDesk) -> str:
    """Propose the Mission whose exported YAML the person's own message holds."""
    desk: Desk = runtime.context
    text = yaml_in(desk.source)
    if text is None:
        return refused(say("say-paste-yaml"))
    name, plan = from_yaml(text)
    return stage_draft(desk, name, plan)


def yaml_in(message: str) -> str | None:
    """The YAML in a message: in a code block, else from `houston:` on."""
    if fenced := _FENCED.search(message):
        return fenced.group(1)
    begins = _BEGINS.search(message)
    return message[begins.start() :] if begins else None
