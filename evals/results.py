"""What came of a run: a verdict per case and iteration, and the numbers of a group."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from missions.spending import MICRO

COMPLETION = 0.95
"""The part of all conversations that must have been carried out for a table to mean anything."""


class Verdict(StrEnum):
    """PASSED: what was meant. MISSED: nothing wrong was brought about, but not what was meant.
    GUESSED: something was staged that was not meant. INFRA: the model did not answer at all."""

    PASSED = "passed"
    MISSED = "missed"
    GUESSED = "guessed"
    INFRA = "infra"


class Record(BaseModel):
    """The base of what is written to a result file."""

    model_config = ConfigDict(frozen=True)


class CallRecord(Record):
    """A tool call."""

    tool: str
    arguments: dict[str, object]
    answer: str


class TurnRecord(Record):
    """A turn, for the transcript. `changed` tells in words what was different afterwards."""

    by: str
    said: str
    calls: tuple[CallRecord, ...]
    shown: tuple[tuple[str, str], ...]
    changed: tuple[str, ...]


class Outcome(Record):
    """One case, played once."""

    case: str
    group: str
    iteration: int
    verdict: Verdict
    listed: bool
    turns: tuple[TurnRecord, ...]
    why: tuple[str, ...] = ()
    harm: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    expected: str = ""
    tokens: int = 0
    cached: int = 0
    micros: int = 0
    latencies: tuple[float, ...] = ()


class Run(Record):
    """A run of one model over the set, or over a `part` of it.

    `cases` tells which set it was. `priced` says that the model's price was known. A run that is
    `broken_off` was given up as the provider did not answer.
    """

    model: str
    date: str
    commit: str
    times: int
    outcomes: tuple[Outcome, ...]
    cases: str = ""
    part: bool = False
    priced: bool = False
    broken_off: bool = False

    @property
    def completion(self) -> float:
        """The part of the conversations that the model answered at all."""
        infra = sum(o.verdict is Verdict.INFRA for o in self.outcomes)
        return 1 - infra / len(self.outcomes) if self.outcomes else 0.0

    @property
    def is_conclusive(self) -> bool:
        """Whether numbers may be published."""
        return self.completion >= COMPLETION and not self.broken_off

    @property
    def listed(self) -> tuple[int, int]:
        """Of the answered sentences in listed forms: how many were understood, and how many."""
        listed = [o for o in self.outcomes if o.listed and o.verdict is not Verdict.INFRA]
        return sum(o.verdict is Verdict.PASSED for o in listed), len(listed)

    @property
    def harm(self) -> tuple[str, ...]:
        """Every breach, with its case."""
        return tuple(f"{o.case}: {h}" for o in self.outcomes for h in o.harm)


class Row(Record):
    """The numbers of a group. `every` are the cases passed in each iteration; seconds per turn.

    `rate` is the part of what was answered; None if nothing was. `infra` are the conversations that
    were not. `score` counts a wrong guess double: it is no pass, and takes one away.
    """

    group: str
    cases: int
    rate: float | None
    every: int
    guessed: int
    harm: int
    infra: int
    tokens: int
    cost: float | None
    p50: float
    p95: float

    @property
    def score(self) -> float | None:
        """Passes less guesses, per case; None if nothing was answered."""
        return None if self.rate is None else self.rate - self.guessed / self.cases


def rows(run: Run) -> tuple[Row, ...]:
    """A row per group in the order of the set, and one of all; without infrastructure errors."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in run.outcomes:
        groups[outcome.group].append(outcome)
    return (
        *(_row(n, g, priced=run.priced) for n, g in groups.items()),
        _row("All", run.outcomes, priced=run.priced),
    )


def passed(outcomes: Iterable[Outcome]) -> frozenset[str]:
    """The cases that passed in every iteration that was answered."""
    by_case: dict[str, list[Verdict]] = defaultdict(list)
    for o in outcomes:
        if o.verdict is not Verdict.INFRA:
            by_case[o.case].append(o.verdict)
    return frozenset(c for c, v in by_case.items() if set(v) == {Verdict.PASSED})


def in_seconds(value: float) -> str:
    """A time for people."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def _row(group: str, outcomes: Sequence[Outcome], *, priced: bool) -> Row:
    answered = [o for o in outcomes if o.verdict is not Verdict.INFRA]
    seconds = sorted(s for o in answered for s in o.latencies)
    hits = sum(o.verdict is Verdict.PASSED for o in answered)
    return Row(
        group=group,
        cases=len({o.case for o in outcomes}),
        rate=hits / len(answered) if answered else None,
        every=len(passed(outcomes)),
        guessed=len({o.case for o in answered if o.verdict is Verdict.GUESSED}),
        harm=sum(bool(o.harm) for o in outcomes),
        infra=len(outcomes) - len(answered),
        tokens=sum(o.tokens for o in outcomes),
        cost=sum(o.micros for o in outcomes) / MICRO if priced else None,
        p50=_percentile(seconds, 0.5),
        p95=_percentile(seconds, 0.95),
    )


def _percentile(ordered: Sequence[float], part: float) -> float:
    """The nearest-rank percentile; 0 of nothing."""
    return ordered[max(math.ceil(part * len(ordered)) - 1, 0)] if ordered else 0.0
