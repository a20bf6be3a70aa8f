"""Facts about a month of a Mission, day by day in the reader's zone [R7]."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.blocks.calendar import Day, Mark, MonthFacts, days_of, mark_of, month_of
from bot.facts.executions import ROWS_MAX
from bot.facts.gather import Gather
from missions.days import Days, day_span, planned
from missions.ids import MissionId
from missions.leftout import Span
from missions.mission import Mission, MissionState

AHEAD = timedelta(days=366)
"""How far ahead months can be looked at."""


def month_facts(gather: Gather, mission_id: MissionId, month: str) -> MonthFacts:
    """A month (`2026-11`; else the current one) with its results and planned runs."""
    mission = gather.mission(mission_id)
    name = gather.zone(mission)
    zone, now = ZoneInfo(name), gather.now
    today = now.astimezone(zone).date()
    days = days_of(month_of(month, today))
    spans = [day_span(day, zone) for day in days]
    counts = _counts(gather, mission, (spans[0][0], spans[-1][1]), zone)
    coming = _coming(gather, mission, spans, now)
    return MonthFacts(
        mission=mission,
        days=tuple(
            Day(day, counts.get(day, Counter()), due) for day, due in zip(days, coming, strict=True)
        ),
        today=today,
        zone=name,
        earlier=days[0] > mission.created_at.astimezone(zone).date().replace(day=1),
        later=days[-1] < today + AHEAD,
    )


def _counts(
    gather: Gather, mission: Mission, span: Span, zone: ZoneInfo
) -> dict[date, Counter[Mark]]:
    domain = gather.domain
    found: dict[date, Counter[Mark]] = {}

    def count(at: datetime, mark: Mark, many: int = 1) -> None:
        found.setdefault(at.astimezone(zone).date(), Counter())[mark] += many

    for brief in Days(domain.reader, domain.store).briefs(gather.viewer, mission.id, span):
        count(brief.started_at, mark_of(brief.status, brief.finding))
    rows = domain.reader.not_run(
        gather.viewer, mission.id, after=span[0], before=span[1], limit=ROWS_MAX
    )
    for row in rows:
        count(row.due, Mark.NOT_RUN, row.count)
    return found


def _coming(gather: Gather, mission: Mission, spans: list[Span], now: datetime) -> list[int]:
    """How many runs each day has still to come; none while the Mission is not Active."""
    total = [0] * len(spans)
    if mission.state is not MissionState.ACTIVE:
        return total
    ahead = [(max(begin, now + timedelta(seconds=1)), max(end, now)) for begin, end in spans]
    plan = gather.domain.reader.blueprint(gather.viewer, mission.id)
    paused = gather.pauses(mission)
    for task in plan.tasks:
        if task.id not in paused:
            due = planned(plan, task, ahead)
            total = [one + other for one, other in zip(total, due, strict=True)]
    return total
