"""Typed operations on a Blueprint: pure functions that answer a new one.

Ids are stable: an unchanged Task or check keeps its id, and no id is used again within a Mission,
which is why every change is told which ids were `Used`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent import operations as ops
from agent.acts import ACTS
from agent.arranging import split, title_of
from agent.expectations import (
    check_from,
    check_words,
    describe,
    drop_limit,
    host_of,
    set_limits,
)
from agent.picking import WhichOne, one_of, pick_check, pick_task, url_of
from agent.strategy import STRATEGY, with_patience, with_strategy
from agent.triggers import (
    OperationRefused,
    default_notify,
    local_clock,
    trigger_from,
    with_days,
    with_event_limits,
    with_time,
    with_zone,
    without_days,
)
from agent.unions import Operation
from agent.whole import WHOLE
from missions.blueprint import (
    GOAL_MAX,
    OBJECTIVES_MAX,
    TASKS_MAX,
    Blueprint,
    Check,
    EventTrigger,
    Strategy,
    Task,
    Trigger,
)
from missions.ids import CheckId, TaskId
from missions.phrases import in_each, say

HTTP = "http"
"""The tool of HTTP checks; a Task that has such checks is granted it."""


_LIMITS = {
    "status": "named-status",
    "latency": "named-latency",
    "text": "named-text",
    "certificate": "named-certificate",
}
"""What a person calls a measurement, by its id."""


@dataclass(frozen=True)
class Used:
    """The highest numbers ever given to Tasks of a Mission, and to the checks of each."""

    task: int = 0
    checks: Mapping[TaskId, int] = field(default_factory=dict)

    @classmethod
    def by(cls, blueprints: Iterable[Blueprint], tasks: Iterable[TaskId] = ()) -> Used:
        """What these Blueprints used, and these Tasks that are known from elsewhere."""
        highest = max((_number(t) for t in tasks), default=0)
        checks: dict[TaskId, int] = {}
        for task in (t for b in blueprints for t in b.tasks):
            highest = max(highest, _number(task.id))
            here = max((_number(c.id) for c in task.checks), default=0)
            checks[task.id] = max(checks.get(task.id, 0), here)
        return cls(highest, checks)


def create(goal: str, tasks: Sequence[ops.TaskSpec], objectives: Sequence[str] = ()) -> Blueprint:
    """A first Blueprint. Raises `OperationRefused` if it cannot be built."""
    if not tasks:
        raise OperationRefused(say("op-needs-task"))
    if len(tasks) > TASKS_MAX:
        raise OperationRefused(say("op-tasks-most", most=TASKS_MAX))
    built: tuple[Task, ...] = ()
    for number, spec in enumerate(tasks, start=1):
        built += (_task(TaskId(f"T{number}"), spec, built),)
    goal = " ".join(goal.split())[:GOAL_MAX] or _goal(built)
    return Blueprint(goal=goal, objectives=tuple(objectives) or _objectives(built), tasks=built)


def default_name(blueprint: Blueprint) -> str:
    """A name for a Mission whose person gave none."""
    hosts = dict.fromkeys(host_of(c) for t in blueprint.tasks for c in t.checks)
    if not hosts:
        return " ".join(blueprint.goal.split()[:5])[:60]
    first, *more = hosts
    if more:
        return say("default-name-more", host=first[:50], n=len(more))
    return say("default-name", host=first[:60])


def with_settings(blueprint: Blueprint, settings: Sequence[Operation]) -> Blueprint:
    """A first Blueprint with the settings that were asked for along with it, on every Task."""
    for change in settings:
        if isinstance(change, ops.OnTask) and change.task is None:
            for task in blueprint.tasks:
                one = change.model_copy(update={"task": task.id})
                blueprint = _APPLY[type(one)](blueprint, one, Used())
        else:
            blueprint = _APPLY[type(change)](blueprint, change, Used())
    return blueprint


def apply(blueprint: Blueprint, changes: Sequence[Operation], used: Used) -> Blueprint:
    """The Blueprint after all the changes, in order.

    Raises `OperationRefused` (with nothing half done: values are frozen), also if nothing changed.
    """
    after = blueprint
    for change in changes:
        used = _more(used, Used.by([after]))
        after = _APPLY[type(change)](after, change, used)
    if after == blueprint:
        raise OperationRefused(say("op-no-change"))
    return after


def _number(identifier: str) -> int:
    digits = identifier[1:]
    return int(digits) if digits.isdigit() else 0


def _more(one: Used, other: Used) -> Used:
    keys = set(one.checks) | set(other.checks)
    checks = {k: max(one.checks.get(k, 0), other.checks.get(k, 0)) for k in keys}
    return Used(max(one.task, other.task), checks)


def _task(task_id: TaskId, spec: ops.TaskSpec, others: Sequence[Task]) -> Task:
    if not spec.checks and not spec.instructions.strip():
        raise OperationRefused(say("op-nothing-to-do"))
    trigger = trigger_from(spec.when, lambda words: _upstream(words, others))
    checks = tuple(check_from(CheckId(f"C{i}"), c) for i, c in enumerate(spec.checks, start=1))
    minutes = spec.timeout_minutes
    return Task(
        id=task_id,
        title=spec.title or title_of(checks, spec.instructions),
        trigger=trigger,
        instructions=spec.instructions,
        checks=checks,
        tools=(HTTP,) if checks else (),
        strategy=Strategy(timeout_seconds=minutes * 60) if minutes else Strategy(),
        notify=spec.notify or default_notify(trigger),
    )


def _goal(tasks: Sequence[Task]) -> str:
    hosts = dict.fromkeys(host_of(c) for t in tasks for c in t.checks)
    if not hosts:
        return tasks[0].title
    return say("default-goal", hosts=say("or-list").join(hosts))[:GOAL_MAX]


def _objectives(tasks: Sequence[Task]) -> tuple[str, ...]:
    words = [check_words(c) for t in tasks for c in t.checks]
    return tuple(dict.fromkeys(words))[:OBJECTIVES_MAX]


def _swap(blueprint: Blueprint, task: Task, **fields: Any) -> Blueprint:
    """The Blueprint with one Task changed; validated anew, so limits hold."""
    after = Task.model_validate({**dict(task), **fields})
    if after.checks != task.checks:
        after = after.model_copy(update={"tools": _tools(after)})
    tasks = tuple(after if t.id == task.id else t for t in blueprint.tasks)
    return _rebuilt(blueprint, tasks=tasks)


def _tools(task: Task) -> tuple[str, ...]:
    needed = dict.fromkeys(c.tool for c in task.checks)
    return tuple(dict.fromkeys((*task.tools, *needed)))


def _rebuilt(blueprint: Blueprint, **fields: Any) -> Blueprint:
    """The Blueprint with other fields. What code wrote of the whole follows the checks, but not
    their order: that alone makes no other goal.
    """
    after = Blueprint.model_validate({**dict(blueprint), **fields})
    written = _objectives(blueprint.tasks), _objectives(after.tasks)
    ours = in_each(lambda: _objectives(blueprint.tasks))
    mine = "objectives" not in fields and any(_alike(blueprint.objectives, o) for o in ours)
    if mine and not _alike(*written):
        after = after.model_copy(update={"objectives": written[1]})
    goals = in_each(lambda: _goal(blueprint.tasks).split())
    old, new = _goal(blueprint.tasks).split(), _goal(after.tasks)
    mine = "goal" not in fields and any(_alike(blueprint.goal.split(), g) for g in goals)
    if mine and not _alike(old, new.split()):
        after = after.model_copy(update={"goal": new})
    return after


def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether they are the same, in whichever order."""
    return sorted(one) == sorted(other)


