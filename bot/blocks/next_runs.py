"""The coming runs of one Mission, or of all in the place."""

from __future__ import annotations

from collections.abc import Sequence

from bot.blocks import sentences
from bot.blocks.elements import header, section
from bot.blocks.layout import Message, compose
from bot.blocks.tasks import Coming, when_said
from bot.mrkdwn import Mrkdwn, bold, code, dots, label, lines
from missions.mission import Mission


def next_runs(runs: Sequence[Coming], mission: Mission | None = None) -> Message:
    """The runs in order of time, with their Mission where it is not the same for all."""
    title = f"Next runs of {mission.name}" if mission else "Next runs"
    ordered = sorted(runs, key=lambda run: run.at)
    groups = [[section(_line(run, named=mission is None))] for run in ordered]
    return compose(
        Mrkdwn(""), [header(title)], groups or [[section(sentences.NO_NEXT_RUNS)]], (), _more
    )


def _line(run: Coming, *, named: bool) -> Mrkdwn:
    name = bold(label(run.name)) if named and run.name else None
    mission = code(run.mission, 40) if named and run.mission else None
    return lines([when_said(run.at, run.zone), dots(name, label(run.title), mission)])


def _more(left: int) -> Mrkdwn:
    return sentences.more(left, "run", sentences.ASK_FOR_REST)
