"""The report that code writes from results: headline, lines that matter, full text [R1]."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from agent.checks.words import field_in_words, plain, target_of, value_in_words
from agent.task.compare import worst
from agent.task.outside import Deed
from agent.task.values import TaskInput
from missions.blueprint import Check, Finding
from missions.conditions import text_of
from missions.execution import CheckResult, Measured, News, Report
from missions.ids import CheckId

EVENT_FIELDS = 6
"""Fields of an event that a report names."""
LINES_MAX = 5
"""Lines in a report's message [R1]."""
_FINDINGS = {
    Finding.ALL_GOOD: "All good",
    Finding.ATTENTION: "Attention",
    Finding.CRITICAL: "Critical",
}
_NEWS = {News.NEW: "new", News.CONTINUING: "continuing", News.RECOVERED: "recovered"}


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
    )


def write_nothing_checked(given: TaskInput, why: str, at: datetime) -> Report:
    """The Report of a Task in which nothing was checked; `why` says so in a sentence."""
    headline = f"Nothing was checked: {plain(given.task.title, 100)}"
    remark = _remark(given)
    text = "\n".join((*_head(given, headline, at), *remark, why))
    return Report(headline=headline, lines=(*remark, why), text=text)


def write_notes_only(given: TaskInput, at: datetime) -> Report:
    """The Report of a Task without checks, for a model's lines to be added to."""
    headline = f"Notes, without checks: {plain(given.task.title, 100)}"
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


def add_lines(report: Report, lines: Sequence[str]) -> Report:
    """The report with lines that a model wrote, marked as such; what code wrote stays."""
    notes = tuple(f"Note: {plain(line)}" for line in lines)
    room = max(0, LINES_MAX - len(report.lines))
    return report.model_copy(
        update={
            "lines": report.lines + notes[:room],
            "text": "\n".join((report.text, "", *notes)) if notes else report.text,
        }
    )


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
    said = (f"Asked of this run: {plain(given.remark)}",) if given.remark.strip() else ()
    return (*_event(given), *said)


def _event(given: TaskInput) -> tuple[str, ...]:
    """What the run was started by, e.g. "Event: HighLatency firing (labels.severity: critical)"."""
    fields = list(given.event.items())
    named = [f"{plain(name, 60)}: {plain(text_of(value), 60)}" for name, value in fields]
    shown = ", ".join(named[:EVENT_FIELDS]) + (" …" if len(named) > EVENT_FIELDS else "")
    lead = plain(given.event_summary, 150)
    if not (lead or shown):
        return ()
    return (f"Event: {lead} ({shown})" if lead and shown else f"Event: {lead or shown}",)


def _headline(results: Sequence[CheckResult], checks: dict[CheckId, Check]) -> str:
    finding = worst(results)
    failed = sorted(_failed(results), key=lambda r: -r.finding.rank)
    if not failed:
        count = len(results)
        return f"{_FINDINGS[finding]}: {count} of {count} {_checks(count)} passed"
    first = failure_in_words(checks[failed[0].check], failed[0])
    more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
    return f"{_FINDINGS[finding]}: {first}{more}"


def _lines(results: Sequence[CheckResult], checks: dict[CheckId, Check]) -> list[str]:
    failed = sorted(_failed(results), key=lambda r: -r.finding.rank)
    lines = [_failed_line(r) for r in failed]
    lines += [f"{r.title}: recovered" for r in results if r.news is News.RECOVERED]
    good = len(results) - len(failed)
    if good and not failed:
        lines += [_good_line(r) for r in results if r.news is not News.RECOVERED]
    elif good:
        lines.append(f"{good} of {len(results)} {_checks(len(results))} passed")
    return lines


def _shortened(lines: Sequence[str]) -> list[str]:
    left = len(lines) - LINES_MAX + 1
    return [*lines[: LINES_MAX - 1], f"and {left} more in the full report"]


def _failed_line(result: CheckResult) -> str:
    """Title, what was measured against what was expected, and whether it is new."""
    missed = [
        f"{field_in_words(m.field)} {_actual(m)}, expected {m.expected}"
        for m in result.measured
        if not m.holds and m.actual is not None
    ]
    parts = [result.note.rstrip(".")] if result.note else []
    news = f" ({_NEWS[result.news]})" if result.news else ""
    return f"{result.title}: {'; '.join(parts + missed) or 'not measured'}{news}"


def _good_line(result: CheckResult) -> str:
    said = ", ".join(f"{field_in_words(m.field)} {_actual(m)}" for m in result.measured)
    return f"{result.title}: {said}"


def _row(result: CheckResult) -> str:
    """One check in the full text: every expectation beside its measurement."""
    news = f", {_NEWS[result.news]}" if result.news else ""
    tried = f", tried {result.tried} times" if result.tried > 1 else ""
    rows = [f"{_FINDINGS[result.finding]}{news}{tried} – {result.title}"]
    rows += [
        f"  {'ok' if m.holds else 'not ok'}: {field_in_words(m.field)} {_actual(m)}, "
        f"expected {m.expected}"
        for m in result.measured
    ]
    if result.note:
        rows.append(f"  {result.note}")
    return "\n".join(rows)


def _measured_in_words(target: str, measured: Measured) -> str:
    actual = measured.actual
    if actual is None:
        return f"{target}: {field_in_words(measured.field)} could not be measured"
    said = value_in_words(measured.field, actual)
    if measured.field == "status":
        return f"{target} answers {said}"
    if measured.field == "latency_ms":
        return f"{target} took {said}"
    if measured.field == "body":
        return f"{target}: text not as expected ({measured.expected})"
    if measured.field == "certificate_days" and not isinstance(actual, str):
        return f"{target}: certificate {_days(int(actual))}"
    return f"{target}: {field_in_words(measured.field)} {said}"


def _days(days: int) -> str:
    if days < 0:
        return "has run out"
    return f"runs out in {value_in_words('certificate_days', days)}" if days else "runs out today"


def _actual(measured: Measured) -> str:
    """A measured value in words; a page's text is not repeated, only whether it fits."""
    if measured.actual is None:
        return "not measured"
    if measured.field == "body":
        return "as expected" if measured.holds else "not as expected"
    return value_in_words(measured.field, measured.actual)


def _failed(results: Sequence[CheckResult]) -> list[CheckResult]:
    return [r for r in results if r.finding is not Finding.ALL_GOOD]


def _checks(count: int) -> str:
    return "check" if count == 1 else "checks"


def _head(given: TaskInput, headline: str, at: datetime) -> tuple[str, ...]:
    there = at.astimezone(ZoneInfo(given.zone))
    when = f"{there:%Y-%m-%d %H:%M} {given.zone}"
    name = plain(given.mission_name, 80)
    return (headline, f"{name} ({given.mission}) – {plain(given.task.title, 100)} – {when}", "")
