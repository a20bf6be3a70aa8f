"""The name or ID of a Mission among other words."""

from __future__ import annotations

from agent.offline.sentence import Sentence
from agent.offline.tokens import Kind
from agent.offline.wordset import wordset

NAME_WORDS_MAX = 14
"""A longer rest is a sentence of its own, not a name."""
_BEFORE_NAME = wordset(
    "the mission of for on it its this that my our a me about what you're doing run execution"
)
_AFTER_NAME = wordset(
    "? ! . , please now again mission right away immediately once thanks ) doing today it "
    "this so far early"
)


def mission_words(s: Sentence, start: int, stop: int | None = None) -> str | None:
    """The name or ID between two places; None for “it” and the like. "?" if it is no name."""
    end = len(s) if stop is None else stop
    places = [i for i in range(start, end) if s.token(i) is not None]
    for i in places:
        if s.tokens[i].kind is Kind.MISSION:
            return s.tokens[i].text
        if s.tokens[i].kind is Kind.QUOTED:
            return s.tokens[i].text
    while places and s.tokens[places[0]].low in _BEFORE_NAME:
        places.pop(0)
    while places and s.tokens[places[-1]].low in _AFTER_NAME:
        places.pop()
    if not places:
        return None
    if len(places) > NAME_WORDS_MAX:
        return "?"
    return s.text[s.tokens[places[0]].start : s.tokens[places[-1]].end]
