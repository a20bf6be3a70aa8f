"""A Mission's details in a dialog: its toggle, how it goes, and its parts as a row of buttons [R7].

Fits by construction: the parts have 50 blocks at most, with 8 around them; Slack allows 100.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot import limits
from bot.blocks.actions import ActionId, Value
from bot.blocks.dialogs import DialogId
from bot.blocks.elements import (
    Block,
    Element,
    actions,
    button,
    context,
    divider,
    header,
    link_button,
    plain,
    remark,
    section,
    select,
)
from bot.blocks.health import health_section
from bot.blocks.look import STATE_SIGN
from bot.blocks.mission_card import (
    MUTE_WORDS,
    MissionFacts,
    change_line,
    coming_runs,
    keeping_buttons,
    place_line,
    state_lines,
    task_section,
)
from bot.blocks.pauses import unmute_button
from bot.blocks.tabs import TABS, Tab, tabs
from bot.blocks.ways import launch_ways
from bot.mrkdwn import Mrkdwn, bold, channel_link, dots, label, lines, paragraph, told
from missions.ids import MissionId
from missions.mission import Change, MissionState
from missions.phrases import say
from missions.record import Record

View = dict[str, Any]


class DetailsAt(Record):
    """Which details a dialog shows, carried in `private_metadata`."""

    mission: MissionId
    tab: Tab = Tab.OVERVIEW
    page: int = 1


@dataclass(frozen=True, slots=True)
class ChangePage:
    """A page of the change log, newest first; pages count from 1."""

    changes: tuple[Change, ...]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting and how it is set, in words."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class DetailsFacts:
    """A Mission with the part that is shown; the other parts are empty.

    `plan` are the blocks of its plan, `card` leads to the card of a Draft's plan. `notice` is what
    the person is told there, `notice_url` where they find it.
    """

    at: DetailsAt
    mission: MissionFacts
    can_edit: bool
    plan: Sequence[Block] = ()
    log: ChangePage | None = None
    settings: tuple[SettingLine, ...] = ()
    card: str | None = None
    notice: str = ""
    notice_url: str = ""
    can_delete: bool = False


def details_view(facts: DetailsFacts) -> View:
    """The dialog."""
    mission = facts.mission.mission
    blocks = [
        header(f"{STATE_SIGN[mission.state]} {mission.name}"),
        context(dots(place_line(facts.mission, state=False), channel_link(mission.channel))),
    ]
    if facts.notice:
        blocks.append(remark(facts.notice, url=facts.notice_url))
    parts = actions(*tabs(facts.at.mission, facts.at.tab))
    blocks += [_toggle(facts), parts, divider(), *_part(facts)]
    return {
        "type": "modal",
        "callback_id": DialogId.DETAILS.value,
        "title": plain(say("mission"), limits.VIEW_TITLE),
        "close": plain(say("close"), limits.VIEW_BUTTON),
        "private_metadata": facts.at.dump(),
        "blocks": blocks,
    }


def _toggle(facts: DetailsFacts) -> Block:
    """The state in words with what switches it, for those who may."""
    mission, element = facts.mission.mission, None
    value = Value(mission=mission.id)
    if facts.can_edit and mission.state is MissionState.ACTIVE:
        element = button(say("disable…"), ActionId.OPEN_DISABLE, value)
    elif facts.can_edit and mission.state is MissionState.PAUSED:
        element = button(say("enable"), ActionId.ENABLE, value, style="primary")
    elif facts.card:
        element = link_button(say("open-its-plan"), facts.card, ActionId.FOLLOW)
    said = state_lines(facts.mission)
    active = told("is-active") if mission.state is MissionState.ACTIVE else Mrkdwn("")
    return section(lines([active, said]), element)


def _part(facts: DetailsFacts) -> Sequence[Block]:
    match facts.at.tab:
        case Tab.OVERVIEW:
            return _overview(facts)
        case Tab.PLAN:
            return [*facts.plan, *_launch(facts), *_versions(facts)]
        case Tab.CHANGES:
            return _changes(facts)
        case Tab.SETTINGS:
            return _settings(facts)


def _overview(facts: DetailsFacts) -> list[Block]:
    shown = [section(lines([told("goal-title"), paragraph(facts.mission.goal, 600)]))]
    if facts.mission.health:
        shown.append(health_section(facts.mission.health))
    shown += coming_runs(facts.mission)
    if facts.mission.tasks:
        shown.append(section(bold(told("tasks"))))
        shown += [task_section(task, facts.mission) for task in facts.mission.tasks]
    buttons = _buttons(facts) if facts.can_edit else _last_buttons(facts)
    return [*shown, divider(), actions(*buttons)] if buttons else shown


def _last_buttons(facts: DetailsFacts) -> list[Element]:
    """What is left to the owner while Houston cannot see the channel."""
    mission = facts.mission.mission
    if not facts.can_delete or mission.state is MissionState.DRAFT:
        return []
    return keeping_buttons(mission.id)


def _buttons(facts: DetailsFacts) -> list[Element]:
    """What an editor can do besides the toggle."""
    mission = facts.mission.mission
    value = Value(mission=mission.id)
    if mission.state not in (MissionState.ACTIVE, MissionState.PAUSED):
        return launch_ways(facts.mission.launch, mission)
    stop = [button(say("stop"), ActionId.STOP, value)] if facts.mission.running else []
    change = button(say("change…"), ActionId.CHANGE, value)
    return [button(say("run-now"), ActionId.RUN_NOW, value), *stop, _mute(facts), change]


def _launch(facts: DetailsFacts) -> list[Block]:
    """Below a Draft's plan, for editors: what its card offers."""
    launch, mission = facts.mission.launch, facts.mission.mission
    ways = launch_ways(launch, mission) if facts.can_edit else []
    return [divider(), actions(*ways)] if ways else []


