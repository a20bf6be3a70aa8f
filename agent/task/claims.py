"""What a model said beside what the checks found: what contradicts them is replaced [B2 X3].

Code decides by what a claim names and by the state that it claims, never by its words. Whatever the
words are, they do not get into the message of a report that has checks: they stand in its thread,
where what was measured is put beside them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from agent.checks.words import plain, target_of
from agent.task.explanation import Claim, Comment, Explanation
from agent.task.template import LINES_MAX, result_line
from missions.blueprint import Check, Finding
from missions.execution import CheckResult, Judged, Noted, Report
from missions.phrases import say

_SCHEME = re.compile(r"\bhttps?://")


def add_said(
    report: Report,
    said: Explanation,
    used: Collection[str],
    checks: Sequence[Check],
    items: Sequence[Judged] = (),
    gaps: Sequence[str] = (),
) -> Report:
    """The report with what a model said, marked as such; what code wrote stays as it is.

    `used` are the tools that answered in this run, `items` what stands of what the model judged,
    `gaps` what code found that could not be looked at. Words are in the message itself only where
    there are no `checks`, of which they could say something else than was measured; judgements also
    where no check failed.
    """
    notes = _noted(said, report.results, used, checks)
    told = (*gaps, *(say("report-by-model", text=t) for t in _texts(said.gaps)))
    added = report.model_copy(
        update={
            "notes": notes,
            "judged": tuple(items),
            "advice": _texts(said.advice),
            "gaps": (*report.gaps, *told),
        }
    )
    if any(result.finding is not Finding.ALL_GOOD for result in report.results):
        return added.model_copy(update={"lines": _with_hint(added)})
    return _led(added)


def _led(report: Report) -> Report:
    """With the worst that the model judged at its head, where nothing was measured to be wrong."""
    bad = [one for one in report.judged if one.finding is not Finding.ALL_GOOD]
    lines = [say("judged-by-model", text=one.text) for one in bad]
    if report.results:
        lines = list(_with_hint(report.model_copy(update={"lines": (*lines[:3], *report.lines)})))
    else:
        good = [one for one in report.judged if one not in bad]
        lines += [say("judged-gap-line", text=text) for text in report.gaps]
        lines += [say("judged-by-model", text=one.text) for one in good]
        lines += [
            n.text if n.replaced else say("report-comment", text=n.text) for n in report.notes
        ]
        room = max(1, LINES_MAX - len(report.lines))
        most = room - 1 if len(lines) > room else room
        rest = [say("report-and-more", n=len(lines) - most)] if len(lines) > most else []
        lines = [*lines[:most], *report.lines, *rest]
    return _headed(report.model_copy(update={"lines": tuple(lines)}), bad)


def _headed(report: Report, bad: Sequence[Judged]) -> Report:
    """With a headline that says who found what; the one that it had becomes a line."""
    if bad:
        word = say("critical" if bad[0].finding is Finding.CRITICAL else "attention")
        headline = say("judged-found", finding=word, name=bad[0].name)
    elif report.gaps and not report.results:
        headline = say("report-found", finding=say("attention"), what=say("judged-gap"))
    else:
        return report
    text = report.text.replace(report.headline, headline, 1)
    return report.model_copy(update={"headline": headline, "text": text})


def _with_hint(report: Report) -> tuple[str, ...]:
    """The lines, and that the model's words are in the thread."""
    if not (report.notes or report.judged):
        return report.lines
    return (*report.lines[: LINES_MAX - 1], say("report-in-thread"))


def result_named(
    name: str, results: Sequence[CheckResult], checks: Sequence[Check]
) -> CheckResult | None:
    """The result of the one check that a name means: by its ID, its title, or what it looks at, in
    any case; None if it means none, or more than one.
    """
    wanted, planned = bare_name(name), {check.id: check for check in checks}
    by_id = [result for result in results if bare_name(result.check) == wanted]
    found = by_id or [r for r in results if wanted and wanted in _names(r, planned.get(r.check))]
    return found[0] if len(found) == 1 else None


def _names(result: CheckResult, check: Check | None) -> set[str]:
    """What a check is called: its title, what it looks at, each text that it is planned with."""
    if check is None:
        return {bare_name(result.title)}
    texts = [value for value in check.arguments.values() if isinstance(value, str)]
    return {bare_name(text) for text in (result.title, check.id, target_of(check), *texts)}


def bare_name(text: str) -> str:
    """A name to compare: in one case, without what leads an address and what ends it."""
    bare = plain(text).casefold().removeprefix("check ")
    return _SCHEME.sub("", bare).rstrip("/.:") or bare


def _noted(
    said: Explanation,
    results: Sequence[CheckResult],
    used: Collection[str],
    checks: Sequence[Check],
) -> tuple[Noted, ...]:
    """What was replaced or left out comes first."""
    claims = [_judged(claim, results, checks) for claim in said.claims]
    notes = [*claims, *(_comment(comment, used) for comment in said.comments)]
    kept = [note for note in notes if note]
    return tuple(sorted(kept, key=lambda note: not note.replaced))


def _judged(claim: Claim, results: Sequence[CheckResult], checks: Sequence[Check]) -> Noted | None:
    """A claim as it stands in the report, led by what was measured; one of no check is left out."""
    result = result_named(claim.check, results, checks)
    if result is None:
        name = plain(claim.check, 60)
        return Noted(text=say("report-no-check", name=name), claimed=claim.state, replaced=True)
    measured = result_line(result)
    if claim.state is not result.state:
        text = say("report-replaced", title=result.title, measured=measured)
        return Noted(text=text, check=result.check, claimed=claim.state, replaced=True)
    words = plain(claim.text)
    if not words:
        return None
    text = say("report-claim", measured=measured, text=words)
    return Noted(text=text, check=result.check, claimed=claim.state)


def _comment(comment: Comment, used: Collection[str]) -> Noted | None:
    """A comment, with the tool of this run that answered and showed it."""
    text = plain(comment.text)
    if not text:
        return None
    tool = comment.seen_with if comment.seen_with in used else ""
    if tool:
        text = say("report-seen", text=text, tool=plain(tool, 40))
    return Noted(text=text, seen_with=tool)


def _texts(said: Sequence[str]) -> tuple[str, ...]:
    return tuple(text for text in map(plain, said) if text)
