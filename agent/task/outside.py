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
from missions.phrases import say
from missions.record import Record
from missions.recorded import retold

WHY = {
    ActWhen.NEW: "why-new",
    ActWhen.FOUND: "why-found",
    ActWhen.RECOVERED: "why-recovered",
    ActWhen.ALWAYS: "why-always",
}

_WORDS = {
    ApprovalState.DONE: "deed-done",
    ApprovalState.UNKNOWN: "deed-perhaps",
    ApprovalState.FAILED: "deed-failed",
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
        """How it went, and what it was."""
        return say(_WORDS.get(self.state, "deed-not-done"), call=plain(self.title, 100))

    @property
    def in_words(self) -> str:
        """The whole in a line."""
        if not self.sentence:
            return self.word
        return say("deed-tail", deed=self.word, sentence=plain(retold(self.sentence)))

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
    when = say(WHY[act.when])
    about = say("comma").join(titles[:3])
    return Wanted(
        number=number,
        tool=act.tool,
        arguments=tool.effective(act.arguments),
        act=act.id,
        granted=act.granted and confirmed,
        why=say("why-by-plan-about", when=when, titles=about)
        if about
        else say("why-by-plan", when=when),
    )


def refused(wanted: Wanted, sentence: str) -> Deed:
    """A call that was not made, for a reason that code found."""
    return deed_of(wanted, ApprovalState.REFUSED, sentence)


def rejected(wanted: Wanted, answer: Answer) -> Deed:
    """A call that a person did not want."""
    said = say("deed-rejected", who=answer.by)
    if answer.reason:
        said = say("deed-rejected-why", who=answer.by, why=answer.reason)
    return deed_of(wanted, ApprovalState.REJECTED, said)


def deed_of(wanted: Wanted, state: ApprovalState, sentence: str, seen: str = "") -> Deed:
    """What came of a call."""
    title = call_title(wanted.arguments, wanted.tool)
    return Deed(
        tool=wanted.tool, title=title, act=wanted.act, state=state, sentence=sentence, seen=seen
    )
