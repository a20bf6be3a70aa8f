"""The system prompt of a turn: prompt files filled with the desk's facts [C9 P4]."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from agent.desk import Desk
from missions.errors import UnknownMission
from missions.mission import MissionState

FACTS_OPEN, FACTS_CLOSE = "<facts>", "</facts>"


def lasting_prompt() -> str:
    """What is the same in every turn: it comes first, so that providers can keep it."""
    return f"{_prompt('')}\n\n{_prompt('safety')}"


def turns_prompt(desk: Desk) -> str:
    """What this turn is about: where, who and when."""
    local = desk.now.astimezone(ZoneInfo(desk.zone))
    clock = _prompt("clock").format(
        local=f"{local:%A %Y-%m-%d %H:%M}",
        zone=desk.zone,
        floor=f"{desk.floor.total_seconds() / 60:g}",
    )
    place = _prompt("place").format(where=_where(desk), readers=_readers(desk))
    person = _prompt("person").replace("{facts}", _as_data(facts(desk)))
    return f"{place}\n\n{person}\n\n{clock}"


def facts(desk: Desk) -> dict[str, Any]:
    """What is known at the start of a turn, in a form that the offline interpreter reads too."""
    return {
        "now": desk.now.isoformat(),
        "zone": desk.zone,
        "person": desk.person.name,
        "floor_minutes": desk.floor.total_seconds() / 60,
        "mission": _focus(desk),
        "execution": desk.focus_execution,
        "mission_is_only_looked_at": desk.focus_viewed,
    }


def read_facts(prompt: str) -> dict[str, Any]:
    """The facts in a system prompt; {} if there are none.

    The last ones: what comes before speaks of them, and in the facts themselves no tag can stand.
    """
    _, opened, rest = prompt.rpartition(FACTS_OPEN)
    inside, closed, _ = rest.partition(FACTS_CLOSE)
    if not opened or not closed:
        return {}
    found: dict[str, Any] = json.loads(inside)
    return found


def _focus(desk: Desk) -> dict[str, Any] | None:
    """The Mission of the thread, with an outline of its plan; None if it is gone or hidden [P1]."""
    if desk.focus is None:
        return None
    try:
        mission = desk.reader.mission(desk.viewer, desk.focus)
        blueprint = desk.planned(desk.focus)
        waiting = desk.waiting(desk.focus)
    except UnknownMission:
        return None
    tasks = [
        {
            "id": t.id,
            "title": t.title,
            "trigger": t.trigger.model_dump(mode="json"),
            "checks": {c.id: c.arguments.get("url", c.tool) for c in t.checks},
        }
        for t in blueprint.tasks
    ]
    return {
        "id": mission.id,
        "name": mission.name,
        "state": mission.state,
        "draft": mission.state is MissionState.DRAFT,
        "change_waiting_for_a_click": waiting is not None,
        "tasks": tasks,
    }


def _as_data(value: dict[str, Any]) -> str:
    """JSON in which no text can close the tag around it."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e")


def _where(desk: Desk) -> str:
    return "in a direct message" if desk.channel.is_direct else "in a channel"


def _readers(desk: Desk) -> str:
    if desk.viewer.place is None:
        return "Only this person reads your answer."
    return "All its members read your answer; you see only the Missions of this channel."


@cache
def _prompt(part: str) -> str:
    name = f"conversation_{part}.md" if part else "conversation.md"
    return files("agent").joinpath("prompts", name).read_text(encoding="utf-8").strip()
