"""What is new, continuing or recovered since the last Execution [R1]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from agent.task.outside import Deed
from missions.blueprint import Check, Finding
from missions.execution import JUDGED, CheckResult, News, Report
from missions.ids import CheckId
from missions.phrases import say

GAPS: Final = CheckId(JUDGED)
"""Stands in what is carried for that something could not be looked at."""


def with_news(
    results: Sequence[CheckResult], carry: Mapping[CheckId, Finding]
) -> tuple[CheckResult, ...]:
    """The results, each with its news."""
    return tuple(
        r.model_copy(update={"news": news_of(r.finding, carry.get(r.check))}) for r in results
    )


def news_of(now: Finding, before: Finding | None) -> News | None:
    """A finding that got worse is new, one that got milder continues; None if all stays good."""
    was = before or Finding.ALL_GOOD
    if now is Finding.ALL_GOOD:
        return None if was is Finding.ALL_GOOD else News.RECOVERED
    return News.NEW if now.rank > was.rank else News.CONTINUING


def patient(
    results: Sequence[CheckResult],
    checks: Sequence[Check],
    past: Mapping[CheckId, Sequence[bool]],
) -> tuple[CheckResult, ...]:
    """The results; a check that did not fail often enough lately is no finding yet [B2]."""
    wanted = {c.id: c for c in checks}
    return tuple(_patient(r, wanted[r.check], past.get(r.check, ())) for r in results)


def _patient(result: CheckResult, check: Check, past: Sequence[bool]) -> CheckResult:
    if result.finding is Finding.ALL_GOOD or check.of_last == 1:
        return result
    lately = [*past, False][-check.of_last :]
    failed = lately.count(False)
    if failed >= check.fails:
        return result
    note = say("failed-few", failed=failed, runs=check.of_last)
    joined = f"{result.note} {note}".strip()
    return result.model_copy(update={"finding": Finding.ALL_GOOD, "note": joined})


def past_of(
    results: Sequence[CheckResult],
    checks: Sequence[Check],
    past: Mapping[CheckId, Sequence[bool]],
) -> dict[CheckId, tuple[bool, ...]]:
    """Whether each check that looks back passed in its latest runs, newest last."""
    wanted = {c.id: c.of_last for c in checks if c.of_last > 1}
    return {
        r.check: tuple([*past.get(r.check, ()), r.finding is Finding.ALL_GOOD][-wanted[r.check] :])
        for r in results
        if r.check in wanted
    }


def carry_of(results: Sequence[CheckResult]) -> dict[CheckId, Finding]:
    """What the next Execution compares with."""
    return {result.check: result.finding for result in results}


def has_changed(results: Sequence[CheckResult]) -> bool:
    """True if anything is new or recovered."""
    return any(r.news in (News.NEW, News.RECOVERED) for r in results)


def finding_of(
    results: Sequence[CheckResult], deeds: Sequence[Deed], report: Report
) -> Finding | None:
    """The finding of a run: the worst of its checks, and of what a model judged beside them.

    Attention if what it did outside went wrong, or if it has no checks and could not look at all.
    Without checks it is never all good, since nothing was measured: then it is None [X3].
    """
    found = [result.finding for result in results]
    found += [one.finding for one in report.judged if one.finding is not Finding.ALL_GOOD]
    if any(deed.needs_attention for deed in deeds) or (report.gaps and not results):
        found.append(Finding.ATTENTION)
    return max(found, key=lambda f: f.rank, default=None)


def carry_judged(
    report: Report, results: Sequence[CheckResult], before: Mapping[CheckId, Finding], *, anew: bool
) -> dict[CheckId, Finding]:
    """What the next run compares a model's judgements with; as before, if it gave none `anew`.

    That something could not be looked at is carried as well, where there are no checks.
    """
    if not anew:
        return {key: finding for key, finding in before.items() if key.startswith(JUDGED)}
    carried = {one.key: one.finding for one in report.judged}
    return carried | ({GAPS: Finding.ATTENTION} if report.gaps and not results else {})


def judged_before(before: Mapping[CheckId, Finding]) -> dict[str, Finding]:
    """What a model judged in the last run, by its name."""
    return {k.removeprefix(JUDGED): f for k, f in before.items() if _is_item(k)}


def has_judged_changes(carry: Mapping[CheckId, Finding], before: Mapping[CheckId, Finding]) -> bool:
    """Whether anything that a model judged is new or recovered, or a gap opened or closed."""
    both = {key for key in (*carry, *before) if key.startswith(JUDGED)}
    now, was = ({k: f.get(k, Finding.ALL_GOOD) for k in both} for f in (carry, before))
    return any(news_of(now[k], was[k]) in (News.NEW, News.RECOVERED) for k in both)


def _is_item(key: CheckId) -> bool:
    return key.startswith(JUDGED) and key != GAPS


def worst(results: Sequence[CheckResult]) -> Finding:
    """The finding of a Task: the worst of its checks."""
    return max((r.finding for r in results), key=lambda f: f.rank, default=Finding.ALL_GOOD)
