"""Facts of a Mission report: what the period came to, and the one before it [R3]."""

from __future__ import annotations

from datetime import date, timedelta

from bot.blocks.results_row import worst
from bot.blocks.summary import SummaryFacts
from bot.facts.gather import Gather
from bot.mrkdwn import zone_of
from missions.blueprint import Every, Finding
from missions.cards import SummaryCard
from missions.execution import Status
from missions.overview import Result
from missions.summary import PERIOD
from missions.tally import Tally, tally


def summary_facts(gather: Gather, card: SummaryCard) -> SummaryFacts:
    """The period of the card; `UnknownMission` if the viewer may not know of its Mission."""
    mission = gather.mission(card.mission)
    store = gather.domain.store
    before = card.since - PERIOD[card.every]
    now = tally(store, mission.team, mission.id, card.since, card.until)
    return SummaryFacts(
        mission=mission,
        every=card.every,
        since=card.since,
        until=card.until,
        now=now,
        before=tally(store, mission.team, mission.id, before, card.since),
        days=_days(now, card, gather.zone(mission)) if card.every is Every.WEEK else (),
        zone=gather.zone(mission),
    )


def _days(now: Tally, card: SummaryCard, zone: str) -> tuple[Finding | Status | None, ...]:
    """The worst of each day of the zone; a last one that has only begun counts if it ran."""
    where = zone_of(zone)
    first, last = (at.astimezone(where).date() for at in (card.since, card.until))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    by_day: dict[date, list[Result]] = {day: [] for day in days}
    for one in now.ends:
        by_day[one.started_at.astimezone(where).date()].append(one)
    found = [worst(by_day[day]) for day in days]
    return tuple(found if found[-1] else found[:-1])
