"""Lists of Missions in words: “list the paused ones”, “which of mine are failing?” [R6 C7].

The list shows each one's state and latest result; it can be narrowed by state and by words only.
What else is said of it (a stretch of time, a finding alone) is asked about, not dropped.
"""

from __future__ import annotations

import re

from agent.offline.intents import Call, ask
from agent.offline.sentence import Sentence
from agent.offline.timing import Doubt
from agent.offline.tokens import Kind
from missions.phrases import say

_STATES = {
    "active": "Active", "running": "Active", "live": "Active", "paused": "Paused",
    "disabled": "Paused", "stopped": "Paused", "draft": "Draft", "drafts": "Draft",
}  # fmt: skip
_OF_ONE = r"checks|tasks"
_ONES = rf"(?:ones|missions|watches|monitors|of them|of mine|of ours|mine|{_OF_ONE})"
_ASKING = ("which", "what", "any", "are", "is")
_BAD = r"(?:failing|failed|red|down|broken|critical|unhealthy|bad|in trouble|on fire)"
_AGAIN = r"(?: (?:now|right now|currently|at the moment|here|today|please))*"
_BY_STATE = re.compile(
    rf"(?:list|show|show me|which|what|find|get)(?: of)?(?: the| all| my| our| me| mine)*"
    rf"(?: {_ONES})?(?: are| is)? (?P<state>{'|'.join(_STATES)})(?: {_ONES})?{_AGAIN}"
)
_FAILING = re.compile(
    rf"(?:(?:list|show|show me|which|what|are|is)(?: there)?(?: of)?(?: any| some| one)?(?: of)?"
    rf"(?: the| all| my| our| these)*(?: {_ONES})?(?: are| is)?"
    rf"|any(?: of)?(?: the| my| our)*(?: {_ONES})?) {_BAD}(?: {_ONES})?{_AGAIN}"
)
_ALL = re.compile(
    rf"what(?: all)? do (?:you|we) have (?:running|active|going|set up|in here){_AGAIN}"
    rf"|what (?:missions|checks) (?:do we have|are (?:running|active|set up)){_AGAIN}"
    rf"|(?:list|show|show me) (?:all )?(?:my|our) (?:missions|checks|stuff){_AGAIN}"
)
_SINCE = re.compile(
    rf"(?:list |show |show me |which |what )?(?:the |all )*"
    rf"(?:{_BAD}(?: {_ONES})?|{_ONES} (?:are |is |were )?{_BAD}) "
    rf"(?:this|last|since|today|yesterday|in the last|over the)\b.*"
)


def read_listing(s: Sentence, at: int, *, here: bool) -> list[Call] | None:
    """The tool call of a message that lists Missions by more than fixed words; None otherwise.

    `here` says that the conversation is about a Mission, whose own checks are meant then.
    """
    words = [s.tokens[i].low for i in range(at, len(s)) if s.kind(i) is not Kind.PUNCT]
    if any(s.kind(i) in (Kind.URL, Kind.QUOTED, Kind.MISSION) for i in range(at, len(s))):
        return None
    said = " ".join(words)
    named = re.search(rf"\b{_ONES}\b", said) or words[0] in _ASKING or "drafts" in words
    if here and re.search(rf"\b(?:{_OF_ONE})\b", said):
        return [Call("explain_last", {"failed": False})] if _FAILING.fullmatch(said) else None
    if named and (found := _BY_STATE.fullmatch(said)):
        return [Call("list_missions", {"state": _STATES[found["state"]]})]
    if (named and _FAILING.fullmatch(said)) or _ALL.fullmatch(said):
        return [Call("list_missions")]
    if _SINCE.fullmatch(said):
        doubt = Doubt(say("ask-list-since"), ("list missions", "what changed"))
        return [ask(say("ask-nothing-run"), [doubt], str)]
    return None
