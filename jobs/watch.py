"""Watching over an Execution from inside its process: alive, stopped, too long, given up [X2 X5].

A thread renews the lease and looks whether somebody asked for a stop. What must end ends here, by
making the Execution final and then ending the process: work that does not listen, or that swallows
exceptions, cannot outlive it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog
from redis.exceptions import RedisError

from jobs.after import ring_after
from missions.claims import LEASE_MS, REPLACED
from missions.domain import Domain
from missions.endings import Ending
from missions.errors import HoustonError
from missions.execution import Execution, Status
from missions.ids import PersonId, TeamId
from missions.recorded import kept

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.5
"""How often a stop is looked for; it must end within 5 s [X5]."""

RENEW_SECONDS = 5.0
"""How often the lease of 20 s is renewed."""

ENDED = 3
"""Exit code of a process whose Execution was ended from inside."""


def _as_it_is(ending: Ending) -> Ending:
    """Nobody wrote down what was done."""
    return ending


class Watch:
    """Context around the work of one Execution.

    `closed` completes an end from inside: with the Session up to there, and what it cost.
    """

    def __init__(
        self,
        domain: Domain,
        team: TeamId,
        execution: Execution,
        leave: Callable[[int], object] = os._exit,
        closed: Callable[[Ending], Ending] = _as_it_is,
    ) -> None:
        self._domain = domain
        self._team = team
        self._execution = execution
        self._leave = leave
        self._closed = closed
        # Not by the machine's clock, which may be set while the Execution runs.
        # One that goes on after a wait may have begun by a clock that was ahead.
        whole = execution.deadline - execution.started_at
        left = min(execution.deadline - domain.clock.now(), whole)
        self._until = time.monotonic() + left.total_seconds()
        self._over, self._left = threading.Event(), threading.Event()
        self._told_to_leave = threading.Event()
        self._renewed = time.monotonic()
        self._threads = [
            threading.Thread(target=self._watch, name="watch", daemon=True),
            threading.Thread(target=self._watch_lease, name="watch-lease", daemon=True),
        ]
        self.stopping = threading.Event()
        self.ending: Ending | None = None

    def __enter__(self) -> Self:
        self._renewed = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._threads[0].join()
        self._left.set()
        self._threads[1].join()

    def seconds_left(self) -> float:
        """What remains of the Execution's time."""
        return self._until - time.monotonic()

    def told_to_leave(self) -> None:
        """The worker is being stopped: end the Execution as Failed with that reason."""
        self._told_to_leave.set()

    def _watch(self) -> None:
        since_renewal = 0.0
        while not self._over.wait(LOOK_SECONDS):
            since_renewal, began = since_renewal + LOOK_SECONDS, time.monotonic()
            try:
                ending = self._ending()
                if ending:
                    self._end(ending)
                    return
                if since_renewal >= RENEW_SECONDS:
                    if not self._domain.endings.renew(self._team, self._execution):
                        self._give_up("lease_lost")
                        return
                    since_renewal, self._renewed = 0.0, began
            except (RedisError, HoustonError) as error:
                silent = time.monotonic() - self._renewed
                log.warning("watch_failed", error=type(error).__name__, silent=silent)

    def _watch_lease(self) -> None:
        """Leave once the lease is over, also while storage lets the other thread wait."""
        while not self._left.wait(LOOK_SECONDS):
            if (time.monotonic() - self._renewed) * 1000 > LEASE_MS:
                self._give_up("storage_lost")
                return

    def _ending(self) -> Ending | None:
        """Why the Execution must end now, or None."""
        execution = self._execution
        if self._told_to_leave.is_set():
            return Ending(status=Status.FAILED, error=kept("rec-stopped-houston"))
        if time.monotonic() >= self._until:
            seconds = (execution.deadline - execution.started_at).total_seconds()
            return Ending(status=Status.FAILED, error=kept("rec-too-long", seconds=f"{seconds:g}"))
        by = self._domain.endings.stop_asked(self._team, execution.mission, execution.id)
        if by == REPLACED:
            return Ending(status=Status.CANCELLED, error=kept("rec-replaced"))
        if by:
            return Ending(status=Status.CANCELLED, stopped_by=PersonId(by))
        return None

    def _end(self, ending: Ending) -> None:
        ending = self._closed(ending)
        # The work may notice the stop, and end the Execution, sooner than this thread does.
        self.ending = ending
        self.stopping.set()
        ended = self._domain.endings.end(self._team, self._execution, ending)
        log.info(
            "execution_ended_from_inside",
            mission=self._execution.mission,
            execution=self._execution.id,
            status=ending.status.value,
        )
        if ended:
            ring_after(self._domain, self._team, self._execution.mission)
        self._leave(ENDED)

    def _give_up(self, why: str) -> None:
        self.stopping.set()
        log.warning(why, mission=self._execution.mission, execution=self._execution.id)
        self._leave(ENDED)
