"""What came of a run: a verdict per case and iteration, and the numbers of a group."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

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
    tokens_in: int = 0
    tokens_out: int = 0
    latencies: tuple[float, ...] = ()


class Price(Record):
    """US dollars for a million tokens."""

    tokens_in: float
    tokens_out: float


class Run(Record):
    """A whole run of one model over the set."""

    model: str
    date: str
    commit: str
    times: int
    outcomes: tuple[Outcome, ...]
    price: Price | None = None

    @property
    def completion(self) -> float:
        """The part of the conversations that the model answered at all."""
        infra = sum(o.verdict is Verdict.INFRA for o in self.outcomes)
        return 1 - infra / len(self.outcomes)

    @property
    def is_conclusive(self) -> bool:
        """Whether numbers may be published."""
        return self.completion >= COMPLETION

    @property
    def harm(self) -> tuple[str, ...]:
        """Every breach, with its case."""
        return tuple(f"{o.case}: {h}" for o in self.outcomes for h in o.harm)


class Row(Record):
    """The numbers of a group. `every` are the cases passed in each iteration; seconds per turn.

    `score` counts a wrong guess double: it is no pass, and takes one away.
    """

    group: str
    cases: int
    rate: float
    every: int
    guessed: int
    harm: int
    tokens: int
    cost: float | None
    p50: float
    p95: float

    @property
    def score(self) -> float:
        """Passes less guesses, per case."""
        return self.rate - self.guessed / self.cases if self.cases else 0.0


def rows(run: Run) -> tuple[Row, ...]:
    """A row per group in the order of the set, and one of all; without infrastructure errors."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in run.outcomes:
        groups[outcome.group].append(outcome)
    return (
        *(_row(n, g, run.price) for n, g in groups.items()),
        _row("All", run.outcomes, run.price),
    )


def passed(outcomes: Iterable[Outcome]) -> frozenset[str]:
    """The cases that passed in every iteration that was answered."""
    by_case: dict[str, list[Verdict]] = defaultdict(list)
    for o in outcomes:
        if o.verdict is not Verdict.INFRA:
            by_case[o.case].append(o.verdict)
    return frozenset(c for c, v in by_case.items() if set(v) == {Verdict.PASSED})


def _row(group: str, outcomes: Sequence[Outcome], price: Price | None) -> Row:
    answered = [o for o in outcomes if o.verdict is not Verdict.INFRA]
    came_in, out = sum(o.tokens_in for o in outcomes), sum(o.tokens_out for o in outcomes)
    seconds = sorted(s for o in answered for s in o.latencies)
    hits = sum(o.verdict is Verdict.PASSED for o in answered)
    return Row(
        group=group,
        cases=len({o.case for o in outcomes}),
        rate=hits / len(answered) if answered else 0.0,
        every=len(passed(outcomes)),
        guessed=len({o.case for o in answered if o.verdict is Verdict.GUESSED}),
        harm=sum(bool(o.harm) for o in outcomes),
        tokens=came_in + out,
        cost=(came_in * price.tokens_in + out * price.tokens_out) / 1e6 if price else None,
        p50=_percentile(seconds, 0.5),
        p95=_percentile(seconds, 0.95),
    )


def _percentile(ordered: Sequence[float], part: float) -> float:
    """The nearest-rank percentile; 0 of nothing."""
    return ordered[max(math.ceil(part * len(ordered)) - 1, 0)] if ordered else 0.0
