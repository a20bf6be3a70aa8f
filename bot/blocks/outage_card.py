"""One notice per channel after an outage [S4]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.blocks.elements import section
from bot.blocks.layout import Message, compose
from bot.mrkdwn import Mrkdwn, bold, code, date, dots, label, told
from missions.ids import MissionId


@dataclass(frozen=True, slots=True)
class Missed:
    """Runs of a Task that were missed, and whether one of them is made up."""

    mission: MissionId
    name: str
    title: str
    count: int
    made_up: bool


def outage_card(
    since: datetime, until: datetime, missed: Sequence[Missed], zone: str = "UTC"
) -> Message:
    """From when to when, and which runs were missed."""
    head = [section(told("outage", since=date(since, zone=zone), until=date(until, zone=zone)))]
    groups = [[section(_line(runs))] for runs in missed]
    return compose(Mrkdwn(""), head, groups or [[section(told("nothing-missed"))]], (), _more)


def _line(runs: Missed) -> Mrkdwn:
    made_up = told("one-made-up" if runs.made_up else "none-made-up")
    missed = told("missed-runs", runs.count)
    return dots(bold(label(runs.name)), label(runs.title), code(runs.mission, 40), missed, made_up)


def _more(left: int) -> Mrkdwn:
    return told("more-tasks", left, where=told("ask-for-rest"))
