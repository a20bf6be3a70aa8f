"""The Session of an Execution: what was done, step by step, in pages of a dialog or as text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import Block, Element, actions, button, context, preformatted, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import data_size, mission_line, result, took
from bot.blocks.records import Scope, View, records_view, said_below
from bot.mrkdwn import CLOCK, Mrkdwn, clean, date, dots, label, lines, plain_line, told
from missions.execution import Execution, Step
from missions.mission import Mission
from missions.phrases import grouped, say

PER_PAGE: Final = 6
IN_THREAD: Final = 3
"""Steps on a page in a thread: with all that is shown of them they fit a message."""
_RESULT: Final = 900
_ARGUMENT: Final = 300
_ARGUMENTS: Final = 8


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """An Execution and the steps of its Session, secrets hidden; none if none was kept."""

    mission: Mission
    scope: Scope
    execution: Execution
    steps: tuple[Step, ...] = ()
    page: int = 1
    zone: str = "UTC"

    def pages(self, each: int = PER_PAGE) -> int:
        """How many pages of so many steps they fill."""
        return max(1, -(-len(self.steps) // each))


def session_view(facts: SessionFacts, notice: str = "") -> View:
    """A page of steps, quoted so that nothing in them acts [P4]; `notice` is what was just done."""
    run = facts.execution
    page = min(max(facts.page, 1), facts.pages())
    title = dots(result(run.status, run.finding), label(run.task_title, 100))
    blocks: list[Block] = [section(lines([mission_line(facts.mission), title]))]
    first = (page - 1) * PER_PAGE
    for number, step in enumerate(facts.steps[first : first + PER_PAGE], start=first + 1):
        blocks.extend(_step(number, step, facts.zone))
    if not facts.steps:
        blocks.append(section(told("no-session")))
    blocks += [actions(*_ways(facts, page)), *said_below(notice)]
    blocks.append(context(_footer(facts, page, facts.pages())))
    return records_view(say("session"), blocks)


def session_card(facts: SessionFacts) -> Message:
    """A page of it in the thread of the report: one message, which its buttons turn."""
    run, pages = facts.execution, facts.pages(IN_THREAD)
    page = min(max(facts.page, 1), pages)
    title = dots(Mrkdwn(f"*{say('session')}*"), label(run.task_title, 100))
    head = [section(lines([title, mission_line(facts.mission)]))]
    first = (page - 1) * IN_THREAD
    shown = enumerate(facts.steps[first : first + IN_THREAD], start=first + 1)
    groups = [_step(number, step, facts.zone) for number, step in shown]
    turns = [
        button(
            say(text),
            ActionId.SESSION_PAGE,
            Value(mission=facts.mission.id, execution=run.id, version=other),
            number=other,
        )
        for text, other in (("earlier", page - 1), ("later", page + 1))
        if 1 <= other <= pages
    ]
    footer = context(_footer(facts, page, pages))
    tail = [*([actions(*turns)] if turns else []), footer]
    return compose(
        Mrkdwn(""), head, groups or [[section(told("no-session"))]], tail, lambda _: told("longer")
    )


def session_text(facts: SessionFacts) -> str:
    """The whole Session as plain text, for a file."""
    run, zone = facts.execution, ZoneInfo(facts.zone)
    head = [
        say("session-of", what=f"{run.id}: {plain_line(run.task_title, 200)}"),
        say("mission-named", id=facts.mission.id, name=plain_line(facts.mission.name, 200)),
        say(
            "session-status",
            status=run.status,
            at=_moment(run.started_at, zone),
            zone=facts.zone,
            time=took(run.seconds),
        ),
        "",
    ]
    steps = [_as_text(number, step, zone) for number, step in enumerate(facts.steps, start=1)]
    return "\n".join([*head, *steps])


def _step(number: int, step: Step, zone: str) -> list[Block]:
    tool = told("tool-used", tool=label(step.tool, 40)) if step.tool else None
    tokens = Mrkdwn(say("tokens", n=grouped(step.tokens))) if step.tokens else None
    size = None if step.size is None else told("answered-size", size=Mrkdwn(data_size(step.size)))
    duration = Mrkdwn(took(step.duration_ms / 1000)) if step.duration_ms else None
    head = Mrkdwn(f"*{number}. {label(step.what, 150)}*")
    told_of = dots(date(step.at, CLOCK, zone), duration, tool, size, tokens)
    quoted = [*_arguments(step)]
    if step.result.strip():
        quoted.append("→ " + plain_line(step.result, _RESULT))
    return [section(lines([head, told_of])), *([preformatted(quoted)] if quoted else [])]


def _arguments(step: Step) -> list[str]:
    return [
        f"{plain_line(name, 40)}: {plain_line(str(value), _ARGUMENT)}"
        for name, value in list(step.arguments.items())[:_ARGUMENTS]
    ]


def _as_text(number: int, step: Step, zone: ZoneInfo) -> str:
    head = f"{number}. {_moment(step.at, zone)}  {plain_line(step.what, 1_000)}"
    facts = []
    if step.duration_ms:
        facts.append(say("took", time=took(step.duration_ms / 1000)))
    if step.tool:
        facts.append(say("tool-used", tool=plain_line(step.tool, 100)))
    if step.size is not None:
        facts.append(say("answered-size", size=data_size(step.size)))
    if step.tokens:
        facts.append(say("tokens", n=grouped(step.tokens)))
    arguments = [f"     {name}: {value}" for name, value in step.arguments.items()]
    result = [f"     {one}" for one in clean(step.result).splitlines()]
    told_of = [f"     {say('comma').join(facts)}"] if facts else []
    return "\n".join([head, *told_of, *map(clean, arguments), *result, ""])


def _ways(facts: SessionFacts, page: int) -> list[Element]:
    scope, run = facts.scope, facts.execution
    ways = [button(say("to-this-execution"), ActionId.EXECUTION, scope.value(run.id))]
    for text, other in ((say("earlier"), page - 1), (say("later"), page + 1)):
        if 1 <= other <= facts.pages():
            value = scope.value(run.id).model_copy(update={"version": other})
            ways.append(button(text, ActionId.SESSION, value, number=other))
    if facts.steps:
        ways.append(
            button(say("send-as-file"), ActionId.SESSION_FILE, scope.value(run.id, session=page))
        )
        ways.append(
            button(say("to-thread"), ActionId.SESSION_THREAD, scope.value(run.id, session=page))
        )
    return ways


def _footer(facts: SessionFacts, page: int, pages: int) -> Mrkdwn:
    at = told("page-of", page=page, pages=pages) if pages > 1 else None
    return dots(told("steps", len(facts.steps)), at)


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
