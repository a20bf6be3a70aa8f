"""Explaining results: by the model if there is one, and never instead of what code found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from langchain_core.messages import BaseMessage, HumanMessage

from agent.checks.registry import CheckTool
from agent.effects.registry import EffectTool
from agent.task.agent import Said, Trail, Writer, explain
from agent.task.claims import add_said
from agent.task.compare import judged_before
from agent.task.digest import Listened, said_lines, with_digest
from agent.task.explanation import Explanation
from agent.task.gate import Asked
from agent.task.judged import Look, judge
from agent.task.outside import Deed
from agent.task.template import (
    add_deeds,
    add_sentence,
    write_deeds,
    write_notes_only,
    write_nothing_checked,
    write_report,
)
from agent.task.values import Stopped, TaskInput
from agent.task.waiting import run_watched
from agent.tools.results import outside
from agent.trouble import ModelTrouble, Trouble, trouble_in_words, trouble_of
from missions.blueprint import Scalar
from missions.conditions import text_of
from missions.execution import CheckResult, Noted, Report, Step
from missions.phrases import say
from missions.ports import Clock
from missions.said import CHANNEL
from missions.spending import BudgetSpent


@dataclass(frozen=True)
class Explained:
    """The Report, and the steps to it. `served` is False if nothing was checked or answered.

    `spent` says at which cap the model was stopped [X6]. `asked` is what the model wants to do
    outside before it goes on: then the rest is not final. `judged` says that the model was heard.
    """

    report: Report
    steps: tuple[Step, ...] = ()
    served: bool = True
    spent: BudgetSpent | None = None
    asked: Asked | None = None
    judged: bool = False


@dataclass(frozen=True)
class _Told:
    """What the model said, or what went wrong with it by which error, or the cap it ended at."""

    said: Said = field(default_factory=lambda: Said(Explanation()))
    trouble: Trouble | None = None
    error: str = ""
    spent: BudgetSpent | None = None
    asked: Asked | None = None


@dataclass(frozen=True)
class Kit:
    """What a model may use: tools to look with, and tools that change something outside."""

    tools: Mapping[str, CheckTool]
    effects: Mapping[str, EffectTool]


def write(
    given: TaskInput,
    results: Sequence[CheckResult],
    kit: Kit,
    writer: Writer | None,
    clock: Clock,
    deeds: Sequence[Deed] = (),
    talk: Sequence[BaseMessage] = (),
    heard: Listened | None = None,
) -> Explained:
    """The Report of an Execution; Stopped.

    `deeds` are what it did outside so far, `talk` what was said with the model before the last one,
    `heard` what people said in the Mission's channel.
    """
    found = write_report(given, results, clock.now()) if results else None
    report = add_deeds(found, deeds) if found else write_deeds(given, deeds, clock.now())
    if heard:
        report = with_digest(given, report or write_notes_only(given, clock.now()), heard)
    if writer is None or not (results or given.task.instructions):
        why = say("report-no-model" if given.task.instructions else "report-no-work")
        written = report or write_nothing_checked(given, why, clock.now())
        return Explained(written, served=report is not None)
    trail = Trail(clock, given.kept)
    told = _ask(given, talk or [HumanMessage(_facts(given, report, heard))], kit, writer, trail)
    if told.asked:
        whole = report or write_notes_only(given, clock.now())
        return Explained(whole, tuple(trail.steps), asked=told.asked)
    if told.spent:
        return _stopped_at_cap(given, report, told.spent, trail)
    if told.trouble:
        trail.note(say("did-without-model"), result=told.error)
        return _without_words(given, report, told.trouble, trail)
    whole = report or write_notes_only(given, clock.now())
    added = _added(given, whole, told.said, heard, results)
    for note in added.notes:
        _keep_replaced(note, trail)
    if not (report or added.notes or added.judged or added.advice or added.gaps):
        added = add_sentence(added, say("report-no-news"))
    return Explained(added, tuple(trail.steps), judged=True)


def _added(
    given: TaskInput,
    report: Report,
    said: Said,
    heard: Listened | None,
    results: Sequence[CheckResult],
) -> Report:
    """The report with what the model said, as far as it stands."""
    channel = [Look(CHANNEL, {}, "\n".join(said_lines(heard, given.zone)))] if heard else []
    looks = [*said.looks, *channel]
    found = judge(said.explanation, looks, results, given.task.checks, given.carry)
    used = {look.tool for look in looks if not look.why_not}
    return add_said(report, found.said, used, given.task.checks, found.items, found.gaps)


def _keep_replaced(note: Noted, trail: Trail) -> None:
    """A step for what is not in the report as the model said it."""
    if note.replaced:
        said: dict[str, Scalar] = {"check": note.check} if note.check else {}
        said |= {"state": note.claimed.value} if note.claimed else {}
        trail.note(say("did-replace"), arguments=said, result=note.text)


def _without_words(
    given: TaskInput, report: Report | None, trouble: Trouble, trail: Trail
) -> Explained:
    """The Report of a run whose model failed: what the checks found stands, the gap is named."""
    steps, what = tuple(trail.steps), _capital(trouble_in_words(trouble))
    if report is None:
        why = say("report-not-followed", trouble=what)
        nothing = write_nothing_checked(given, why, trail.clock.now())
        return Explained(nothing, steps, served=False)
    why = say("report-not-explained", trouble=what)
    return Explained(add_sentence(report, why, led=bool(given.task.instructions)), steps)


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _stopped_at_cap(
    given: TaskInput, report: Report | None, spent: BudgetSpent, trail: Trail
) -> Explained:
    """The Report of a run whose model was stopped: what the checks found stands [X6]."""
    trail.note(say("did-stop-at-budget"), result=spent.sentence)
    steps, why = tuple(trail.steps), f"{spent.sentence} {say('report-out-of-budget')}"
    if report is None:
        nothing = write_nothing_checked(given, why, trail.clock.now())
        return Explained(nothing, steps, served=False, spent=spent)
    return Explained(add_sentence(report, why), steps, spent=spent)


def _ask(
    given: TaskInput,
    talk: Sequence[BaseMessage],
    kit: Kit,
    writer: Writer,
    trail: Trail,
) -> _Told:
    """The model's lines. It runs in a thread of its own, so that a stop does not wait for it.

    All its calls and looks together have one time, which is what remains of the run's if that is
    less: a model that is late leaves a report without its words.
    """
    job = partial(_tell, writer, given, talk, kit, trail)
    late = False

    def over() -> bool:
        nonlocal late
        late = writer.line.left <= 0
        return late or given.stopped()

    try:
        return run_watched([job], 1, over)[0].result()
    except Stopped:
        if not late:
            raise
        return _Told(trouble=Trouble.SLOW, error=Trouble.SLOW.value)
    finally:
        writer.line.close()


def _tell(
    writer: Writer,
    given: TaskInput,
    talk: Sequence[BaseMessage],
    kit: Kit,
    trail: Trail,
) -> _Told:
    granted = {name: kit.effects[name] for name in given.task.tools if name in kit.effects}
    try:
        said = explain(writer, given.task, talk, kit.tools, trail, granted)
    except BudgetSpent as spent:
        return _Told(spent=spent)
    except Exception as failed:  # noqa: BLE001 — each provider has its own errors; none may fail the run
        cause = failed.cause if isinstance(failed, ModelTrouble) else type(failed).__name__
        return _Told(trouble=trouble_of(failed), error=cause)
    if isinstance(said, Asked):
        return _Told(asked=said)
    return _Told(said=said)


def _facts(given: TaskInput, report: Report | None, heard: Listened | None) -> str:
    """Instructions as they were confirmed; everything measured or said as data."""
    parts = [
        f"Task: {given.task.title}",
        f"Instructions: {given.task.instructions or 'Explain what the checks found.'}",
        f"Expected output: {given.task.expected_output}",
    ]
    if given.remark.strip():
        parts.append(f"Asked of this run only: {outside(given.remark)}")
    if given.event or given.event_summary:
        parts.append(f"Event that started it: {outside(given.event_summary)}")
        parts += [outside(f"{name}: {text_of(value)}") for name, value in given.event.items()]
    if report is not None:
        parts.append(f"Results: {outside(report.headline)}")
        parts += [outside(line) for line in report.text.splitlines()[3:]]
        parts += [f"Check {r.check}: {r.state}: {outside(r.title)}" for r in report.results]
    if before := judged_before(given.carry):
        parts.append("Judged in the last run:")
        parts += [f"{outside(name)}: {finding.value}" for name, finding in before.items()]
    if heard is not None:
        parts += ["Said in the channel:", *map(outside, said_lines(heard, given.zone))]
    return "\n".join(parts)
