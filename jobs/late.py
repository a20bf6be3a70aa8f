"""What no worker took in time: the leading scheduler closes it as missed, and tells [S1 S4]."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from jobs.outages import Outages
from jobs.queues import QueueName, RqBell
from jobs.sweeps import MOST, WAITING_MS
from missions import keys as k
from missions.blueprint import Task
from missions.domain import Domain
from missions.errors import HoustonError
from missions.execution import Occurrence, Outcome
from missions.ids import MissionId, OccurrenceId, TeamId
from missions.keys import TeamKeys
from missions.ledger import too_late
from missions.missed import LATE
from missions.mission import Mission
from missions.schedule import Missed, Settlement
from missions.tx import Transaction

log = structlog.get_logger(__name__)

BEHIND_SECONDS = 60.0
"""Workers that leave a job waiting for longer are away, or far behind."""


class LateRows:
    """Looks for due occurrences that nobody claimed within their catch-up window."""

    def __init__(
        self,
        domain: Domain,
        bell: RqBell,
        outages: Outages,
        lead: Callable[[Transaction], Transaction],
    ) -> None:
        """`lead` makes a transaction fail unless this process leads."""
        self._domain = domain
        self._store = domain.store
        self._bell = bell
        self._outages = outages
        self._lead = lead

    def sweep(self) -> None:
        """Close those that wait too long, the longest due first."""
        late = [found for found in self._waiting() if self._is_late(*found)]
        for team, mission, row in sorted(late, key=lambda found: found[2].due):
            try:
                if self._domain.claims.miss(team, mission, row.id, self._note):
                    log.warning("occurrence_missed", mission=mission, occurrence=row.id)
            except HoustonError as error:
                log.info("miss_race", mission=mission, error=error.event)

    def caught_up(self) -> bool:
        """Whether workers take what they are rung for, and all that was late is closed."""
        if self._store.due(k.PENDING, LATE, 1):
            return False
        return self._bell.behind(QueueName.EXECUTIONS) < BEHIND_SECONDS

    def _waiting(self) -> list[tuple[TeamId, MissionId, Occurrence]]:
        """The occurrences that have waited for a while; three round trips whatever their number."""
        found = self._store.due(k.PENDING, self._store.now_ms() - WAITING_MS, MOST)
        names = []
        for name, _ in found:
            try:
                team, mission, row = k.split_member(name, 3)
            except ValueError:
                continue  # none of ours: another sweep sets it aside
            names.append((TeamId(team), MissionId(mission), OccurrenceId(row)))
        pipe = self._domain.redis.pipeline(transaction=False)
        for team_id, mission_id, row_id in names:
            pipe.hget(TeamKeys(team_id).mission(mission_id).occurrences, row_id)
        texts = pipe.execute(raise_on_error=False)
        rows = []
        for (team_id, mission_id, row_id), text in zip(names, texts, strict=True):
            try:
                rows.append((team_id, mission_id, Occurrence.load(text)))
            except (HoustonError, ValueError, TypeError) as error:
                log.error("row_unreadable", occurrence=row_id, error=type(error).__name__)
        return rows

    def _is_late(self, team: TeamId, mission: MissionId, row: Occurrence) -> bool:
        """By the plan as it is now; the step that closes it looks again."""
        if row.outcome is not Outcome.PENDING:
            return False
        try:
            found = self._store.mission(team, mission)
            plan = self._store.blueprint(team, mission, found.version) if found else None
        except ValueError as error:
            log.error("mission_unreadable", mission=mission, error=type(error).__name__)
            return False
        task = plan.task(row.task) if plan else None
        return task is not None and too_late(task, row, self._domain.clock.now())

    def _note(self, tx: Transaction, mission: Mission, task: Task, row: Occurrence) -> None:
        missed = Missed(1, row.due, row.due)
        self._outages.write(self._lead(tx), mission, task, Settlement(None, missed, None))
