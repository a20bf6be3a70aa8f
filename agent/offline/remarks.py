"""What stands behind an order to pause, resume or mute: a reason that is kept, or words unread.

An order is carried out only if every word of it was read. Behind it a reason word, a comma, a
colon or a bracket begins a remark to people; an exception or a condition in it is no remark [C7].
"""

from __future__ import annotations

from agent.offline.sentence import Sentence
from agent.offline.wordset import wordset

REASONS = ("because of", "because", "due to", "reason:", "reason", "note:", "note", "since", "as",
           "for", "during", "with the note", "with note")  # fmt: skip
MARKS = (",", "(", ":", ";", "-", ".", "!")
_LIMITS = wordset(
    "except excepting excepted exempt exempting excluding exclude exclusive besides unless but if "
    "only apart aside save minus otherwise whenever not without until till"
)
"""With one of these a remark says what is not to be done, or when."""
_MANNERS = wordset("please pls plz now right away immediately thanks thx at once")
_OWN = wordset(
    "we we're we've i i'm i've it it's they they're known deploying deploy maintenance thanks "
    "nobody somebody grace false noise noisy"
)
"""How a remark begins that only tells why, behind a mute, which keeps no reason."""
_HEARD = wordset("critical criticals still through ones tell report mention ping post alert page")
"""In it, these may say what is to be heard all the same."""


def begins_remark(s: Sentence, at: int) -> int:
    """The length of what begins a remark at a place: a reason word or a mark; 0 if nothing does."""
    marks = 0
    while s.low(at + marks) in MARKS:
        marks += 1
    reason = s.says_any(at + marks, REASONS)
    return marks + reason + (s.low(at + marks + reason) == ":" if reason else 0)


def unread_behind(s: Sentence, at: int, *, kept: bool = True) -> str:
    """The words from a place on that are neither manners nor a remark; "" if all were read.

    `kept` says that a remark is noted; where it is not, only what plainly tells why may be said.
    """
    while s.low(at) in _MANNERS:
        at += 1
    if only_manners(s, at):
        return ""
    length = begins_remark(s, at)
    words = {s.low(i) for i in range(at, len(s))}
    if not length or words & _LIMITS:
        return _text(s, at)
    reason = s.says_any(at, REASONS) or s.says_any(at + 1, REASONS)
    told = reason or s.low(at + length) in _OWN
    return "" if kept or (told and not words & _HEARD) else _text(s, at)


def only_manners(s: Sentence, at: int) -> bool:
    """Whether nothing but courtesies and marks stands from a place on."""
    return all(s.low(i) in (*MARKS, "?", ")", *_MANNERS) for i in range(at, len(s)))


def limits_in(s: Sentence, start: int, stop: int) -> str:
    """The words between two places, if they hold an exception or a condition; else ""."""
    held = any(s.low(i) in _LIMITS for i in range(start, stop))
    return s.text[s.tokens[start].start : s.tokens[stop - 1].end] if held else ""


def _text(s: Sentence, at: int) -> str:
    return s.text[s.tokens[at].start :].strip(" .,;:()!?-") if at < len(s) else ""
