"""Where a fact comes from: what an answer links to [C7 C8]."""

from __future__ import annotations

from missions.ids import ApprovalId, ExecutionId, MissionId
from missions.record import Record


class Source(Record):
    """What a line of an answer rests on: one of a run's report, the card of an approval, the
    message (`link`, a permalink) that changed something, or else the Mission's thread.
    """

    mission: MissionId
    execution: ExecutionId | None = None
    approval: ApprovalId | None = None
    link: str | None = None


class Fact(Record):
    """A line of an answer, with where it comes from."""

    text: str
    source: Source | None = None

    @property
    def line(self) -> str:
        """The text on one line, so that its source stands beside it whatever it holds."""
        return " ".join(self.text.split())
