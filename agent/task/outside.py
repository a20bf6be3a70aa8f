"""What a run wants to do outside: when a planned act is due, and what came of each [A1 X8]."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from agent.checks.words import plain
from agent.effects.registry import EffectTool, Outcome
from missions.approval import Approval, ApprovalState, Wanted, call_title
from missions.blueprint import Act, ActWhen, Finding, Scalar, Task
from missions.execution import CheckResult, News
from missions.ids import ActId
from missions.record import Record

WHY = {
    ActWhen.NEW: "a check began to fail",
    ActWhen.FOUND: "a check fails",
    ActWhen.RECOVERED: "a check recovered",
    ActWhen.ALWAYS: "each run does it",
}


class Deed(Record):
    """What came of one call; `sentence` completes "Done: …" or "Not done: …"."""

    tool: str
    title: str
    act: ActId | None = None
    state: ApprovalState
    sentence: str = ""
    seen: str = ""

    @property
    def word(self) -> str:
        """How it went, in a word or three."""
        return {
            ApprovalState.DONE: "Done",
            ApprovalState.UNKNOWN: "Perhaps done",
            ApprovalState.FAILED: "Did not work",
        }.get(self.state, "Not done")

    @property
    def in_words(self) -> str:
        """The whole in a line."""
        tail = f" – {plain(self.sentence)}" if self.sentence else ""
        return f"{self.word}: {plain(self.title, 100)}{tail}"

    @property
    def needs_attention(self) -> bool:
        """Whether it went otherwise than a person or the plan wanted it."""
        return self.state in (ApprovalState.FAILED, ApprovalState.UNKNOWN, ApprovalState.REFUSED)


class Answer(Record):
    """A person's answer to a call; without `approved` it is a rejection, for a reason."""

    approved: bool
    by: str = "somebody"
    reason: str = ""


class Outside(Protocol):
    """The way outside of one Execution; whoever holds it asks for all rights once more."""

    @property
    def confirmed(self) -> bool:
        """Whether the plan was confirmed, so that what it grants beforehand is granted."""
        ...

    def why_not(self, wanted: Wanted) -> str:
        """Why it is in vain to ask a person; "" if it is not."""
        ...

    def carry_out(
        self, wanted: Wanted, send: Callable[[Mapping[str, Scalar]], Outcome]
    ) -> tuple[Approval, Outcome]:
        """Do what was approved or granted, once. HoustonError says why not."""
        ...


def next_act(task: Task, results: Sequence[CheckResult], done: Sequence[Deed]) -> Act | None:
    """The next planned act that is due and was not tried yet."""
    tried = {deed.act for deed in done}
    return next((a for a in task.acts if a.id not in tried and is_due(a.when, results)), None)


def is_due(when: ActWhen, results: Sequence[CheckResult]) -> bool:
    """Whether what the checks found makes an act due."""
    match when:
        case ActWhen.ALWAYS:
            return True
        case ActWhen.NEW:
            return any(r.news is News.NEW for r in results)
        case ActWhen.RECOVERED:
            return any(r.news is News.RECOVERED for r in results)
        case ActWhen.FOUND:
            return any(r.finding is not Finding.ALL_GOOD for r in results)


def wanted_by_plan(
    act: Act, results: Sequence[CheckResult], number: int, tool: EffectTool, *, confirmed: bool
) -> Wanted:
    """A planned act as a call; ValueError if its arguments are none any more."""
    if problems := tool.problems(act.arguments):
        raise ValueError(problems[0])
    titles = [r.title for r in results if r.finding is not Finding.ALL_GOOD]
    about = f" ({', '.join(titles[:3])})" if titles else ""
    return Wanted(
        number=number,
        tool=act.tool,
        arguments=tool.effective(act.arguments),
        act=act.id,
        granted=act.granted and confirmed,
        why=f"The plan says so: {WHY[act.when]}{about}.",
    )


def refused(wanted: Wanted, sentence: str) -> Deed:
    """A call that was not made, for a reason that code found."""
    return deed_of(wanted, ApprovalState.REFUSED, sentence)


def rejected(wanted: Wanted, answer: Answer) -> Deed:
    """A call that a person did not want."""
    why = f": “{answer.reason}”" if answer.reason else ""
    return deed_of(wanted, ApprovalState.REJECTED, f"rejected by {answer.by}{why}.")


def deed_of(wanted: Wanted, state: ApprovalState, sentence: str, seen: str = "") -> Deed:
    """What came of a call."""
    title = call_title(wanted.arguments, wanted.tool)
    return Deed(
        tool=wanted.tool, title=title, act=wanted.act, state=state, sentence=sentence, seen=seen
    )
