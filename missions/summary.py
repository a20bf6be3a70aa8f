"""The Mission report: what a day or a week came to, said once per period [R3].

It is no Task and has no Execution: an entry of one shared index says when the next one is due. What
is said and the entry for the one after it are written in the same commit, which the old entry
guards; so each period is told once, whoever dies in between.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from missions import keys as k
from missions.blueprint import Blueprint, CronTrigger, Every, Summary
from missions.cards import SummaryCard
from missions.ids import MissionId, TeamId
from missions.keys import MissionKeys, TeamKeys
from missions.mission import Mission, MissionState
from missions.outbox import entry, put
from missions.phrases import say
from missions.ports import Bell, Clock
from missions.quiet import Quiet
from missions.schedule import next_instant
from missions.store import Store
from missions.tx import DELETED, Lost, Transaction
from missions.words import weekday_in_words

PERIOD = {Every.DAY: timedelta(days=1), Every.WEEK: timedelta(days=7)}


def next_summary(summary: Summary, after: datetime) -> datetime | None:
    """When the next one is due, strictly later than `after`."""
    hour, minute = summary.time.split(":")
    days = str(summary.weekday) if summary.every is Every.WEEK else "*"
    cron = f"{int(minute)} {int(hour)} * * {days}"
    return next_instant(CronTrigger(cron=cron, zone=summary.zone), after)


def begin_of(summary: Summary, until: datetime) -> datetime:
    """When the period that ends at `until` began: at the same time by the clock on the wall."""
    local = until.astimezone(ZoneInfo(summary.zone))
    return (local - PERIOD[summary.every]).astimezone(UTC)


def summary_in_words(summary: Summary) -> str:
    """When it comes, e.g. "Weekly, on Monday at 09:00 (Europe/Berlin)"."""
    if summary.every is Every.DAY:
        return say("summary-daily", time=summary.time, zone=summary.zone)
    day = weekday_in_words(summary.weekday)
    return say("summary-weekly", day=day, time=summary.time, zone=summary.zone)


def write_summary_armed(
    tx: Transaction, keys: MissionKeys, plan: Blueprint, before: Blueprint | None, now: datetime
) -> None:
    """Have the transaction arm the report of a plan that is now confirmed, or disarm it."""
    if before is not None and before.summary == plan.summary:
        return
    at = next_summary(plan.summary, now) if plan.summary else None
    if at is None:
        tx.zrem(k.SUMMARIES, k.member(keys.team, keys.mission))
    else:
        tx.zadd(k.SUMMARIES, k.member(keys.team, keys.mission), at.timestamp())


class Summaries:
    """Tells Mission reports that are due."""

    def __init__(self, store: Store, clock: Clock, quiet: Quiet, bell: Bell) -> None:
        self._store = store
        self._clock = clock
        self._quiet = quiet
        self._bell = bell

    def tell(self, team: TeamId, mission: MissionId, due: float) -> bool:
        """Say the report that is due and arm the next; False if somebody else did.

        After an outage only the latest period is told. A Mission that is Paused or muted, or in a
        place where all is paused, says nothing.
        """
        found = self._store.mission(team, mission)
        name = k.member(team, mission)
        plan = self._store.blueprint(team, mission, found.version) if found else None
        if found is None or plan is None or plan.summary is None:
            self._store.team_tx(team).zrem(k.SUMMARIES, name).commit()
            return False
        keys = TeamKeys(team).mission(mission)
        now = self._clock.now()
        until, coming = _latest(plan.summary, datetime.fromtimestamp(due, UTC), now)
        tx = self._store.mission_tx(keys)
        tx.require_score("told", k.SUMMARIES, name, due)
        tx.require_field("mission", keys.record, "rev", str(found.rev))
        if coming is None:
            tx.zrem(k.SUMMARIES, name)
        else:
            tx.zadd(k.SUMMARIES, name, coming.timestamp())
        speaks = self._speaks(found, now)
        if speaks:
            since = begin_of(plan.summary, until)
            card = SummaryCard(mission=mission, every=plan.summary.every, since=since, until=until)
            put(tx, entry(team, found.channel, card))
        try:
            tx.commit()
        except Lost as lost:
            if lost.guard not in ("told", "mission", DELETED):
                raise
            return False
        if speaks:
            self._bell.delivery(team, found.channel)
        return True

    def bring_back(self, team: TeamId, mission: MissionId, due: float) -> None:
        """Arm for its next instant a report that a clock which was ahead armed for later."""
        found = self._store.mission(team, mission)
        plan = self._store.blueprint(team, mission, found.version) if found else None
        if found is None or plan is None or plan.summary is None:
            return
        coming = next_summary(plan.summary, self._clock.now())
        keys, name = TeamKeys(team).mission(mission), k.member(team, mission)
        if coming and coming.timestamp() < due:
            tx = self._store.mission_tx(keys).require_score("told", k.SUMMARIES, name, due)
            tx.require_field("mission", keys.record, "rev", str(found.rev))
            tx.zadd(k.SUMMARIES, name, coming.timestamp()).commit()

    def _speaks(self, mission: Mission, now: datetime) -> bool:
        if mission.state is not MissionState.ACTIVE or mission.muted(now):
            return False
        return self._quiet.now(mission.team, mission.channel) is None


def _latest(summary: Summary, due: datetime, now: datetime) -> tuple[datetime, datetime | None]:
    """The latest instant that is due, and the one after it."""
    after = max(due - timedelta(seconds=1), now - PERIOD[summary.every] - timedelta(days=1))
    latest, coming = due, next_summary(summary, after)
    while coming is not None and coming <= now:
        latest, coming = coming, next_summary(summary, coming)
    return latest, coming
