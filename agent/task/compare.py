"""What is new, continuing or recovered since the last Execution [R1]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from missions.blueprint import Finding
from missions.execution import CheckResult, News
from missions.ids import CheckId


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


def carry_of(results: Sequence[CheckResult]) -> dict[CheckId, Finding]:
    """What the next Execution compares with."""
    return {result.check: result.finding for result in results}


def has_changed(results: Sequence[CheckResult]) -> bool:
    """True if anything is new or recovered."""
    return any(r.news in (News.NEW, News.RECOVERED) for r in results)


def worst(results: Sequence[CheckResult]) -> Finding:
    """The finding of a Task: the worst of its checks."""
    return max((r.finding for r in results), key=lambda f: f.rank, default=Finding.ALL_GOOD)
