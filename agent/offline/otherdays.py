"""A change of the time on some days only, which leaves open what happens on the others [B5 C5].

“8:30 instead of 9 on Mondays” keeps 9:00 on the other days, or drops them; “9:00 except on Fridays”
keeps the old time on Fridays, or runs no more then (“9:00, not on Fridays” says which); “skip
Monday” is the next one, or every one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agent.offline.almanac import unit_of
from agent.offline.answers import DAY_NAMES, day_words
from agent.offline.pieces import Pieces
from agent.offline.sentence import Sentence
from agent.offline.timing import Doubt, Timing
from missions.phrases import listed, names, say

TAG = "later"


def days_doubt(p: Pieces, timing: Timing, now: datetime) -> Doubt | None:
    """What must be asked before such a change; None if it leaves nothing open."""
    if p.skip_once and not timing.when:
        return _next_or_every(p, timing, now)
    clock = timing.time_only or (p.times[0] if len(p.times) == 1 else None)
    partly = timing.instead_of is not None and bool(p.days)
    if clock is None or p.interval or not clock.sure or not (partly or p.excepted):
        return None
    if p.recurring and not partly:
        return None
    left = " and ".join(f"{DAY_NAMES[d]}s" for d in p.skip_days)
    days = day_words(p) if p.days else "day"
    alone = f"every {days} at {clock.text}" + (f" except {left}" if left else "")
    shift = f"{clock.text} instead of {timing.instead_of.text}" if timing.instead_of else ""
    return Doubt(say("ask-other-days"), (alone, *([shift] if shift else [])))


def _next_or_every(p: Pieces, timing: Timing, now: datetime) -> Doubt:
    days = list(dict.fromkeys(p.skip_days))
    today = now.astimezone(ZoneInfo(timing.zone or timing.default_zone)).date()
    ahead = min((d - today.isoweekday() % 7) % 7 or 7 for d in days)
    each = " and ".join(f"{DAY_NAMES[d]}s" for d in days)
    once = (f"not on {today + timedelta(days=ahead)}",) if len(days) == 1 else ()
    named = listed([names("days", "wide")[d] for d in days])
    return Doubt(say("ask-next-or-every", day=named), (f"not on {each}", *once))


_SIDES = ("later", "earlier", "sooner")


def later_at(s: Sentence) -> Doubt | None:
    """The question about “an hour later”, whose words are claimed: later than which time?"""
    for at in range(len(s)):
        start = at + s.says_any(at, ("half an", "half a", "a", "an"))
        start += start == at and s.number(at) is not None
        if start > at and unit_of(s.low(start)) and s.low(start + 1) in _SIDES:
            s.claim(at, start + 2, TAG)
            words = s.text[s.tokens[at].start : s.tokens[start + 1].end]
            return Doubt(say("ask-which-time-then", words=words))
    return None
