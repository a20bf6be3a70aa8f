"""“at most 50k tokens a run”, “give it at most two dollars a day”: what the model may cost [X6]."""

from __future__ import annotations

import re
from typing import Any

from agent.offline.sentence import Sentence
from missions.blueprint import BUDGET_MIN_TOKENS, BUDGET_MIN_USD
from missions.phrases import grouped, say
from missions.words import money_in_words

_LIMITS = ("at most", "no more than", "not more than", "up to", "max", "maximum", "a maximum of")
_VERBS = ("spend", "use", "give it", "give them", "let it spend", "let it use", "allow it",
          "it may spend", "it may use", "it can spend", "it can use", "it may cost",
          "it should cost", "it can cost")  # fmt: skip
_LEADS = (
    *_LIMITS, *(f"{verb} {limit}" for verb in _VERBS for limit in _LIMITS),
    "with a budget of", "a budget of", "budget of", "set the budget to", "budget",
    "give it a budget of", "limit it to", "limit the budget to", "cap it at", "limit spending to",
)  # fmt: skip
_RUN = ("a run", "per run", "each run", "every run", "a time", "per execution")
_DAY = ("a day", "per day", "each day", "daily", "every day")
_SCALE = {"": 1, "k": 1_000, "m": 1_000_000}
_NUMBER = re.compile(r"(\d{1,9}|\d{1,3}(?:,\d{3}){1,3})([km]?)")
_MONEY = re.compile(r"(?:us)?\$(\d{1,7}(?:\.\d{1,2})?)|(\d{1,7}(?:\.\d{1,2})?)\$?")
_DOLLARS = ("dollar", "dollars", "usd", "us dollars", "us dollar", "bucks")
_CENTS = ("cent", "cents", "us cents")


def read_budget(s: Sentence, at: int) -> tuple[dict[str, Any] | None, int]:
    """The operation and its length in tokens; no operation if it is not said per what."""
    lead = s.says_any(at, _LEADS)
    tokens, length = _amount(s, at + lead)
    if tokens is not None and s.low(at + lead + length) in ("token", "tokens"):
        return _per(s, at, lead + length + 1, "tokens", tokens)
    dollars, length = _dollars(s, at + lead)
    if dollars is not None and lead:
        return _per(s, at, lead + length, "usd", dollars)
    return None, 0


def per_what(s: Sentence, at: int, length: int) -> tuple[str, ...]:
    """Phrases that say the amount for a run and for a day."""
    first = at + s.says_any(at, _LEADS)
    amount = s.text[s.tokens[first].start : s.tokens[at + length - 1].end]
    return f"at most {amount} a run", f"at most {amount} a day"


def too_small(operation: dict[str, Any]) -> str:
    """The question for an amount with which nothing could be done; "" if it is enough."""
    for field, amount in operation.items():
        if field.endswith("_tokens") and amount < BUDGET_MIN_TOKENS:
            return say("ask-budget-least", least=grouped(BUDGET_MIN_TOKENS))
        if field.endswith("_usd") and amount < BUDGET_MIN_USD:
            return say("ask-money-least", least=money_in_words(BUDGET_MIN_USD))
    return ""


def _per(
    s: Sentence, at: int, length: int, unit: str, amount: float
) -> tuple[dict[str, Any] | None, int]:
    """So much for a run or a day, if one of them is said."""
    for field, phrases in (("run", _RUN), ("day", _DAY)):
        if more := s.says_any(at + length, phrases):
            return {"op": "set_budget", f"{field}_{unit}": amount}, length + more
    return None, length


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


def _dollars(s: Sentence, at: int) -> tuple[float | None, int]:
    """US dollars: $2, $0.50, 2 dollars, two dollars, 2.50 usd, 50 cents."""
    found = _MONEY.fullmatch(s.low(at))
    spelled = s.number(at)
    amount = float(found[1] or found[2]) if found else spelled
    if amount is None:
        return None, 0
    unit = s.says_any(at + 1, _DOLLARS)
    if unit or (found and "$" in s.low(at)):
        return float(amount), 1 + unit
    unit = s.says_any(at + 1, _CENTS)
    return (round(amount / 100, 2), 1 + unit) if unit else (None, 0)