def _retimed(blueprint: Blueprint, task: Task, trigger: Trigger) -> Blueprint:
    """Another trigger; a notify that was the default follows it [R2]."""
    was_default = task.notify is default_notify(task.trigger)
    notify = default_notify(trigger) if was_default else task.notify
    return _swap(blueprint, task, trigger=trigger, notify=notify)


def _set_trigger(b: Blueprint, op: ops.SetTrigger, _: Used) -> Blueprint:
    trigger = trigger_from(op.when, lambda words: _upstream(words, b.tasks))
    return _retimed(b, pick_task(b, op.task), trigger)


def _upstream(words: str, tasks: Sequence[Task]) -> TaskId:
    """The Task to wait for; an id may name one that the same plan adds later."""
    identifier = words.strip().upper()
    if identifier[:1] == "T" and identifier[1:].isdigit():
        return TaskId(identifier)
    return one_of(tasks, words).id


def _set_event_limits(b: Blueprint, op: ops.SetEventLimits, _: Used) -> Blueprint:
    task = pick_task(b, op.task)
    return _retimed(b, task, with_event_limits(task.trigger, op))


def _set_time(b: Blueprint, op: ops.SetTime, _: Used) -> Blueprint:
    if op.task is None and op.instead_of is not None:
        fitting = [t for t in b.tasks if op.instead_of in local_clock(t.trigger)]
        task = fitting[0] if len(fitting) == 1 else pick_task(b, None)
    else:
        task = pick_task(b, op.task)
    return _retimed(b, task, with_time(task.trigger, op.time, op.instead_of))


