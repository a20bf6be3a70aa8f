"""The tool `channel`: a Task that is granted it reads what was said in its Mission's channel."""

from __future__ import annotations

from agent.checks.registry import CheckImpossible, Measurement
from missions.blueprint import Check
from missions.said import CHANNEL

NO_CHECK = "A channel is read by a Task as a whole; there is nothing in it that a check measures."


class ChannelTool:
    """Stands among the tools so that a plan can grant it; the Task reads, no check does."""

    name = CHANNEL

    def problems(self, check: Check) -> tuple[str, ...]:
        """It can be in no check."""
        return (NO_CHECK,)

    def run(self, check: Check) -> Measurement:
        """CheckImpossible."""
        raise CheckImpossible(NO_CHECK)
