"""The report that code writes from results: headline, lines that matter, full text [R1]."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from agent.checks.words import (
    actual_in_words,
    field_in_words,
    measured_in_words,
    plain,
    target_of,
    value_in_words,
)
from agent.task.compare import worst
from agent.task.outside import Deed
from agent.task.values import TaskInput
from missions.blueprint import Check, Finding
from missions.conditions import text_of
from missions.execution import CheckResult, Measured, News, Report
from missions.ids import CheckId
from missions.phrases import grouped, say

EVENT_FIELDS = 6
"""Fields of an event that a report names."""
_LABEL = "labels."
LINES_MAX = 5
"""Lines in a report's message [R1]."""
BESIDE_MAX = 3
"""Checks whose results are put beside a model's words one by one."""
_FINDINGS = {
    Finding.ALL_GOOD: "all-good",
    Finding.ATTENTION: "attention",
    Finding.CRITICAL: "critical",
}
_NEWS = {
    News.NEW: "was-new",
    News.CONTINUING: "was-continuing",
    News.RECOVERED: "was-recovered",
}


def write_report(given: TaskInput, results: Sequence[CheckResult], at: datetime) -> Report:
    """The Report of a Task that has checks; failed ones first, then recovered ones."""
    checks = {check.id: check for check in given.task.checks}
    lines = [*_remark(given), *_lines(results, checks)]
    headline = _headline(results, checks)
    return Report(
        headline=headline,
        lines=tuple(lines[:LINES_MAX] if len(lines) <= LINES_MAX else _shortened(lines)),
        results=tuple(results),
        text="\n".join((*_head(given, headline, at), *_remark(given), *(_row(r) for r in results))),
        gaps=tuple(result_line(r) for r in results if r.is_unmeasured),
    )


def write_nothing_checked(given: TaskInput, why: str, at: datetime) -> Report:
    """The Report of a Task in which nothing was checked; `why` says so in a sentence."""
    headline = say("report-nothing-checked", task=plain(given.task.title, 100))
    remark = _remark(given)
    text = "\n".join((*_head(given, headline, at), *remark, why))
    return Report(headline=headline, lines=(*remark, why), text=text)


def write_notes_only(given: TaskInput, at: datetime) -> Report:
    """The Report of a Task without checks, for a model's lines to be added to."""
    headline = say("report-notes-only", task=plain(given.task.title, 100))
    remark = _remark(given)
    text = "\n".join((*_head(given, headline, at), *remark))
    return Report(headline=headline, lines=remark, text=text)


def write_deeds(given: TaskInput, deeds: Sequence[Deed], at: datetime) -> Report | None:
    """The Report of a Task that only does something outside; None if it did nothing."""
    if not deeds:
        return None
    headline = deeds[0].in_words
    lines = tuple(deed.in_words for deed in deeds[1:])
    remark = _remark(given)
    text = "\n".join((*_head(given, headline, at), *remark, *(d.in_words for d in deeds)))
    return Report(headline=headline, lines=(*remark, *lines), text=text)


def add_deeds(report: Report, deeds: Sequence[Deed]) -> Report:
    """The report with what was done outside, before what the checks say of themselves."""
    if not deeds:
        return report
    said = tuple(deed.in_words for deed in deeds)
    lines = (*said, *report.lines)[: max(LINES_MAX, len(said))]
    text = "\n".join((report.text, "", *said))
    return report.model_copy(update={"lines": lines, "text": text})


def add_sentence(report: Report, sentence: str, *, led: bool = True) -> Report:
    """The report with a sentence of Houston's own at its end; in its message too, if `led`."""
    lines = (*report.lines, sentence) if led else report.lines
    return report.model_copy(update={"lines": lines, "text": f"{report.text}\n{sentence}"})


def results_in_words(results: Sequence[CheckResult]) -> str:
    """What was measured, in a line, to stand beside words that nobody measured."""
    failed = sorted(_failed(results), key=lambda r: -r.finding.rank)
    shown = list(map(result_line, results if len(results) <= BESIDE_MAX else failed[:BESIDE_MAX]))
    if len(shown) < len(results):
        good = grouped(len(results) - len(failed))
        shown.append(say("report-some-passed", len(results), good=good))
    return say("semicolon").join(shown)


def result_line(result: CheckResult) -> str:
    """What one check measured, against what was expected where that does not hold."""
    if result.finding is Finding.ALL_GOOD and not result.is_unmeasured:
        return _good_line(result)
    return _failed_line(result)


def failure_in_words(check: Check, result: CheckResult) -> str:
    """What is wrong with a failed check, in a few words: "/health answers 503".

    A note leads only where no measurement alone explains the finding.
    """
    target = target_of(check)
    pairs = list(zip(check.expect, result.measured, strict=True))
    missed = [(e, m) for e, m in pairs if not m.holds]
    telling = [m for e, m in missed if m.actual is not None and e.severity is result.finding]
    if not telling and result.note:
        return f"{target}: {result.note.rstrip('.')}"
    return _measured_in_words(target, (telling or [m for _, m in missed])[0])


