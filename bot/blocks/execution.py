"""One Execution in a dialog: how it went, its checks, its attempts, its files [R7 X2 X4]."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from agent.checks.words import measured_in_words
from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import Block, Element, actions, button, context, divider, section
from bot.blocks.look import (
    People,
    attempt,
    cause,
    data_size,
    mission_line,
    result_sign,
    result_word,
    took,
    who,
)
from bot.blocks.measured import HELD, sign, worst_first
from bot.blocks.records import Scope, View, records_view
from bot.mrkdwn import Mrkdwn, bold, chunks, code, date, dots, label, line, lines, link, told
from missions.artifacts import Artifact
from missions.execution import CheckResult, Execution, News, Report, Status
from missions.mission import Mission
from missions.phrases import grouped, say
from missions.recorded import retold
from missions.words import decimal

_NEWS: Final = {
    News.NEW: "was-new",
    News.CONTINUING: "was-continuing",
    News.RECOVERED: "was-recovered",
}
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
        blocks.append(section(told("attempts-at-run")))
        blocks.extend(_attempts(facts))
    if facts.files:
        blocks.append(section(_files(facts.files)))
    blocks.append(actions(*_ways(facts)))
    blocks.append(context(_footer(run)))
    return records_view(say("execution"), blocks)


def _fields(facts: ExecutionFacts) -> list[Element]:
    """What X4 wants on record, in two columns."""
    run, zone = facts.execution, facts.zone
    tried = attempt(run) or told("the-only-one")
    shown = [
        ("status", Mrkdwn(str(run.status))),
        ("trigger", cause(run, facts.people)),
        ("scheduled", date(run.scheduled_at, zone=zone)),
        ("started-title", date(run.started_at, say("slack-date-seconds"), zone)),
        ("duration", Mrkdwn(took(run.seconds))),
        ("attempt-title", tried),
    ]
    if run.tokens:
        used, dollars = say("tokens", n=grouped(run.tokens)), decimal(f"{run.cost_usd:.4f}")
        shown.append(("model", Mrkdwn(say("tokens-and-cost", tokens=used, dollars=dollars))))
    if facts.report_url:
        shown.append(("report", link(facts.report_url, told("open-message"))))
    return [
        {"type": "mrkdwn", "text": f"*{say(name)}*\n{value}", "verbatim": True}
        for name, value in shown
    ]


def _wrong(facts: ExecutionFacts) -> Mrkdwn:
    run = facts.execution
    wrong = [told("waits-for-approval")] if run.waits_for else []
    if run.error:
        wrong.append(Mrkdwn(f"❗ {line(retold(run.error), 1_000)}"))
    if run.stopped_by:
        wrong.append(told("stopped-by", who=who(run.stopped_by, facts.people)))
    return lines(wrong)


def _checks(results: tuple[CheckResult, ...]) -> list[Block]:
    """Worst first; a dialog takes no tables (Slack), so that each check is a few lines."""
    worst = worst_first(results)
    shown = [_check(result) for result in worst[:_CHECKS]]
    left = len(worst) - len(shown)
    if left:
        shown.append(told("and-more-checks", left))
    text = Mrkdwn("\n".join([bold(told("checks", len(results))), *shown]))
    return [section(part) for part in chunks(text, _PART)[:6]]


def _check(result: CheckResult) -> Mrkdwn:
    head = dots(
        Mrkdwn(f"{sign(result)} *{label(result.title, 100)}*"),
        told(_NEWS[result.news]) if result.news else None,
        Mrkdwn(took(result.duration_ms / 1000)) if result.duration_ms else None,
        told("tried-times", result.tried) if result.tried > 1 else None,
    )
    measured = [
        Mrkdwn(f"      {HELD[m.holds]} {line(measured_in_words(m), 200)}")
        for m in result.measured[:6]
    ]
    note = Mrkdwn(f"      {line(result.note, 200)}") if result.note.strip() else None
    return Mrkdwn("\n".join(text for text in (head, *measured, note) if text))


def _files(files: tuple[Artifact, ...]) -> Mrkdwn:
    """`*Files*  session.json (2.1 KB)`."""
    shown = [f"{label(file.name, 100)} ({data_size(file.size)})" for file in files[:_FILES]]
    left = len(files) - len(shown)
    named = Mrkdwn(say("comma").join(shown))
    return told("files", files=told("and-more", left, some=named) if left else named)


def _attempts(facts: ExecutionFacts) -> list[Block]:
    shown: list[Block] = []
    for number, run in enumerate(facts.attempts[:_ATTEMPTS]):
        words = dots(
            Mrkdwn(
                f"{result_sign(run.status, run.finding)} {say('attempt-number', n=run.attempt)}"
            ),
            date(run.started_at, zone=facts.zone),
            Mrkdwn(took(run.seconds)),
        )
        if run.id == facts.execution.id:
            shown.append(section(dots(words, told("the-one-shown"))))
            continue
        opened = button(say("open"), ActionId.EXECUTION, facts.scope.value(run.id), number=number)
        shown.append(section(words, opened))
    return shown


def _ways(facts: ExecutionFacts) -> list[Element]:
    run = facts.execution
    ways = [button(say("to-all-executions"), ActionId.EXECUTIONS, facts.scope.value())]
    if run.session:
        ways.append(button(say("session"), ActionId.SESSION, facts.scope.value(run.id)))
    if run.status is Status.RUNNING:
        stop = Value(mission=run.mission, execution=run.id)
        ways.append(button(say("stop"), ActionId.STOP, stop, style="danger"))
    return ways


def _footer(run: Execution) -> Mrkdwn:
    return dots(code(run.id, 40), told("plan-version", version=run.version))