def _set_days(b: Blueprint, op: ops.SetDays, _: Used) -> Blueprint:
    task = pick_task(b, op.task)
    return _retimed(b, task, with_days(task.trigger, op.days))


def _skip_days(b: Blueprint, op: ops.SkipDays, _: Used) -> Blueprint:
    task = pick_task(b, op.task)
    return _retimed(b, task, without_days(task.trigger, op.days))


def _set_zone(b: Blueprint, op: ops.SetZone, _: Used) -> Blueprint:
    for task in _timed(b) if op.task is None else (pick_task(b, op.task),):
        b = _retimed(b, task, with_zone(task.trigger, op.zone))
    return b


def _timed(b: Blueprint) -> tuple[Task, ...]:
    """The Tasks with a timetable; if there are none, the one that is meant is asked for."""
    timed = tuple(t for t in b.tasks if not isinstance(t.trigger, EventTrigger))
    return timed or (pick_task(b, None),)


def _add_check(b: Blueprint, op: ops.AddCheck, used: Used) -> Blueprint:
    task = pick_task(b, op.task)
    check = check_from(CheckId(f"C{used.checks.get(task.id, 0) + 1}"), op.check)
    if any(c.arguments == check.arguments and c.expect == check.expect for c in task.checks):
        raise OperationRefused(say("op-checks-already", task=task.title, url=url_of(check)))
    return _swap(b, task, checks=(*task.checks, check))


def _remove_check(b: Blueprint, op: ops.RemoveCheck, _: Used) -> Blueprint:
    task = _task_with_check(b, op.task, op.check)
    gone = pick_check(task, op.check)
    left = tuple(c for c in task.checks if c.id != gone.id)
    if not left and not task.instructions:
        raise OperationRefused(say("op-only-check", task=task.title))
    return _swap(b, task, checks=left)


def _task_with_check(b: Blueprint, task: str | None, check: str | None) -> Task:
    """The named Task, or the only one with such a check."""
    if task is not None or len(b.tasks) == 1:
        return pick_task(b, task)
    fitting = [t for t in b.tasks if _has_check(t, check)]
    return fitting[0] if len(fitting) == 1 else pick_task(b, None)


def _has_check(task: Task, words: str | None) -> bool:
    try:
        pick_check(task, words)
    except WhichOne:
        return False
    return True


