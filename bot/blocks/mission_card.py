"""Details of a Mission: state and its toggle, Tasks, next runs, latest changes [R7]."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import (
    Block,
    Element,
    actions,
    button,
    context,
    header,
    overflow,
    section,
    select,
)
from bot.blocks.health import Health, health_section
from bot.blocks.layout import Message, compose
from bot.blocks.look import STATE_SIGN, People, result, state_words, who
from bot.blocks.moments import told_there
from bot.blocks.pauses import stands, task_pause, unmute_button
from bot.blocks.tabs import ways_in
from bot.blocks.tasks import Coming, coming
from bot.blocks.ways import Waits, launch_ways
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
    told,
)
from missions.blueprint import Finding
from missions.execution import Moment, Status
from missions.ids import MissionId, PersonId, TaskId
from missions.mission import Change, Mission, MissionState, Pause
from missions.phrases import say
from missions.recorded import retold
from missions.verbs.mutes import MuteFor

_CHANGES = 3
_INSTANT: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?\+00:00"
"""An instant as the change log keeps it."""
MUTE_WORDS: Final = {
    MuteFor.RECOVERED: "until-recovered",
    MuteFor.TWO_HOURS: "for-two-hours",
    MuteFor.TOMORROW: "until-tomorrow",
}
_MENU: Final = {
    "details": ActionId.SHOW,
    "next-runs": ActionId.NEXT_RUNS,
    "change…": ActionId.CHANGE,
    "delete…": ActionId.OPEN_DELETE,
}


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A Task in the details: when it runs, how its latest Execution went, its own pause."""

    title: str
    trigger: str
    status: Status | None = None
    finding: Finding | None = None
    pause: Pause | None = None
    task: TaskId | None = None


@dataclass(frozen=True, slots=True)
class MissionFacts:
    """A Mission with what goes on in it. `past` says that no Task has a run left [B9].

    `quiet` is the pause of all that holds in its place [M10]. Of those that run, so many are
    `waiting` for an approval [X1]. Of a Draft `launch` is its plan; before
    any run there is no `health`.
    """

    mission: Mission
    goal: str
    tasks: tuple[TaskLine, ...] = ()
    next: tuple[Coming, ...] = ()
    running: int = 0
    changes: tuple[Change, ...] = ()
    past: bool = False
    people: People = field(default_factory=dict)
    zone: str = "UTC"
    quiet: Pause | None = None
    waiting: int = 0
    launch: Waits | None = None
    health: Health | None = None


def mission_card(facts: MissionFacts) -> Message:
    """The details with the buttons that the state allows, and the ways to their other parts."""
    mission = facts.mission
    head = [
        header(f"{STATE_SIGN[mission.state]} {mission.name}"),
        context(place_line(facts)),
        section(lines([state_lines(facts), paragraph(facts.goal, 600)]), _stop(facts)),
    ]
    if facts.health:
        head.append(health_section(facts.health))
    acts = launch_ways(facts.launch, mission) or mission_buttons(mission, here=ActionId.SHOW)
    buttons = [actions(*acts)] if acts else []
    tail = [*coming_runs(facts), *_changes(facts), *buttons, actions(*ways_in(mission.id))]
    groups = [[task_section(task, facts)] for task in facts.tasks]
    summary = dots(bold(label(mission.name)), code(mission.id, 40), state_words(mission.state))
    return compose(summary, head, groups, tail, _more)


def mission_buttons(
    mission: Mission, value: Value | None = None, *, here: ActionId | None = None
) -> list[Element]:
    """The buttons about a Mission that its state allows, with Delete… in a menu [R1 R7].

    `here` is the view they stand in, which they do not lead to.
    """
    at = value or Value(mission=mission.id)
    mute = _mute(mission, at)
    plan = button(say("view-plan"), ActionId.VIEW_PLAN, at)
    past = button(say("history"), ActionId.HISTORY, at)
    match here:
        case ActionId.SHOW:  # its row of parts leads to them
            look = []
        case ActionId.VIEW_PLAN:
            look = [past]
        case _:
            look = [plan, past]
    menu = overflow(
        ActionId.REPORT_MENU,
        [
            (say(text), at.model_copy(update={"extra": action.value}))
            for text, action in _MENU.items()
            if action is not here
        ],
    )
    run = button(say("run-again" if at.execution else "run-now"), ActionId.RUN_NOW, at)
    match mission.state:
        case MissionState.ACTIVE:
            disable = button(say("disable…"), ActionId.OPEN_DISABLE, at)
            return [*look, run, *mute, disable, menu]
        case MissionState.PAUSED:
            enable = button(say("enable"), ActionId.ENABLE, at, style="primary")
            return [*look, run, enable, *mute, menu]
        case _:
            return look


