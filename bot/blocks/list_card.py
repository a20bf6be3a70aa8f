"""The Missions that the readers of the place may see, by pages [R6]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import (
    Block,
    Element,
    actions,
    button,
    context,
    fitting,
    header,
    section,
    too_long,
)
from bot.blocks.layout import Message, compose
from bot.blocks.look import STATE_SIGN, People, mission_line, result
from bot.blocks.pauses import task_pause, until
from bot.mrkdwn import Mrkdwn, clip, date, dots, label, lines, told
from missions.blueprint import Finding
from missions.execution import Status
from missions.mission import Mission, MissionState, Pause
from missions.overview import Result
from missions.phrases import say
from missions.recorded import retold


@dataclass(frozen=True, slots=True)
class ListItem:
    """A Mission in the list: what comes next, how it went last, whose it is.

    `own` says that it is the reader's; `results` are the latest, oldest first; `quiet` says that
    everything is paused where it lives; `alone` is the pause of a Task without which nothing of an
    Active Mission is scheduled [M9].
    """

    mission: Mission
    owner: str
    next_at: datetime | None = None
    zone: str = "UTC"
    status: Status | None = None
    finding: Finding | None = None
    own: bool = False
    results: tuple[Result, ...] = ()
    quiet: bool = False
    waits: bool = False
    alone: Pause | None = None
    people: People = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListFacts:
    """One page of the list, with the filter it was made with; pages count from 1.

    `counts` is how many there are of each state, whatever the filter; `more` says that a search
    stopped at the newest, `unsure` that Slack did not say of all channels whether they may be read.
    """

    items: tuple[ListItem, ...]
    total: int
    page: int = 1
    pages: int = 1
    state: MissionState | None = None
    search: str = ""
    counts: Mapping[MissionState, int] = field(default_factory=dict)
    more: bool = False
    unsure: bool = False


def list_card(facts: ListFacts) -> Message:
    """A line per Mission with a button to open it; filters and pages below."""
    head = [header(say("missions-title"))]
    if facts.search.strip():
        head.append(context(told("found-for", words=label(facts.search, 100))))
    if facts.unsure:
        head.append(context(told("list-unsure")))
    groups = [[_item(item)] for item in facts.items]
    filtered = facts.state is not None or bool(facts.search.strip())
    if not groups and (filtered or not facts.unsure):
        groups = [[section(told("no-match") if filtered else told("no-missions"))]]
    tail = [_footer(facts)] if facts.total or filtered else []
    buttons = [*_pages(facts), *(_filters(facts) if tail else ())]
    pressed = [button for button in buttons if button]
    if buttons:
        tail.append(actions(*pressed) if len(pressed) == len(buttons) else too_long())
    summary = found(facts.total, facts.more)
    return compose(summary, head, groups, tail, _more)


def found(total: int, more: bool) -> Mrkdwn:
    """How many Missions were found; with `more` the search stopped at the newest ones."""
    count = told("missions", total)
    return told("newest-found", missions=count) if more else count


def _item(item: ListItem) -> Block:
    mission = item.mission
    state = Mrkdwn(str(mission.state))
    when = told("next-at", when=date(item.next_at, zone=item.zone)) if item.next_at else None
    if mission.state is MissionState.PAUSED and mission.pause:
        note = label(retold(mission.pause.note), 80) if mission.pause.note.strip() else Mrkdwn("")
        when = dots(Mrkdwn(until(mission.pause.until, item.zone).strip()), note)
    ran = result(item.status, item.finding) if item.status or item.finding else None
    muted = told("muted") if mission.mute else None
    waits = told("waits-for-approval") if item.waits else None
    quiet = told("channel-paused") if item.quiet else None
    facts = dots(state, when, quiet, muted, ran, waits, label(item.owner, 60))
    show = button(say("open"), ActionId.SHOW, Value(mission=mission.id))
    return section(lines([mission_line(mission), facts, alone_line(item)]), show)


def alone_line(item: ListItem) -> Mrkdwn:
    """Why nothing of an Active Mission is scheduled: a Task paused alone, by whom, why [M9]."""
    return clip(task_pause(item.alone, item.people, item.zone), 400)


def _footer(facts: ListFacts) -> Block:
    total = found(facts.total, facts.more)
    page = told("page-of", page=facts.page, pages=facts.pages) if facts.pages > 1 else None
    return context(dots(total, page))


def _pages(facts: ListFacts) -> list[Element | None]:
    wanted = [(say("previous"), facts.page - 1), (say("next"), facts.page + 1)]
    return [
        _turn(text, page, facts.state, facts.search, number)
        for number, (text, page) in enumerate(wanted)
        if 1 <= page <= facts.pages
    ]


def _filters(facts: ListFacts) -> list[Element | None]:
    states = (None, MissionState.ACTIVE, MissionState.PAUSED, MissionState.DRAFT)
    return [
        _turn(
            f"{STATE_SIGN[state]} {state}" if state else say("all"), 1, state, facts.search, number
        )
        for number, state in enumerate(states, start=2)
        if state is not facts.state
    ]


def _turn(
    text: str, page: int, state: MissionState | None, search: str, number: int
) -> Element | None:
    value = Value(page=page, state=state, extra=search or None)
    return fitting(text, ActionId.LIST_PAGE, value, number=number)


def _more(left: int) -> Mrkdwn:
    return told("more-missions", left, where=told("next-page"))
