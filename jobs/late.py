"""What no worker took in time: the leading scheduler closes it as missed, and tells [S1 S4].

Closing many takes long, and the same thread starts what is due: each look takes a short time only,
and the next one goes on where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import structlog

from jobs.outages import Outages
from jobs.queues import QueueName, RqBell
from jobs.sweeps import MOST, WAITING_MS
from missions import keys as k
from missions.blueprint import Blueprint, Task
from missions.domain import Domain
from missions.execution import Occurrence, Outcome
from missions.ids import MissionId, OccurrenceId, TaskId, TeamId
from missions.keys import TeamKeys
from missions.lateness import is_late
from missions.missed import LATE
from missions.mission import Mission
from missions.quarantine import by_itself
from missions.store import DRAFT_VERSION
from missions.tx import Lost, Transaction

log = structlog.get_logger(__name__)

BEHIND_SECONDS = 60.0
"""Workers that leave a job waiting for longer are away, or far behind."""

EVERY_SECONDS = 5.0
"""How often the index is looked through, once all that was found has been handled."""

BUDGET_SECONDS = 0.2
"""How long one look may take: what is due meanwhile starts within a second [S2], and the lead of
10 s is renewed in time [S3]."""

_Found = tuple[str, TeamId, MissionId, Occurrence]
_Plans = dict[tuple[TeamId, MissionId], Blueprint | None]


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
        self._left: list[_Found] = []
        self._marked: set[str] = set()
        self._plans: _Plans = {}
        self._looked = -EVERY_SECONDS

    def go_on(self) -> None:
        """Look again if it is time to, or handle what the last look left."""
        if self._left or time.monotonic() - self._looked >= EVERY_SECONDS:
            self.sweep()

    def sweep(self) -> None:
        """Close those that wait too long, the longest due first, for a short time."""
        until = time.monotonic() + BUDGET_SECONDS
        if not self._left:
            self._looked = time.monotonic()
            self._marked = {name for name, _ in self._store.due(k.PENDING, LATE, MOST)}
            waiting = self._pending(self._store.now_ms() - WAITING_MS)
            self._left = sorted(waiting, key=lambda found: found[3].due, reverse=True)
            self._plans = {}
        while self._left:
            self._handle(*self._left.pop())
            if time.monotonic() >= until:
                break

    def caught_up(self) -> bool:
        """Whether workers take what they are rung for, and all that was late is closed."""
        if self._left or self._store.due(k.PENDING, LATE, 1):
            return False
        if self._bell.behind(QueueName.EXECUTIONS) >= BEHIND_SECONDS:
            return False
        # A worker may have one in hand that it has yet to find too late.
        return not self._has_late(self._pending(self._store.now_ms()))

    def nobody_takes(self) -> bool:
        """Whether no worker lives that could take what is rung for."""
        return not self._bell.is_served(QueueName.EXECUTIONS)

    def _handle(self, name: str, team: TeamId, mission: MissionId, row: Occurrence) -> None:
        unreadable = partial(self._domain.claims.set_aside, team, mission, row.id)
        with by_itself(self._store, k.PENDING, name, unreadable):
            late = self._is_late(team, mission, row)
            if late and self._domain.claims.miss(team, mission, row.id, self._note):
                log.warning("occurrence_missed", mission=mission, occurrence=row.id)
            elif name in self._marked:
                self._put_back(name)

    def _put_back(self, name: str) -> None:
        """Have one that a worker found too late, but is not, be rung for again after a while."""
        tx = self._store.team_tx(TeamId("")).require_score("moved", k.PENDING, name, LATE)
        tx.zadd(k.PENDING, name, float(self._store.now_ms()))
        with suppress(Lost):  # it is closed by now
            tx.commit()

    def _has_late(self, found: list[_Found]) -> bool:
        late = []
        for name, team, mission, row in found:
            with by_itself(self._store, k.PENDING, name):
                late.append(self._is_late(team, mission, row))
        return any(late)

    def _pending(self, until: float) -> list[_Found]:
        """The occurrences that wait since then; three round trips whatever their number."""
        found = self._store.due(k.PENDING, until, MOST)
        names = []
        for name, _ in found:
            with by_itself(self._store, k.PENDING, name):
                team, mission, row = k.split_member(name, 3)
                names.append((name, TeamId(team), MissionId(mission), OccurrenceId(row)))
        pipe = self._domain.redis.pipeline(transaction=False)
        for _, team_id, mission_id, row_id in names:
            pipe.hget(TeamKeys(team_id).mission(mission_id).occurrences, row_id)
        texts = pipe.execute(raise_on_error=False)
        rows: list[_Found] = []
        for (name, team_id, mission_id, row_id), text in zip(names, texts, strict=True):
            unreadable = partial(self._domain.claims.set_aside, team_id, mission_id, row_id)
            with by_itself(self._store, k.PENDING, name, unreadable):
                if isinstance(text, Exception):
                    raise text
                if text is not None:
                    rows.append((name, team_id, mission_id, Occurrence.load(text)))
                elif name in self._marked:  # else a worker finds that there is nothing to run
                    self._put_back(name)
        return rows

    def _is_late(self, team: TeamId, mission: MissionId, row: Occurrence) -> bool:
        """By the plan as it is now; the step that closes it looks again."""
        if row.outcome is not Outcome.PENDING:
            return False
        task = self._task(team, mission, row.task)
        keys, now = TeamKeys(team).mission(mission), self._domain.clock.now()
        return task is not None and is_late(self._store, keys, task, row, now)

    def _task(self, team: TeamId, mission: MissionId, task: TaskId) -> Task | None:
        """The Task as planned now; each Mission is read once in a look."""
        if (team, mission) not in self._plans:
            found = self._store.mission(team, mission)
            version = found.version or DRAFT_VERSION if found else None
            plan = self._store.blueprint(team, mission, version) if version is not None else None
            self._plans[team, mission] = plan
        known = self._plans[team, mission]
        return known.task(task) if known else None

    def _note(self, tx: Transaction, mission: Mission, task: Task, row: Occurrence) -> None:
        if row.by or row.execution:  # told by itself: to who asked, or by the attempt's report
            self._lead(tx)
            return
        self._outages.write_late(self._lead(tx), mission, row)
