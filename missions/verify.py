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
from missions.describe import gap_in_words
from missions.hooks import HEARD
from missions.leftout import left_out_by
from missions.mission import Mission
from missions.phrases import say
from missions.ports import Channel
from missions.schedule import coming_instants
from missions.words import duration_in_words, instant_in_words


def _no_such_tool(what: Act | Grant) -> tuple[str, ...]:
    return (say("fact-no-tool", tool=what.tool),)


@dataclass(frozen=True)
class VerifyContext:
    """What a plan is verified against.

    `floor` is the smallest distance between neighbouring occurrences [B5]; `problems` tells what
    is wrong with a check's arguments; `tools` are those that exist; `channel` is where it reports.
    `before` is the plan that is changed: a Once Task that it holds as it is may lie in the past.
    `act_problems` and `grant_problems` tell what is wrong with what is to be done outside.
    `unpriced` is a model of which nobody said what it costs: money cannot be capped then [X6].
    """

    now: datetime
    floor: timedelta
    tools: frozenset[str]
    problems: Callable[[Check], tuple[str, ...]]
    channel: Channel | None
    before: Blueprint | None = None
    act_problems: Callable[[Act], tuple[str, ...]] = _no_such_tool
    grant_problems: Callable[[Grant], tuple[str, ...]] = _no_such_tool
    unpriced: str = ""


def verify(blueprint: Blueprint, context: VerifyContext) -> tuple[str, ...]:
    """What must be mended before launch; empty if nothing."""
    findings = list(_channel(context))
    seen: set[str] = set()
    for task in blueprint.tasks:
        if task.id in seen:
            findings.append(say("fact-two-tasks", id=task.id))
        seen.add(task.id)
        findings += [*_trigger(task, context), *_left_out(blueprint, task, context)]
        findings += _tools(task, context)
        findings += _checks(task, context)
        findings += _acts(task, context)
    findings += [*_dependencies(blueprint), *_summary(blueprint)]
    if blueprint.budget.in_money and context.unpriced:
        findings.append(say("fact-no-price", model=context.unpriced))
    return tuple(dict.fromkeys(findings))


def in_the_past(tasks: Iterable[Task], now: datetime) -> tuple[str, ...]:
    """Once Tasks whose instant has passed: they would never run."""
    return tuple(
        say(
            "fact-in-past",
            task=t.title,
            when=instant_in_words(t.trigger.at, zone(t.trigger.zone), now),
        )
        for t in tasks
        if isinstance(t.trigger, OnceTrigger) and t.trigger.at <= now
    )


def _channel(context: VerifyContext) -> list[str]:
    channel = context.channel
    if channel is None:
        return [say("fact-no-channel")]
    if channel.is_archived:
        return [say("fact-archived", channel=channel.name)]
    if not channel.bot_is_member and not channel.is_direct:
        return [say("fact-not-member", channel=channel.name)]
    return []


def _trigger(task: Task, context: VerifyContext) -> list[str]:
    trigger = task.trigger
    try:
        zone(trigger.zone)
        if isinstance(trigger, OnceTrigger):
            return [] if _stays(task, context) else list(in_the_past((task,), context.now))
        if isinstance(trigger, EventTrigger):
            return [
                say("fact-of-task", task=task.title, problem=p) for p in _rule(trigger, context)
            ]
        return _floor(task, trigger, context)
    except CronError as error:
        return [error.reason]


def _left_out(blueprint: Blueprint, task: Task, context: VerifyContext) -> list[str]:
    """What is left out must end after it begins, by known clocks, and leave something."""
    try:
        left = left_out_by(blueprint, task)
        for each in left.gaps:
            zone(each.zone or task.trigger.zone)
        if empty := [each for each in left.gaps if each.is_empty]:
            return [say("op-left-out-empty", times=gap_in_words(each)) for each in empty]
        if left and _is_to_come(task, context) and not _comes(blueprint, task, context.now):
            return [say("fact-always-left-out", task=task.title)]
    except CronError as error:
        return [error.reason]
    return []


