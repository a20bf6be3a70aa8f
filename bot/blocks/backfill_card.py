"""A backfill: what it would run and cost, and one message for all its results [S6]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.blocks import sentences
from bot.blocks.actions import ActionId
from bot.blocks.elements import Block, actions, context, header, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import counted, reason_words, result
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
from missions.mission import Mission
from missions.phrases import say
from missions.proposal import Backfill, PastRun, Proposal

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
        header(f"⏪ Backfill {mission.name}"),
        context(dots(code(mission.id, 40), Mrkdwn(f"version {facts.proposal.base_version}"))),
    ]
    body = [section(lines([_range(facts), _counts(facts), *_left_out(made, facts.zone)]))]
    if at not in DEAD:
        body.append(section(bullets([*_how(facts), _cost(facts.cost, len(made.runs))])))
    summary = Mrkdwn(f"Backfill {bold(label(mission.name))} {code(mission.id, 40)}")
    return compose(summary, head, [body], _ending(facts, at))


def backfill_runs_card(facts: BackfillRunsFacts) -> Message:
    """How far it is, and the result of each instant."""
    mission, total = facts.mission, len(facts.results)
    over = [r for r in facts.results if r.row is None or not _is_open(r)]
    done = Mrkdwn(f"{len(over)} of {counted(total, 'past run')} done")
    by = facts.proposal.answered_by
    head = [
        header(f"⏪ Backfill of {mission.name}"),
        context(
            dots(
                code(mission.id, 40),
                Mrkdwn(f"{'✅' if len(over) == total else '⏳'} {done}"),
                Mrkdwn(f"started by {mention(by)}") if by else None,
            )
        ),
        section(_tally(facts.results)),
    ]
    named = len({r.run.task for r in facts.results}) > 1
    each = [_line(r, facts.zone, named=named) for r in facts.results if not _is_open(r)]
    groups: list[list[Block]] = [
        [section(lines(each[start : start + LINES]))] for start in range(0, len(each), LINES)
    ]
    summary = Mrkdwn(f"Backfill of {bold(label(mission.name))}: {done}")
    return compose(summary, head, groups, (), _more)


def _range(facts: BackfillFacts) -> Mrkdwn:
    made = facts.backfill
    first, last = date(made.first, zone=facts.zone), date(made.last, zone=facts.zone)
    return Mrkdwn(f"*{first}*  →  *{last}*")


def _counts(facts: BackfillFacts) -> Mrkdwn:
    runs = facts.backfill.runs
    tasks = dict.fromkeys(run.task for run in runs)
    each = [
        Mrkdwn(f"{counted(sum(r.task == t for r in runs), 'run')} of “{_title(facts, t)}”")
        for t in tasks
    ]
    span = ""
    if len(runs) > 1:
        first, last = (date(r.due, zone=facts.zone) for r in (runs[0], runs[-1]))
        span = f", the first due {first}, the last {last}"
    elif runs:
        span = f", due {date(runs[0].due, zone=facts.zone)}"
    several = Mrkdwn(f" ({', '.join(each)})") if len(tasks) > 1 else Mrkdwn("")
    return Mrkdwn(f"{bold(Mrkdwn(counted(len(runs), 'past run')))}{several}{span}")


def _title(facts: BackfillFacts, task: TaskId) -> Mrkdwn:
    return label(facts.titles.get(task, task), 60)


def _left_out(made: Backfill, zone: str) -> list[Mrkdwn]:
    """What of the range is not run, and why."""
    found = []
    if made.done:
        found.append(f"{counted(made.done, 'run')} of that time are done already")
    if made.left_out:
        found.append(f"{counted(made.left_out, 'run')} on days that the plan leaves out")
    if made.beyond:
        found.append(
            f"{counted(made.beyond, 'later run')}: I run at most {len(made.runs)} at a time; "
            "ask again afterwards"
        )
    if made.since:
        since = date(made.since, zone=zone)
        found.append(f"what was due before {since}: no records go back so far")
    return [Mrkdwn(f"Left out: {'; '.join(found)}.")] if found else []


def _how(facts: BackfillFacts) -> list[Mrkdwn]:
    words = [sentences.BACKFILL_ORDER, sentences.BACKFILL_NOW, sentences.BACKFILL_SAID]
    return [*words, sentences.BACKFILL_ALONE] if facts.depends else words


def _cost(cost: Cost, count: int) -> Mrkdwn:
    """From the latest runs; what they did not use is said, and so is that there were none."""
    if not cost.runs:
        return Mrkdwn("Cost: not known, as it has not run yet.")
    of = f"the last {counted(cost.runs, 'run')}" if cost.runs > 1 else "the last run"
    if not cost.tokens:
        return Mrkdwn(f"Cost: no model cost, as {of} used no model.")
    dollars = f", ${cost.dollars * count:,.2f}" if cost.dollars else ""
    return Mrkdwn(f"Cost: about {round(cost.tokens * count):,} tokens{dollars}, going by {of}.")


def _ending(facts: BackfillFacts, at: Standing) -> list[Block]:
    if at is Standing.APPLIED:
        by = facts.proposal.answered_by
        when = date(facts.proposal.answered_at or facts.proposal.at, zone=facts.zone)
        who = mention(by) if by else Mrkdwn("somebody")
        return [context(Mrkdwn(f"⏪ Started by {who} {when}. {sentences.BACKFILL_STARTED}"))]
    note = standing_line(facts.proposal, facts.mission, facts.now, facts.zone)
    if at in REDOABLE:
        redo = proposal_button(facts.proposal, say("redo-on-current"), ActionId.REDO, "primary")
        return [section(note), actions(redo)]
    if at is not Standing.OPEN:
        return [context(note)]
    text = f"Run {counted(len(facts.backfill.runs), 'past run')}"
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
    return dots(*said) if said else sentences.BACKFILL_WAITS


def _word(each: PastResult) -> Mrkdwn:
    if each.execution is not None:
        return result(each.execution.status, each.execution.finding)
    return Mrkdwn("▫️ Not run" if each.row else "▫️ No longer on record")


def _line(each: PastResult, zone: str, *, named: bool) -> Mrkdwn:
    """`Mon 23 Nov, 9:00 · 🟢 All good`, or why it did not run."""
    title = label(each.title, 40) if named else None
    why = None
    if each.execution is None and each.row and each.row.reason:
        why = reason_words(each.row.reason)
    elif each.execution and each.execution.error:
        why = label(each.execution.error, 60)
    return dots(date(each.run.due, zone=zone), title, _word(each), why)


def _more(left: int) -> Mrkdwn:
    return told("more-results", left * LINES, where=sentences.BACKFILL_MORE)
