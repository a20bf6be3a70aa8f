"""What a model said beside what the checks found: what contradicts them is replaced [B2 X3]."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from agent.checks.words import plain
from agent.task.explanation import Claim, Comment, Explanation
from agent.task.template import LINES_MAX, result_line
from missions.execution import CheckResult, ItemState, Noted, Report
from missions.ids import CheckId
from missions.phrases import say

_STATES = {
    ItemState.PASSED: "state-passed",
    ItemState.ANOMALOUS: "state-anomalous",
    ItemState.NEEDS_ATTENTION: "state-needs-attention",
    ItemState.NOT_APPLICABLE: "state-not-applicable",
}


def add_said(report: Report, said: Explanation, used: Collection[str], *, all_good: bool) -> Report:
    """The report with what a model said, marked as such, below what code wrote, which stays.

    `used` are the tools that answered in this run. Unless the finding is `all_good`, nothing that
    the model says counts as measured.
    """
    notes = _noted(said, report.results, used, all_good=all_good)
    lines = _lines(notes, report.results)
    new = [line for line in lines if line not in report.lines]
    room = max(0, LINES_MAX - len(report.lines))
    return report.model_copy(
        update={
            "lines": (*report.lines, *new[:room]),
            "text": "\n".join((report.text, "", *lines)) if lines else report.text,
            "notes": notes,
            "advice": _texts(said.advice),
            "gaps": (*report.gaps, *(say("report-by-model", text=t) for t in _texts(said.gaps))),
        }
    )


def _noted(
    said: Explanation, results: Sequence[CheckResult], used: Collection[str], *, all_good: bool
) -> tuple[Noted, ...]:
    found: Mapping[str, CheckResult] = {result.check: result for result in results}
    claims = [_judged(claim, found, all_good=all_good) for claim in said.claims]
    comments = [_comment(comment, used, all_good=all_good) for comment in said.comments]
    return tuple(note for note in (*claims, *comments) if note)


def _judged(claim: Claim, found: Mapping[str, CheckResult], *, all_good: bool) -> Noted | None:
    """A claim as it stands in the report; one of no check of this run is but a comment."""
    result = found.get(claim.check)
    if result is None:
        return _comment(Comment(text=claim.text), (), all_good=all_good)
    check = CheckId(claim.check)
    if claim.state is not result.state:
        return Noted(text=result_line(result), check=check, claimed=claim.state, replaced=True)
    text = plain(claim.text)
    if not text:
        return None
    note = say("report-note" if all_good else "report-comment", text=text)
    told = say("report-claim", title=result.title, state=say(_STATES[result.state]), note=note)
    return Noted(text=told, check=check, claimed=claim.state)


def _comment(comment: Comment, used: Collection[str], *, all_good: bool) -> Noted | None:
    """A comment; it is evidence only where a tool of this run answered and nothing is wrong."""
    text = plain(comment.text)
    if not text:
        return None
    tool = comment.seen_with if comment.seen_with in used else ""
    if tool:
        text = say("report-seen", text=text, tool=plain(tool, 40))
    mark = "report-note" if tool and all_good else "report-comment"
    return Noted(text=say(mark, text=text), seen_with=tool)


def _lines(notes: Sequence[Noted], results: Sequence[CheckResult]) -> list[str]:
    """What was replaced comes first, led by a line that says so."""
    replaced = {note.check: note.text for note in notes if note.replaced}
    titles = [result.title for result in results if result.check in replaced]
    said = [say("report-replaced", titles=say("comma").join(titles))] if titles else []
    said += replaced.values()
    return [*said, *(note.text for note in notes if not note.replaced)]


def _texts(said: Sequence[str]) -> tuple[str, ...]:
    return tuple(text for text in map(plain, said) if text)
