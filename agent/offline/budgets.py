"""“at most 50k tokens a run”, “budget 200000 tokens a day”: what the model may cost [X6]."""

from __future__ import annotations

import re
from typing import Any

from agent.offline.sentence import Sentence

_LEADS = (
    "at most", "no more than", "not more than", "up to", "with a budget of", "a budget of",
    "budget of", "set the budget to", "budget", "spend at most", "use at most", "max", "maximum",
)  # fmt: skip
_RUN = ("a run", "per run", "each run", "every run", "a time", "per execution")
_DAY = ("a day", "per day", "each day", "daily")
_SCALE = {"": 1, "k": 1_000, "m": 1_000_000}
_NUMBER = re.compile(r"(\d{1,9}|\d{1,3}(?:,\d{3}){1,3})([km]?)")


def read_budget(s: Sentence, at: int) -> tuple[dict[str, Any] | None, int]:
    """The operation and its length in tokens; no operation if it is not said per what."""
    lead = s.says_any(at, _LEADS)
    amount, length = _amount(s, at + lead)
    if amount is None or s.low(at + lead + length) not in ("token", "tokens"):
        return None, 0
    end = at + lead + length + 1
    for field, phrases in (("run_tokens", _RUN), ("day_tokens", _DAY)):
        if more := s.says_any(end, phrases):
            return {"op": "set_budget", field: amount}, end + more - at
    return None, end - at


def _amount(s: Sentence, at: int) -> tuple[int | None, int]:
    """A number of tokens: 5000, 5,000, 50k, 2 million."""
    found = _NUMBER.fullmatch(s.low(at))
    if found is None:
        return None, 0
    number, length = int(found[1].replace(",", "")) * _SCALE[found[2]], 1
    if s.low(at + length) in ("thousand", "million"):
        number *= 1_000 if s.low(at + length) == "thousand" else 1_000_000
        length += 1
    return number, length
