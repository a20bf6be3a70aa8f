"""A Task as it is shown in plans, in four levels of detail so that every plan fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.blocks.elements import Block, context, section
from bot.blocks.layout import Group, fits
from bot.mrkdwn import (
    Mrkdwn,
    bold,
    bullets,
    clock,
    code,
    date,
    dots,
    label,
    line,
    lines,
    paragraph,
    told,
)
from missions.blueprint import EventTrigger, Task
from missions.hooks import POSTED
from missions.ids import MissionId
from missions.recorded import retold

_TOOLS: Final = 8
_STRATEGIES: Final = 8
_UNSAID: Final = Mrkdwn("")


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """A Task with what the domain says about it in words, its coming instants, its own pause."""

    task: Task
    trigger: str
    checks: tuple[str, ...] = ()
    strategy: tuple[str, ...] = ()
    notify: str = ""
    next: tuple[datetime, ...] = ()
    events: str = ""
    paused: Mrkdwn = _UNSAID
    outside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coming:
    """One coming run: when, in which zone it was said, of what; `url` is the Mission's thread."""

    at: datetime
    zone: str
    title: str
    mission: MissionId | None = None
    name: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of each Task is shown: how many checks, and characters of each part."""

    checks: int
    check: int
    instructions: int
    footer: bool


DETAILS: Final = (
    Detail(checks=12, check=180, instructions=500, footer=True),
    Detail(checks=5, check=140, instructions=160, footer=True),
    Detail(checks=2, check=100, instructions=0, footer=True),
    Detail(checks=0, check=0, instructions=0, footer=False),
)


def task_groups(
    tasks: Sequence[TaskFacts], head: Group, tail: Group
) -> tuple[list[list[Block]], bool]:
    """A group of blocks per Task, in the fullest detail that fits; and whether parts are missing.

    If even the least does not fit, `compose` leaves out the last Tasks and says so.
    """
    groups: list[list[Block]] = []
    for detail in DETAILS:
        groups = [task_blocks(task, n, detail) for n, task in enumerate(tasks, start=1)]
        if fits(groups, head, tail):
            return groups, any(_shortened(task, detail) for task in tasks)
    return groups, True


def task_blocks(facts: TaskFacts, number: int, detail: Detail = DETAILS[0]) -> list[Block]:
    """Title, trigger, checks and instructions; below in grey strategy, output, notify, tools."""
    task = facts.task
    sign = {"once": "📌", "cron": "🔁", "event": "⚡"}[task.trigger.kind]
    title = Mrkdwn(f"*{number}. {label(task.title)}*")
    when = Mrkdwn(f"{sign} {line(facts.trigger, 400)}")
    doing = [_checks(facts, detail), _outside(facts, detail), _instructions(task, detail)]
    body = section(lines([title, when, facts.paused, *doing]))
    return [body, _footer(facts)] if detail.footer else [body]


def coming(
    runs: Iterable[Coming], *, named: bool, limit: int = 3, head: Mrkdwn | None = None
) -> Mrkdwn:
    """The next runs, each in the reader's zone and with the time and zone in which it was said.

    What was said alike for all of them stands above them, once, beside the `head`: the clock with
    the zone, or the zone alone.
    """
    first = sorted(runs, key=lambda run: run.at)[:limit]
    if not first:
        return told("no-runs")
    head, said = bold(head or told("next-runs")), [clock(run.at, run.zone) for run in first]
    alike = ""
    if len(first) > 1 and len(set(said)) == 1:
        alike = said[0]
    elif len(first) > 1 and len({each.partition(" ")[2] for each in said}) == 1:
        alike = said[0].partition(" ")[2]
    if alike:
        head = Mrkdwn(f"{head} ({line(alike, 80)})")
    return lines([head, bullets(_run_line(run, named, alike) for run in first)])


def _run_line(run: Coming, named: bool, alike: str) -> Mrkdwn:
    """`<when> (09:00 Europe/Berlin) · Check the shop`, without what is said `alike` of all."""
    own = clock(run.at, run.zone).removesuffix(alike).strip()
    when = date(run.at, zone=run.zone)
    if own:
        when = Mrkdwn(f"{when} ({line(own, 80)})")
    return dots(when, label(run.title) if named else None)


def when_said(at: datetime, zone: str) -> Mrkdwn:
    """An instant in the reader's zone, then the clock and zone in which it was said."""
    return Mrkdwn(f"{date(at, zone=zone)} ({line(clock(at, zone), 80)})")


def runs_of(tasks: Sequence[TaskFacts]) -> list[Block]:
    """The next runs of these Tasks; nothing where they wait for events alone."""
    if tasks and all(isinstance(facts.task.trigger, EventTrigger) for facts in tasks):
        return []
    return [section(coming(coming_of(tasks), named=len(tasks) > 1))]


def coming_of(tasks: Iterable[TaskFacts]) -> tuple[Coming, ...]:
    """All coming runs of these Tasks."""
    return tuple(
        Coming(at, facts.task.trigger.zone, facts.task.title)
        for facts in tasks
        for at in facts.next
    )


def _checks(facts: TaskFacts, detail: Detail) -> Mrkdwn:
    if not facts.checks:
        return bullets([told("no-checks")])
    if not detail.checks:
        return bullets([told("checks", len(facts.checks))])
    shown = [line(check, detail.check) for check in facts.checks[: detail.checks]]
    left = len(facts.checks) - len(shown)
    return bullets([*shown, told("and-checks", left) if left else Mrkdwn("")])


def _outside(facts: TaskFacts, detail: Detail) -> Mrkdwn:
    """What it may change outside: all of it, in each level of detail but the last [A1]."""
    if not facts.outside:
        return Mrkdwn("")
    if not detail.footer:
        return told("things-outside", len(facts.outside))
    most = 700 if detail.checks > 5 else 200
    return lines(Mrkdwn(f"🔐 {line(text, most)}") for text in facts.outside)


def _instructions(task: Task, detail: Detail) -> Mrkdwn:
    if not task.instructions.strip() or not detail.instructions:
        return Mrkdwn("")
    return told("instructions", text=paragraph(task.instructions, detail.instructions))


def _footer(facts: TaskFacts) -> Block:
    task = facts.task
    tools = Mrkdwn(", ".join(code(tool, 40) for tool in task.tools[:_TOOLS]))
    rest = len(task.tools) - _TOOLS
    named = told("and-more", rest, some=tools) if rest > 0 else tools
    return context(
        dots(
            told("output", text=line(retold(task.expected_output), 120)),
            line(facts.notify, 120) if facts.notify else None,
            *(line(words, 120) for words in facts.strategy[:_STRATEGIES]),
            told("address") if _has_address(task) else None,
            line(facts.events, 160) if facts.events else None,
            told("tools", tools=named) if tools else None,
        )
    )


def _has_address(task: Task) -> bool:
    return isinstance(task.trigger, EventTrigger) and task.trigger.source in POSTED


def _shortened(facts: TaskFacts, detail: Detail) -> bool:
    return (
        len(facts.checks) > detail.checks
        or any(len(check) > detail.check for check in facts.checks)
        or len(facts.task.instructions) > detail.instructions
        or bool(facts.outside and detail.checks <= 5)
    )
