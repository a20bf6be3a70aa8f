"""One notice per channel after an outage [S4]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.blocks import sentences
from bot.blocks.elements import section
from bot.blocks.layout import Message, compose
from bot.blocks.look import counted
from bot.mrkdwn import Mrkdwn, bold, code, date, dots, label
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
    head = [section(sentences.outage(date(since, zone=zone), date(until, zone=zone)))]
    groups = [[section(_line(runs))] for runs in missed]
    return compose(Mrkdwn(""), head, groups or [[section(sentences.NOTHING_MISSED)]], (), _more)


def _line(runs: Missed) -> Mrkdwn:
    made_up = Mrkdwn("one is made up now" if runs.made_up else "none is made up")
    missed = Mrkdwn(f"{counted(runs.count, 'run')} missed")
    return dots(bold(label(runs.name)), label(runs.title), code(runs.mission, 40), missed, made_up)


def _more(left: int) -> Mrkdwn:
    return sentences.more(left, "Task", sentences.ASK_FOR_REST)
