"""Facts about how a Mission's latest days went [R7]."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from bot.blocks.health import Health
from bot.blocks.results_row import worst
from bot.facts.gather import Gather
from bot.mrkdwn import zone_of
from missions.mission import Mission

HEALTH_DAYS: Final = 14


def health_of(gather: Gather, mission: Mission) -> Health | None:
    """The worst outcome of each of the latest days of the viewer's zone; None before any run."""
    zone = zone_of(gather.zone(mission))
    first = gather.now.astimezone(zone).date() - timedelta(days=HEALTH_DAYS - 1)
    start = datetime.combine(first, time(), zone)
    results = gather.domain.overview.since(gather.viewer, mission.id, start)
    days = [first + timedelta(days=n) for n in range(HEALTH_DAYS)]
    on = {day: [r for r in results if r.started_at.astimezone(zone).date() == day] for day in days}
    return Health(first, tuple(worst(on[day]) for day in days)) if results else None
