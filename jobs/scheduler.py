"""The scheduler process: several may run, one leads; it fires what is due and sweeps [S2 S3]."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

import structlog
from redis import Redis
from redis.exceptions import RedisError

from jobs.heartbeat import EVERY_SECONDS, Heartbeat
from jobs.owners import OwnerRounds
from jobs.queues import RqBell
from jobs.summaries import SummaryRounds
from jobs.sweeps import Sweeps
from jobs.timer import BATCH, Timer
from jobs.timer import LEASE_MS as LEAD_LEASE_MS
from missions import keys as k
from missions.claims import LEASE_MS
from missions.domain import Domain
from missions.tx import Lost

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.2
"""Longest nap while leading: a Task armed for the next moment waits no longer than this."""

RACE_SECONDS = 0.01
"""Shortest nap: an entry that a race left due is looked at again, but not in a spin."""

LEAD_SECONDS = 2.0
"""How often the lead of 10 s is renewed, and asked for by those who do not have it."""


@dataclass
class _Chore:
    """Something to do every so often while leading."""

    name: str
    every: float
    do: Callable[[], None]
    last: float = 0.0


class SchedulerProcess:
    """Runs until told to stop. `heartbeat` tells a watchdog elsewhere that a leader lives [S4]."""

    def __init__(
        self,
        domain: Domain,
        bell: RqBell,
        bytes_redis: Redis,
        heartbeat: Heartbeat | None = None,
    ) -> None:
        self._domain = domain
        self._timer = Timer(domain, bytes_redis)
        self._stop = threading.Event()
        self._leads = False
        self._spare_leases_until = 0.0
        self._asked_lead = 0.0
        sweeps = Sweeps(domain, bell)
        self._chores = [
            _Chore("lanes", 1.0, sweeps.lanes),
            _Chore("delayed", 0.5, sweeps.delayed),
            _Chore("resumes", 1.0, sweeps.resumes),
            _Chore("pending", 5.0, sweeps.pending),
            _Chore("mailboxes", 5.0, sweeps.mailboxes),
            _Chore("inboxes", 5.0, sweeps.inboxes),
            _Chore("cleanups", 5.0, sweeps.cleanups),
            _Chore("leases", 2.0, lambda: self._end_dead(sweeps)),
            _Chore("reconcile", 10.0, sweeps.reconcile),
            _Chore("outages", 1.0, self._tell_outages),
            _Chore("retention", 60.0, sweeps.retention),
            _Chore("summaries", 2.0, SummaryRounds(domain).tell),
            _Chore("owners", 60.0, OwnerRounds(domain, bell).ring),
        ]
        if heartbeat:
            self._chores.append(_Chore("heartbeat", EVERY_SECONDS, heartbeat.beat))

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """Leave after the current step."""
        self._stop.set()

    def install_signals(self) -> None:
        """Stop on SIGTERM and SIGINT."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)

    def run(self) -> None:
        """Lead or wait to lead, until told to stop; a storage outage is waited out."""
        gc.collect()
        gc.freeze()  # what is put together stays; looking through it again only takes time
        while not self._stop.is_set():
            try:
                self._stop.wait(self._step())
            except Lost:
                self._leads = False
            except RedisError as error:
                log.warning("scheduler_storage", error=type(error).__name__)
                self._leads = False
                self._stop.wait(1.0)
        try:
            self._timer.remove_lock()
        except RedisError as error:
            log.warning("scheduler_storage", error=type(error).__name__)

    def _step(self) -> float:
        """One look; how long to nap until the next."""
        now = self._domain.clock.now().timestamp()
        if not self._lead(now):
            return LEAD_SECONDS / 2
        if len(self._timer.enqueue_jobs()) >= BATCH:
            return 0.0
        for chore in self._chores:
            if abs(now - chore.last) >= chore.every:
                chore.last = now
                self._carry_out(chore)
        due = self._timer.next_due()
        now = self._domain.clock.now().timestamp()
        return LOOK_SECONDS if due is None else min(max(due - now, RACE_SECONDS), LOOK_SECONDS)

    def _carry_out(self, chore: _Chore) -> None:
        try:
            chore.do()
        except (Lost, RedisError):
            raise
        except Exception as error:  # one record that cannot be handled must not stop the timer
            log.error("chore_failed", chore=chore.name, error=type(error).__name__, exc_info=True)

    def _lead(self, now: float) -> bool:
        """Whether this process leads; renewed every two seconds."""
        if self._leads and 0 <= now - self._asked_lead < LEAD_SECONDS:
            return True
        # Frozen for longer than the lead lasts, as by a sleeping machine: as good as a new leader.
        led = self._leads and abs(now - self._asked_lead) * 1000 < LEAD_LEASE_MS
        self._leads = self._timer.acquire_lock()
        self._asked_lead = now
        if self._leads and not led:
            self._spare_leases_until = now + LEASE_MS / 1000
            log.info("scheduler_leads")
        if self._leads:
            self._domain.redis.set(k.SCHEDULER_SEEN, repr(now))
        return self._leads

    def _end_dead(self, sweeps: Sweeps) -> None:
        """After a change of leader or a storage outage nobody is declared dead for one lease."""
        if self._domain.clock.now().timestamp() >= self._spare_leases_until:
            sweeps.leases()

    def _tell_outages(self) -> None:
        due = self._timer.next_due()
        if due is None or due > self._domain.clock.now().timestamp():
            self._timer.outages.tell()
