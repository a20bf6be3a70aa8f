"""A backfill: what it would run and cost, and one message for all its results [S6]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.blocks.actions import ActionId
from bot.blocks.elements import Block, actions, context, header, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import People, reason_words, result
from bot.blocks.pauses import pause_line
from bot.blocks.standing import (
    DEAD,
    REDOABLE,
    Standing,
    proposal_button,
    standing,
    standing_line,
)
from bot.mrkdwn import Mrkdwn, bold, bullets, code, date, dots, label, lines, mention, told
from missions.execution import Execution, Occurrence
from missions.ids import TaskId
from missions.mission import Mission, MissionState
from missions.phrases import grouped, say
from missions.proposal import Backfill, PastRun, Proposal
from missions.recorded import retold
from missions.words import decimal

LINES = 20
"""Results in one section: 3,000 characters hold that many."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What the latest runs took of a model, on average; `runs` is how many there were."""

    runs: int
    tokens: float = 0.0
    dollars: float = 0.0


@dataclass(frozen=True, slots=True)
class BackfillFacts:
    """A Proposal to backfill; `titles` are those of the Tasks."""

    mission: Mission
    proposal: Proposal
    backfill: Backfill
    titles: dict[TaskId, str]
    cost: Cost
    now: datetime
    zone: str = "UTC"
    depends: bool = False
    people: People = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PastResult:
    """What became of one past occurrence; without a row it is no longer on record."""

    run: PastRun
    title: str
    row: Occurrence | None = None
    execution: Execution | None = None


@dataclass(frozen=True, slots=True)
class BackfillRunsFacts:
    """A backfill that was started."""

    mission: Mission
    proposal: Proposal
    results: tuple[PastResult, ...] = field(default=())
    zone: str = "UTC"


def backfill_card(facts: BackfillFacts) -> Message:
    """The range, the count, what is left out, the cost, how it runs; and the button."""
    mission, made = facts.mission, facts.backfill
    at = standing(facts.proposal, mission, facts.now)
    head = [
        header(f"⏪ {say('backfill-it', mission=mission.name)}"),
        context(dots(code(mission.id, 40), told("version-lower", n=facts.proposal.base_version))),
    ]
    body = [section(lines([_range(facts), _counts(facts), *_left_out(made, facts.zone)]))]
    if at not in DEAD:
        body.append(section(bullets([*_how(facts), _cost(facts.cost, len(made.runs))])))
    named = told("backfill-it", mission=bold(label(mission.name)))
    summary = Mrkdwn(f"{named} {code(mission.id, 40)}")
    return compose(summary, head, [body], _ending(facts, at))


def backfill_runs_card(facts: BackfillRunsFacts) -> Message:
    """How far it is, and the result of each instant."""
    mission, total = facts.mission, len(facts.results)
    over = [r for r in facts.results if r.row is None or not _is_open(r)]
    done = told("done-of", done=len(over), runs=told("past-runs", total))
    by = facts.proposal.answered_by
    head = [
        header(f"⏪ {say('backfill-of', mission=mission.name)}"),
        context(
            dots(
                code(mission.id, 40),
                Mrkdwn(f"{'✅' if len(over) == total else '⏳'} {done}"),
                told("started-by", who=mention(by)) if by else None,
            )
        ),
        section(_tally(facts.results)),
    ]
    named = len({r.run.task for r in facts.results}) > 1
    each = [_line(r, facts.zone, named=named) for r in facts.results if not _is_open(r)]
    groups: list[list[Block]] = [
        [section(lines(each[start : start + LINES]))] for start in range(0, len(each), LINES)
    ]
    summary = Mrkdwn(f"{told('backfill-of', mission=bold(label(mission.name)))}: {done}")
    return compose(summary, head, groups, (), _more)


def _range(facts: BackfillFacts) -> Mrkdwn:
    made = facts.backfill
    first, last = date(made.first, zone=facts.zone), date(made.last, zone=facts.zone)
    return Mrkdwn(f"*{first}*  →  *{last}*")


def _counts(facts: BackfillFacts) -> Mrkdwn:
    runs = facts.backfill.runs
    tasks = dict.fromkeys(run.task for run in runs)
    each = [
        told(
            "runs-of-task",
            runs=told("runs", sum(r.task == t for r in runs)),
            task=_title(facts, t),
        )
        for t in tasks
    ]
    said = bold(told("past-runs", len(runs)))
    if len(tasks) > 1:
        said = told("name-but", name=said, why=Mrkdwn(say("comma").join(each)))
    if not runs:
        return said
    first, last = (date(r.due, zone=facts.zone) for r in (runs[0], runs[-1]))
    if len(runs) == 1:
        return told("due-only", runs=said, first=first)
    return told("due-first-last", runs=said, first=first, last=last)