def keeping_buttons(mission: MissionId) -> list[Element]:
    """What an owner can do with a Mission whose channel Houston cannot see any more [M5 R9]."""
    value = Value(mission=mission)
    return [
        button(say("export-it"), ActionId.EXPORT, value),
        button(say("delete…"), ActionId.OPEN_DELETE, value, style="danger"),
    ]


def _mute(mission: Mission, at: Value) -> list[Element]:
    """Unmute while it is muted; under a report the choice for how long to mute [R1]."""
    if mission.mute is not None:
        return [unmute_button(at)]
    if at.execution is None:
        return []
    choices = [
        (say(text), at.model_copy(update={"extra": how_long.value}))
        for how_long, text in MUTE_WORDS.items()
    ]
    return [select(say("mute…"), ActionId.MUTE, choices)]


def place_line(facts: MissionFacts, *, state: bool = True) -> Mrkdwn:
    """ID, state (unless that is said nearby), version and owner."""
    mission = facts.mission
    version = told("version", version=mission.version) if mission.version else None
    owner = told("owner", who=who(mission.owner, facts.people))
    standing = Mrkdwn(str(mission.state)) if state else None
    return dots(code(mission.id, 40), standing, version, owner)


def state_lines(facts: MissionFacts) -> Mrkdwn:
    """What keeps it from running, and what runs; empty if there is nothing to say."""
    mission = facts.mission
    running = told("executions-running", facts.running) if facts.running else None
    draft = told("draft") if mission.state is MissionState.DRAFT else Mrkdwn("")
    past = told("no-runs-left") if facts.past else Mrkdwn("")
    paused = stands(mission, facts.quiet, facts.people, facts.zone)
    waits = (
        Mrkdwn(f"{told('waits-for-approval')} ({facts.waiting})") if facts.waiting else Mrkdwn("")
    )
    return lines([paused, draft, past, running or Mrkdwn(""), waits])


def _stop(facts: MissionFacts) -> Element | None:
    value = Value(mission=facts.mission.id)
    return button(say("stop"), ActionId.STOP, value) if facts.running else None


def task_section(task: TaskLine, facts: MissionFacts) -> Block:
    """A Task with its latest result; one that is paused alone with a button to enable it."""
    name = bold(label(task.title))
    paused = task_pause(task.pause, facts.people, facts.zone)
    head = dots(name, result(task.status, task.finding))
    text = lines([head, line(task.trigger, 200), paused])
    if task.pause is None or task.task is None:
        return section(text)
    value = Value(mission=facts.mission.id, task=task.task)
    return section(text, button(say("enable"), ActionId.ENABLE_TASK, value))


def coming_runs(facts: MissionFacts) -> list[Block]:
    """The next runs of an Active Mission that has any left."""
    if facts.mission.state is not MissionState.ACTIVE or facts.past:
        return []
    return [section(coming(facts.next, named=len(facts.tasks) > 1))]


def _changes(facts: MissionFacts) -> list[Block]:
    if not facts.changes:
        return []
    shown = bullets(change_line(c, facts.people, facts.zone) for c in facts.changes[:_CHANGES])
    return [section(lines([bold(told("latest-changes")), shown]))]


def change_line(change: Change, people: Mapping[PersonId, str], zone: str) -> Mrkdwn:
    """One entry of the change log [M7]."""
    what = line(retold(change.what), 200)
    if change.link and change.link.startswith(("https://", "http://")):
        what = link(change.link, what)
    values = None
    if change.before is not None or change.after is not None:
        old, new = (_value(said or "") for said in (change.before, change.after))
        values = Mrkdwn(f"{old} → {new}")
    return dots(date(change.at, zone=zone), what, values, who(change.by, people))


def _value(said: str) -> Mrkdwn:
    """What it was, or is: in the reader's language, an instant in their zone."""
    found = re.search(_INSTANT, said)
    times = [Moment(words=found.group(), at=datetime.fromisoformat(found.group()))] if found else []
    return told_there(line(retold(said), 80), times)


def _more(left: int) -> Mrkdwn:
    return told("more-tasks", left, where=told("see-plan"))
