"""Details of a Mission: state and its toggle, Tasks, next runs, latest changes [R7]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.blocks import sentences
from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import Block, Element, actions, button, context, header, overflow, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import STATE_SIGN, People, counted, result, state_words, who
from bot.blocks.tasks import Coming, coming
from bot.mrkdwn import (
    Mrkdwn,
    bold,
    bullets,
    code,
    date,
    dots,
    label,
    line,
    lines,
    link,
    paragraph,
)
from missions.blueprint import Finding
from missions.execution import Status
from missions.ids import PersonId
from missions.mission import Change, Mission, MissionState

_CHANGES = 3
_MENU: Final = {
    "Details": ActionId.SHOW,
    "Next runs": ActionId.NEXT_RUNS,
    "Change…": ActionId.CHANGE,
    "Delete…": ActionId.OPEN_DELETE,
}


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A Task in the details: when it runs, how its latest Execution went."""

    title: str
    trigger: str
    status: Status | None = None
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class MissionFacts:
    """A Mission with what goes on in it. `past` says that no Task has a run left [B9]."""

    mission: Mission
    goal: str
    tasks: tuple[TaskLine, ...] = ()
    next: tuple[Coming, ...] = ()
    running: int = 0
    changes: tuple[Change, ...] = ()
    past: bool = False
    people: People = field(default_factory=dict)
    zone: str = "UTC"


def mission_card(facts: MissionFacts) -> Message:
    """The details with the buttons that the state allows."""
    mission = facts.mission
    head = [
        header(f"{STATE_SIGN[mission.state]} {mission.name}"),
        context(_place(facts)),
        section(lines([_state(facts), paragraph(facts.goal, 600)]), _stop(facts)),
    ]
    buttons = actions(*mission_buttons(mission, here=ActionId.SHOW))
    tail = [*_coming(facts), *_changes(facts), buttons]
    groups = [[section(_task(task))] for task in facts.tasks]
    summary = dots(bold(label(mission.name)), code(mission.id, 40), state_words(mission.state))
    return compose(summary, head, groups, tail, _more)


def mission_buttons(
    mission: Mission, value: Value | None = None, *, here: ActionId | None = None
) -> list[Element]:
    """The buttons about a Mission that its state allows, with Delete… in a menu [R1 R7].

    `here` is the view they stand in, which they do not lead to.
    """
    at = value or Value(mission=mission.id)
    plan = button("View plan", ActionId.VIEW_PLAN, at)
    past = button("History", ActionId.HISTORY, at)
    look = [past] if here is ActionId.VIEW_PLAN else [plan, past]
    menu = overflow(
        ActionId.REPORT_MENU,
        [
            (text, at.model_copy(update={"extra": action.value}))
            for text, action in _MENU.items()
            if action is not here
        ],
    )
    run = button("Run again" if at.execution else "Run now", ActionId.RUN_NOW, at)
    match mission.state:
        case MissionState.ACTIVE:
            return [*look, run, button("Disable…", ActionId.OPEN_DISABLE, at), menu]
        case MissionState.PAUSED:
            enable = button("Enable", ActionId.ENABLE, at, style="primary")
            return [*look, run, enable, menu]
        case _:
            return look


def pause_line(mission: Mission, people: People, zone: str) -> Mrkdwn:
    """Who paused it, when and why; empty if it is not Paused [M3]."""
    pause = mission.pause
    if mission.state is not MissionState.PAUSED or pause is None:
        return Mrkdwn("")
    note = Mrkdwn(f": {line(pause.note, 300)}") if pause.note.strip() else ""
    return Mrkdwn(f"⏸️ Paused by {who(pause.by, people)} {date(pause.at, zone=zone)}{note}")


def _place(facts: MissionFacts) -> Mrkdwn:
    mission = facts.mission
    version = Mrkdwn(f"version {mission.version}") if mission.version else None
    owner = Mrkdwn(f"owner {who(mission.owner, facts.people)}")
    return dots(code(mission.id, 40), state_words(mission.state), version, owner)


def _state(facts: MissionFacts) -> Mrkdwn:
    mission = facts.mission
    running = Mrkdwn(f"⏳ {counted(facts.running, 'Execution')} running") if facts.running else None
    draft = sentences.DRAFT if mission.state is MissionState.DRAFT else Mrkdwn("")
    past = sentences.NO_RUNS_LEFT if facts.past else Mrkdwn("")
    paused = pause_line(mission, facts.people, facts.zone)
    return lines([paused, draft, past, running or Mrkdwn("")])


def _stop(facts: MissionFacts) -> Element | None:
    value = Value(mission=facts.mission.id)
    return button("Stop", ActionId.STOP, value) if facts.running else None


def _task(task: TaskLine) -> Mrkdwn:
    name = bold(label(task.title))
    return lines([dots(name, result(task.status, task.finding)), line(task.trigger, 200)])


def _coming(facts: MissionFacts) -> list[Block]:
    if facts.mission.state is not MissionState.ACTIVE or facts.past:
        return []
    return [section(coming(facts.next, named=len(facts.tasks) > 1))]


def _changes(facts: MissionFacts) -> list[Block]:
    if not facts.changes:
        return []
    shown = bullets(change_line(c, facts.people, facts.zone) for c in facts.changes[:_CHANGES])
    return [section(lines([Mrkdwn("*Latest changes*"), shown]))]


def change_line(change: Change, people: Mapping[PersonId, str], zone: str) -> Mrkdwn:
    """One entry of the change log [M7]."""
    what = line(change.what, 200)
    if change.link and change.link.startswith(("https://", "http://")):
        what = link(change.link, what)
    values = None
    if change.before is not None or change.after is not None:
        values = Mrkdwn(f"{line(change.before or '', 80)} → {line(change.after or '', 80)}")
    return dots(date(change.at, zone=zone), what, values, who(change.by, people))


def _more(left: int) -> Mrkdwn:
    return sentences.more(left, "Task", sentences.SEE_PLAN)
