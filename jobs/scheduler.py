"""The scheduler process: several may run, one leads; it fires what is due and sweeps [S2 S3].

The leader sleeps until the earliest instant that is armed; whoever arms an earlier one wakes it.
"""

from __future__ import annotations

import gc
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

import structlog
from redis import Redis
from redis.exceptions import RedisError

from jobs.astray import Astray
from jobs.heartbeat import EVERY_SECONDS, Heartbeat
from jobs.late import LateRows
from jobs.mending import Mending
from jobs.owners import OwnerRounds
from jobs.queues import RqBell
from jobs.quiet_ends import QuietEnds
from jobs.redrawing import RedrawRounds
from jobs.reminding import ReminderRounds
from jobs.storage_clock import StorageClock
from jobs.summaries import SummaryRounds
from jobs.sweeps import Sweeps
from jobs.timer import BATCH, Timer
from jobs.timer import LEASE_MS as LEAD_LEASE_MS
from jobs.wake import Alarm
from missions import keys as k
from missions.claims import LEASE_MS
from missions.domain import Domain
from missions.ids import new_token
from missions.indexing import Indexing
from missions.mended import release
from missions.tx import Lost, is_records_fault

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
"""Longest nap while leading: what is armed ends it, unless nobody heard of that, and a clock that
is set forward is noticed after it."""

RACE_SECONDS = 0.01
"""Shortest nap: an entry that a race left due is looked at again, but not in a spin."""

HELD_SECONDS = 120.0
"""How long what was missed is told of later, while workers are too busy to catch up [S4]."""

SET_BACK_SECONDS = 60.0
"""A clock that was set back by more than this armed what has to be looked through. Those of two
machines that lead in turn differ by less."""

LEAD_SECONDS = 2.0
"""How often the lead of 10 s is renewed, and asked for by those who do not have it."""


