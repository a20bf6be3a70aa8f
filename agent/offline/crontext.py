"""Cron text in a sentence: “cron 0 9 * * 1-5”, five fields as they are, “@daily”."""

from __future__ import annotations

from agent.offline.almanac import MONTHS, SHORT_DAYS
from agent.offline.pieces import Pieces
from agent.offline.sentence import Sentence
from agent.offline.tokens import Kind

_CRON_CHARS = frozenset("0123456789*/,-#?lw")
_CRON_NAMES = frozenset(SHORT_DAYS) | {m for m in MONTHS if len(m) == 3}


def cron_at(s: Sentence, at: int, p: Pieces) -> int:
    """Cron text at that place; how many words it takes."""
    token = s.tokens[at]
    if token.low.startswith("@") and token.low[1:] in _CRON_ALIASES:
        p.cron = token.low
        return 1
    named = token.low in ("cron", "crontab")
    start = at + 1 if named else at
    while named and s.low(start) in ("expression", "schedule", "is", ":", "of"):
        start += 1
    quoted = s.token(start)
    if quoted and quoted.kind is Kind.QUOTED and (named or _is_cron(quoted.text.split())):
        p.cron = quoted.text
        return start + 1 - at
    run: list[str] = []
    while (t := s.token(start + len(run))) and t.kind is not Kind.QUOTED and _cronish(t.low):
        run.append(t.text)
    if (named and len(run) >= 2) or _is_cron(run):
        p.cron = " ".join(run)
        return start + len(run) - at
    return 0


_CRON_ALIASES = frozenset(
    ["hourly", "daily", "midnight", "weekly", "monthly", "yearly", "annually"]
)


def _is_cron(fields: list[str]) -> bool:
    """Five fields or more that can only be a cron expression."""
    return len(fields) >= 5 and any("*" in f for f in fields) and all(map(_cronish, fields))


def _cronish(word: str) -> bool:
    low = word.lower()
    parts = low.replace("/", ",").replace("-", ",").replace("#", ",").split(",")
    return set(low) <= _CRON_CHARS or all(
        part in _CRON_NAMES or set(part) <= _CRON_CHARS for part in parts
    )