def _set_address(b: Blueprint, op: ops.SetAddress, _: Used) -> Blueprint:
    task = _task_with_check(b, op.task, op.check)
    old = pick_check(task, op.check)
    fresh = check_from(old.id, ops.HttpCheck(url=op.url))
    if any(c.arguments == fresh.arguments for c in task.checks if c.id != old.id):
        raise OperationRefused(say("op-url-already", task=task.title, url=url_of(fresh)))
    if fresh.arguments == old.arguments:
        raise OperationRefused(say("op-url-already", task=task.title, url=url_of(fresh)))
    new = old.model_copy(update={"arguments": fresh.arguments})
    title = task.title.replace(_bare(old), _bare(new)) if _bare(old) in task.title else task.title
    b = _with_checks(b, task, lambda c: new if c.id == old.id else c)
    return _swap(b, pick_task(b, task.id), title=title)


def _bare(check: Check) -> str:
    return url_of(check).partition("://")[2].rstrip("/")


def _set_keeping(b: Blueprint, op: ops.SetKeeping, _: Used) -> Blueprint:
    said = {k: v for k, v in (("days", op.days), ("records", op.records)) if v is not None}
    if not said:
        raise OperationRefused(say("op-keep-how"))
    keep = b.keep.model_copy(update=said)
    if keep == b.keep:
        raise OperationRefused(say("op-kept-so"))
    return _rebuilt(b, keep=keep)


def _set_limits(b: Blueprint, op: ops.SetLimits, _: Used) -> Blueprint:
    task = _task_with_check(b, op.task, op.check)
    check = pick_check(task, op.check)
    return _with_checks(b, task, lambda c: set_limits(c, op.limits) if c.id == check.id else c)


def _drop_limit(b: Blueprint, op: ops.DropLimit, _: Used) -> Blueprint:
    task = _task_with_check(b, op.task, op.check)
    only = pick_check(task, op.check).id if op.check is not None else None
    if not any(describe(c, op.what) for c in task.checks if only in (None, c.id)):
        raise OperationRefused(say("op-not-looked-at", task=task.title, what=say(_LIMITS[op.what])))
    return _with_checks(b, task, lambda c: drop_limit(c, op.what) if only in (None, c.id) else c)


def _with_checks(b: Blueprint, task: Task, change: Callable[[Check], Check | None]) -> Blueprint:
    changed = tuple(c for c in map(change, task.checks) if c is not None)
    if not changed:
        raise OperationRefused(say("op-nothing-left", task=task.title))
    return _swap(b, task, checks=changed)


def _set_goal(b: Blueprint, op: ops.SetGoal, _: Used) -> Blueprint:
    return _rebuilt(b, goal=op.goal)


def _add_objective(b: Blueprint, op: ops.AddObjective, _: Used) -> Blueprint:
    if len(b.objectives) >= OBJECTIVES_MAX:
        raise OperationRefused(say("op-objectives-most", most=OBJECTIVES_MAX))
    return _rebuilt(b, objectives=(*b.objectives, op.objective))


def _remove_objective(b: Blueprint, op: ops.RemoveObjective, _: Used) -> Blueprint:
    words = op.objective.casefold().strip()
    numbered = list(enumerate(b.objectives, start=1))
    found = [i for i, text in numbered if words in (str(i), text.casefold())]
    found = found or [i for i, text in numbered if words in text.casefold()]
    if len(found) != 1:
        raise WhichOne(say("op-which-objective"), [f"{i} “{t}”" for i, t in numbered])
    return _rebuilt(b, objectives=tuple(t for i, t in numbered if i != found[0]))


def _add_task(b: Blueprint, op: ops.AddTask, used: Used) -> Blueprint:
    if len(b.tasks) >= TASKS_MAX:
        raise OperationRefused(say("op-tasks-most", most=TASKS_MAX))
    return _rebuilt(b, tasks=(*b.tasks, _task(TaskId(f"T{used.task + 1}"), op, b.tasks)))


