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
"""How long storage may take to say; nobody waits for it longer than that."""


def busy(url: str) -> str:
    """Such as "2 runs and 1 answer"; "" if nothing runs; "what runs" if storage does not say."""
    try:
        with Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=ASKED_SECONDS,
            socket_connect_timeout=ASKED_SECONDS,
        ) as redis:
            found = _counted(redis)
    except RedisError:
        return "what runs"
    parts = [f"{n} {WORDS[q][n != 1]}" for q, n in found.items()]
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def _counted(redis: Redis) -> Counter[QueueName]:
    """How many workers of this machine are busy, by queue."""
    found: Counter[QueueName] = Counter()
    for queue in WORDS:
        for worker in redis.smembers(f"rq:workers:{queue.value}"):
            state, host = redis.hmget(worker, "state", "hostname")
            found[queue] += state == WorkerStatus.BUSY.value and host == socket.gethostname()
    return +found
