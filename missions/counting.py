"""Counts for the metrics: in Redis, as the workers that count are forked and gone [L4].

Names and labels only: no id of a person, a channel or a Mission.
"""

from __future__ import annotations

from typing import Final, cast

import structlog
from redis import Redis
from redis.exceptions import RedisError

from missions import keys as k
from missions.tx import Transaction

ENDS: Final = "ends"
DELIVERIES: Final = "deliveries"
SLACK_ERRORS: Final = "slack_errors"
TURNS: Final = "turn_seconds"
BUCKETS: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Upper bounds of the durations that are told apart, in seconds."""

log = structlog.get_logger(__name__)


def write_counted(tx: Transaction, name: str, label: str) -> None:
    """Have the transaction count what it does."""
    tx.hincrby(k.COUNTERS, k.member(name, label))


class Counting:
    """Counts what is done outside of a transaction; a count that fails stops nothing."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def count(self, name: str, label: str) -> None:
        """One more."""
        try:
            self._redis.hincrby(k.COUNTERS, k.member(name, label))
        except RedisError as error:
            log.debug("not_counted", name=name, error=type(error).__name__)

    def observe(self, name: str, seconds: float) -> None:
        """Something took that long."""
        bucket = next((f"{bound:g}" for bound in BUCKETS if seconds <= bound), "+Inf")
        pipe = self._redis.pipeline(transaction=False)
        pipe.hincrby(k.COUNTERS, k.member(name, bucket), 1)
        pipe.hincrbyfloat(k.COUNTERS, k.member(name, "sum"), seconds)
        try:
            pipe.execute()
        except RedisError as error:
            log.debug("not_counted", name=name, error=type(error).__name__)

    def read(self) -> dict[str, dict[str, float]]:
        """Name → label → count."""
        found: dict[str, dict[str, float]] = {}
        for member, value in cast("dict[str, str]", self._redis.hgetall(k.COUNTERS)).items():
            name, label = k.split_member(member, 2)
            found.setdefault(name, {})[label] = float(value)
        return found
