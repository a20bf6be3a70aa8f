"""How runs went, as a row of coloured squares with the same said in words beside it [R6 R7]."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from bot.mrkdwn import Mrkdwn, told
from missions.blueprint import Finding
from missions.execution import Status
from missions.overview import Result
from missions.phrases import say

NOTHING_SQUARE: Final = "⬜"
"""Stands for a day without a run."""

_SQUARES: Final[dict[Finding | Status, tuple[str, str]]] = {
    Finding.CRITICAL: ("🟥", "word-critical"),
    Status.FAILED: ("⬛", "word-failed"),
    Finding.ATTENTION: ("🟨", "word-attention"),
    Finding.ALL_GOOD: ("🟩", "word-all-good"),
    Status.SUCCESS: ("🟪", "word-notes"),
    Status.CANCELLED: ("🟫", "word-cancelled"),
    Status.RUNNING: ("🟦", "word-running"),
}
"""Worst first: of several runs of a day the first one found here is shown."""


def outcome(result: Result) -> Finding | Status:
    """What a square stands for: the finding of a run that succeeded, else its status."""
    if result.status is Status.SUCCESS and result.finding is not None:
        return result.finding
    return result.status


def worst(results: Iterable[Result]) -> Finding | Status | None:
    """The worst outcome of these runs; None if there was none."""
    found = {outcome(result) for result in results}
    return next((one for one in _SQUARES if one in found), None)


def squares(outcomes: Iterable[Finding | Status | None]) -> Mrkdwn:
    """A square per outcome, in their order."""
    return Mrkdwn("".join(_SQUARES[one][0] if one else NOTHING_SQUARE for one in outcomes))


def tally(outcomes: Sequence[Finding | Status | None], of: str, nothing: str = "") -> Mrkdwn:
    """The same in words, worst first: `last 10 runs: 1 critical, 9 all good`."""
    counts = Counter(outcomes)
    said = [f"{counts[one]} {outcome_word(one)}" for one in _SQUARES if counts[one]]
    if nothing and counts[None]:
        said.append(f"{counts[None]} {nothing}")
    if not said:
        return Mrkdwn("")
    return told("tally", of=Mrkdwn(of), counts=Mrkdwn(say("comma").join(said)))


def outcome_word(one: Finding | Status) -> str:
    """As in "3 attention"."""
    return say(_SQUARES[one][1])