def _remark(given: TaskInput) -> tuple[str, ...]:
    """What this run only is about, as lines of its report: its event, what a person said to it."""
    said = (say("report-asked", text=plain(given.remark)),) if given.remark.strip() else ()
    return (*_event(given), *said)


def _event(given: TaskInput) -> tuple[str, ...]:
    """What the run was started by, e.g. "Event: HighLatency firing (severity: critical)".

    Of an alert the labels tell more than what its sender adds of times and addresses.
    """
    labels = {n.removeprefix(_LABEL): v for n, v in given.event.items() if n.startswith(_LABEL)}
    labels.pop("alertname", None)  # it leads
    fields = list((labels if labels and given.event_summary else given.event).items())
    named = [f"{plain(name, 60)}: {plain(text_of(value), 60)}" for name, value in fields]
    shown = ", ".join(named[:EVENT_FIELDS]) + (" …" if len(named) > EVENT_FIELDS else "")
    lead = plain(given.event_summary, 150)
    if not (lead or shown):
        return ()
    if lead and shown:
        return (say("report-event-fields", lead=lead, fields=shown),)
    return (say("report-event", lead=lead or shown),)


def _headline(results: Sequence[CheckResult], checks: dict[CheckId, Check]) -> str:
    finding = worst(results)
    failed = sorted(_failed(results), key=lambda r: -r.finding.rank)
    if not failed:
        count = len(results)
        return say("report-passed", count, finding=say(_FINDINGS[finding]), good=grouped(count))
    first = failure_in_words(checks[failed[0].check], failed[0])
    said = {"finding": say(_FINDINGS[finding]), "what": first}
    if len(failed) > 1:
        return say("report-found-more", **said, n=grouped(len(failed) - 1))
    return say("report-found", **said)


def _lines(results: Sequence[CheckResult], checks: dict[CheckId, Check]) -> list[str]:
    failed = sorted(_failed(results), key=lambda r: -r.finding.rank)
    lines = [_failed_line(r) for r in failed]
    lines += [say("report-recovered", title=r.title) for r in results if r.news is News.RECOVERED]
    good = len(results) - len(failed)
    if good and not failed:
        lines += [_good_line(r) for r in results if r.news is not News.RECOVERED]
    elif good:
        lines.append(say("report-some-passed", len(results), good=grouped(good)))
    return lines


def _shortened(lines: Sequence[str]) -> list[str]:
    left = len(lines) - LINES_MAX + 1
    return [*lines[: LINES_MAX - 1], say("report-and-more", n=left)]


def _failed_line(result: CheckResult) -> str:
    """Title, what was measured against what was expected, and whether it is new."""
    missed = [measured_in_words(m) for m in result.measured if not m.holds and m.actual is not None]
    parts = [result.note.rstrip(".")] if result.note else []
    news = f" ({say(_NEWS[result.news])})" if result.news else ""
    said = say("semicolon").join(parts + missed) or say("not-measured")
    return f"{result.title}: {said}{news}"


def _good_line(result: CheckResult) -> str:
    each = (f"{field_in_words(m.field)} {actual_in_words(m)}" for m in result.measured)
    said = say("comma").join(each)
    return f"{result.title}: {said}"


def _row(result: CheckResult) -> str:
    """One check in the full text: every expectation beside its measurement."""
    signs = [say(_FINDINGS[result.finding])]
    signs += [say(_NEWS[result.news])] if result.news else []
    signs += [say("tried-times", result.tried)] if result.tried > 1 else []
    rows = [f"{say('comma').join(signs)} – {result.title}"]
    for m in result.measured:
        judged = say("report-ok" if m.holds else "report-not-ok", measured=measured_in_words(m))
        rows.append(f"  {judged}")
    if result.note:
        rows.append(f"  {result.note}")
    return "\n".join(rows)


def _measured_in_words(target: str, measured: Measured) -> str:
    actual = measured.actual
    if actual is None:
        return say("could-not-measure", target=target, field=field_in_words(measured.field))
    said = value_in_words(measured.field, actual)
    if measured.field == "status":
        return say("target-answers", target=target, value=said)
    if measured.field == "latency_ms":
        return say("target-took", target=target, value=said)
    if measured.field == "body":
        return say("target-text", target=target, expected=measured.expected)
    if measured.field == "certificate_days" and not isinstance(actual, str):
        return _certificate(target, int(actual))
    return f"{target}: {field_in_words(measured.field)} {said}"


def _certificate(target: str, days: int) -> str:
    if days > 0:
        return say("target-certificate-in", target=target, days=say("in-days", days))
    return say("target-certificate-today" if days == 0 else "target-certificate-out", target=target)


def _failed(results: Sequence[CheckResult]) -> list[CheckResult]:
    return [r for r in results if r.finding is not Finding.ALL_GOOD]


def _head(given: TaskInput, headline: str, at: datetime) -> tuple[str, ...]:
    there = at.astimezone(ZoneInfo(given.zone))
    when = f"{there:%Y-%m-%d %H:%M} {given.zone}"
    name = plain(given.mission_name, 80)
    return (headline, f"{name} ({given.mission}) – {plain(given.task.title, 100)} – {when}", "")
