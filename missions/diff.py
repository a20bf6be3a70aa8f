"""The difference between two Blueprints, field by field, in words [C5 B8]."""

from __future__ import annotations

from datetime import datetime

from missions.blueprint import Blueprint, Check, Task
from missions.describe import (
    budget_in_words,
    check_in_words,
    check_title,
    keeping_in_words,
    left_out_in_words,
    mention_in_words,
    notify_in_words,
    outside_in_words,
    strategy_in_words,
    trigger_in_words,
)
from missions.phrases import say
from missions.record import Record
from missions.recorded import retold
from missions.summary import summary_in_words

ORDER_TITLE_MAX = 40
"""Characters of each Task's title where their order is said."""
MENTIONS = "mentions"
"""The path of whom reports mention; before and after begin with the person's id."""


class FieldChange(Record):
    """One field before and after; None where it was not, or is no longer.

    `path` names it for code ("T1.trigger"), `label` for people.
    """

    path: str
    label: str
    before: str | None
    after: str | None


def diff(before: Blueprint, after: Blueprint, now: datetime) -> tuple[FieldChange, ...]:
    """Every change, in the order of the plan."""
    changes = [_field("goal", say("field-goal"), before.goal, after.goal)]
    changes += _listed("objectives", say("field-objective"), before.objectives, after.objectives)
    both = (before, after)
    changes += _listed("exclusions", say("field-left-out"), *map(left_out_in_words, both))
    reports = [summary_in_words(s.summary) if s.summary else None for s in both]
    changes.append(_field("summary", say("field-summary"), *reports))
    told = [tuple(f"{m.person} {mention_in_words(m.on)}" for m in s.mentions) for s in both]
    changes += _listed(MENTIONS, say("field-mentioned"), *told)
    kept = (keeping_in_words(side.keep) for side in (before, after))
    changes.append(_field("keep", say("field-kept"), *kept))
    budgets = [budget_in_words(side.budget) or None for side in (before, after)]
    changes.append(_field("budget", say("field-budget"), *budgets))
    stay = [t.id for t in before.tasks if after.task(t.id)]
    if stay != [t.id for t in after.tasks if before.task(t.id)]:
        orders = (", ".join(t.title[:ORDER_TITLE_MAX] for t in side.tasks) for side in both)
        changes.append(_field("order", say("field-order"), *orders))
    for task in before.tasks:
        new = after.task(task.id)
        if new is None:
            changes.append(_field(task.id, say("field-task"), _task_line(task, now, before), None))
        else:
            changes += _task(task, new, now, after)
    for task in after.tasks:
        if before.task(task.id) is None:
            changes.append(_field(task.id, say("field-task"), None, _task_line(task, now, after)))
            changes += [
                _field(f"{task.id}.{c.id}", say("field-check"), None, check_in_words(c))
                for c in task.checks
            ]
            changes += _listed(f"{task.id}.acts", say("field-outside"), (), outside_in_words(task))
    return tuple(c for c in changes if c.before != c.after)


def _task(before: Task, after: Task, now: datetime, plan: Blueprint) -> list[FieldChange]:
    of = after.title if len(plan.tasks) > 1 else None
    pairs = [
        ("title", "field-title", before.title, after.title),
        (
            "trigger",
            "field-when",
            trigger_in_words(before.trigger, now, plan),
            trigger_in_words(after.trigger, now, plan),
        ),
        (
            "instructions",
            "field-instructions",
            before.instructions or None,
            after.instructions or None,
        ),
        (
            "expected_output",
            "field-output",
            retold(before.expected_output),
            retold(after.expected_output),
        ),
        ("notify", "field-speaks", notify_in_words(before.notify), notify_in_words(after.notify)),
        ("tools", "field-tools", ", ".join(before.tools) or None, ", ".join(after.tools) or None),
    ]
    if before.strategy != after.strategy:
        old, new = strategy_in_words(before, now), strategy_in_words(after, now)
        gone = "; ".join(line for line in old if line not in new)
        come = "; ".join(line for line in new if line not in old)
        pairs.append(("strategy", "field-strategy", gone or None, come or None))
    changes = [
        _field(f"{after.id}.{path}", _of_task(say(label), of), old, new)
        for path, label, old, new in pairs
    ]
    both, outside = (before, after), _of_task(say("field-outside"), of)
    acts = _listed(f"{after.id}.acts", outside, *(outside_in_words(t) for t in both))
    gaps = _of_task(say("field-left-out"), of)
    left_out = _listed(f"{after.id}.exclusions", gaps, *(left_out_in_words(t) for t in both))
    return changes + _checks(before, after, of) + acts + left_out


def _of_task(field: str, title: str | None) -> str:
    return field if title is None else say("field-of-task", field=field, title=title)


def _checks(before: Task, after: Task, of: str | None) -> list[FieldChange]:
    old: dict[str, Check] = {c.id: c for c in before.checks}
    new: dict[str, Check] = {c.id: c for c in after.checks}
    changes = []
    for key, check in (old | new).items():
        label = _of_task(say("field-check-named", title=check_title(check)), of)
        words = [check_in_words(side[key]) if key in side else None for side in (old, new)]
        changes.append(_field(f"{after.id}.{key}", label, *words))
    return changes


def _listed(
    path: str, label: str, before: tuple[str, ...], after: tuple[str, ...]
) -> list[FieldChange]:
    gone = [_field(path, label, line, None) for line in before if line not in after]
    return gone + [_field(path, label, None, line) for line in after if line not in before]


def _task_line(task: Task, now: datetime, plan: Blueprint) -> str:
    return say("task-line", title=task.title, trigger=trigger_in_words(task.trigger, now, plan))


def _field(path: str, label: str, before: str | None, after: str | None) -> FieldChange:
    return FieldChange(path=path, label=label, before=before, after=after)
