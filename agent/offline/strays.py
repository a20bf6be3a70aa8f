"""Times that belong to something else than the runs: “mention me on Mondays”, “report on Fridays”.

A schedule is what a time is said of only if its clause says so. Mentions, reports, budgets, records
and single checks have no days of their own; what is meant is asked back, never guessed [B5 C5].
"""

from __future__ import annotations

from agent.offline.almanac import days_at
from agent.offline.phrases import NOTIFY_TAG
from agent.offline.sentence import Sentence
from agent.offline.settings import TAG as SETTING_TAG
from agent.offline.times import TAG as TIME_TAG
from agent.offline.timing import Doubt
from agent.offline.tokens import Kind
from agent.offline.wordset import wordset
from agent.offline.zones import TAG as ZONE_TAG
from missions.phrases import say

_SCHEDULE = (TIME_TAG, ZONE_TAG)
_OTHER = (SETTING_TAG, NOTIFY_TAG)
_BREAKS = frozenset({",", ";", ".", "and", "but", "then", "(", ")", ":", "-", "–", "—"})
_OF_OTHERS = wordset(
    "report reports reporting mention mentions ping tell notify alert alerts warn page post posts "
    "message speak talk say summary summaries digest overview budget keep results result announce "
    "bother wake email remind"
)
_OF_RUNS = wordset(
    "run runs running start starts check checks checking make move change set switch reschedule "
    "shift schedule monitor watch test verify put it's daily hourly"
)


def stray_times(s: Sentence, *, alone: bool) -> list[Doubt]:
    """The question about a time in a clause on something else; [] if there is none.

    `alone` takes it for the schedule if the sentence says no other time.
    """
    runs = _runs(s)
    for start, end in runs:
        more = [r for r in runs if r != (start, end)]
        if _is_stray(s, start) and (more or not alone):
            words = s.text[s.tokens[start].start : max(t.end for t in s.tokens[start:end])]
            return [Doubt(say("ask-time-of-what", words=words.strip(" ,.")))]
    return []


def days_of_address(s: Sentence) -> list[Doubt]:
    """The question about days behind an address that is added: all the runs, or that check alone?

    In a clause of its own that says “run” they are those of the runs.
    """
    url = next((i for i, t in enumerate(s.tokens) if t.kind is Kind.URL), len(s))
    afresh = Sentence(s.text)
    for start, end in _runs(s):
        own = any(s.tokens[i].low in _OF_RUNS for i in range(url + 1, start))
        if start > url and not own and any(days_at(afresh, i) for i in range(start, end)):
            words = s.text[s.tokens[start].start : max(t.end for t in s.tokens[start:end])]
            return [Doubt(say("ask-time-of-what", words=words.strip(" ,.")))]
    return []


def _runs(s: Sentence) -> list[tuple[int, int]]:
    """Where words on times stand together."""
    found: list[tuple[int, int]] = []
    for at in range(len(s)):
        if s.tag(at) in _SCHEDULE:
            if found and found[-1][1] == at:
                found[-1] = (found[-1][0], at + 1)
            else:
                found.append((at, at + 1))
    return found


def _is_stray(s: Sentence, start: int) -> bool:
    """Whether the clause in which the time stands is about something else before it."""
    first = start
    while first > 0 and not _breaks(s, first - 1):
        first -= 1
    if _is_other(s, first, start):
        return True
    contrary = {s.tokens[i].low for i in (first - 1, first) if 0 <= i < len(s)} & {"but"}
    before = first - 1
    while before > 0 and not _breaks(s, before - 1):
        before -= 1
    runs = any(s.tokens[i].low in _OF_RUNS for i in range(first, start))
    return bool(contrary) and not runs and first > 0 and _is_other(s, before, first - 1)


def _breaks(s: Sentence, at: int) -> bool:
    return s.tokens[at].low in _BREAKS and s.tag(at) not in _SCHEDULE


def _is_other(s: Sentence, start: int, stop: int) -> bool:
    places = [i for i in range(max(start, 0), stop) if s.tag(i) not in _SCHEDULE]
    if any(s.tokens[i].kind is Kind.URL for i in places):
        return False
    other = [i for i in places if s.tag(i) in _OTHER or s.tokens[i].low in _OF_OTHERS]
    runs = [i for i in places if s.tokens[i].low in _OF_RUNS and s.tag(i) not in _OTHER]
    return bool(other) and not (runs and runs[-1] > other[-1])
