"""Which Task, and which check of it, a person's words mean: by ID, by title or address."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.triggers import OperationRefused
from missions.blueprint import Blueprint, Check, Task
from missions.phrases import say

_WORD = re.compile(r"[^\W_]+")


class WhichOne(OperationRefused):
    """The words fit several Tasks or checks, or none; `options` are those there are."""

    event = "which_one"

    def __init__(self, sentence: str, options: Sequence[str]) -> None:
        super().__init__(say("op-there-is", said=sentence, options=say("semicolon").join(options)))
        self.options = tuple(options)


def pick_task(blueprint: Blueprint, words: str | None) -> Task:
    """The Task meant by an ID, a title or words of it; the only one if nothing is said."""
    return one_of(blueprint.tasks, words)


def one_of(tasks: Sequence[Task], words: str | None) -> Task:
    """The same among these Tasks. Raises `WhichOne`."""
    found: Sequence[Task]
    if words is None:
        found = tasks
    else:
        wanted = words.casefold().strip()
        found = tuple(t for t in tasks if wanted in (t.id.casefold(), t.title.casefold()))
        found = found or tuple(
            t for t in tasks if all(w in t.title.casefold() for w in wanted.split())
        )
    if len(found) == 1:
        return found[0]
    options = [f"{t.id} “{t.title}”" for t in found or tasks] or [say("op-no-task-yet")]
    raise WhichOne(say("op-which-task") if found else say("op-no-task", words=words), options)


def pick_check(task: Task, words: str | None) -> Check:
    """The check meant by an ID, an address or a word of it; the only one if nothing is said."""
    found = task.checks if words is None else checks_like(task, words)
    if len(found) == 1:
        return found[0]
    options = [f"{c.id} {url_of(c)}" for c in found or task.checks] or [say("op-no-check-at-all")]
    raise WhichOne(say("op-which-check") if found else say("op-no-check", words=words), options)


def checks_like(task: Task, words: str) -> tuple[Check, ...]:
    """The checks of that ID or address; else all whose address has these words, or else these
    letters: “us” is not meant by “status” where there is us.shop.example.
    """
    wanted = words.casefold().strip().rstrip("/")
    found = tuple(
        c for c in task.checks if wanted in (c.id.casefold(), url_of(c).casefold().rstrip("/"))
    )
    words_of = {c.id: set(_WORD.findall(url_of(c).casefold())) for c in task.checks}
    found = found or tuple(c for c in task.checks if set(wanted.split()) <= words_of[c.id])
    return found or tuple(
        c for c in task.checks if all(w in url_of(c).casefold() for w in wanted.split())
    )


def url_of(check: Check) -> str:
    """What a check looks at, for people."""
    return str(check.arguments.get("url", check.tool))