@dataclass
class _Chore:
    """Something to do every so often while leading.

    With an `index` only when that has something due, by the scheduler's clock.
    """

    name: str
    every: float
    do: Callable[[], object]
    index: str | None = None
    last: float = 0.0

    def wait(self, now: float, earliest: float | None) -> float:
        """In how many seconds it is to be done; `earliest` is when its index has something due."""
        pause = max(self.every - abs(now - self.last), 0.0)
        if self.index is None:
            return pause
        return LOOK_SECONDS if earliest is None else max(pause, earliest - now)


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
        self._alarm = Alarm(domain.redis)
        self._stopped = False
        self._leads = False
        self._spare_leases_until = 0.0
        self._asked_lead = 0.0
        self._held_since: float | None = None
        self._storage_clock = StorageClock(domain)
        self._sweeps = sweeps = Sweeps(domain, bell)
        self._late = LateRows(domain, bell, self._timer.outages, self._timer.leading)
        self._chores = [
            _Chore("lanes", 1.0, sweeps.lanes),
            _Chore("delayed", 0.5, sweeps.delayed, k.DELAYED),
            _Chore("resumes", 0.25, sweeps.resumes, k.RESUMES),
            _Chore("approvals", 0.5, sweeps.approvals, k.APPROVALS),
            _Chore("late", 1.0, self._late.go_on),  # before "pending", which moves what it finds
            _Chore("pending", 5.0, sweeps.pending),
            _Chore("mailboxes", 5.0, sweeps.mailboxes),
            _Chore("inboxes", 5.0, sweeps.inboxes),
            _Chore("cleanups", 5.0, sweeps.cleanups),
            _Chore("leaving", 5.0, sweeps.leaving),
            _Chore("leases", 2.0, self._end_dead),
            _Chore("reconcile", 1.0, sweeps.reconcile),
            _Chore("mending", 1.0, Mending(domain).go_on),
            _Chore("astray", 10.0, Astray(domain).look),
            _Chore("quiet_ends", 10.0, QuietEnds(domain).go_on),
            _Chore("quarantine", 60.0, lambda: release(domain.store)),
            _Chore("outages", 2.0, self._tell_outages),
            _Chore("retention", 60.0, sweeps.retention),
            _Chore("indexing", 1.0, Indexing(domain.store).go_on),
            _Chore("orphans", 600.0, sweeps.orphans),
            _Chore("summaries", 2.0, SummaryRounds(domain).tell),
            _Chore("reminders", 2.0, ReminderRounds(domain).look),
            _Chore("redraws", 1.0, RedrawRounds(domain).look),
            _Chore("owners", 60.0, OwnerRounds(domain, bell).ring),
        ]
        if heartbeat:
            self._chores.append(_Chore("heartbeat", EVERY_SECONDS, heartbeat.beat))

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """Leave after the current step."""
        self._stopped = True
        self._alarm.ring()

    def install_signals(self) -> None:
        """Stop on SIGTERM and SIGINT."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)

    def run(self) -> None:
        """Lead or wait to lead, until told to stop; a storage outage is waited out."""
        gc.collect()
        gc.freeze()  # what is put together stays; looking through it again only takes time
        while True:
            self._alarm.hush()
            if self._stopped:
                break
            try:
                seconds = self._step()
                if self._leads:
                    self._alarm.listen()
                self._alarm.nap(seconds)
            except Lost:
                self._leads = False
            except RedisError as error:
                log.warning("scheduler_storage", error=type(error).__name__)
                self._leads = False
                self._alarm.nap(1.0)
        self._alarm.close()
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
        earliest = self._domain.store.earliest(k.TIMER, k.DELAYED, k.RESUMES, k.APPROVALS)
        for chore in self._chores:
            if not chore.wait(now, earliest.get(chore.index or "")):
                chore.last = now
                self._carry_out(chore)
        return self._nap(earliest)

    def _nap(self, earliest: dict[str, float]) -> float:
        """How long nothing is to be done, as far as anybody knows."""
        now = self._domain.clock.now().timestamp()
        waits = [chore.wait(now, earliest.get(chore.index or "")) for chore in self._chores]
        waits += [LOOK_SECONDS, LEAD_SECONDS - (now - self._asked_lead)]
        if k.TIMER in earliest:
            waits.append(earliest[k.TIMER] - now)
        soonest = min(waits)
        return soonest if soonest > 0 else RACE_SECONDS

    def _carry_out(self, chore: _Chore) -> None:
        try:
            chore.do()
        except Lost:
            raise
        except Exception as error:  # one record that cannot be handled must not stop the timer
            if not is_records_fault(error):
                raise  # storage is away: who leads is found out anew, and the living are spared
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
            self._sweeps.lead_anew()
            log.info("scheduler_leads")
        if self._leads:
            self._notice_clock(now)
        return self._leads

    def _notice_clock(self, now: float) -> None:
        """Note when a scheduler last looked; and if that was later than now by more than clocks of
        machines differ, that the clock was set back."""
        redis = self._domain.redis
        before = redis.set(k.SCHEDULER_SEEN, repr(now), get=True)
        with suppress(ValueError):  # nobody looked before, or it cannot be read
            if (ahead := float(str(before)) - now) > SET_BACK_SECONDS:
                redis.set(k.SET_BACK, new_token())
                log.warning("clock_set_back", seconds=ahead)

    def _end_dead(self) -> None:
        """After a change of leader, a storage outage or a jump of its clock nobody is declared dead
        for one lease."""
        now = self._domain.clock.now().timestamp()
        if self._storage_clock.look():
            self._spare_leases_until = now + LEASE_MS / 1000
        if now >= self._spare_leases_until:
            self._sweeps.leases()

    def _tell_outages(self) -> None:
        due = self._timer.next_due()
        nothing_due = due is None or due > self._domain.clock.now().timestamp()
        if not nothing_due or not self._domain.redis.exists(k.OUTAGES):
            self._held_since = None
        elif self._late.caught_up() or self._held_long_enough():
            self._held_since = None
            self._timer.outages.tell()

    def _held_long_enough(self) -> bool:
        """Whether workers are there, but were too busy to catch up for as long as people wait."""
        if self._late.nobody_takes():
            self._held_since = None
            return False
        now = time.monotonic()
        self._held_since = self._held_since or now
        return now - self._held_since >= HELD_SECONDS
