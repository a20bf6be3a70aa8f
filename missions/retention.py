"""How long Executions and ledger rows are kept, and trimming what is older [S1 X4]."""

from __future__ import annotations

from datetime import datetime, timedelta

from missions.feedback import fields_about
from missions.ids import ExecutionId, MissionId, TeamId
from missions.keys import MissionKeys, TeamKeys
from missions.store import Store
from missions.tx import DELETED, Lost

KEPT = 1_000
"""Executions and ledger rows of a Mission that are kept at most."""

KEPT_FOR = timedelta(days=90)

BATCH = 100
"""How many records one commit removes, so that no other command waits long."""


class Retention:
    """Removes the oldest records of a Mission; what runs or waits stays."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def due(self, team: TeamId, mission: MissionId, now: datetime) -> bool:
        """Whether there is anything to trim."""
        keys = TeamKeys(team).mission(mission)
        return bool(
            self._outdated(keys, keys.history, now) or self._outdated(keys, keys.ledger, now)
        )

    def trim(self, team: TeamId, mission: MissionId, now: datetime) -> tuple[ExecutionId, ...]:
        """Remove one batch; the Executions that are gone, whose files can go too."""
        keys = TeamKeys(team).mission(mission)
        executions = self._outdated(keys, keys.history, now)
        rows = self._outdated(keys, keys.ledger, now)
        tx = self._store.mission_tx(keys)
        tx.zrem(keys.history, *executions).hdel(keys.executions, *executions)
        tx.hdel(keys.reports, *executions)
        tx.hdel(keys.feedback, *fields_about(self._store, keys, executions))
        tx.zrem(keys.ledger, *rows).hdel(keys.occurrences, *rows)
        try:
            tx.commit()
        except Lost as lost:
            if lost.guard != DELETED:
                raise
            return ()
        return tuple(ExecutionId(e) for e in executions)

    def _outdated(self, keys: MissionKeys, index: str, now: datetime) -> list[str]:
        """The oldest members beyond the number or the age kept, without what is under way."""
        beyond = max(0, self._store.zcard(index) - KEPT)
        by_number = self._store.zrange(index, 0, min(beyond, BATCH) - 1) if beyond else []
        cutoff = (now - KEPT_FOR).timestamp()
        by_age = [name for name, _ in self._store.due(index, cutoff, BATCH)]
        busy = self._store.smembers(keys.queued)
        running = self._store.running(keys.team, keys.mission)
        busy |= {e.id for e in running} | {e.occurrence for e in running}
        return [name for name in dict.fromkeys([*by_number, *by_age]) if name not in busy][:BATCH]
