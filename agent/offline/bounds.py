"""Where a schedule is to begin or to end: “from Monday on”, “as of 1 December”, “until Friday”.

A schedule begins when it is launched or applied and goes on until somebody pauses it; another
beginning or end is asked back, never taken for the days on which it runs [B5].
"""

from __future__ import annotations

from agent.offline.almanac import MONTHS, PARTS, days_at
from agent.offline.dates import date_at, dayword_at
from agent.offline.pieces import Pieces
from agent.offline.sentence import Sentence

TAG = "bound"
_BEGINS = ("starting from", "starting on", "starting with", "starting", "beginning on", "beginning",
           "as of", "as from", "effective", "from", "since", "start on", "begin on")  # fmt: skip
_ENDS = ("until", "till", "til", "up to", "ending on", "ending", "through")
_ON = ("on", "onwards", "onward", "and onwards", "forward", "forwards")
_SPANS = ("to", "until", "till", "til", "through", "-", "–")
_LATER = ("next week", "next month", "the weekend", "this weekend", "next year", "the end of",
          "end of", "the holidays", "christmas", "now on")  # fmt: skip
_ARTICLES = ("the", "this", "next")


def find_bound(s: Sentence, p: Pieces) -> None:
    """Claim the words that say when the schedule is to begin or end, and note them."""
    for at in range(len(s)):
        if length := _bound_at(s, at):
            if s.low(at + length - 2) != "now":
                said = s.tokens[at].start, s.tokens[at + length - 1].end
                p.bound = p.bound or s.text[slice(*said)]
            s.claim(at, at + length, TAG)


def _bound_at(s: Sentence, at: int) -> int:
    if lead := s.says_any(at, _ENDS):
        spans = s.low(at) in _SPANS and (days_at(s, at - 1) or s.low(at - 1) in MONTHS)
        return 0 if spans else _with_day(s, at, lead)
    lead = s.says_any(at, _BEGINS)
    length = _with_day(s, at, lead) if lead else 0
    if not length or s.low(at + length) in _SPANS:
        return 0
    return length + s.says_any(at + length, _ON)


def _with_day(s: Sentence, at: int, lead: int) -> int:
    """The length of the words with the day behind the lead; 0 if none stands there."""
    start = at + lead
    start += s.low(start) in ("the", "next", "this", "on")
    if later := s.says_any(at + lead, _LATER):
        ends = s.low(at + lead + later - 1) == "of"
        return lead + later + (ends and (s.low(at + lead + later) in _ARTICLES) + 1)
    one = days_at(s, start)
    if one and len(one[0]) > 1:
        return 0
    month = int(s.low(start) in MONTHS)
    day = date_at(s, start, Pieces()) or dayword_at(s, start, Pieces()) or month
    length = day or (one[2] if one else 0)
    end = start + length
    return end + (s.low(end) in PARTS) - at if length else 0
