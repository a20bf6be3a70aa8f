"""In the thread of a report: the full text, the table of checks, the Session [R1]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot import limits
from bot.blocks.actions import ActionId, Value
from bot.blocks.charts import Chart, chart_block, chart_words
from bot.blocks.elements import (
    Block,
    Element,
    actions,
    button,
    context,
    preformatted,
    section,
    table,
)
from bot.blocks.layout import Message, compose
from bot.blocks.look import FINDING_SIGN, finding_word, took
from bot.blocks.outlook import outlook
from bot.mrkdwn import (
    Mrkdwn,
    bold,
    bullets,
    chunks,
    code,
    dots,
    from_markdown,
    label,
    line,
    lines,
    plain_line,
    told,
)
from missions.blueprint import Finding
from missions.execution import CheckResult, Execution, Report, Session, Step
from missions.phrases import grouped, say

_TEXT_PARTS: Final = 2
_PART: Final = 2_500
_TABLE_CHARACTERS: Final = 4_500
"""What the table may take of the message's total, so that text and Session have room."""
_CELL: Final = 150
_TWIN_LINES: Final = 20
_STEPS: Final = 12
_HEAD: Final = ("head-result", "head-check", "head-measured", "head-expected")


@dataclass(frozen=True, slots=True)
class DetailFacts:
    """An Execution with its Report, and its Session if that is kept.

    Of the `charts` the first stands in the report; `drawn` says whether Slack takes charts.
    """

    execution: Execution
    report: Report | None
    session: Session | None = None
    charts: tuple[Chart, ...] = ()
    drawn: bool = True
    zone: str = "UTC"


def goes_on(facts: DetailFacts) -> bool:
    """Whether the full text is longer than the thread shows, so that it goes into a file [R5]."""
    found = facts.report
    return bool(found) and len(_text_parts(found)) > _TEXT_PARTS


def _text_parts(found: Report | None) -> tuple[Mrkdwn, ...]:
    return tuple(chunks(from_markdown(found.text), _PART)) if found and found.text.strip() else ()


def report_detail(facts: DetailFacts) -> Message:
    """Table of checks (as text if it is too large), text, advice, gaps and charts that fit, steps
    of the Session.
    """
    found = facts.report
    text = _text_parts(found)
    blocks = _checks(found.results) if found and found.results else []
    blocks += [section(part) for part in text[:_TEXT_PARTS]]
    if len(text) > _TEXT_PARTS:
        blocks.append(context(told("longer")))
    groups: list[list[Block]] = [[block] for block in outlook(found)] if found else []
    for chart in facts.charts[1 : 1 + limits.CHARTS_PER_MESSAGE]:
        drawn = [chart_block(chart, facts.zone)] if facts.drawn else []
        groups.append([*drawn, context(chart_words(chart, drawn=facts.drawn))])
    steps = facts.session.steps if facts.session else ()
    tail = [
        *(_session(steps) if steps else ()),
        actions(*_ways(facts.execution)),
        context(_footer(facts.execution)),
    ]
    return compose(told("details-of-report"), blocks, groups, tail)


def _checks(results: tuple[CheckResult, ...]) -> list[Block]:
    rows = [tuple(map(say, _HEAD)), *(row for result in results for row in _rows(result))]
    small = sum(len(cell) for row in rows for cell in row) <= _TABLE_CHARACTERS
    if small and len(rows) <= limits.TABLE_ROWS:
        return [table(rows)]
    worst = sorted(results, key=lambda result: -result.finding.rank)
    shown = [_twin(result) for result in worst[:_TWIN_LINES]]
    left = len(worst) - len(shown)
    if left:
        shown.append(told("more-checks", left, where=told("ask-for-rest")))
    head = told("checks-worst-first")
    return [section(lines([head, bullets(part)])) for part in _halves(shown)]


def _rows(result: CheckResult) -> list[tuple[str, ...]]:
    """One row per measurement, and one for the note if something stood in the way.

    A measurement that is as expected is good, whatever the check found besides.
    """
    rows = [
        (Finding.ALL_GOOD if m.holds else result.finding, _actual(m.actual), m.expected)
        for m in result.measured
    ]
    if result.note.strip() or not rows:
        rows.append((result.finding, result.note, ""))
    return [
        tuple(plain_line(cell, _CELL) for cell in (_sign(finding), result.title, *row))
        for finding, *row in rows
    ]


def _sign(finding: Finding) -> str:
    return f"{FINDING_SIGN[finding]} {finding_word(finding)}"


def _actual(value: object) -> str:
    return say("nothing-measured") if value is None else str(value)


def _twin(result: CheckResult) -> Mrkdwn:
    """A check in one line: its title and what did not hold."""
    failed = [m for m in result.measured if not m.holds]
    said = [Mrkdwn(f"{line(m.expected, 80)}: {line(_actual(m.actual), 60)}") for m in failed[:2]]
    note = line(result.note, 120) if result.note.strip() else None
    return dots(Mrkdwn(f"{FINDING_SIGN[result.finding]} {label(result.title, 100)}"), *said, note)


def _halves(shown: list[Mrkdwn]) -> list[list[Mrkdwn]]:
    """The lines in lists short enough for a section each."""
    half = _TWIN_LINES // 3 or 1
    return [shown[at : at + half] for at in range(0, len(shown), half)]


def _session(steps: tuple[Step, ...]) -> list[Block]:
    shown = [_step(step) for step in steps[:_STEPS]]
    left = len(steps) - len(shown)
    if left:
        shown.append(say("more-steps", left))
    return [section(bold(told("session-utc"))), preformatted(shown)]


def _step(step: Step) -> str:
    result = f" → {step.result}" if step.result.strip() else ""
    what = plain_line(step.what + result, 160)
    return f"{step.at:%H:%M:%S}  {what}  ({took(step.duration_ms / 1000)})"


def _ways(run: Execution) -> list[Element]:
    value = Value(mission=run.mission, execution=run.id)
    ways = [button(say("this-execution"), ActionId.EXECUTION, value)]
    if run.session:
        ways.insert(0, button(say("session"), ActionId.SESSION, value))
    return ways


def _footer(run: Execution) -> Mrkdwn:
    tokens = told("tokens", n=Mrkdwn(grouped(run.tokens))) if run.tokens else None
    cost = Mrkdwn(f"${run.cost_usd:.4f}") if run.cost_usd else None
    return dots(code(run.id, 40), told("plan-version", version=run.version), tokens, cost)
