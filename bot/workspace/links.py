"""How envelopes reach the app: what every way of delivery has in common."""

from dataclasses import dataclass
from typing import Protocol

from bot.workspace.config import Json

EVENTS = "events_api"
INTERACTIVE = "interactive"
COMMANDS = "slash_commands"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One thing to deliver; `retry_attempt` counts from 0."""

    kind: str
    payload: Json
    retry_attempt: int = 0
    retry_reason: str = ""

    @property
    def name(self) -> str:
        """What is in it, for the journal."""
        if self.kind == EVENTS:
            return str(self.payload["event"]["type"])
        return str(self.payload.get("command") or self.payload.get("type"))


class Link(Protocol):
    """A way to the app."""

    async def send(self, envelope: Envelope) -> Json:
        """Deliver and return what came with the ack; raises DeliveryFailed without one in time."""

    async def close(self) -> None:
        """Stop delivering."""
