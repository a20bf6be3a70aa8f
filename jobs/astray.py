"""What a clock that was far ahead put off until then: it comes within what can be [S7].

A retry, a jittered start, an approval and a Mission report are noted for an instant by the clock of
a machine. One that was set back since would have them wait for a year, and nobody would be told
that a run failed.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog

from missions import keys as k
from missions.domain import Domain
from missions.ids import MissionId, TeamId
from missions.quarantine import by_itself
from missions.tx import Lost

log = structlog.get_logger(__name__)

LONGEST: Final = {
    k.DELAYED: timedelta(hours=20),
    k.APPROVALS: timedelta(hours=3, minutes=10),
}
"""How far ahead an entry can be: the fifth retry comes 16 hours, and a fifth of that, after the one
before; an approval is asked for within the 3 hours of its Execution [B3 A3]. And clocks differ."""

PUT_OFF: Final = {k.DELAYED: timedelta(), k.APPROVALS: timedelta(hours=3)}
"""When it is looked at instead: a person still has the time that they would have had."""

REPORTED: Final = timedelta(days=7, hours=3)
"""How far ahead a Mission report can be: a week, and what a zone may shift [R3]."""

MOST: Final = 500
"""How many entries of an index one look moves."""


class Astray:
    """Looks for entries that are further ahead than any can be."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._store = domain.store

    def look(self) -> None:
        """Have them looked at sooner."""
        now = self._domain.clock.now()
        for index, longest in LONGEST.items():
            at = (now + PUT_OFF[index]).timestamp()
            for name, score in self._store.beyond(index, (now + longest).timestamp(), MOST):
                tx = self._store.team_tx(TeamId("")).require_score("moved", index, name, score)
                with suppress(Lost):  # claimed, answered, closed or deleted meanwhile
                    tx.zadd(index, name, at).commit()
                    log.warning("put_off_astray", index=index, entry=name)
        self._reports((now + REPORTED).timestamp())

    def _reports(self, latest: float) -> None:
        for name, score in self._store.beyond(k.SUMMARIES, latest, MOST):
            with by_itself(self._store, k.SUMMARIES, name):
                team, mission = k.split_member(name, 2)
                self._domain.summaries.bring_back(TeamId(team), MissionId(mission), score)
                log.warning("report_astray", mission=mission)