def _mute(facts: DetailsFacts) -> Element:
    mission = facts.mission.mission
    if mission.mute is not None:
        return unmute_button(Value(mission=mission.id))
    choices = [
        (say(text), Value(mission=mission.id, extra=how_long.value))
        for how_long, text in MUTE_WORDS.items()
    ]
    return select(say("mute…"), ActionId.MUTE, choices)


def _changes(facts: DetailsFacts) -> list[Block]:
    log, people, zone = facts.log, facts.mission.people, facts.mission.zone
    if log is None or not log.changes:
        return [section(told("nothing-changed-yet"))]
    shown = [section(change_line(change, people, zone)) for change in log.changes]
    if log.pages < 2:
        return [*shown, *_versions(facts)]
    turns = ((say("newer"), log.page - 1), (say("older"), log.page + 1))
    buttons = [
        button(text, ActionId.DETAILS_TAB, _page(facts.at, page), number=number)
        for number, (text, page) in enumerate(turns, start=len(TABS))
        if 1 <= page <= log.pages
    ]
    page = context(told("page-of", page=log.page, pages=log.pages))
    return [*shown, page, actions(*buttons), *_versions(facts)]


def _versions(facts: DetailsFacts) -> list[Block]:
    """The way to the versions of a plan that was launched."""
    mission = facts.mission.mission
    if not mission.version:
        return []
    value = Value(mission=mission.id)
    return [divider(), actions(button(say("versions…"), ActionId.VERSIONS, value))]


def _page(at: DetailsAt, page: int) -> Value:
    return Value(mission=at.mission, extra=Tab.CHANGES.value, page=page)


def _settings(facts: DetailsFacts) -> list[Block]:
    shown = [section(lines([bold(label(s.name)), label(s.value, 600)])) for s in facts.settings]
    if not facts.can_edit:
        return [*shown, context(told("editors-only"))]
    value = Value(mission=facts.at.mission)
    edit = button(say("change-settings…"), ActionId.OPEN_SETTINGS, value, style="primary")
    launched = facts.mission.mission.state in (MissionState.ACTIVE, MissionState.PAUSED)
    gone = button(say("delete…"), ActionId.OPEN_DELETE, value, style="danger")
    return [*shown, divider(), actions(edit, *([gone] if launched else []))]
