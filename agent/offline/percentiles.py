"""“also check p95”: a percentile is no measurement of one answer, so what is meant is asked [C5].

A check measures how long one answer takes. What comes nearest is a limit for each answer, which is
offered with the time that was said.
"""

from __future__ import annotations

import re

from agent.offline.sentence import Sentence
from agent.offline.timing import Doubt
from missions.phrases import say

TAG = "percentile"
_SHORT = re.compile(r"p(50|75|90|95|99)(?:th)?")
_LONG = ("percentile", "percentiles")
_LEADS = ("and", "also", "check", "the", "add", "report", "show", "measure", "watch", "of", "for",
          "with", "its", "include", "track", "monitor", "a", "to", "too", "look", "at")  # fmt: skip
_TAILS = ("latency", "response", "time", "times", "latencies", "to", "the", "report", "reports",
          "too", "as", "well", "of", "it", "in", "and", "p99", "p50", "p90", "p95", "also",
          "values", "value", "please")  # fmt: skip
_BELOW = ("is under", "is below", "under", "below", "within", "less than", "at most", "over",
"above", "stays under",
          "should be under", "stays below", "must be under", "exceeds", "is over", "goes above",
          "is above", "goes over", "<", ">", "should stay under", "should stay below")  # fmt: skip
_AMOUNT = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(ms|s|sec|seconds?)?")
_USUAL = (500, 1000)


def find_percentile(s: Sentence) -> Doubt | None:
    """Claim the words about a percentile; the question about it, or None."""
    place = next((i for i in s.free() if _names_one(s, i)), None)
    if place is None:
        return None
    start, end = place, place + 1
    while start > 0 and s.low(start - 1) in _LEADS:
        start -= 1
    limit = None
    while end < len(s):
        if s.low(end) in _TAILS:
            end += 1
        elif (lead := s.says_any(end, _BELOW)) and (found := _amount(s, end + lead)):
            limit, width = found
            end += lead + width
        else:
            break
    s.claim(start, end, TAG)
    limits = (limit,) if limit else _USUAL
    phrases = [f"takes less than {n} ms" for n in limits]
    return Doubt(say("ask-percentile", said=s.tokens[place].text), tuple(phrases))


def _names_one(s: Sentence, at: int) -> bool:
    return bool(_SHORT.fullmatch(s.low(at))) or s.low(at) in _LONG


def _amount(s: Sentence, at: int) -> tuple[int, int] | None:
    """Milliseconds and the length in tokens."""
    found = _AMOUNT.fullmatch(s.low(at))
    if found is None:
        return None
    unit = found[2] or s.low(at + 1)
    if unit not in ("ms", "s", "sec", "second", "seconds"):
        return None
    scale = 1 if unit == "ms" else 1000
    return round(float(found[1]) * scale), 1 if found[2] else 2
