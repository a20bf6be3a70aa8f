"""The coming runs of one Mission, or of all in the place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.blocks.elements import Block, context, header, section
from bot.blocks.layout import Message, compose
from bot.blocks.tasks import Coming, coming, when_said
from bot.mrkdwn import Mrkdwn, bold, code, date, dots, label, lines, link, told
from missions.cards import NextRunsCard
from missions.mission import Mission
from missions.phrases import say

_LIST: Final = 20
"""Runs that fit one section (3,000 characters) as a list."""


def next_runs(
    runs: Sequence[Coming],
    mission: Mission | None = None,
    card: NextRunsCard | None = None,
    zone: str = "UTC",
    held: Mrkdwn | None = None,
) -> Message:
    """The runs in order of time, with their Mission where it is not the same for all.

    Those of one Task are one list under its title. `held` says that all is paused there [M10].
    """
    title = say("next-runs-of", mission=mission.name) if mission else say("next-runs")
    stretch = _stretch(card, zone) if card and card.until else []
    stretch += [context(held)] if held else []
    none = told("nothing-then") if card and card.until else told("no-next-runs")
    ordered = sorted(runs, key=lambda run: run.at)
    if mission and len({(run.title, run.zone) for run in ordered}) == 1 and len(ordered) <= _LIST:
        shown = coming(ordered, named=False, limit=_LIST, head=label(ordered[0].title))
        return compose(Mrkdwn(""), [header(title), *stretch, section(shown)])
    groups = [[section(_line(run, named=mission is None))] for run in ordered]
    return compose(Mrkdwn(""), [header(title), *stretch], groups or [[section(none)]], (), _more)


def _stretch(card: NextRunsCard, zone: str) -> list[Block]:
    """`Mon 23 Nov, 18:00 → Tue 24 Nov, 06:00`."""
    ends = [date(at, zone=zone) for at in (card.after, card.until) if at]
    return [context(Mrkdwn(" → ".join(ends)))]


def _line(run: Coming, *, named: bool) -> Mrkdwn:
    name = bold(label(run.name)) if named and run.name else None
    name = link(run.url, name) if name and run.url else name
    mission = code(run.mission, 40) if named and run.mission else None
    return lines([when_said(run.at, run.zone), dots(name, label(run.title), mission)])


def _more(left: int) -> Mrkdwn:
    return told("more-runs", left, where=told("ask-for-rest"))
