"""What was missed while Houston was down: gathered per channel, told in one notice [S4]."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

import structlog

from missions import keys as k
from missions.cards import MissedRuns, OutageCard
from missions.domain import Domain
from missions.execution import Occurrence, Reason
from missions.ids import ChannelId, MissionId, TaskId, TeamId
from missions.keys import TeamKeys
from missions.mission import Mission
from missions.outage import gathered_in, write_gathered
from missions.outbox import entry, put
from missions.quarantine import by_itself
from missions.schedule import Missed, Settlement
from missions.timetable import Timed
from missions.tx import Lost, Transaction

log = structlog.get_logger(__name__)


class Outages:
    """Gathers missed occurrences and tells of them when all that is due has been handled."""

    def __init__(self, domain: Domain, lead: Callable[[Transaction], Transaction]) -> None:
        """`lead` makes a transaction fail unless this process leads: only one gathers and tells."""
        self._domain = domain
        self._lead = lead

    def write(
        self,
        tx: Transaction,
        before: str | None,
        mission: Mission,
        task: Timed,
        settlement: Settlement,
    ) -> None:
        """Have the transaction that notes missed occurrences gather them for the notice.

        `before` is what was gathered of the Task until now.
        """
        if settlement.missed is None:
            return
        made_up = settlement.run is not None
        write_gathered(tx, before, mission, task.id, settlement.missed, made_up=made_up)

    def write_late(self, tx: Transaction, mission: Mission, row: Occurrence) -> None:
        """The same for an occurrence that was put up, and is missed for its reason."""
        one, untaken = Missed(1, row.due, row.due), row.reason is Reason.UNTAKEN
        before = self._domain.store.hget(*gathered_in(tx.team, mission, row.task))
        write_gathered(tx, before, mission, row.task, one, made_up=False, untaken=untaken)

    def tell(self) -> None:
        """Queue one notice per channel; called when nothing is due any more."""
        for name in sorted(self._domain.store.smembers(k.OUTAGES)):
            with by_itself(self._domain.store, k.OUTAGES, name):
                team, channel = k.split_member(name, 2)
                self._tell(TeamId(team), ChannelId(channel), name)

    def _tell(self, team: TeamId, channel: ChannelId, name: str) -> None:
        key = TeamKeys(team).outage(channel)
        gathered = self._domain.store.hgetall(key)
        rows = []
        for who, text in sorted(gathered.items()):
            mission, task = k.split_member(who, 2)
            # Told also of a Mission that cannot be read: it was missed all the same.
            if self._domain.redis.exists(TeamKeys(team).mission(MissionId(mission)).record):
                rows.append((MissionId(mission), TaskId(task), json.loads(text)))
        tx = self._lead(self._domain.store.team_tx(team))
        for who, text in gathered.items():
            tx.require_field("outage", key, who, text)
        tx.unlink(key).srem(k.OUTAGES, name)
        if rows:
            missed = tuple(
                MissedRuns(
                    mission=m,
                    task=t,
                    count=v["count"],
                    made_up=v["made_up"],
                    untaken=v.get("untaken", 0),
                )
                for m, t, v in rows
            )
            since = min(datetime.fromisoformat(v["since"]) for _, _, v in rows)
            card = OutageCard(since=since, until=self._domain.clock.now(), missed=missed)
            put(tx, entry(team, channel, card).model_copy(update={"mission": None}))
        try:
            tx.commit()
        except Lost as lost:
            log.info("outage_race", channel=channel, guard=lost.guard)
            return
        if rows:
            self._domain.bell.delivery(team, channel)
