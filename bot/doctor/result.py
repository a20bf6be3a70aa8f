"""What one look found: a line for a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that was looked at; `cure` says what to do, and is empty if all is well."""

    what: str
    said: str
    cure: str = ""

    @property
    def well(self) -> bool:
        """Whether there is nothing to do."""
        return not self.cure

    def in_words(self) -> str:
        """As it is printed."""
        line = f"{'ok' if self.well else 'PROBLEM':8} {self.what:12} {self.said}"
        return line if self.well else f"{line}\n{'':21} → {self.cure}"