def _title(facts: BackfillFacts, task: TaskId) -> Mrkdwn:
    return label(facts.titles.get(task, task), 60)


def _left_out(made: Backfill, zone: str) -> list[Mrkdwn]:
    """What of the range is not run, and why."""
    found = []
    if made.done:
        found.append(told("left-out-done", runs=told("runs", made.done)))
    if made.left_out:
        found.append(told("left-out-days", runs=told("runs", made.left_out)))
    if made.beyond:
        found.append(told("left-out-later", made.beyond, most=len(made.runs)))
    if made.since:
        found.append(told("left-out-since", since=date(made.since, zone=zone)))
    return [told("left-out-all", what=Mrkdwn(say("semicolon").join(found)))] if found else []


def _how(facts: BackfillFacts) -> list[Mrkdwn]:
    words = [told("backfill-order"), told("backfill-now"), told("backfill-said")]
    return [*words, told("backfill-alone")] if facts.depends else words


def _cost(cost: Cost, count: int) -> Mrkdwn:
    """From the latest runs; what they did not use is said, and so is that there were none."""
    if not cost.runs:
        return told("cost-unknown")
    of = told("last-n-runs", cost.runs)
    if not cost.tokens:
        return told("cost-none", runs=of)
    tokens = Mrkdwn(say("tokens", n=grouped(round(cost.tokens * count))))
    if not cost.dollars:
        return told("cost-about", tokens=tokens, runs=of)
    dollars = Mrkdwn(decimal(f"{cost.dollars * count:.2f}"))
    return told("cost-about-dollars", tokens=tokens, dollars=dollars, runs=of)


def _ending(facts: BackfillFacts, at: Standing) -> list[Block]:
    if at is Standing.APPLIED:
        by = facts.proposal.answered_by
        when = date(facts.proposal.answered_at or facts.proposal.at, zone=facts.zone)
        who = mention(by) if by else told("somebody")
        return [context(told("backfill-started", who=who, when=when))]
    note = standing_line(facts.proposal, facts.mission, facts.now, facts.zone)
    if at in REDOABLE:
        redo = proposal_button(facts.proposal, say("redo-on-current"), ActionId.REDO, "primary")
        return [section(note), actions(redo)]
    if at is not Standing.OPEN:
        return [context(note)]
    if facts.mission.state is not MissionState.ACTIVE:
        paused = pause_line(facts.mission, facts.people, facts.zone)
        discard = proposal_button(facts.proposal, say("discard"), ActionId.DISCARD)
        said = [section(lines([paused, told("runs-once-active")]))]
        return [*said, actions(discard), context(note)]
    text = say("run-these", runs=say("past-runs", len(facts.backfill.runs)))
    run = proposal_button(facts.proposal, text, ActionId.BACKFILL, "primary")
    discard = proposal_button(facts.proposal, say("discard"), ActionId.DISCARD)
    return [actions(run, discard), context(note)]


def _is_open(result: PastResult) -> bool:
    """Whether it waits or runs."""
    if result.execution is not None:
        return result.execution.ended_at is None
    return result.row is not None and result.row.reason is None


def _tally(results: Sequence[PastResult]) -> Mrkdwn:
    """`🟢 All good 11 · 🔴 Critical 1 · ▫️ Not run 3`."""
    counts: dict[Mrkdwn, int] = {}
    for each in results:
        if not _is_open(each):
            counts[_word(each)] = counts.get(_word(each), 0) + 1
    said = [Mrkdwn(f"{word} {count}") for word, count in counts.items()]
    return dots(*said) if said else told("backfill-waits")


def _word(each: PastResult) -> Mrkdwn:
    if each.execution is not None:
        return result(each.execution.status, each.execution.finding)
    return told("not-run-sign") if each.row else told("not-on-record")


def _line(each: PastResult, zone: str, *, named: bool) -> Mrkdwn:
    """`Mon 23 Nov, 9:00 · 🟢 All good`, or why it did not run."""
    title = label(each.title, 40) if named else None
    why = None
    if each.execution is None and each.row and each.row.reason:
        why = reason_words(each.row.reason)
    elif each.execution and each.execution.error:
        why = label(retold(each.execution.error), 60)
    return dots(date(each.run.due, zone=zone), title, _word(each), why)


def _more(left: int) -> Mrkdwn:
    return told("more-results", left * LINES, where=told("history-has-them"))
