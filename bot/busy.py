"""What the workers of this machine are at just now, in words for the person who stops them."""

from __future__ import annotations

import socket
from collections import Counter
from typing import Final

from redis import Redis
from redis.exceptions import RedisError
from rq.worker import WorkerStatus

from jobs.queues import QueueName

WORDS: Final = {
    QueueName.EXECUTIONS: ("run", "runs"),
    QueueName.TURNS: ("answer", "answers"),
    QueueName.DELIVERIES: ("message", "messages"),
}
"""What people call the work of each queue."""

ASKED_SECONDS = 2.0
"""How long storage may take to say."""

UNKNOWN: Final = "what runs"


def busy(url: str) -> str:
    """Such as "2 runs and 1 answer"; "" if nothing runs; `UNKNOWN` if storage does not say."""
    try:
        with Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=ASKED_SECONDS,
            socket_connect_timeout=ASKED_SECONDS,
        ) as redis:
            found = _counted(redis)
    except RedisError:
        return UNKNOWN
    parts = [f"{n} {WORDS[q][n != 1]}" for q, n in found.items()]
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def _counted(redis: Redis) -> Counter[QueueName]:
    """How many workers of this machine are busy, by queue."""
    here = [WorkerStatus.BUSY.value, socket.gethostname()]
    found: Counter[QueueName] = Counter()
    for queue in WORDS:
        asking = redis.pipeline(transaction=False)
        for worker in redis.smembers(f"rq:workers:{queue.value}"):
            asking.hmget(worker, "state", "hostname")
        found[queue] = asking.execute().count(here)
    return +found
