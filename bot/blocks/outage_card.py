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
    """Runs of a Task that were missed, and whether one of them is made up.

    So many of them no worker took: Houston ran, its workers did not.
    """

    mission: MissionId
    name: str
    title: str
    count: int
    made_up: bool
    untaken: int = 0


def outage_card(
    since: datetime, until: datetime, missed: Sequence[Missed], zone: str = "UTC"
) -> Message:
    """From when to when, and which runs were missed; whether it was the workers who were away."""
    workers = bool(missed) and all(runs.untaken == runs.count for runs in missed)
    lead = told(
        "outage-workers" if workers else "outage",
        since=date(since, zone=zone),
        until=date(until, zone=zone),
    )
    head = [section(lead)]
    groups = [[section(_line(runs, said=workers))] for runs in missed]
    return compose(Mrkdwn(""), head, groups or [[section(told("nothing-missed"))]], (), _more)


def _line(runs: Missed, *, said: bool) -> Mrkdwn:
    made_up = told("one-made-up" if runs.made_up else "none-made-up")
    missed = told("missed-runs", runs.count)
    untaken = told("untaken-runs", runs.untaken) if runs.untaken and not said else None
    named = (bold(label(runs.name)), label(runs.title), code(runs.mission, 40))
    return dots(*named, missed, untaken, made_up)


def _more(left: int) -> Mrkdwn:
    return told("more-tasks", left, where=told("ask-for-rest"))
