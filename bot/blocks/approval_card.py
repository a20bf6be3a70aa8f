"""What an Execution wants to do outside, for those who may approve it [A1 A2].

It is drawn from the stored call, never from what a model says of it, and shows all of it: the
longest call fits into one message by construction.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import (
    Block,
    Element,
    actions,
    button,
    context,
    header,
    preformatted,
    section,
)
from bot.blocks.layout import Message, compose
from bot.blocks.look import People, who
from bot.mrkdwn import Mrkdwn, clean, code, date, dots, label, line, lines, mention, told
from missions.approval import Approval, ApprovalState, call_title
from missions.blueprint import Scalar
from missions.ids import PersonId
from missions.mission import Mission
from missions.phrases import say
from missions.recorded import retold

_PART: Final = 2_900
"""Characters of the call in one block."""
_PARTS: Final = 4
"""Blocks of the call; the longest that a tool takes needs as many."""
_NAMES: Final = 10
_OUTCOME: Final = {
    ApprovalState.APPROVED: "approval-approved",
    ApprovalState.REJECTED: "approval-rejected",
    ApprovalState.SENDING: "approval-sending",
    ApprovalState.DONE: "approval-done",
    ApprovalState.FAILED: "approval-failed",
    ApprovalState.UNKNOWN: "approval-unknown",
    ApprovalState.REFUSED: "approval-refused",
    ApprovalState.EXPIRED: "approval-expired",
    ApprovalState.WITHDRAWN: "approval-withdrawn",
}
"""What came of a call; each begins with its sign."""
_HIDDEN: Final = {"url", "method", "headers", "json"}


@dataclass(frozen=True, slots=True)
class ApprovalFacts:
    """The call, and who may approve it now: those are mentioned."""

    mission: Mission
    approval: Approval
    may: tuple[PersonId, ...] = ()
    people: People = field(default_factory=dict)
    zone: str = "UTC"


def approval_card(facts: ApprovalFacts) -> Message:
    """What, for which run, the whole call, who may, until when; then what came of it."""
    mission, asked = facts.mission, facts.approval
    is_open = asked.state is ApprovalState.OPEN
    title = call_title(asked.arguments, asked.tool)
    sign = "🔐" if is_open else say(_OUTCOME[asked.state]).partition(" ")[0]
    head: list[Block] = [
        header(
            f"{sign} {say('approval-needed')}: {mission.name}" if is_open else f"{sign} {title}"
        ),
        context(
            dots(
                None if is_open else label(mission.name),
                code(mission.id, 40),
                label(asked.task_title, 100),
                code(asked.execution, 40),
                told("plan-version", version=asked.version) if asked.version else told("a-trial"),
                code(asked.tool, 40),
            )
        ),
    ]
    if is_open:
        head.append(section(lines([_asked(facts), line(asked.why, 300)])))
    else:
        head.append(section(approval_outcome(asked, facts.people, facts.zone, signed=False)))
    body = [preformatted([part]) for part in parts(call_text(asked.arguments))[:_PARTS]]
    tail: list[Block] = []
    if asked.edited_by:
        edited = told("edited-by", who=who(asked.edited_by, facts.people))
        before = line(call_title(asked.first, asked.tool), 200)
        tail.append(context(dots(edited, told("before-edit", call=before))))
    if "{secret:" in str(asked.arguments.get("headers", "")):
        tail.append(context(told("secrets-by-name")))
    if is_open:
        tail += [actions(*_buttons(asked)), context(_until(facts))]
    if asked.state is ApprovalState.EXPIRED and asked.version:
        tail += [section(told("run-again-asks")), actions(_run_again(asked))]
    summary = Mrkdwn(f"{say('approval-needed')}: {label(title, 200)}") if is_open else Mrkdwn("")
    return compose(summary, [*head, *body], (), tail)


def call_text(arguments: dict[str, Scalar]) -> str:
    """The whole call as one would write it down: the address, the headers, the body."""
    rows = [call_title(arguments, "")]
    if headers := str(arguments.get("headers", "")):
        rows.append(headers)
    rows += [f"{name}: {value}" for name, value in arguments.items() if name not in _HIDDEN]
    if body := str(arguments.get("json", "")):
        rows += ["", _indented(body)]
    return clean("\n".join(rows))


def parts(text: str) -> list[str]:
    """The text in pieces that fit a block, cut at line ends where there are any."""
    found: list[str] = []
    rest = text
    while len(rest) > _PART:
        at = rest.rfind("\n", 1, _PART)
        at = at if at > 0 else _PART
        found.append(rest[:at])
        rest = rest[at:].removeprefix("\n")
    return [*found, rest]


def _indented(body: str) -> str:
    """JSON with a line for each value, unless that makes it much longer; what cannot be seen is
    spelled out, as it will be sent."""
    hidden = clean(body) != body
    shown = json.dumps(json.loads(body), ensure_ascii=hidden, indent=2)
    if hidden:
        return shown
    return shown if len(shown) <= 2 * len(body) + 200 and len(shown) < 3 * _PART else body


def _asked(facts: ApprovalFacts) -> Mrkdwn:
    if not facts.may:
        return told("nobody-may-approve-it")
    named = Mrkdwn(" ".join(map(mention, facts.may)))
    return told("may-i", people=named)


def approval_outcome(asked: Approval, people: People, zone: str, *, signed: bool = True) -> Mrkdwn:
    """What came of it, who answered and why; not `signed` where its sign stands above."""
    words = say(_OUTCOME[asked.state])
    said = Mrkdwn(f"*{words if signed else words.partition(' ')[2]}*")
    by = told("by", who=who(asked.by, people)) if asked.by else None
    when = date(asked.answered_at, zone=zone) if asked.answered_at else None
    why = told("quoted", text=line(asked.reason, 300)) if asked.reason else Mrkdwn("")
    outcome = line(_sentence(retold(asked.outcome)), 400) if asked.outcome else Mrkdwn("")
    return lines([dots(said, by, when), why, outcome])


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _buttons(asked: Approval) -> list[Block]:
    value = approval_value(asked)
    return [
        button(say("approve"), ActionId.APPROVE, value, style="primary"),
        button(say("reject…"), ActionId.OPEN_REJECT, value, style="danger"),
        button(say("edit…"), ActionId.OPEN_EDIT_CALL, value),
        button(
            say("stop-the-run"),
            ActionId.STOP,
            Value(mission=asked.mission, execution=asked.execution),
        ),
    ]


def _run_again(asked: Approval) -> Element:
    value = Value(mission=asked.mission, execution=asked.execution)
    return button(say("run-again"), ActionId.RUN_NOW, value)


def approval_value(asked: Approval) -> Value:
    """What the buttons carry: which call, as it was shown."""
    return Value(
        mission=asked.mission, execution=asked.execution, extra=f"{asked.id}:{asked.digest}"
    )


def _until(facts: ApprovalFacts) -> Mrkdwn:
    names = [who(person, facts.people) for person in facts.may[:_NAMES]]
    names += [told("more-people", n=len(facts.may) - _NAMES)] if len(facts.may) > _NAMES else []
    can = (
        told("can-approve-named", names=Mrkdwn(say("comma").join(names)))
        if names
        else told("nobody-may-approve-it")
    )
    ends = told("then-fails", date=date(facts.approval.expires, zone=facts.zone))
    return dots(can, ends)
