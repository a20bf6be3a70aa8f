"""Tasks in another order, and one Task as several [C5]."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from agent import operations as ops
from agent.picking import WhichOne, checks_like, one_of, url_of
from agent.triggers import OperationRefused, default_notify, local_clock, with_time
from missions.blueprint import TITLE_MAX, Check, Task, Trigger
from missions.ids import CheckId, TaskId
from missions.phrases import in_each, listed, say


def title_of(checks: Sequence[Check], instructions: str) -> str:
    """The title of a Task that nobody gave one."""
    if not checks:
        return " ".join(instructions.split())[:TITLE_MAX]
    first = urlsplit(url_of(checks[0]))
    place = (first.netloc + first.path.rstrip("/"))[:70]
    if len(checks) > 1:
        return say("default-title-more", place=place, n=len(checks) - 1)
    return say("default-title", place=place)


def moved(tasks: Sequence[Task], op: ops.MoveTask) -> tuple[Task, ...]:
    """The Tasks with one at another place. Raises `OperationRefused`."""
    if len(tasks) == 1:
        raise OperationRefused(say("op-one-task"))
    task = one_of(tasks, op.task)
    at = tasks.index(task)
    rest = [t for t in tasks if t.id != task.id]
    if op.place in ("before", "behind"):
        other = one_of(tasks, op.other)
        if other.id == task.id:
            raise OperationRefused(say("op-beside-itself", task=task.title))
        to = rest.index(other) + (op.place == "behind")
    else:
        to = {"first": 0, "last": len(rest), "up": max(at - 1, 0), "down": at + 1}[op.place]
    rest.insert(to, task)
    if rest == list(tasks):
        raise OperationRefused(say("op-stands-there", task=task.title))
    return tuple(rest)


def split(task: Task, op: ops.SplitTask, first_new: int) -> tuple[Task, ...]:
    """The Tasks that one is split into. Each check goes to one of them.

    The first keeps the Task's id, the others are numbered from `first_new`, their checks anew.
    Raises `OperationRefused`, with nothing guessed: a check must be named once.
    """
    shares = _shares(task, op.parts)
    made = []
    for number, (part, checks) in enumerate(zip(op.parts, shares, strict=True)):
        trigger = _trigger(task, part)
        was_default = task.notify is default_notify(task.trigger)
        fields = {
            "id": TaskId(f"T{first_new + number - 1}") if number else task.id,
            "title": part.title or _title(task, part, checks),
            "checks": _numbered(checks) if number else checks,
            "trigger": trigger,
            "notify": default_notify(trigger) if was_default else task.notify,
        }
        made.append(Task.model_validate({**dict(task), **fields}))
    return tuple(made)


def _shares(task: Task, parts: Sequence[ops.Part]) -> list[tuple[Check, ...]]:
    """The checks of each part."""
    shares: list[tuple[Check, ...]] = []
    owner: dict[CheckId, int] = {}
    for number, part in enumerate(parts):
        mine: list[Check] = []
        for words in part.checks:
            found = checks_like(task, words)
            if not found:
                options = [f"{c.id} {url_of(c)}" for c in task.checks]
                options = options or [say("op-no-check-at-all")]
                raise WhichOne(say("op-no-check", words=words), options)
            mine += [c for c in found if c not in mine]
        for check in mine:
            if owner.setdefault(check.id, number) != number:
                raise OperationRefused(say("op-in-two-parts", url=url_of(check)))
        shares.append(tuple(mine))
    if left := [url_of(c) for c in task.checks if c.id not in owner]:
        raise OperationRefused(say("op-which-part", urls=listed(left)))
    return shares


def _trigger(task: Task, part: ops.Part) -> Trigger:
    trigger = task.trigger
    if part.time is not None:
        for known in local_clock(trigger) or (None,):
            trigger = with_time(trigger, part.time, known) if known != part.time else trigger
    return trigger


def _title(task: Task, part: ops.Part, checks: Sequence[Check]) -> str:
    """As if it had been made so; a title that a person gave is kept, and says which part."""
    if task.title in in_each(lambda: title_of(task.checks, task.instructions)):
        return title_of(checks, task.instructions)
    return f"{task.title} ({', '.join(part.checks)})"[:TITLE_MAX]


def _numbered(checks: Sequence[Check]) -> tuple[Check, ...]:
    return tuple(
        c.model_copy(update={"id": CheckId(f"C{number}")}) for number, c in enumerate(checks, 1)
    )
