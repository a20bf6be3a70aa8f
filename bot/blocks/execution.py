"""One Execution in a dialog: how it went, its checks, its attempts, its files [R7 X2 X4]."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from bot.blocks.actions import ActionId, Value
from bot.blocks.approval_words import WAITS
from bot.blocks.elements import Block, Element, actions, button, context, divider, section
from bot.blocks.look import (
    FINDING_SIGN,
    People,
    attempt,
    cause,
    counted,
    mission_line,
    result_sign,
    result_word,
    took,
    who,
)
from bot.blocks.records import Scope, View, records_view
from bot.mrkdwn import Mrkdwn, bold, chunks, code, date, dots, label, line, lines, link
from missions.artifacts import Artifact
from missions.execution import CheckResult, Execution, Report, Status
from missions.mission import Mission

_CHECKS: Final = 40
_PART: Final = 2_900
_ATTEMPTS: Final = 10
_FILES: Final = 10


@dataclass(frozen=True, slots=True)
class ExecutionFacts:
    """An Execution, what it found, the attempts at the same occurrence (the first first), and the
    files that it left."""

    mission: Mission
    scope: Scope
    execution: Execution
    report: Report | None = None
    report_url: str | None = None
    attempts: tuple[Execution, ...] = ()
    people: People = field(default_factory=dict)
    zone: str = "UTC"
    files: tuple[Artifact, ...] = ()


def execution_view(facts: ExecutionFacts) -> View:
    """Everything that is on record of one run, and the ways on."""
    run, found = facts.execution, facts.report
    sign, word = result_sign(run.status, run.finding), result_word(run.status, run.finding)
    title = dots(Mrkdwn(f"{sign} *{word}*"), Mrkdwn(f"*{label(run.task_title, 100)}*"))
    blocks: list[Block] = [
        section(lines([mission_line(facts.mission), title])),
        {"type": "section", "fields": _fields(facts)},
    ]
    wrong = _wrong(facts)
    if wrong:
        blocks.append(section(wrong))
    if found:
        said = [bold(label(found.headline, 300)), *(line(text, 240) for text in found.lines)]
        blocks.append(section(lines(said)))
    if found and found.results:
        blocks.append(divider())
        blocks.extend(_checks(found.results))
    if len(facts.attempts) > 1:
        blocks.append(divider())
        blocks.append(section(Mrkdwn("*Attempts at this run*")))
        blocks.extend(_attempts(facts))
    if facts.files:
        blocks.append(section(_files(facts.files)))
    blocks.append(actions(*_ways(facts)))
    blocks.append(context(_footer(run)))
    return records_view("Execution", blocks)


def _fields(facts: ExecutionFacts) -> list[Element]:
    """What X4 wants on record, in two columns."""
    run, zone = facts.execution, facts.zone
    tried = attempt(run) or Mrkdwn("the only one")
    shown = [
        ("Status", Mrkdwn(str(run.status))),
        ("Trigger", cause(run, facts.people)),
        ("Scheduled", date(run.scheduled_at, zone=zone)),
        ("Started", date(run.started_at, "{date_short_pretty} at {time_secs}", zone)),
        ("Duration", Mrkdwn(took(run.seconds))),
        ("Attempt", tried),
    ]
    if run.tokens:
        shown.append(("Model", Mrkdwn(f"{run.tokens:,} tokens, ${run.cost_usd:.4f}")))
    if facts.report_url:
        shown.append(("Report", link(facts.report_url, Mrkdwn("open the message"))))
    return [
        {"type": "mrkdwn", "text": f"*{name}*\n{value}", "verbatim": True} for name, value in shown
    ]


def _wrong(facts: ExecutionFacts) -> Mrkdwn:
    run = facts.execution
    told = [WAITS] if run.waits_for else []
    if run.error:
        told.append(Mrkdwn(f"❗ {line(run.error, 1_000)}"))
    if run.stopped_by:
        told.append(Mrkdwn(f"Stopped by {who(run.stopped_by, facts.people)}."))
    return lines(told)


def _checks(results: tuple[CheckResult, ...]) -> list[Block]:
    """Worst first; a dialog takes no tables (Slack), so that each check is a few lines."""
    worst = sorted(results, key=lambda result: -result.finding.rank)
    told = [_check(result) for result in worst[:_CHECKS]]
    left = len(worst) - len(told)
    if left:
        told.append(Mrkdwn(f"… and {counted(left, 'more check')}"))
    text = Mrkdwn("\n".join([f"*{counted(len(results), 'check')}*", *told]))
    return [section(part) for part in chunks(text, _PART)[:6]]


def _check(result: CheckResult) -> Mrkdwn:
    head = dots(
        Mrkdwn(f"{FINDING_SIGN[result.finding]} *{label(result.title, 100)}*"),
        Mrkdwn(str(result.news)) if result.news else None,
        Mrkdwn(took(result.duration_ms / 1000)) if result.duration_ms else None,
        Mrkdwn(f"tried {result.tried} times") if result.tried > 1 else None,
    )
    told = [
        Mrkdwn(
            f"      {'✓' if m.holds else '✗'} {line(m.expected, 100)}: "
            f"{line('nothing' if m.actual is None else str(m.actual), 80)}"
        )
        for m in result.measured[:6]
    ]
    note = Mrkdwn(f"      {line(result.note, 200)}") if result.note.strip() else None
    return Mrkdwn("\n".join(text for text in (head, *told, note) if text))


def _files(files: tuple[Artifact, ...]) -> Mrkdwn:
    """`*Files*  session.json (2.1 KB)`."""
    shown = [f"{label(file.name, 100)} ({_size(file.size)})" for file in files[:_FILES]]
    left = len(files) - len(shown)
    rest = [f"and {left} more"] if left else []
    return Mrkdwn(f"*Files*  {', '.join([*shown, *rest])}")


def _size(count: int) -> str:
    """Bytes for people."""
    return f"{count} bytes" if count < 1_000 else f"{count / 1_000:,.1f} KB"


def _attempts(facts: ExecutionFacts) -> list[Block]:
    shown: list[Block] = []
    for number, run in enumerate(facts.attempts[:_ATTEMPTS]):
        words = dots(
            Mrkdwn(f"{result_sign(run.status, run.finding)} Attempt {run.attempt}"),
            date(run.started_at, zone=facts.zone),
            Mrkdwn(took(run.seconds)),
        )
        if run.id == facts.execution.id:
            shown.append(section(dots(words, Mrkdwn("this one"))))
            continue
        opened = button("Open", ActionId.EXECUTION, facts.scope.value(run.id), number=number)
        shown.append(section(words, opened))
    return shown


def _ways(facts: ExecutionFacts) -> list[Element]:
    run = facts.execution
    ways = [button("‹ All Executions", ActionId.EXECUTIONS, facts.scope.value())]
    if run.session:
        ways.append(button("Session", ActionId.SESSION, facts.scope.value(run.id)))
    if run.status is Status.RUNNING:
        stop = Value(mission=run.mission, execution=run.id)
        ways.append(button("Stop", ActionId.STOP, stop, style="danger"))
    return ways


def _footer(run: Execution) -> Mrkdwn:
    return dots(code(run.id, 40), Mrkdwn(f"plan version {run.version}"))
