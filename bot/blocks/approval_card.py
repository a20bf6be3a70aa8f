"""What an Execution wants to do outside, for those who may approve it [A1 A2].

It is drawn from the stored call, never from what a model says of it, and shows all of it: the
longest call fits into one message by construction.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

from bot.blocks import approval_words as words
from bot.blocks.actions import ActionId, Value
from bot.blocks.elements import Block, actions, button, context, header, preformatted, section
from bot.blocks.layout import Message, compose
from bot.blocks.look import People, who
from bot.mrkdwn import Mrkdwn, clean, code, date, dots, label, line, lines, mention
from missions.approval import Approval, ApprovalState, call_title
from missions.blueprint import Scalar
from missions.ids import PersonId
from missions.mission import Mission

_PART: Final = 2_900
"""Characters of the call in one block."""
_PARTS: Final = 4
"""Blocks of the call; the longest that a tool takes needs as many."""
_NAMES: Final = 10
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
    sign = "🔐" if is_open else words.OUTCOME[asked.state].partition(" ")[0]
    head: list[Block] = [
        header(f"{sign} {words.TITLE}: {mission.name}" if is_open else f"{sign} {title}"),
        context(
            dots(
                None if is_open else label(mission.name),
                code(mission.id, 40),
                label(asked.task_title, 100),
                code(asked.execution, 40),
                Mrkdwn(f"plan version {asked.version}") if asked.version else Mrkdwn("a trial"),
                code(asked.tool, 40),
            )
        ),
    ]
    if is_open:
        head.append(section(lines([_asked(facts), line(asked.why, 300)])))
    else:
        head.append(section(_outcome(facts)))
    body = [preformatted([part]) for part in parts(call_text(asked.arguments))[:_PARTS]]
    tail: list[Block] = []
    if asked.edited_by:
        edited = Mrkdwn(f"✏️ Edited by {who(asked.edited_by, facts.people)}.")
        before = line(call_title(asked.first, asked.tool), 200)
        tail.append(context(dots(edited, Mrkdwn(f"Before: {before}"))))
    if "{secret:" in str(asked.arguments.get("headers", "")):
        tail.append(context(words.SECRETS))
    if is_open:
        tail += [actions(*_buttons(asked)), context(_until(facts))]
    summary = Mrkdwn(f"{words.TITLE}: {label(title, 200)}") if is_open else Mrkdwn("")
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
        return words.NOBODY
    named = Mrkdwn(" ".join(map(mention, facts.may)))
    return Mrkdwn(f"{named} – may I do this?")


def _outcome(facts: ApprovalFacts) -> Mrkdwn:
    asked = facts.approval
    said = Mrkdwn(f"*{words.OUTCOME[asked.state]}*")
    by = Mrkdwn(f"by {who(asked.by, facts.people)}") if asked.by else None
    when = date(asked.answered_at, zone=facts.zone) if asked.answered_at else None
    why = Mrkdwn(f"“{line(asked.reason, 300)}”") if asked.reason else Mrkdwn("")
    outcome = line(_sentence(asked.outcome), 400) if asked.outcome else Mrkdwn("")
    return lines([dots(said, by, when), why, outcome])


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _buttons(asked: Approval) -> list[Block]:
    value = approval_value(asked)
    return [
        button("Approve", ActionId.APPROVE, value, style="primary"),
        button("Reject…", ActionId.OPEN_REJECT, value, style="danger"),
        button("Edit…", ActionId.OPEN_EDIT_CALL, value),
        button(
            "Stop the run", ActionId.STOP, Value(mission=asked.mission, execution=asked.execution)
        ),
    ]


def approval_value(asked: Approval) -> Value:
    """What the buttons carry: which call, as it was shown."""
    return Value(
        mission=asked.mission, execution=asked.execution, extra=f"{asked.id}:{asked.digest}"
    )


def _until(facts: ApprovalFacts) -> Mrkdwn:
    names = [who(person, facts.people) for person in facts.may[:_NAMES]]
    names += [Mrkdwn(f"{len(facts.may) - _NAMES} more")] if len(facts.may) > _NAMES else []
    can = Mrkdwn(f"Can approve: {', '.join(names)}") if names else words.NOBODY
    ends = Mrkdwn(f"until {date(facts.approval.expires, zone=facts.zone)}; then the run fails")
    return dots(can, ends)
