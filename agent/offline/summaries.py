"""The Mission report in words: “send a weekly summary on Mondays at 9”, “no summary” [R3]."""

from __future__ import annotations

from typing import Any

from agent.offline.almanac import days_at
from agent.offline.clocks import clock_at
from agent.offline.sentence import Sentence
from agent.offline.timing import Doubt
from missions.phrases import say

_KINDS = ("summary", "summaries", "sum-up", "overview", "digest", "mission report", "round-up")
_LEADS = tuple(
    f"{verb}{to} {article}"
    for verb in ("send", "post", "give", "write", "add", "i want", "we want", "make")
    for to in ("", " me", " us")
    for article in ("a", "the")
)
_RHYTHMS = {"daily": "day", "weekly": "week"}
_OFF = tuple(
    f"{lead} {kind}"
    for lead in (
        "no", "no more", "stop the", "stop the weekly", "stop the daily", "remove the",
        "remove the weekly", "remove the daily", "without a", "no weekly", "no daily",
        "drop the", "don't send a", "do not send a", "don't send the", "do not send the",
    )
    for kind in _KINDS
)  # fmt: skip
MONDAY, NINE = 1, "09:00"

_SOME_DAYS = tuple(f"weekly summary on {day}" for day in ("Monday", "Friday"))


def summary_at(s: Sentence, at: int, zone: str) -> tuple[dict[str, Any] | None, Doubt | None, int]:
    """The operation that begins there, or what must be asked first, and its length in tokens."""
    if length := s.says_any(at, _OFF):
        return {"op": "set_summary", "every": None}, None, length
    start = at + s.says_any(at, _LEADS)
    every = _RHYTHMS.get(s.low(start))
    kind = s.says_any(start + 1, _KINDS) if every else 0
    if every is None or not kind:
        return None, None, 0
    end = start + 1 + kind
    said: dict[str, Any] = {"op": "set_summary", "every": every, "time": NINE, "zone": zone}
    days, end = _days(s, end)
    clock, end = _clock(s, end)
    if not days:
        days, end = _days(s, end)
    if len(days) > 1 or (days and every == "day"):
        return None, Doubt(say("ask-summary-day"), _SOME_DAYS), end - at
    if every == "week":
        said["weekday"] = days[0] if days else MONDAY
    return {**said, **({"time": clock} if clock else {})}, None, end - at


def _days(s: Sentence, at: int) -> tuple[list[int], int]:
    lead = s.says_any(at, ("on every", "every", "on", "each", "on each"))
    found = days_at(s, at + lead)
    return (found[0], at + lead + found[2]) if found else ([], at)


def _clock(s: Sentence, at: int) -> tuple[str, int]:
    lead = s.says_any(at, ("at", "by", "around"))
    found = clock_at(s, at + lead, bare=bool(lead))
    return (found[0].text, at + lead + found[1]) if found else ("", at)
