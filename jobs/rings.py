"""Many rings at once: RQ's jobs, written as RQ writes them, with what they share made once.

RQ builds and saves each job by itself in four commands; for a thousand due Tasks that was a third
of all the work. Jobs of one batch differ in their id and their arguments only.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from importlib import resources

from redis.commands.core import Script
from rq import Queue
from rq.job import Job, JobStatus

from jobs.traced import to_carry
from missions.ids import new_token


class Rings:
    """Enqueues jobs of one function in one round trip."""

    def __init__(self, queue: Queue, path: str, timeout: int) -> None:
        """`path` is the function's, `timeout` how long RQ lets it run, in seconds."""
        source = resources.files("jobs").joinpath("ring.lua").read_text()
        self._script: Script = queue.connection.register_script(source)
        self._queue = queue
        self.path = path
        self._timeout = timeout

    def ring(self, calls: Sequence[tuple[str, ...]]) -> None:
        """One job for each of these arguments, which are ids."""
        queue, shared, batch = self._queue, self._shared(), new_token()
        keys: list[str] = [queue.redis_queues_keys, queue.key]
        args: list[str | bytes | int] = [queue.key, len(shared), *shared]
        for number, ids in enumerate(calls):
            job_id = f"{batch}-{number}"
            call = json.dumps((self.path, None, ids, {})).encode()
            keys.append(Job.key_for(job_id))
            args += (job_id, _stored(call))
        self._script(keys=keys, args=args)

    def _shared(self) -> list[str | bytes | int]:
        """Names and values of what RQ keeps of each of these jobs, but for the arguments."""
        job = self._queue.create_job(
            self.path,
            timeout=self._timeout,
            result_ttl=0,
            failure_ttl=0,
            description=self.path,
            status=JobStatus.QUEUED,
            meta=to_carry(),
        )
        self._queue._prepare_for_queue(job)
        fields = job.to_dict()
        del fields["data"]
        return [part for pair in fields.items() for part in pair]


def _stored(text: bytes) -> bytes:
    """A text in the format that RQ wants, not squeezed: so short a one is not worth the time.

    A zlib stream (RFC 1950) of one stored block (RFC 1951), which holds up to 65,535 bytes.
    """
    size = len(text)
    head = struct.pack("<BBBHH", 0x78, 0x01, 1, size, size ^ 0xFFFF)
    return head + text + zlib.adler32(text).to_bytes(4, "big")
