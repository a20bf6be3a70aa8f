"""“Did it fail last night?”, “how many times did it fail last week?”: a stretch is asked about.

The latest run says nothing of those before it, so all of the stretch are counted [C7 C8].
"""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from agent.offline.intents import Call, ask
from agent.offline.moments import local_iso
from agent.offline.naming import mission_words
from agent.offline.pausing import Now
from agent.offline.sentence import Sentence
from agent.offline.spans import Span, find_span
from agent.offline.tokens import Kind
from missions.phrases import say

_HEADS = (
    "did", "has", "have", "had", "how many times did", "how often did", "how many times has",
    "how often has", "was there a time when",
)  # fmt: skip
_HOW_OFTEN = ("how many", "how often")
_VERBS = (
    "fail", "failed", "fail again", "failed again", "break", "broken", "go down", "gone down",
    "go red", "not fail", "ever fail", "ever failed", "been down", "been red", "been failing",
)  # fmt: skip
_OTHERS = ("recover", "recovered", "pass", "passed", "run", "work", "worked", "been up", "been ok")
_SMALL = ("in", "during", "on", "over", "at", "all", "within", "any", "time", "so", "far", "ever")
_NIGHT = ("last night", "overnight", "over night", "during the night", "tonight")
_UNASKED = timedelta(days=7)
"""What is counted if no time was said; the answer says so."""


def read_counting(s: Sentence, at: int, now: Now) -> list[Call] | None:
    """The call that counts the runs of a stretch; None if the question is another."""
    length = s.says_any(at, _HEADS)
    if not length:
        return None
    end = before_marks(s)
    span = stretch_at(s, at + length, now)
    if span is not None and span.stop != end:
        return None
    stop = span.start if span else end
    while stop > at + length and s.low(stop - 1) in _SMALL:
        stop -= 1
    counted = span is not None or s.says_any(at, _HOW_OFTEN) > 0
    verb = _verb(s, at + length, stop, counted=counted)
    name = mission_words(s, at + length, verb) if verb else None
    if verb is None or name == "?":
        return None
    if span and span.doubt:
        before = s.text[: s.tokens[span.start].start].rstrip()
        return [ask(say("ask-nothing-run"), [span.doubt], lambda phrase: f"{before} {phrase}")]
    first, last = (span.first, span.last) if span else (now.at - _UNASKED, now.at)
    ends = {"after": local_iso(first, now.zone)}
    if last < now.at:
        ends["until"] = local_iso(last, now.zone)
    return [Call("explain_last", {**({"mission": name} if name else {}), **ends})]


def _verb(s: Sentence, start: int, stop: int, *, counted: bool) -> int | None:
    """Where the verb begins that ends at a place; what else ran is counted only if it is asked."""
    verbs = (*_VERBS, *_OTHERS) if counted else _VERBS
    for at in range(start, stop):
        if any(s.says(at, verb) == stop - at for verb in verbs):
            return at
    return None


def stretch_at(s: Sentence, start: int, now: Now) -> Span | None:
    """The stretch that is asked about: a night or a month, too."""
    today = now.at.astimezone(ZoneInfo(now.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    for at in range(start, len(s)):
        if length := s.says_any(at, _NIGHT):
            evening, morning = today - timedelta(hours=6), today + timedelta(hours=6)
            return Span(at, at + length, evening, min(morning, now.at))
        if length := s.says_any(at, ("this morning",)):
            return Span(at, at + length, today, now.at)
        if length := s.says_any(at, ("this month",)):
            return Span(at, at + length, today.replace(day=1), now.at)
    return find_span(s, start, now.at, now.zone)


def before_marks(s: Sentence) -> int:
    """Where the words end, without the last marks."""
    end = len(s)
    while end and (s.kind(end - 1) is Kind.PUNCT or s.low(end - 1) == "please"):
        end -= 1
    return end
