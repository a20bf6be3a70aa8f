"""Counting what a Mission did in a stretch of time: runs, findings, measured values, cost [R3]."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from missions.blueprint import Finding
from missions.execution import CheckResult, Execution, Occurrence, Outcome, Report, Status
from missions.ids import MissionId, TeamId
from missions.keys import MissionKeys, TeamKeys
from missions.overview import Result
from missions.retention import keeping_of
from missions.store import Store

LATENCY = "latency_ms"
"""The measurement of which trends are told, in ms; else how long the check took."""

BATCH = 200
"""How many records are read at once."""


@dataclass(frozen=True)
class Tally:
    """What a stretch of time came to. `values` are in ms, by the check's title.

    `ends` are the runs in the order in which they started. `partly` says that older records of
    that time are no longer kept.
    """

    statuses: Mapping[Status, int] = field(default_factory=dict)
    findings: Mapping[Finding, int] = field(default_factory=dict)
    checks: int = 0
    good: int = 0
    skipped: int = 0
    missed: int = 0
    tokens: int = 0
    cost_usd: float = 0.0
    values: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    ends: tuple[Result, ...] = ()
    partly: bool = False

    @property
    def runs(self) -> int:
        """How many Executions ended."""
        return sum(self.statuses.values())

    @property
    def availability(self) -> float | None:
        """How much of what was checked was good, 0 to 1; None if nothing was checked."""
        return self.good / self.checks if self.checks else None


def tally(
    store: Store, team: TeamId, mission: MissionId, since: datetime, until: datetime
) -> Tally:
    """Executions that started, and occurrences due, from `since` up to before `until`."""
    keys = TeamKeys(team).mission(mission)
    statuses: Counter[Status] = Counter()
    findings: Counter[Finding] = Counter()
    results: list[CheckResult] = []
    ends: list[Result] = []
    tokens, cost = 0, 0.0
    ids = _between(store, keys.history, since, until)
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        for run in _ended(store, keys, batch):
            statuses[run.status] += 1
            ends.append(Result.of(run))
            findings.update([run.finding] if run.finding else [])
            tokens, cost = tokens + run.tokens, cost + run.cost_usd
        for text in store.hmget(keys.reports, batch):
            results += Report.load(text).results if text else ()
    rows = _not_run(store, keys, since, until)
    return Tally(
        statuses=statuses,
        findings=findings,
        checks=len(results),
        good=sum(1 for r in results if r.finding is Finding.ALL_GOOD),
        skipped=rows[Outcome.SKIPPED],
        missed=rows[Outcome.MISSED],
        tokens=tokens,
        cost_usd=cost,
        values=_values(results),
        ends=tuple(ends),
        partly=_is_cut(store, keys, since),
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values (one or more) do not exceed."""
    ordered = sorted(values)
    rank = -(-len(ordered) * share // 1)
    return ordered[max(int(rank), 1) - 1]


def _ended(store: Store, keys: MissionKeys, ids: Sequence[str]) -> list[Execution]:
    found = store.executions(keys.team, keys.mission, ids)
    return [run for run in found if run.status is not Status.RUNNING]


def _values(results: Sequence[CheckResult]) -> dict[str, tuple[float, ...]]:
    found: dict[str, list[float]] = {}
    for result in results:
        found.setdefault(result.title, []).append(_milliseconds(result))
    return {title: tuple(values) for title, values in found.items()}


def _milliseconds(result: CheckResult) -> float:
    """The latency that was measured, else how long the whole check took."""
    for measured in result.measured:
        if measured.field == LATENCY and isinstance(measured.actual, int | float):
            return float(measured.actual)
    return result.duration_ms


def _not_run(store: Store, keys: MissionKeys, since: datetime, until: datetime) -> Counter[Outcome]:
    ids = _between(store, keys.ledger, since, until)
    counts: Counter[Outcome] = Counter()
    for start in range(0, len(ids), BATCH):
        for text in store.hmget(keys.occurrences, ids[start : start + BATCH]):
            row = Occurrence.load(text) if text else None
            if row and row.outcome in (Outcome.SKIPPED, Outcome.MISSED):
                counts[row.outcome] += row.count
    return counts


def _between(store: Store, key: str, since: datetime, until: datetime) -> list[str]:
    low, high = since.timestamp(), f"({until.timestamp()}"
    return cast("list[str]", store.redis.zrangebyscore(key, low, high))


def _is_cut(store: Store, keys: MissionKeys, since: datetime) -> bool:
    """Whether Executions after `since` were trimmed already."""
    if store.zcard(keys.history) < keeping_of(store, keys).records:
        return False
    oldest = store.zrange(keys.history, 0, 0)
    score = store.scores(keys.history, oldest)[0] if oldest else None
    return score is not None and score > since.timestamp()
