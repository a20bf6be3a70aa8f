"""What checks came to: the same order, signs and words in messages and dialogs [B2]."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from agent.checks.words import measured_in_words
from bot.blocks.look import FINDING_SIGN, finding_word
from bot.mrkdwn import one_line
from missions.blueprint import Finding
from missions.execution import CheckResult, ItemState
from missions.phrases import say

HELD: Final = {True: "✓", False: "✗"}
_NOT_APPLICABLE: Final = "▫️"


def worst_first(results: Iterable[CheckResult]) -> list[CheckResult]:
    """In the plan's order but for what is wrong, which leads, and what could not be looked at and
    is nothing wrong, which ends."""

    def rank(result: CheckResult) -> tuple[int, bool]:
        return -result.finding.rank, result.state is ItemState.NOT_APPLICABLE

    return sorted(results, key=rank)


def sign(result: CheckResult) -> str:
    """Its finding's; what was not looked at is no sign of goodness."""
    if result.state is ItemState.NOT_APPLICABLE:
        return _NOT_APPLICABLE
    return FINDING_SIGN[result.finding]


def sign_and_word(result: CheckResult) -> str:
    """The sign, and in words what only the sign's colour would say."""
    if result.state is ItemState.NOT_APPLICABLE:
        return f"{sign(result)} {say('state-not-applicable')}:"
    if result.finding is Finding.ALL_GOOD:
        return sign(result)
    return f"{sign(result)} {finding_word(result.finding)}:"


def came_to(result: CheckResult) -> str:
    """What stood in its way, and what was measured; where some of it was as expected and some was
    not, each has its mark. That nothing was measured goes without saying where the reason stands.
    """
    why = [one_line(result.note)] if result.note.strip() else []
    known = [m for m in result.measured if m.actual is not None or not why]
    mixed = len({m.holds for m in known}) > 1
    marks = {held: f"{mark}\N{NO-BREAK SPACE}" if mixed else "" for held, mark in HELD.items()}
    said = [f"{marks[m.holds]}{measured_in_words(m)}" for m in known]
    if known or not result.measured:
        return say("semicolon").join([*why, *said])
    wanted = say("comma").join(m.expected for m in result.measured)
    return say("measured-expected", measured=why[0], expected=wanted)
