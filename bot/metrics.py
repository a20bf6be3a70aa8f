"""What Prometheus reads at `/metrics`: how late, how full, how well [L4].

Everything comes from storage, where all processes count, so that any of them can tell it. There
are no ids in it: neither of people, nor of channels, nor of Missions.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from bot.edge.pulse import Pulse
from jobs.queues import QueueName
from missions import keys as k
from missions.counting import BUCKETS, DELIVERIES, ENDS, SLACK_ERRORS, TURNS
from missions.domain import Domain
from missions.execution import Status
from missions.missed import LATE
from missions.quarantine import counted

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus' text format."""
OUTCOMES: Final = ("posted", "deferred", "refused", "dropped")
"""What becomes of a delivery; each is told although it is 0 so far."""

Samples = Mapping[str, float]


class Teller:
    """Tells the metrics from a thread of its own."""

    def __init__(self, domain: Domain, pulse: Pulse) -> None:
        self._domain = domain
        self._pulse = pulse
        self._thread = ThreadPoolExecutor(1, "metrics")

    async def text(self) -> str:
        """Every metric; raises `RedisError`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, exposed, self._domain, self._pulse)


def exposed(domain: Domain, pulse: Pulse) -> str:
    """Every metric in Prometheus' text format; raises `RedisError`."""
    return "".join(f"{line}\n" for line in _lines(domain, pulse))


def _lines(domain: Domain, pulse: Pulse) -> Iterator[str]:
    store, redis, now = domain.store, domain.redis, time.time()
    lag = _age(store.due(k.TIMER, now, 1), now)
    yield from _gauge("due_lag_seconds", "How late the timer's oldest due entry is.", lag)
    waiting = _age(store.due(k.PENDING, store.now_ms(), 1, above=LATE), store.now_ms()) / 1_000
    text = "How long the oldest due run has waited for a worker."
    yield from _gauge("pending_age_seconds", text, waiting)
    depths = {q.value: float(redis.llen(f"rq:queue:{q.value}")) for q in QueueName}
    yield from _family("queue_depth", "gauge", "Jobs that wait, by queue.", "queue", depths)
    yield from _gauge("executions_running", "Executions that run now.", store.zcard(k.LEASES))
    text = "Channels with something to deliver."
    yield from _gauge("delivery_lanes_waiting", text, store.zcard(k.LANES))
    text = "Conversations with something to answer."
    yield from _gauge("conversations_waiting", text, store.zcard(k.MAILBOXES))
    text = "Records that could not be handled and were set aside, by what they are."
    aside = {what: float(count) for what, count in counted(store).items()}
    yield from _family("quarantined", "gauge", text, "record", aside)
    stale = float(redis.hlen(k.STALE))
    installed = {"held": float(redis.hlen(k.INSTALLED)) - stale, "stale": stale}
    text = "Workspaces with an installation; stale ones have to install anew."
    yield from _family("installations", "gauge", text, "state", installed)
    yield from _counts(domain.counting.read())
    yield from _slack(pulse, now)


def _counts(counts: Mapping[str, Samples]) -> Iterator[str]:
    ends = {s.value: 0.0 for s in Status if s is not Status.RUNNING} | dict(counts.get(ENDS, {}))
    text = "Executions that ended, by status."
    yield from _family("executions_ended_total", "counter", text, "status", ends)
    outcomes = dict.fromkeys(OUTCOMES, 0.0) | dict(counts.get(DELIVERIES, {}))
    text = "Deliveries to Slack, by outcome."
    yield from _family("deliveries_total", "counter", text, "outcome", outcomes)
    text = "Calls that Slack did not carry out, by kind of failure."
    errors = counts.get(SLACK_ERRORS, {})
    yield from _family("slack_errors_total", "counter", text, "kind", errors)
    yield from _histogram(counts.get(TURNS, {}))


def _histogram(counts: Samples) -> Iterator[str]:
    name = f"houston_{TURNS}"
    yield f"# HELP {name} How long an answer to a message took, from its start."
    yield f"# TYPE {name} histogram"
    so_far = 0.0
    for bound in [*(f"{bound:g}" for bound in BUCKETS), "+Inf"]:
        so_far += counts.get(bound, 0.0)
        yield f'{name}_bucket{{le="{bound}"}} {so_far:g}'
    yield f"{name}_sum {counts.get('sum', 0.0):g}"
    yield f"{name}_count {so_far:g}"


def _slack(pulse: Pulse, now: float) -> Iterator[str]:
    ready = float(pulse.connected and not pulse.refused)
    yield from _gauge("slack_connected", "1 if Slack can reach Houston, as far as known.", ready)
    for name, at in (("envelope", pulse.envelope), ("pong", pulse.pong)):
        if at:
            text = f"Seconds since Slack's last {name}."
            yield from _gauge(f"slack_last_{name}_age_seconds", text, max(0.0, now - at))


def _gauge(name: str, text: str, value: float) -> Iterator[str]:
    yield f"# HELP houston_{name} {text}"
    yield f"# TYPE houston_{name} gauge"
    yield f"houston_{name} {value:g}"


def _family(name: str, kind: str, text: str, label: str, samples: Samples) -> Iterator[str]:
    yield f"# HELP houston_{name} {text}"
    yield f"# TYPE houston_{name} {kind}"
    for value, count in sorted(samples.items()):
        yield f'houston_{name}{{{label}="{value}"}} {count:g}'


def _age(due: list[tuple[str, float]], now: float) -> float:
    return max(0.0, now - due[0][1]) if due else 0.0
