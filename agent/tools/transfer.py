"""Export and import: a Mission as YAML, and back as a Proposal [R9]."""

from __future__ import annotations

import re

from langchain.tools import tool
from pydantic import ValidationError

from agent.desk import Desk
from agent.operations import HttpAct
from agent.tools.own_grants import keeps_grants, says_unasked
from agent.tools.plans import stage_draft
from agent.tools.resolve import resolve
from agent.tools.results import done, refused
from agent.tools.runtime import AtDesk
from missions.blueprint import Act, Blueprint
from missions.cards import ExportCard
from missions.effects import CreateDraft
from missions.export import from_yaml
from missions.phrases import say
from missions.sources import Fact

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
    own = plan if keeps_grants(desk) else _asking(desk, plan)
    answer = stage_draft(desk, name, own)
    if own != plan and any(isinstance(e, CreateDraft) for e in desk.effects):
        desk.tell([Fact(text=say("say-import-asks"))])
    return answer


def _asking(desk: Desk, plan: Blueprint) -> Blueprint:
    """The plan without what a text grants: only the person's own words beside it do [A1]."""
    tasks = tuple(
        t.model_copy(update={"acts": tuple(_asked(desk, a) for a in t.acts), "grants": ()})
        for t in plan.tasks
    )
    return plan.model_copy(update={"tasks": tasks})


def _asked(desk: Desk, act: Act) -> Act:
    said = {key: str(value) for key, value in act.arguments.items()}
    said["json_body"] = said.pop("json", "")
    try:
        wanted = HttpAct.model_validate({**said, "without_asking": True})
    except ValidationError:
        return act.model_copy(update={"granted": False})
    own = act.granted and not desk.offline and says_unasked(desk, wanted)
    return act.model_copy(update={"granted": own})


def yaml_in(message: str) -> str | None:
    """The YAML in a message: in a code block, else from `houston:` on."""
    if fenced := _FENCED.search(message):
        return fenced.group(1)
    begins = _BEGINS.search(message)
    return message[begins.start() :] if begins else None