def _is_to_come(task: Task, context: VerifyContext) -> bool:
    """Whether a Task by time is asked for that its trigger alone lets run.

    A Once Task that the plan before holds, and leaves out already, stands in no change's way.
    """
    if isinstance(task.trigger, OnceTrigger):
        if task.trigger.at <= context.now:
            return False
        return not _stays(task, context) or _came_before(task, context)
    return isinstance(task.trigger, CronTrigger)


def _came_before(task: Task, context: VerifyContext) -> bool:
    """Whether the plan before lets the Task run, as it has it."""
    old = context.before.task(task.id) if context.before else None
    return bool(context.before and old and _comes(context.before, old, context.now))


def _comes(blueprint: Blueprint, task: Task, now: datetime) -> bool:
    return bool(coming_instants(blueprint, task, now, 1))


def _stays(task: Task, context: VerifyContext) -> bool:
    """Whether the plan before has the Task with this very trigger."""
    old = context.before.task(task.id) if context.before else None
    return old is not None and old.trigger == task.trigger


def _floor(task: Task, trigger: CronTrigger, context: VerifyContext) -> list[str]:
    gap = smallest_gap(Cron.parse(trigger.cron))
    if gap >= context.floor:
        return []
    return [
        say(
            "fact-too-often",
            task=task.title,
            gap=duration_in_words(gap.total_seconds()),
            floor=duration_in_words(context.floor.total_seconds()),
        )
    ]


def _rule(trigger: EventTrigger, context: VerifyContext) -> list[str]:
    """What is wrong with an Event Rule by itself."""
    found = list(conditions.problems(trigger.condition))
    names = [*trigger.fields, *([trigger.dedupe] if trigger.dedupe else [])]
    found += [
        say("not-a-field", name=name[:60]) for name in names if not conditions.is_field_name(name)
    ]
    if trigger.task is not None and trigger.source is not EventSource.TASK_RESULT:
        found.append(say("fact-both-events"))
    if trigger.source in HEARD and context.channel and context.channel.is_direct:
        found.append(say("fact-channels-only"))
    return found


def _dependencies(blueprint: Blueprint) -> list[str]:
    """Tasks that wait for one that is not there, and circles [B4]."""
    found = []
    for task in blueprint.tasks:
        trigger = task.trigger
        if not isinstance(trigger, EventTrigger) or trigger.source is not EventSource.TASK_RESULT:
            continue
        if trigger.task is None or blueprint.task(trigger.task) is None:
            gone = trigger.task or say("a-task")
            found.append(say("fact-after-missing", task=task.title, gone=gone))
    if circle := cycle_in(blueprint):
        names = " → ".join(say("quoted", text=t.title) for t in (*reversed(circle), circle[-1]))
        found.append(say("fact-circle", names=names))
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
    return [say("fact-no-tool", tool=name) for name in unknown]


def _checks(task: Task, context: VerifyContext) -> list[str]:
    findings: list[str] = []
    if not (task.checks or task.instructions or task.acts):
        findings.append(say("fact-nothing-to-do", task=task.title))
    if len({c.id for c in task.checks}) < len(task.checks):
        findings.append(say("fact-same-checks", task=task.title))
    for check in task.checks:
        if check.tool not in context.tools:
            findings.append(say("fact-no-tool", tool=check.tool))
        elif check.tool not in task.tools:
            findings.append(say("fact-not-granted", task=task.title, tool=check.tool))
        else:
            findings += context.problems(check)
    return findings


def _acts(task: Task, context: VerifyContext) -> list[str]:
    """What is wrong with what a Task is to do outside [A1]."""
    findings: list[str] = []
    if len({a.id for a in task.acts}) < len(task.acts):
        findings.append(say("fact-same-acts", task=task.title))
    for act in task.acts:
        findings += context.act_problems(act)
        if act.when is not ActWhen.ALWAYS and not task.checks:
            findings.append(say("fact-no-check", task=task.title))
    for grant in task.grants:
        if grant.tool not in task.tools:
            findings.append(say("fact-grant-without-tool", task=task.title, tool=grant.tool))
        findings += context.grant_problems(grant)
    return findings


def approver_problems(plan: Blueprint, mission: Mission) -> tuple[str, ...]:
    """A Task that asks before it acts, where nobody may answer [A2]."""
    if mission.approvers:
        return ()
    return tuple(say("fact-no-approver", task=task.title) for task in plan.tasks if task.asks)
