"""What an Execution does while it runs: its steps, how long it has taken, and Stop [C10 X5]."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot import limits
from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import Block, actions, button, context
from bot.blocks.layout import Message, compose
from bot.blocks.look import People, cause, took
from bot.mrkdwn import NOTHING, Mrkdwn, bold, date, dots, label, lines, plain_line, told
from missions.execution import Execution
from missions.mission import Mission
from missions.phrases import say
from missions.progress import Progress, ProgressStep, StepState
from missions.recorded import retold

_SIGNS: Final = {
    StepState.WAITING: "▫️",
    StepState.RUNNING: "⏳",
    StepState.DONE: "✅",
    StepState.FAILED: "❗",
}
_STATUS: Final = {
    StepState.WAITING: "pending",
    StepState.RUNNING: "in_progress",
    StepState.DONE: "complete",
    StepState.FAILED: "error",
}
_IN_WORDS: Final = 12
"""How many steps the text names: it stands in for the blocks where Slack refuses them."""


@dataclass(frozen=True, slots=True)
class ProgressFacts:
    """A running Execution and its steps."""

    mission: Mission
    execution: Execution
    progress: Progress
    now: datetime
    people: People = field(default_factory=dict)
    zone: str = "UTC"


def progress(facts: ProgressFacts) -> Message:
    """The steps as a plan with its tasks, since when, and a Stop button."""
    mission, run = facts.mission, facts.execution
    title = dots(label(mission.name), label(run.task_title, 100))
    seconds = max((facts.now - run.started_at).total_seconds(), 0)
    since = dots(
        cause(run, facts.people),
        told("since", when=date(run.started_at, zone=facts.zone)),
        told("for-so-long", time=Mrkdwn(took(round(seconds))))
        if seconds >= 10
        else told("just-begun"),
    )
    if run.waits_for:
        since = dots(told("waits-for-approval"), since)
    stop = button(say("stop"), ActionId.STOP, Value(mission=mission.id, execution=run.id))
    words = [
        Mrkdwn(f"⏳ {told('running-what', what=bold(title))}"),
        *map(_words, facts.progress.steps[:_IN_WORDS]),
    ]
    blocks = [_plan(say("running-what", what=mission.name), facts.progress.steps), context(since)]
    return compose(lines(words), [*blocks, actions(stop)])


def _plan(title: str, steps: tuple[ProgressStep, ...]) -> Block:
    """The title, with its steps if it has any: Slack refuses an empty list."""
    plan = {"type": "plan", "title": plain_line(title, limits.TASK_TITLE) or NOTHING}
    tasks = [
        {
            "type": "task_card",
            "task_id": f"step-{number}",
            "title": plain_line(retold(step.title), limits.TASK_TITLE) or NOTHING,
            "status": _STATUS[step.state],
        }
        for number, step in enumerate(steps[: limits.PLAN_TASKS], start=1)
    ]
    return {**plan, "tasks": tasks} if tasks else plan


def _words(step: ProgressStep) -> Mrkdwn:
    return Mrkdwn(f"{_SIGNS[step.state]} {label(retold(step.title), 150)}")
