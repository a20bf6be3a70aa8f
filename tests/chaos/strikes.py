"""What falls in a random run, when, and how: a plan that a seed makes, and who carries it out."""

from __future__ import annotations

import itertools
import os
import random
import signal
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from redis.exceptions import RedisError

from jobs.queues import QueueName
from tests.chaos.kit import OtherScheduler, System, alive, parent
from tests.support.system import wait_for

PARTS = ("storage", "workspace", "workers", "scheduler", "bot")
OTHER = "other scheduler"
WORKERS = tuple(f"worker of {queue.value}" for queue in QueueName)
JOBS = tuple(f"job of {queue.value}" for queue in QueueName)
LASTING = (
    *("job of executions", "scheduler", "worker of executions", OTHER),
    *("job of deliveries", "worker of turns"),
)
"""What stands still for long, in turn, while the others go on: leases run out, others take over."""
COMES = {"job of executions": 6.0}
"""How long a target is waited for, in seconds; else 2. Tasks run often, but not all the time."""
LONG = (22.0, 28.0)
"""Seconds: longer than the lease of an Execution (20 s) and that of the leader (10 s)."""
SHORT = (0.2, 3.0)
RESTS = 0.5
"""How often everything may come back before the next strike; else it falls while parts start."""


class How(StrEnum):
    """What is done to a process."""

    KILL = "kill"
    FREEZE = "freeze"
    LEASE = "freeze past its lease"


@dataclass(frozen=True)
class Strike:
    """One strike: on the first of these that is there, so many seconds after what people did.

    A freeze lasts `seconds`; with `rest` all may come back before the next strike. `seed` makes
    what people do before it.
    """

    how: How
    targets: tuple[str, ...]
    wait: float
    seconds: float
    rest: bool
    seed: int


def planned(seed: int, kills: int) -> tuple[Strike, ...]:
    """So many kills, and freezes among them: the same for the same seed."""
    chance = random.Random(seed)
    kinds = {How.KILL: kills, How.FREEZE: kills // 5, How.LEASE: max(1, kills // 20)}
    hows = [how for how, count in kinds.items() for _ in range(count)]
    chance.shuffle(hows)
    lasting = itertools.cycle(LASTING)
    return tuple(_strike(chance, how, lasting) for how in hows)


def mark(plan: tuple[Strike, ...]) -> str:
    """By which two plans are seen to be the same."""
    return f"{zlib.crc32(repr(plan).encode()):08x}"


def _strike(chance: random.Random, how: How, lasting: Iterator[str]) -> Strike:
    if how is How.LEASE:
        first = next(lasting)
        rest = [t for t in LASTING if t != first]
    else:
        first = chance.choice(chance.choice(((*PARTS, OTHER), WORKERS, JOBS, JOBS)))
        rest = [t for t in (*PARTS, OTHER, *WORKERS, *JOBS) if t != first]
    chance.shuffle(rest)
    return Strike(
        how=how,
        targets=(first, *rest),
        wait=chance.uniform(0.05, 2.0),
        seconds=chance.uniform(*(LONG if how is How.LEASE else SHORT)),
        rest=chance.random() < RESTS,
        seed=chance.getrandbits(32),
    )


@dataclass
class Striker:
    """Carries strikes out; what is frozen for long goes on when its time has come."""

    system: System
    other: OtherScheduler
    hits: Counter[str] = field(default_factory=Counter)
    frozen: dict[int, float] = field(default_factory=dict)

    def carry_out(self, strike: Strike) -> None:
        """Strike what the plan says, or the next in its order if that is not there."""
        self.thaw()
        number = signal.SIGKILL if strike.how is How.KILL else signal.SIGSTOP
        name, pid = wait_for(lambda: self._struck(strike, number), 60)
        self.hits[f"{strike.how.value}: {name}"] += 1
        if strike.how is How.LEASE:
            self.frozen[pid] = time.monotonic() + strike.seconds
        elif strike.how is How.FREEZE:
            pause(strike.seconds)
            _send(pid, signal.SIGCONT)

    def thaw(self, *, all_of_them: bool = False) -> None:
        """Let go on what was frozen for as long as it was to be."""
        for pid, until in list(self.frozen.items()):
            if all_of_them or time.monotonic() > until:
                del self.frozen[pid]
                _send(pid, signal.SIGCONT)

    def total(self, how: How) -> int:
        """How many strikes of a kind there were."""
        return sum(n for name, n in self.hits.items() if name.startswith(f"{how.value}: "))

    def rest(self) -> None:
        """Give what was struck the time to come back, so that people get something done again."""
        with suppress(AssertionError):
            wait_for(self._back, 15)

    def _back(self) -> bool:
        self.thaw()
        return all(map(self.system.part, PARTS)) and (self.system.folder / "run" / "bot").exists()

    def _struck(self, strike: Strike, number: signal.Signals) -> tuple[str, int] | None:
        """The first one that is there gets a moment to come, the others stand in for it."""
        deadline = time.monotonic() + COMES.get(strike.targets[0], 2.0)
        while time.monotonic() < deadline:
            if pid := self._hit(strike.targets[0], number):
                return strike.targets[0], pid
            time.sleep(0.005)
        return next(((t, pid) for t in strike.targets[1:] if (pid := self._hit(t, number))), None)

    def _hit(self, target: str, number: signal.Signals) -> int:
        """The process that got the signal, 0 if there is none."""
        pid = 0
        with suppress(RedisError):
            pid = self._find(target)
        if not pid or pid in self.frozen or not alive(pid):
            return 0
        assert pid not in (1, self.system.supervisor, os.getpid())
        assert parent(pid) > 1 or not alive(pid)
        return pid if _send(pid, number) else 0

    def _find(self, target: str) -> int:
        kind, _, queue = target.partition(" of ")
        if target == OTHER:
            return self.other.pid
        if not queue:
            return self.system.part(target)
        find: Callable[[QueueName], list[int]] = (
            self.system.workers if kind == "worker" else self.system.horses
        )
        found = [pid for pid in find(QueueName(queue)) if pid not in self.frozen]
        return found[0] if found else 0


def pause(seconds: float) -> None:
    """Let time pass."""
    until = time.monotonic() + seconds
    with suppress(AssertionError):
        wait_for(partial(_passed, until), seconds + 1)


def _passed(until: float) -> bool:
    return time.monotonic() > until


def _send(pid: int, number: signal.Signals) -> bool:
    """Whether the process was there to get the signal."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
