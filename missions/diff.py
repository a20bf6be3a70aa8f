"""The difference between two Blueprints, field by field, in words [C5 B8]."""

from __future__ import annotations

from datetime import datetime

from missions.blueprint import Blueprint, Check, Task
from missions.describe import (
    budget_in_words,
    check_in_words,
    check_title,
    exclusion_in_words,
    keeping_in_words,
    mention_in_words,
    notify_in_words,
    outside_in_words,
    strategy_in_words,
    trigger_in_words,
)
from missions.record import Record
from missions.summary import summary_in_words

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
    changes = [_field("goal", "Goal", before.goal, after.goal)]
    changes += _listed("objectives", "Objective", before.objectives, after.objectives)
    both = (before, after)
    left_out = [tuple(exclusion_in_words(e) for e in side.exclusions) for side in both]
    changes += _listed("exclusions", "Left out", *left_out)
    reports = [summary_in_words(s.summary) if s.summary else None for s in both]
    changes.append(_field("summary", "Mission report", *reports))
    told = [tuple(f"{m.person} {mention_in_words(m.on)}" for m in s.mentions) for s in both]
    changes += _listed(MENTIONS, "Mentioned", *told)
    kept = (keeping_in_words(side.keep) for side in (before, after))
    changes.append(_field("keep", "Kept", *kept))
    budgets = [budget_in_words(side.budget) or None for side in (before, after)]
    changes.append(_field("budget", "Budget", *budgets))
    for task in before.tasks:
        new = after.task(task.id)
        if new is None:
            changes.append(_field(task.id, "Task", _task_line(task, now, before), None))
        else:
            changes += _task(task, new, now, after)
    for task in after.tasks:
        if before.task(task.id) is None:
            changes.append(_field(task.id, "Task", None, _task_line(task, now, after)))
            changes += [
                _field(f"{task.id}.{c.id}", "Check", None, check_in_words(c)) for c in task.checks
            ]
            changes += _listed(f"{task.id}.acts", "Outside", (), outside_in_words(task))
    return tuple(c for c in changes if c.before != c.after)


def _task(before: Task, after: Task, now: datetime, plan: Blueprint) -> list[FieldChange]:
    of = f" of “{after.title}”" if len(plan.tasks) > 1 else ""
    pairs = [
        ("title", "Title", before.title, after.title),
        (
            "trigger",
            "When",
            trigger_in_words(before.trigger, now, plan),
            trigger_in_words(after.trigger, now, plan),
        ),
        ("instructions", "Instructions", before.instructions or None, after.instructions or None),
        ("expected_output", "Output", before.expected_output, after.expected_output),
        ("notify", "Speaks", notify_in_words(before.notify), notify_in_words(after.notify)),
        ("tools", "Tools", ", ".join(before.tools) or None, ", ".join(after.tools) or None),
    ]
    if before.strategy != after.strategy:
        old, new = strategy_in_words(before, now), strategy_in_words(after, now)
        pairs.append(("strategy", "Strategy", "; ".join(old), "; ".join(new)))
    changes = [_field(f"{after.id}.{p}", label + of, old, new) for p, label, old, new in pairs]
    both = (before, after)
    outside = _listed(f"{after.id}.acts", f"Outside{of}", *(outside_in_words(t) for t in both))
    return changes + _checks(before, after, of) + outside


def _checks(before: Task, after: Task, of: str) -> list[FieldChange]:
    old: dict[str, Check] = {c.id: c for c in before.checks}
    new: dict[str, Check] = {c.id: c for c in after.checks}
    changes = []
    for key, check in (old | new).items():
        label = f"Check {check_title(check)}{of}"
        words = [check_in_words(side[key]) if key in side else None for side in (old, new)]
        changes.append(_field(f"{after.id}.{key}", label, *words))
    return changes


def _listed(
    path: str, label: str, before: tuple[str, ...], after: tuple[str, ...]
) -> list[FieldChange]:
    gone = [_field(path, label, line, None) for line in before if line not in after]
    return gone + [_field(path, label, None, line) for line in after if line not in before]


def _task_line(task: Task, now: datetime, plan: Blueprint) -> str:
    return f"{task.title}: {trigger_in_words(task.trigger, now, plan)}"


def _field(path: str, label: str, before: str | None, after: str | None) -> FieldChange:
    return FieldChange(path=path, label=label, before=before, after=after)