def _remove_task(b: Blueprint, op: ops.RemoveTask, _: Used) -> Blueprint:
    gone = pick_task(b, op.task)
    if len(b.tasks) == 1:
        raise OperationRefused(say("op-only-task"))
    return _rebuilt(b, tasks=tuple(t for t in b.tasks if t.id != gone.id))


def _split_task(b: Blueprint, op: ops.SplitTask, used: Used) -> Blueprint:
    task = pick_task(b, op.task)
    if len(b.tasks) + len(op.parts) - 1 > TASKS_MAX:
        raise OperationRefused(say("op-tasks-most", most=TASKS_MAX))
    parts = split(task, op, used.task + 1)
    tasks = [p for t in b.tasks for p in (parts if t.id == task.id else (t,))]
    return _rebuilt(b, tasks=tuple(tasks))


def _set_title(b: Blueprint, op: ops.SetTitle, _: Used) -> Blueprint:
    return _swap(b, pick_task(b, op.task), title=" ".join(op.title.split()))


def _set_instructions(b: Blueprint, op: ops.SetInstructions, _: Used) -> Blueprint:
    task = pick_task(b, op.task)
    if not task.checks and not op.instructions.strip():
        raise OperationRefused(say("op-task-empty", task=task.title))
    return _swap(b, task, instructions=op.instructions)


def _set_notify(b: Blueprint, op: ops.SetNotify, _: Used) -> Blueprint:
    for task in b.tasks if op.task is None else (pick_task(b, op.task),):
        b = _swap(b, task, notify=op.notify)
    return b


def _set_strategy(b: Blueprint, op: ops.OnTask, _: Used) -> Blueprint:
    task = pick_task(b, op.task)
    return _swap(b, task, strategy=with_strategy(task.strategy, op))


def _set_patience(b: Blueprint, op: ops.SetPatience, _: Used) -> Blueprint:
    task = _task_with_check(b, op.task, op.check)
    only = pick_check(task, op.check).id if op.check is not None else None
    if not task.checks:
        raise OperationRefused(say("op-no-checks-to-fail", task=task.title))
    return _with_checks(b, task, lambda c: with_patience(c, op) if only in (None, c.id) else c)


def _set_whole(b: Blueprint, op: Operation, _: Used) -> Blueprint:
    return _rebuilt(b, **WHOLE[type(op)](b, op))


def _with_act(b: Blueprint, op: ops.AddAct | ops.RemoveAct | ops.LetAsk, _: Used) -> Blueprint:
    task = pick_task(b, op.task)
    return _swap(b, task, **ACTS[type(op)](task, op))


_APPLY: dict[type, Callable[[Blueprint, Any, Used], Blueprint]] = {
    ops.SetTrigger: _set_trigger,
    ops.SetTime: _set_time,
    ops.SetDays: _set_days,
    ops.SkipDays: _skip_days,
    ops.SetZone: _set_zone,
    ops.AddCheck: _add_check,
    ops.RemoveCheck: _remove_check,
    ops.SetAddress: _set_address,
    ops.SetKeeping: _set_keeping,
    ops.SetLimits: _set_limits,
    ops.DropLimit: _drop_limit,
    ops.SetGoal: _set_goal,
    ops.AddObjective: _add_objective,
    ops.RemoveObjective: _remove_objective,
    ops.AddTask: _add_task,
    ops.RemoveTask: _remove_task,
    ops.SplitTask: _split_task,
    ops.SetTitle: _set_title,
    ops.SetInstructions: _set_instructions,
    ops.SetNotify: _set_notify,
    ops.SetPatience: _set_patience,
    ops.SetEventLimits: _set_event_limits,
    **dict.fromkeys(ACTS, _with_act),
    **dict.fromkeys(STRATEGY, _set_strategy),
    **dict.fromkeys(WHOLE, _set_whole),
}
