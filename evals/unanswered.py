"""When a provider does not answer: a pause, then the next group, and in the end no more."""

from __future__ import annotations

from dataclasses import dataclass, field

from evals.results import Outcome, Verdict

REST_SECONDS = 10.0
"""The pause after a conversation that was not answered: limits are mostly per minute."""
CASES = 3
"""So many conversations in a row at a group's beginning, and the rest of it is not played."""
GROUPS = 3
"""So many groups in a row, and the run is broken off."""
NOT_PLAYED = "not played, as the conversations before it were not answered"
"""The fault of a conversation that was left out."""


@dataclass
class Unanswered:
    """Counts what was not answered. `in_a_row` are the latest conversations."""

    in_a_row: int = 0
    _group: str = ""
    _played: int = 0
    _answered: bool = False
    _given_up: list[str] = field(default_factory=list)

    def note(self, outcome: Outcome) -> None:
        """A conversation is over."""
        if outcome.group != self._group:
            self._group, self._played, self._answered = outcome.group, 0, False
        self._played += 1
        if outcome.verdict is not Verdict.INFRA:
            self.in_a_row, self._answered = 0, True
            self._given_up.clear()
            return
        self.in_a_row += 1
        if self._played == CASES and not self._answered:
            self._given_up.append(outcome.group)

    def skips(self, group: str) -> bool:
        """Whether the rest of this group is left out."""
        return self._group == group and group in self._given_up

    @property
    def is_enough(self) -> bool:
        """Whether the run is to end."""
        return len(self._given_up) >= GROUPS
