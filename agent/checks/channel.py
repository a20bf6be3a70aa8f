"""The tool `channel`: a Task that is granted it reads what was said in its Mission's channel."""

from __future__ import annotations

from agent.checks.registry import CheckImpossible, Measurement
from missions.blueprint import Check
from missions.phrases import say
from missions.said import CHANNEL

NO_CHECK = "channel-no-check"


class ChannelTool:
    """Stands among the tools so that a plan can grant it; the Task reads, no check does."""

    name = CHANNEL

    def problems(self, check: Check) -> tuple[str, ...]:
        """It can be in no check."""
        return (say(NO_CHECK),)

    def run(self, check: Check) -> Measurement:
        """CheckImpossible."""
        raise CheckImpossible(say(NO_CHECK))
