"""The Executions of a Mission, newest first [R7 X4]."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import Block, Element, actions, button, context, header, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import (
    People,
    attempt,
    cause,
    reason_words,
    result_sign,
    result_word,
    took,
)
from bot.mrkdwn import CLOCK, Mrkdwn, bold, code, date, dots, label, line, lines, link, told
from missions.execution import Execution, Outcome, Reason, Status
from missions.feedback import Counts
from missions.mission import Mission
from missions.phrases import say
from missions.recorded import retold


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """An Execution and the permalink of its report, if it was posted."""

    execution: Execution
    report_url: str | None = None
    feedback: Counts = field(default_factory=Counts)


@dataclass(frozen=True, slots=True)
class NotRun:
    """Occurrences of a Task, one after another, that ended without a run for the same reason."""

    title: str
    outcome: Outcome
    reason: Reason | None
    first: datetime
    last: datetime
    count: int = 1


@dataclass(frozen=True, slots=True)
class HistoryFacts:
    """Some of a Mission's history, and how many Executions there are."""

    mission: Mission
    items: tuple[HistoryItem | NotRun, ...]
    total: int
    people: People = field(default_factory=dict)
    zone: str = "UTC"


def history(facts: HistoryFacts) -> Message:
    """Per Execution: result, status, scheduled, started, duration, trigger, report."""
    mission = facts.mission
    head = [header(say("history-of", mission=mission.name))]
    groups = [[_shown(item, facts)] for item in facts.items]
    groups = groups or [[section(told("no-history"))]]
    tail: list[Block] = [context(dots(code(mission.id, 40), _total(facts)))]
    tail.append(actions(*_dialogs(facts)))
    summary = Mrkdwn(
        f"{told('history-of', mission=bold(label(mission.name)))} {code(mission.id, 40)}"
    )
    return compose(summary, head, groups, tail, _more)


def _shown(item: HistoryItem | NotRun, facts: HistoryFacts) -> Block:
    if isinstance(item, NotRun):
        return context(not_run_words(item, facts.zone))
    return _item(item, facts)


def not_run_words(rows: NotRun, zone: str) -> Mrkdwn:
    """`▫️ Skipped: the previous run was still going · Check the shop · 12 Nov, 9:00`."""
    why = reason_words(rows.reason) if rows.reason else told("no-reason")
    what = "was-missed" if rows.outcome is Outcome.MISSED else "was-skipped"
    first, last = date(rows.first, zone=zone), date(rows.last, zone=zone)
    times = told("due", when=first)
    if rows.count > 1:
        times = told("due-runs", runs=told("runs", rows.count), first=first, last=last)
    return dots(told(what, why=why), label(rows.title, 100), times)


SAME_DAY: Final = timedelta(hours=12)
"""What starts this soon is told by its time of day alone."""
NO_OPINION: Final = Counts()
"""Nobody said what they think of a report."""


def run_words(
    run: Execution,
    report_url: str | None,
    people: People,
    zone: str,
    *,
    opinions: Counts = NO_OPINION,
    error: int = 200,
    named: bool = True,
) -> Mrkdwn:
    """An Execution in two or three lines: how it went, when and why, what went wrong.

    Its Task is said where it is `named`.
    """
    sign, word = result_sign(run.status, run.finding), result_word(run.status, run.finding)
    status = Mrkdwn(str(run.status)) if word != run.status else None
    task = label(run.task_title, 100) if named else None
    title = dots(
        Mrkdwn(f"{sign} *{word}*"),
        status,
        task,
        Mrkdwn(took(run.seconds)),
        link(report_url, told("report")) if report_url else None,
        _opinions(opinions),
    )
    waited = run.started_at - run.scheduled_at >= SAME_DAY
    started = say("slack-date-seconds") if waited else CLOCK
    times = dots(
        told("due", when=date(run.scheduled_at, zone=zone)),
        told("started", when=date(run.started_at, started, zone)),
        cause(run, people),
        attempt(run),
    )
    why = line(retold(run.error), error) if run.error else Mrkdwn("")
    return lines([title, times, why])


def _item(item: HistoryItem, facts: HistoryFacts) -> Block:
    run, stop = item.execution, None
    if run.status is Status.RUNNING:
        stop = button(say("stop"), ActionId.STOP, Value(mission=run.mission, execution=run.id))
    return section(
        run_words(run, item.report_url, facts.people, facts.zone, opinions=item.feedback), stop
    )


def _opinions(counts: Counts) -> Mrkdwn | None:
    """`👍 2 👎 1`; None if nobody said anything."""
    parts = [f"{sign} {n}" for sign, n in (("👍", counts.good), ("👎", counts.bad)) if n]
    return Mrkdwn(" ".join(parts)) if parts else None


def _total(facts: HistoryFacts) -> Mrkdwn:
    shown = sum(isinstance(item, HistoryItem) for item in facts.items)
    total = told("executions", facts.total)
    return total if shown >= facts.total else told("some-of", shown=shown, all=total)


def _dialogs(facts: HistoryFacts) -> list[Element]:
    """The same in dialogs, which turn their pages in place: each run in full, and by day."""
    value = Value(mission=facts.mission.id)
    return [
        button(say("all-executions"), ActionId.EXECUTIONS, value),
        button(say("calendar"), ActionId.CALENDAR, value),
    ]


def _more(left: int) -> Mrkdwn:
    return told("more-executions", left, where=told("all-executions-shows"))
