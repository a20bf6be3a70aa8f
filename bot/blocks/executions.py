"""A Mission's Executions in a dialog: a list with filters, and one of them in full [R7 X1 X4]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import (
    Block,
    Element,
    actions,
    button,
    context,
    divider,
    overflow,
    section,
)
from bot.blocks.history import HistoryItem, NotRun, not_run_words, run_words
from bot.blocks.look import People, mission_line
from bot.blocks.records import NOT_RUN, Scope, View, chooser, pager, records_view
from bot.blocks.tasks import Coming, coming
from bot.mrkdwn import Mrkdwn, dots, told
from missions.execution import Status
from missions.ids import TaskId
from missions.mission import Mission
from missions.phrases import say
from missions.words import long_day_in_words

PER_PAGE: Final = 10
"""Rows of a page: few enough to read, many enough for a morning."""

COMING: Final = 24
"""Runs to come that a day lists: every hour of it."""


@dataclass(frozen=True, slots=True)
class ExecutionsFacts:
    """One page of what is in scope; `total` counts the rows of all pages.

    `tasks` are those of the plan, and those that only older Executions know; `coming` are the runs
    that the day in scope still holds.
    """

    mission: Mission
    scope: Scope
    items: tuple[HistoryItem | NotRun, ...]
    total: int
    pages: int = 1
    tasks: tuple[tuple[TaskId, str], ...] = ()
    people: People = field(default_factory=dict)
    zone: str = "UTC"
    coming: tuple[Coming, ...] = ()


def executions_view(facts: ExecutionsFacts) -> View:
    """Filters, a page of rows, newest first, and the way on."""
    scope = facts.scope
    blocks: list[Block] = [section(mission_line(facts.mission)), actions(*_filters(facts))]
    if scope.day:
        everything = button(say("all-days"), ActionId.EXECUTIONS, scope.first(day=None).value())
        blocks.append(section(Mrkdwn(f"*{long_day_in_words(scope.day)}*"), everything))
    blocks.append(divider())
    if facts.coming:
        head, several = told("coming-that-day"), len(facts.tasks) > 1
        blocks.append(section(coming(facts.coming, named=several, limit=COMING, head=head)))
    blocks.extend(_row(number, item, facts) for number, item in enumerate(facts.items))
    if not facts.items and not facts.coming:
        blocks.append(section(_nothing(scope)))
    page = told("page-of", page=scope.page, pages=facts.pages) if facts.pages > 1 else None
    if facts.items or not facts.coming:
        blocks.append(context(dots(told("rows", facts.total), page)))
    blocks.append(actions(*pager(scope, ActionId.EXECUTIONS, facts.pages), _to_calendar(scope)))
    return records_view(say("executions-tab"), blocks)


def _filters(facts: ExecutionsFacts) -> list[Element]:
    scope = facts.scope
    statuses = {"": say("every-status"), **{str(s): str(s) for s in Status}}
    statuses[NOT_RUN] = say("did-not-run")
    tasks: Sequence[tuple[TaskId | None, str]] = [(None, say("every-task")), *facts.tasks]
    by_status = chooser(
        say("status"),
        ActionId.EXECUTIONS,
        [(text, scope.first(status=status).value()) for status, text in statuses.items()],
        chosen=list(statuses).index(scope.status),
        number=1,
    )
    if len(facts.tasks) < 2 and scope.task is None:
        return [by_status]
    chosen = [task for task, _ in tasks].index(scope.task)
    by_task = chooser(
        say("task"),
        ActionId.EXECUTIONS,
        [(title or str(task), scope.first(task=task).value()) for task, title in tasks],
        chosen=chosen,
        number=2,
    )
    return [by_status, by_task]


def _row(number: int, item: HistoryItem | NotRun, facts: ExecutionsFacts) -> Block:
    if isinstance(item, NotRun):
        return section(not_run_words(item, facts.zone))
    run = item.execution
    words = run_words(
        run,
        item.report_url,
        facts.people,
        facts.zone,
        opinions=item.feedback,
        named=len(facts.tasks) > 1,
    )
    return section(words, _ways(number, item, facts.scope))


def _ways(number: int, item: HistoryItem, scope: Scope) -> Element:
    """What opens from a row: the Execution in full, and its Session once there is one."""
    run = item.execution
    full, page = scope.value(run.id), scope.value(run.id, session=1)
    ways = [(say("this-execution"), full)]
    if run.session:
        ways.append((say("session"), page))
    menu = overflow(ActionId.EXECUTION, ways)
    return {**menu, "action_id": ActionId.EXECUTION.numbered(number)}


def _nothing(scope: Scope) -> Mrkdwn:
    if scope.filtered:
        return told("nothing-matches")
    return told("nothing-ran-yet")


def _to_calendar(scope: Scope) -> Element:
    month = f"{scope.day:%Y-%m}" if scope.day else None
    return button(say("calendar"), ActionId.CALENDAR, Value(mission=scope.mission, extra=month))
