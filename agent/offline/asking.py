"""A question about doing something is no order to do it: “do you check https://… every hour?”."""

from __future__ import annotations

from agent.offline.sentence import Sentence
from agent.offline.wordset import wordset

_BEFORE = wordset("hey hi hello houston @houston ok okay so and but well , ! . : please")
_ASKING = wordset(
    "how why who whom whose where which did does was were has had what is are am isn't aren't "
    "doesn't didn't"
)
_AUXILIARY = wordset("do should shall may might must have don't can't could can would will when")
_ASKED = wordset("i we they he she it anyone anybody someone somebody people one the this that")
_SOMEBODY = wordset("anyone anybody someone somebody")
"""“can somebody check …” is a polite order, too."""
_ALREADY = wordset("do have don't should shall may might must when")
"""With “you” behind it these ask; “can you” and “would you” are polite orders."""


def asking_words(s: Sentence) -> str:
    """The words with which a message begins as a question, as written; "" if it is none."""
    at = 0
    while at < len(s) and s.tokens[at].low in _BEFORE:
        at += 1
    if at >= len(s):
        return ""
    first = s.tokens[at]
    second = s.tokens[at + 1] if at + 1 < len(s) else None
    if first.low in _ASKING:
        return first.text
    if second is None or first.low not in _AUXILIARY:
        return ""
    order = first.low in ("can", "could", "would") and second.low in _SOMEBODY
    asked = (second.low in _ASKED and not order) or (second.low == "you" and first.low in _ALREADY)
    if first.low == "when":
        asked = second.low in ("do", "does", "did", "will", "are", "is", "was")
    return f"{first.text} {second.text}" if asked else ""
