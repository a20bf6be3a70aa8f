"""A Mission's plan: objectives, then Once Tasks, Cron Tasks and Event Rules [R8]."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.blocks.actions import ActionId
from bot.blocks.elements import Block, actions, context, divider, header
from bot.blocks.layout import Message, compose
from bot.blocks.look import STATE_SIGN, People, state_words
from bot.blocks.mission_card import mission_buttons
from bot.blocks.pauses import stands
from bot.blocks.plan_card import goal_section
from bot.blocks.tasks import TaskFacts, runs_of, task_groups
from bot.blocks.ways import Waits, launch_ways
from bot.mrkdwn import Mrkdwn, bold, code, dots, label, lines, told
from missions.blueprint import Blueprint, EventTrigger, OnceTrigger
from missions.mission import Mission, MissionState, Pause
from missions.phrases import say


@dataclass(frozen=True, slots=True)
class PlanViewFacts:
    """A Blueprint with its Tasks in words; `version` is 0 for a Draft's plan.

    Of a Draft `launch` is what waits to be answered.
    """

    mission: Mission
    blueprint: Blueprint
    version: int
    tasks: tuple[TaskFacts, ...]
    people: People = field(default_factory=dict)
    zone: str = "UTC"
    quiet: Pause | None = None
    budget: str = ""
    launch: Waits | None = None


def plan_view(facts: PlanViewFacts) -> Message:
    """The plan to read; the buttons are those of the Mission."""
    mission = facts.mission
    version = told("version", version=facts.version) if facts.version else told("not-launched")
    place = dots(code(mission.id, 40), state_words(mission.state), version)
    head = [
        header(f"{STATE_SIGN[mission.state]} {say('plan-of', mission=mission.name)}"),
        context(place, stands(mission, facts.quiet, facts.people, facts.zone)),
        goal_section(facts.blueprint, facts.people, facts.budget, mission.approvers),
        divider(),
    ]
    tail: list[Block] = []
    if mission.state is MissionState.ACTIVE:
        tail.extend(runs_of(facts.tasks))
    if ways := launch_ways(facts.launch, mission):
        tail.append(actions(*ways))
    tail.append(actions(*mission_buttons(mission, here=ActionId.VIEW_PLAN)))
    once = tuple(t for t in facts.tasks if isinstance(t.task.trigger, OnceTrigger))
    rules = tuple(t for t in facts.tasks if isinstance(t.task.trigger, EventTrigger))
    cron = tuple(t for t in facts.tasks if t not in once and t not in rules)
    shape = [*tail, *(context(told("shortened")) for _ in range(4))]
    groups, shortened = task_groups((*once, *cron, *rules), head, shape)
    if shortened:
        tail.append(context(told("shortened")))
    titled = _titled(groups, len(once), len(cron))
    summary = Mrkdwn(f"{told('plan-of', mission=bold(label(mission.name)))} {code(mission.id, 40)}")
    return compose(summary, head, titled, tail, _more)


def _titled(groups: list[list[Block]], once: int, cron: int) -> list[list[Block]]:
    """The groups under their kind's title; kinds without any Task are named in one line."""
    parts: tuple[tuple[str, list[list[Block]]], ...] = (
        ("once-tasks", groups[:once]),
        ("cron-tasks", groups[once : once + cron]),
        ("event-rules", groups[once + cron :]),
    )
    titled: list[list[Block]] = []
    empty: list[Mrkdwn] = []
    for title, members in parts:
        if not members:
            empty.append(told("kind-none", kind=told(title)))
            continue
        titled.append([context(bold(told(title))), *members[0]])
        titled.extend(members[1:])
    return [*titled, [context(lines(empty))]] if empty else titled


def _more(left: int) -> Mrkdwn:
    return told("more-tasks", left, where=told("ask-for-rest"))
