"""Verification of a plan before anybody is asked to confirm it [B7]; findings are sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from missions import conditions
from missions.blueprint import (
    Act,
    ActWhen,
    Blueprint,
    Check,
    CronTrigger,
    EventSource,
    EventTrigger,
    Grant,
    OnceTrigger,
    Task,
)
from missions.calendar import CronError, zone
from missions.cron import Cron, smallest_gap
from missions.dependents import cycle_in
from missions.hooks import HEARD
from missions.mission import Mission
from missions.phrases import say
from missions.ports import Channel
from missions.words import duration_in_words, instant_in_words


def _no_such_tool(what: Act | Grant) -> tuple[str, ...]:
    return (f"There is no tool called “{what.tool}”.",)


@dataclass(frozen=True)
class VerifyContext:
    """What a plan is verified against.

    `floor` is the smallest distance between neighbouring occurrences [B5]; `problems` tells what
    is wrong with a check's arguments; `tools` are those that exist; `channel` is where it reports.
    `before` is the plan that is changed: a Once Task that it holds as it is may lie in the past.
    `act_problems` and `grant_problems` tell what is wrong with what is to be done outside.
    """

    now: datetime
    floor: timedelta
    tools: frozenset[str]
    problems: Callable[[Check], tuple[str, ...]]
    channel: Channel | None
    before: Blueprint | None = None
    act_problems: Callable[[Act], tuple[str, ...]] = _no_such_tool
    grant_problems: Callable[[Grant], tuple[str, ...]] = _no_such_tool


def verify(blueprint: Blueprint, context: VerifyContext) -> tuple[str, ...]:
    """What must be mended before launch; empty if nothing."""
    findings = list(_channel(context))
    seen: set[str] = set()
    for task in blueprint.tasks:
        if task.id in seen:
            findings.append(f"Two Tasks have the id {task.id}.")
        seen.add(task.id)
        findings += _trigger(task, context)
        findings += _tools(task, context)
        findings += _checks(task, context)
        findings += _acts(task, context)
    findings += [*_dependencies(blueprint), *_summary(blueprint)]
    return tuple(dict.fromkeys(findings))


def in_the_past(tasks: Iterable[Task], now: datetime) -> tuple[str, ...]:
    """Once Tasks whose instant has passed: they would never run."""
    return tuple(
        f"“{t.title}” is set for {instant_in_words(t.trigger.at, zone(t.trigger.zone), now)}, "
        "which is in the past."
        for t in tasks
        if isinstance(t.trigger, OnceTrigger) and t.trigger.at <= now
    )


def _channel(context: VerifyContext) -> list[str]:
    channel = context.channel
    if channel is None:
        return ["I cannot see the channel to report to. Invite me to it: `/invite @Houston`."]
    if channel.is_archived:
        return [f"#{channel.name} is archived, so I could not report there."]
    if not channel.bot_is_member and not channel.is_direct:
        return [f"I am not a member of #{channel.name}. Invite me: `/invite @Houston`."]
    return []


def _trigger(task: Task, context: VerifyContext) -> list[str]:
    trigger = task.trigger
    try:
        zone(trigger.zone)
        if isinstance(trigger, OnceTrigger):
            return [] if _stays(task, context) else list(in_the_past((task,), context.now))
        if isinstance(trigger, EventTrigger):
            return [f"“{task.title}”: {p}" for p in _rule(trigger, context)]
        return _floor(task, trigger, context)
    except CronError as error:
        return [error.reason]


def _stays(task: Task, context: VerifyContext) -> bool:
    """Whether the plan before has the Task with this very trigger."""
    old = context.before.task(task.id) if context.before else None
    return old is not None and old.trigger == task.trigger


def _floor(task: Task, trigger: CronTrigger, context: VerifyContext) -> list[str]:
    gap = smallest_gap(Cron.parse(trigger.cron))
    if gap >= context.floor:
        return []
    return [
        f"“{task.title}” would run every {duration_in_words(gap.total_seconds())}; "
        f"the shortest allowed here is {duration_in_words(context.floor.total_seconds())}."
    ]


def _rule(trigger: EventTrigger, context: VerifyContext) -> list[str]:
    """What is wrong with an Event Rule by itself."""
    found = list(conditions.problems(trigger.condition))
    names = [*trigger.fields, *([trigger.dedupe] if trigger.dedupe else [])]
    found += [
        say("not-a-field", name=name[:60]) for name in names if not conditions.is_field_name(name)
    ]
    if trigger.task is not None and trigger.source is not EventSource.TASK_RESULT:
        found.append("it waits for a Task and for something else at once; make two Tasks of it.")
    if trigger.source in HEARD and context.channel and context.channel.is_direct:
        found.append("I can listen to messages and reactions in channels only, not here.")
    return found


def _dependencies(blueprint: Blueprint) -> list[str]:
    """Tasks that wait for one that is not there, and circles [B4]."""
    found = []
    for task in blueprint.tasks:
        trigger = task.trigger
        if not isinstance(trigger, EventTrigger) or trigger.source is not EventSource.TASK_RESULT:
            continue
        if trigger.task is None or blueprint.task(trigger.task) is None:
            gone = trigger.task or "a Task"
            found.append(
                f"“{task.title}” runs after {gone}, which is not in the plan. "
                "Remove it too, or give it another time or event."
            )
    if circle := cycle_in(blueprint):
        names = " → ".join(f"“{t.title}”" for t in (*reversed(circle), circle[-1]))
        found.append(f"These Tasks wait for one another in a circle, so none could run: {names}.")
    return found


def _summary(blueprint: Blueprint) -> list[str]:
    """What is wrong with when the Mission report comes."""
    try:
        if blueprint.summary:
            zone(blueprint.summary.zone)
    except CronError as error:
        return [error.reason]
    return []


def _tools(task: Task, context: VerifyContext) -> list[str]:
    unknown = [t for t in task.tools if t not in context.tools]
    return [f"There is no tool called “{name}”." for name in unknown]


def _checks(task: Task, context: VerifyContext) -> list[str]:
    findings: list[str] = []
    if not (task.checks or task.instructions or task.acts):
        findings.append(f"“{task.title}” has nothing to check and no instructions.")
    if len({c.id for c in task.checks}) < len(task.checks):
        findings.append(f"Two checks of “{task.title}” have the same id.")
    for check in task.checks:
        if check.tool not in context.tools:
            findings.append(f"There is no tool called “{check.tool}”.")
        elif check.tool not in task.tools:
            findings.append(f"“{task.title}” uses the tool “{check.tool}” without a grant.")
        else:
            findings += context.problems(check)
    return findings


def _acts(task: Task, context: VerifyContext) -> list[str]:
    """What is wrong with what a Task is to do outside [A1]."""
    findings: list[str] = []
    if len({a.id for a in task.acts}) < len(task.acts):
        findings.append(f"Two things that “{task.title}” does outside have the same id.")
    for act in task.acts:
        findings += context.act_problems(act)
        if act.when is not ActWhen.ALWAYS and not task.checks:
            findings.append(
                f"“{task.title}” is to do something when a check fails, but has no check."
            )
    for grant in task.grants:
        if grant.tool not in task.tools:
            findings.append(f"“{task.title}” grants calls of “{grant.tool}”, but not the tool.")
        findings += context.grant_problems(grant)
    return findings


def approver_problems(plan: Blueprint, mission: Mission) -> tuple[str, ...]:
    """A Task that asks before it acts, where nobody may answer [A2]."""
    if mission.approvers:
        return ()
    return tuple(
        f"“{task.title}” asks before it changes something outside, but nobody may approve it. "
        "The owner can name approvers in the Mission's settings."
        for task in plan.tasks
        if task.asks
    )
