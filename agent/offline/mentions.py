"""Whom reports mention, in words: “mention @Ana and @Bob when something is critical” [R1]."""

from __future__ import annotations

from typing import Any

from agent.offline.sentence import Sentence
from missions.blueprint import MentionOn

_LEADS = ("mention", "ping", "tag", "notify", "alert", "tell", "cc", "please mention",
          "also mention", "mention also", "loop in", "also loop in", "page", "also ping",
          "also tag", "bring in")  # fmt: skip
_STOPS = (
    "don't mention", "do not mention", "stop mentioning", "don't ping", "do not ping",
    "stop pinging", "no longer mention", "no longer ping", "mention no longer", "don't tag",
    "stop tagging", "unmention", "remove the mention of", "drop the mention of",
)  # fmt: skip
_NOBODY = ("mention nobody", "mention no one", "ping nobody", "mention nobody any more",
           "don't mention anybody", "don't mention anyone", "do not mention anybody",
           "do not mention anyone", "stop mentioning people", "stop mentioning anybody",
           "stop mentioning anyone", "no mentions", "without mentions")  # fmt: skip
_ONESELF = ("me", "myself")
_TELLS = ("ping", "notify", "alert", "tell", "page")
"""“tell me when …” asks for a report; only a name with @ behind it is a mention."""
_ON: dict[MentionOn, tuple[str, ...]] = {
    MentionOn.ATTENTION: (
        "when something needs attention or is critical", "when something needs attention",
        "if something needs attention", "on any finding", "on every finding", "on findings",
        "on a finding", "when something is found", "when it finds something",
        "when it finds a problem", "when something is wrong", "if something is wrong",
        "on problems", "on any problem", "on attention", "on warnings", "on a warning",
        "if it fails", "when it fails", "whenever it fails", "if a check fails",
        "when a check fails", "if something fails", "when something fails", "if anything fails",
        "when anything fails", "if it breaks", "when it breaks",
    ),
    MentionOn.FAILURE: (
        "when a run fails", "if a run fails", "when the run fails", "on failure", "on failures",
        "on failed runs", "when it fails to run", "when it could not run", "on a failed run",
    ),
    MentionOn.CRITICAL: (
        "when something is critical", "if something is critical", "on critical findings",
        "on a critical finding", "on critical", "when critical", "if critical",
        "when it is critical", "if it is critical", "when it's critical", "if it's critical",
        "if it goes critical", "when it goes critical", "if it goes red", "when it goes red",
        "if it turns critical", "when it turns critical", "if it goes down", "when it goes down",
        "if one is down", "when one is down", "if any is down", "when any is down",
        "if one of them is down", "if anything is down", "when something is down",
        "when it is down", "when it's down", "if it is down", "if it's down",
    ),
}  # fmt: skip


def mention_at(s: Sentence, at: int) -> tuple[dict[str, Any] | None, int]:
    """The operation that begins at that place, and its length in tokens; 0 if there is none."""
    if length := s.says_any(at, _NOBODY):
        return {"op": "stop_mentioning"}, length
    if lead := s.says_any(at, _STOPS):
        people, length = people_at(s, at + lead, oneself=True)
        return ({"op": "stop_mentioning", "people": people}, lead + length) if people else (None, 0)
    lead = s.says_any(at, _LEADS)
    oneself = s.low(at + lead - 1) not in _TELLS
    people, length = people_at(s, at + lead, oneself=oneself) if lead else ([], 0)
    if not people:
        return None, 0
    on, more = _on(s, at + lead + length)
    return {"op": "mention", "people": people, "on": on.value}, lead + length + more


def people_at(s: Sentence, at: int, *, oneself: bool = False) -> tuple[list[str], int]:
    """Names with @, one after another, and how many tokens they take; `oneself` takes “me” too."""
    found: list[str] = []
    end = at
    while True:
        start = end
        while found and s.low(start) in (",", "and", "&", "or"):
            start += 1
        token = s.token(start)
        me = oneself and token is not None and token.low in _ONESELF
        if token is None or not (me or (token.text.startswith("@") and len(token.text) > 1)):
            return found, end - at
        found.append("me" if me else token.text)
        end = start + 1


def _on(s: Sentence, at: int) -> tuple[MentionOn, int]:
    """When; critical findings if nothing is said."""
    sizes = {on: s.says_any(at, phrases) for on, phrases in _ON.items()}
    best = max(sizes, key=lambda on: sizes[on])
    return (best, sizes[best]) if sizes[best] else (MentionOn.CRITICAL, 0)
