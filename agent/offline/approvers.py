"""Who may approve, in words: “@Ana and @Bob approve”, “approvers: @Ana”, “nobody approves” [A2]."""

from __future__ import annotations

from agent.offline.intents import Call
from agent.offline.mentions import people_at
from agent.offline.naming import mission_words
from agent.offline.sentence import Sentence

_LEADS = (
    "let", "approvers are", "the approvers are", "approvers", "approver is", "the approver is",
    "approver", "set the approvers to", "set approvers to", "make",
)  # fmt: skip
_VERBS = (
    "approve", "approves", "may approve", "can approve", "should approve", "shall approve",
    "may approve it", "can approve it", "approve it", "approves it", "an approver", "approvers",
    "the approver", "the approvers",
)  # fmt: skip
_NOBODY = ("nobody may approve", "nobody approves", "no approvers", "nobody can approve")
_OF = ("for", "of", "in", "what")


def read_approvers(s: Sentence, at: int) -> list[Call] | None:
    """The tool call of a message that says who may approve; None if it does not."""
    if length := s.says_any(at, _NOBODY):
        return _call(s, at + length, [])
    lead = s.says_any(at, _LEADS)
    start = at + lead + (s.low(at + lead) == ":")
    people, length = people_at(s, start)
    if not people:
        return None
    verb = s.says_any(start + length, _VERBS)
    said_before = lead and s.low(at) not in ("let", "make")
    if not (verb or said_before):
        return None
    return _call(s, start + length + verb, people)


def _call(s: Sentence, after: int, people: list[str]) -> list[Call] | None:
    name = mission_words(s, after + s.says_any(after, _OF)) if after < len(s) else None
    if name == "?":
        return None
    return [Call("offer_approvers", {"people": people, **({"mission": name} if name else {})})]
