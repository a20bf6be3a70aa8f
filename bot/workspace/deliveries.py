"""Delivers events with Slack's retries, and commands and clicks once, to be answered in 3 s."""

import asyncio
import time
from collections.abc import Callable

from bot.workspace.config import Json
from bot.workspace.errors import DeliveryFailed
from bot.workspace.journal import Journal
from bot.workspace.links import EVENTS, Envelope, Link
from bot.workspace.misbehave import Misbehaviour

_REORDER_SECONDS = 2.0  # how long a held back event waits for one to overtake it


class Deliveries:
    """Everything on its way to the app."""

    def __init__(
        self,
        link: Link,
        journal: Journal,
        misbehaviour: Misbehaviour,
        retry_delays: tuple[float, ...],
    ) -> None:
        self._link = link
        self._journal = journal
        self._misbehaviour = misbehaviour
        self._retry_delays = retry_delays
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: Json | None = None

    def event(self, payload: Json) -> None:
        """Send an event; a missing ack is met with retries, then the event is lost."""
        if self._held is not None:
            held, self._held = self._held, None
            self._start(payload)
            self._start(held)
        elif self._misbehaviour.reorder:
            self._held = payload
            asyncio.get_running_loop().call_later(_REORDER_SECONDS, self._release)
        else:
            self._start(payload)

    async def ask(self, kind: str, payload: Json) -> Json:
        """Deliver a command or an interaction; what came with its ack, or DeliveryFailed."""
        return await self._send(Envelope(kind, payload))

    async def close(self) -> None:
        """Give up what is still on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _release(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            self._start(held)

    def _start(self, payload: Json) -> None:
        task = asyncio.get_running_loop().create_task(
            self._with_retries(payload, self._misbehaviour.delay)
        )
        self._tasks.add(task)
        done: Callable[[asyncio.Task[None]], None] = self._tasks.discard
        task.add_done_callback(done)

    async def _with_retries(self, payload: Json, late: float = 0.0) -> None:
        reason = ""
        for attempt, delay in enumerate((late, *self._retry_delays)):
            await asyncio.sleep(delay)
            try:
                await self._send(Envelope(EVENTS, payload, attempt, reason))
            except DeliveryFailed as failure:
                if failure.final:
                    return
                reason = failure.reason
                continue
            if not self._misbehaviour.take("redeliver"):
                return
            reason = "timeout"

    async def _send(self, envelope: Envelope) -> Json:
        begun = time.perf_counter()
        error: str | None = None
        try:
            return await self._link.send(envelope)
        except DeliveryFailed as failure:
            error = failure.reason
            raise
        finally:
            ms = (time.perf_counter() - begun) * 1000
            self._journal.envelope(envelope.kind, envelope.name, error, ms, envelope.retry_attempt)
