"""How a Mission's latest days went: a square for each, and the same in words [R7]."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from bot.blocks.elements import Block, section
from bot.blocks.results_row import squares, tally
from bot.mrkdwn import label, lines, told
from missions.blueprint import Finding
from missions.execution import Status
from missions.phrases import say
from missions.words import date_in_words


@dataclass(frozen=True, slots=True)
class Health:
    """The worst outcome of each day, the first day first; None for a day without a run."""

    first: datetime.date
    days: tuple[Finding | Status | None, ...]


def health_section(health: Health) -> Block:
    """From when to when, as a message is read for longer than its day."""
    last = health.first + datetime.timedelta(days=len(health.days) - 1)
    first, until = (label(date_in_words(day)) for day in (health.first, last))
    head = told("health-between", first=first, last=until)
    counts = tally(health.days, say("days", len(health.days)), say("without-a-run"))
    return section(lines([head, squares(health.days), counts]))
