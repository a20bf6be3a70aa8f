"""“only report after 3 failures in a row”: failing checks, or runs that could not work? [B2 S7]

A check that fails is a finding of a run that succeeded, so the words can mean two settings.
"""

from __future__ import annotations

from agent.offline.sentence import Sentence
from agent.offline.timing import Doubt
from agent.offline.wordset import wordset
from missions.phrases import say

MOST = 20
"""Runs in a row that a check can have to fail."""
_FAILURES = (
    "failures in a row", "consecutive failures", "failed runs in a row", "failures", "failed runs",
    "failed checks", "failed checks in a row", "errors in a row", "errors", "bad runs",
    "bad runs in a row", "fails in a row", "failing runs", "failing checks",
)  # fmt: skip
_SPEAK = wordset("report alert tell notify post ping warn announce page call speak message shout")
_LEADS = wordset(
    "only report alert tell notify post ping warn announce page message me us speak up so it "
    "please "
    "and but , then after once"
)
_BEFORE = ("before you alert", "before alerting", "before reporting", "before you report",
           "before telling me", "before you tell me", "before you tell us", "before an alert",
           "before you ping", "before you ping me", "before you ping us", "before anyone is pinged",
           "before pinging", "before posting", "before you post", "before we are alerted",
           "needed", "are needed", "in a row before you alert")  # fmt: skip
_FIRST = (
    "no alerts for the first failure", "no alert for the first failure",
    "no alert on the first failure", "no alerts on the first failure",
    "don't alert on the first blip", "ignore the first blip", "ignore blips",
    "ignore one-off blips",
    "don't page on the first failure", "don't ping on the first failure",
    "ignore the first failure", "don't alert on the first failure", "ignore single failures",
    "not on the first failure", "don't report the first failure", "ignore one-off failures",
    "ignore a single failure", "don't alert on a single failure",
)  # fmt: skip
_MORE = ("if it fails more than", "when it fails more than", "if it failed more than",
         "once it fails more than", "if it fails at least", "after it fails", "after it failed",
         "once it failed", "once it has failed", "after it has failed")  # fmt: skip
_TIMES = {"once": 1, "twice": 2, "thrice": 3}


def repeated_at(s: Sentence, at: int) -> tuple[Doubt | None, int]:
    """The question, and the length in tokens of the words that begin there; (None, 0) if none."""
    number, end = _wanted(s, at)
    if not number:
        return None, 0
    count = min(number, MOST)
    return Doubt(
        say("ask-which-failures", n=count),
        (f"only tell me if it fails {count} times in a row", f"announce after {count} failed runs"),
    ), end - at


def _wanted(s: Sentence, at: int) -> tuple[int, int]:
    """How many failures are meant, and where the words end; (0, 0) if none."""
    if length := s.says_any(at, _FIRST):
        return 2, at + length
    number = _TIMES.get(s.low(at + 1)) if s.low(at) == "retry" else s.number(at)
    counted = s.says_any(at + 1, _FAILURES) if s.low(at) != "retry" else 1
    if number and counted and (tail := s.says_any(at + 1 + counted, _BEFORE)):
        return number + (s.low(at) == "retry"), at + 1 + counted + tail
    start, said = at, set()
    while s.low(start) in _LEADS:
        said.add(s.low(start))
        start += 1
    if said & {"after", "once"} and said & (_SPEAK | {"only"}) and _is_sure(s, at, said):
        number, tail = s.number(start), s.says_any(start + 1, _FAILURES)
        if number and tail:
            return number, start + 1 + tail
    return _more(s, start) if said & _SPEAK else (0, 0)


def _is_sure(s: Sentence, at: int, said: set[str]) -> bool:
    """Whether it is not just “announce after 2 failures” and the like, which says one thing."""
    return "only" in said or not said & {"announce", "tell", "alert"} or "report" in said


def _more(s: Sentence, at: int) -> tuple[int, int]:
    """“if it fails more than twice”."""
    length = s.says_any(at, _MORE)
    times = _TIMES.get(s.low(at + length)) if length else None
    end = at + length + 1
    if length and times is None and s.low(at + length + 1) in ("times", "time"):
        times, end = s.number(at + length), end + 1
    if not times:
        return 0, 0
    end += s.says_any(end, ("in a row",))
    return times + ("more" in {s.low(i) for i in range(at, at + length)}), end
