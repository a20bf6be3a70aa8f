"""How long Executions and ledger rows are kept, and trimming what is older [S1 X4]."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from missions.approval import ids_of
from missions.blueprint import Keeping
from missions.feedback import fields_about
from missions.ids import ExecutionId, MissionId, TeamId
from missions.keys import MissionKeys, TeamKeys
from missions.store import DRAFT_VERSION, Store
from missions.tx import DELETED, Lost

BATCH = 100
"""How many records one commit removes, so that no other command waits long."""


def keeping_of(store: Store, keys: MissionKeys) -> Keeping:
    """As the current plan says; what cannot be read is kept as long as by default."""
    mission = store.mission(keys.team, keys.mission)
    version = mission.version if mission else DRAFT_VERSION
    plan = store.blueprint(keys.team, keys.mission, version)
    return plan.keep if plan else Keeping()


class Retention:
    """Removes the oldest records of a Mission; what runs or waits stays."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def due(self, team: TeamId, mission: MissionId, now: datetime) -> bool:
        """Whether there is anything to trim."""
        keys = TeamKeys(team).mission(mission)
        keep = keeping_of(self._store, keys)
        return any(self._outdated(keys, i, keep, now) for i in (keys.history, keys.ledger))

    def trim(self, team: TeamId, mission: MissionId, now: datetime) -> tuple[ExecutionId, ...]:
        """Remove one batch; the Executions that are gone, whose files can go too."""
        keys = TeamKeys(team).mission(mission)
        keep = keeping_of(self._store, keys)
        executions = self._outdated(keys, keys.history, keep, now)
        rows = self._rows(keys, self._outdated(keys, keys.ledger, keep, now))
        still = set(self._outdated(keys, keys.ledger, keep, now))
        rows = {row: text for row, text in rows.items() if row in still}
        tx = self._store.mission_tx(keys)
        for row, text in rows.items():
            # A retry of the run may be put up meanwhile, or the Task's open row extended.
            tx.require_field("row", keys.occurrences, row, text)
        tx.zrem(keys.history, *executions).hdel(keys.executions, *executions)
        tx.hdel(keys.reports, *executions)
        tx.hdel(keys.approvals, *(a for e in executions for a in ids_of(ExecutionId(e))))
        tx.hdel(keys.feedback, *fields_about(self._store, keys, executions))
        tx.zrem(keys.ledger, *rows).hdel(keys.occurrences, *rows)
        try:
            tx.commit()
        except Lost as lost:
            if lost.guard not in (DELETED, "row"):
                raise
            return ()
        return tuple(ExecutionId(e) for e in executions)

    def _rows(self, keys: MissionKeys, ids: list[str]) -> dict[str, str | None]:
        """Rows as stored, read before it is known which of them are under way."""
        return dict(zip(ids, self._store.hmget(keys.occurrences, ids), strict=True))

    def _outdated(self, keys: MissionKeys, index: str, keep: Keeping, now: datetime) -> list[str]:
        """The oldest members beyond the number or the age kept, without what is under way.

        A row that is still open, for what a Task misses or skips from now on, is not old either.
        """
        beyond = max(0, self._store.zcard(index) - keep.records)
        by_number = self._store.zrange(index, 0, min(beyond, BATCH) - 1) if beyond else []
        cutoff = (now - timedelta(days=keep.days)).timestamp()
        by_age = [name for name, _ in self._store.due(index, cutoff, BATCH)]
        busy = self._store.smembers(keys.queued)
        running = self._store.running(keys.team, keys.mission)
        busy |= {e.id for e in running} | {e.occurrence for e in running}
        states = self._store.task_states(keys.team, keys.mission)
        busy |= {state.missed for state in states.values() if state.missed}
        return [name for name in dict.fromkeys([*by_number, *by_age]) if name not in busy][:BATCH]


def remembered_since(store: Store, keys: MissionKeys, keep: Keeping, now: datetime) -> datetime:
    """From when on the ledger can tell what ran: older rows may have been trimmed."""
    aged = now - timedelta(days=keep.days)
    if store.zcard(keys.ledger) < keep.records:
        return aged
    oldest = store.zrange(keys.ledger, 0, 0)
    score = store.redis.zscore(keys.ledger, oldest[0]) if oldest else None
    return aged if score is None else max(aged, datetime.fromtimestamp(float(score), UTC))
