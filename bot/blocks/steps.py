"""The steps of an answer that takes long, as chunks of the message that shows them [C10]."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from missions.live import Ended, StepKind
from missions.phrases import say

Json = dict[str, Any]

_WORDS: Final = {
    StepKind.THINK: "step-think",
    StepKind.LOOK: "step-look",
    StepKind.PLAN: "step-plan",
    StepKind.PREPARE: "step-prepare",
    StepKind.WRITE: "step-write",
}


def begun(message: str, kinds: Iterable[StepKind]) -> list[Json]:
    """The title and the first steps."""
    return [_titled(say("stream-title")), *added(message, kinds, 0)]


def added(message: str, kinds: Iterable[StepKind], first: int) -> list[Json]:
    """Steps from the one with this number on; all but the last are done."""
    shown = list(kinds)
    ends = ["complete"] * (len(shown) - 1) + ["in_progress"]
    return [_step(message, first + n, *one) for n, one in enumerate(zip(shown, ends, strict=True))]


def ended(steps: Ended, *, failed: bool) -> list[Json]:
    """What a message ends with: nothing turns any more, and the title says how it went."""
    ends = ["complete"] * len(steps.kinds)
    if failed:
        ends[-1:] = ["error"] * len(ends[-1:])
    numbered = enumerate(zip(steps.kinds, ends, strict=True), steps.first)
    title = _titled(say("stream-failed" if failed else "stream-done"))
    return [title, *(_step(steps.message, n, *one) for n, one in numbered)]


def task_id(message: str, number: int) -> str:
    """Slack's id of a step of the answer to a message."""
    return f"{message}-{number}"


def _titled(title: str) -> Json:
    return {"type": "plan_update", "title": title}


def _step(message: str, number: int, kind: StepKind, status: str) -> Json:
    said = {"title": say(_WORDS[kind]), "status": status}
    return {"type": "task_update", "id": task_id(message, number), **said}
