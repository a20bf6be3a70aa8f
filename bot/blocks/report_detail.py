"""In the thread of a report: the table of checks, what else its text says, the way to the Session.

Each fact stands once: what the report's message and the table say is left out of the text here; the
file of a long text has it all [R1].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agent.checks.words import measured_in_words
from bot import limits
from bot.blocks.actions import ActionId, Value
from bot.blocks.charts import Chart, chart_block, chart_words
from bot.blocks.elements import (
    Block,
    Element,
    actions,
    button,
    context,
    section,
    table,
)
from bot.blocks.layout import Message, compose
from bot.blocks.measured import came_to, sign, sign_and_word, worst_first
from bot.blocks.moments import told_there
from bot.blocks.outlook import outlook
from bot.blocks.report import LINES
from bot.mrkdwn import (
    Mrkdwn,
    bullets,
    chunks,
    clip_plain,
    code,
    dots,
    from_markdown,
    label,
    line,
    lines,
    plain_line,
    told,
)
from missions.execution import CheckResult, Execution, Report
from missions.phrases import grouped, say

_TEXT_PARTS: Final = 2
_PART: Final = 2_500
_TABLE_CHARACTERS: Final = 4_500
"""What the table may take of the message's total, so that text and Session have room."""
_CELL: Final = 240
_TWIN_LINES: Final = 20
_HEAD: Final = ("head-check", "head-measured")


@dataclass(frozen=True, slots=True)
class DetailFacts:
    """An Execution with its Report.

    Of the `charts` the first stands in the report; `drawn` says whether Slack takes charts.
    """

    execution: Execution
    report: Report | None
    charts: tuple[Chart, ...] = ()
    drawn: bool = True
    zone: str = "UTC"


def goes_on(facts: DetailFacts) -> bool:
    """Whether the thread does not hold all that the report says, so that a file does [R5]."""
    found = facts.report
    if found is None:
        return False
    return not _has_table(found.results) or len(_text_parts(found)) > _TEXT_PARTS


def _text_parts(found: Report | None) -> tuple[Mrkdwn, ...]:
    rest = own_words(found) if found else ""
    if found is None or not rest:
        return ()
    return tuple(chunks(told_there(from_markdown(rest), found.times), _PART))


def own_words(found: Report) -> str:
    """The full text without its head, without lines of the message, without rows of the table.

    The head is the headline, where and when, and an empty line; a check's row is a line that ends
    with its title, and those below it that are set in.
    """
    said, titles = found.text.splitlines(), {f" – {result.title}" for result in found.results}
    if said and said[0] == found.headline:
        said = said[said.index("") + 1 :] if "" in said else []
    shown = {found.headline, *found.lines[:LINES]}
    kept: list[str] = []
    in_row = False
    for each in said:
        in_row = any(map(each.endswith, titles)) or (in_row and each.startswith("  "))
        if not in_row and each.strip() not in shown:
            kept.append(each)
    return "\n".join(kept).strip()


def report_detail(facts: DetailFacts) -> Message:
    """Table of checks (as text if it is too large), text, advice, gaps and charts that fit."""
    found = facts.report
    text = _text_parts(found)
    blocks = _checks(found.results) if found and found.results else []
    blocks += [section(part) for part in text[:_TEXT_PARTS]]
    if goes_on(facts):
        blocks.append(context(told("longer")))
    groups: list[list[Block]] = (
        [[block] for block in outlook(found, said=found.lines[:LINES])] if found else []
    )
    for chart in facts.charts[1 : 1 + limits.CHARTS_PER_MESSAGE]:
        drawn = [chart_block(chart, facts.zone)] if facts.drawn else []
        groups.append([*drawn, context(chart_words(chart, drawn=facts.drawn))])
    tail = [actions(*_ways(facts.execution)), context(_footer(facts.execution))]
    return compose(told("details-of-report"), blocks, groups, tail)


def _has_table(results: tuple[CheckResult, ...]) -> bool:
    """Whether the checks fit a table."""
    rows = list(map(_row, results))
    small = sum(len(cell) for row in rows for cell in row) <= _TABLE_CHARACTERS
    return small and len(rows) < limits.TABLE_ROWS


def _checks(results: tuple[CheckResult, ...]) -> list[Block]:
    if _has_table(results):
        return [table([tuple(map(say, _HEAD)), *map(_row, worst_first(results))])]
    worst = worst_first(results)
    shown = [_twin(result) for result in worst[:_TWIN_LINES]]
    left = len(worst) - len(shown)
    if left:
        shown.append(told("more-checks", left, where=told("ask-for-rest")))
    head = told("checks-worst-first")
    return [section(lines([head, bullets(part)])) for part in _halves(shown)]


def _row(result: CheckResult) -> tuple[str, str]:
    """A check and what it came to. Two columns, as a phone and a thread beside the channel show no
    more."""
    title = plain_line(f"{sign_and_word(result)} {result.title}", _CELL)
    return title, clip_plain(came_to(result), 2 * _CELL)


def _twin(result: CheckResult) -> Mrkdwn:
    """A check in one line: its title and what did not hold."""
    failed = [m for m in result.measured if not m.holds]
    said = [line(measured_in_words(m), 140) for m in failed[:2]]
    note = line(result.note, 120) if result.note.strip() else None
    return dots(Mrkdwn(f"{sign(result)} {label(result.title, 100)}"), *said, note)


def _halves(shown: list[Mrkdwn]) -> list[list[Mrkdwn]]:
    """The lines in lists short enough for a section each."""
    half = _TWIN_LINES // 3 or 1
    return [shown[at : at + half] for at in range(0, len(shown), half)]


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
