"""The charts of a report: what its checks measured, over the last runs [R1]."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from bot.blocks.charts import POINTS, Chart, ChartLine
from bot.facts.gather import Gather
from missions.execution import Execution, Report
from missions.ids import TeamId
from missions.keys import TeamKeys
from missions.phrases import say
from missions.series import Series, measures_of, series_of

NAMES: Final = {
    "latency_ms": ("chart-response-time", "chart-milliseconds"),
    "certificate_days": ("chart-certificate", "chart-days-left"),
}
"""Title and unit of the fields that are known, by their ids; others go by their own name."""


def charts_of(gather: Gather, run: Execution, report: Report | None) -> tuple[Chart, ...]:
    """A chart per quantity that the report measured, up to that run; one point makes none."""
    wanted = list(measures_of(report)) if report else []
    keys = TeamKeys(gather.viewer.team).mission(run.mission)
    found = series_of(gather.domain.store, keys, run.task, wanted)
    by_field: dict[str, list[Series]] = {}
    for measure, series in found.items():
        by_field.setdefault(measure.field, []).append(_until(series, run.started_at))
    order = [*NAMES, *sorted(by_field.keys() - NAMES.keys())]
    charts = (_chart(field, by_field[field]) for field in order if field in by_field)
    return tuple(chart for chart in charts if chart)


def draws_charts(gather: Gather) -> bool:
    """Whether this Slack takes charts, as far as is known."""
    return not gather.domain.redis.exists(no_charts_key(gather.viewer.team))


def no_charts_key(team: TeamId) -> str:
    """Where it is noted for a day that Slack refused a chart."""
    return TeamKeys(team).cache("no_charts")


def _chart(field: str, each: Sequence[Series]) -> Chart | None:
    """The series that were measured together most lately, over the runs that they share."""
    last = max((series.points[-1].at for series in each if series.points), default=None)
    present = [s for s in each if s.points and s.points[-1].at == last]
    if not present:
        return None
    shared = set.intersection(*({p.at for p in s.points} for s in present))
    if len(shared) < 2:
        present = [max(present, key=lambda series: len(series.points))]
        shared = {point.at for point in present[0].points}
    at = sorted(shared)[-POINTS:]
    if len(at) < 2:
        return None
    lines = (ChartLine(s.title, tuple(dict(s.points)[one] for one in at)) for s in present)
    title, unit = map(say, NAMES[field]) if field in NAMES else (field, "")
    return Chart(title, unit, tuple(datetime.fromtimestamp(one, UTC) for one in at), tuple(lines))


def _until(series: Series, at: datetime) -> Series:
    points = tuple(p for p in series.points if p.at <= at.timestamp())
    return series.model_copy(update={"points": points})
