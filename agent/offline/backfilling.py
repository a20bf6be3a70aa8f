"""Backfill in words: “backfill Shop watch from Monday to Wednesday” [S6 C7]."""

from __future__ import annotations

from agent.offline.intents import Call, ask
from agent.offline.moments import local_iso
from agent.offline.naming import mission_words
from agent.offline.pausing import Now, task_at
from agent.offline.sentence import Sentence
from agent.offline.spans import EXAMPLES, Span, find_span
from agent.offline.timing import Doubt
from agent.offline.tokens import Kind
from agent.offline.wordset import wordset
from missions.phrases import say

_LEADS = ("backfill", "back-fill", "back fill", "make up for", "make up", "catch up on",
          "catch up with")  # fmt: skip
_RUNS = ("run", "rerun", "re-run", "repeat", "redo", "execute")
_PAST = wordset("missed skipped past yesterday's")
_FILLERS = wordset(
    "the missed skipped past checks check runs run of for from in all again task tasks occurrences "
    "during on over that were was which it its this now please ."
)


def read_backfill(s: Sentence, at: int, now: Now) -> list[Call] | None:
    """The tool call of a message that wants past occurrences run; None if it does not."""
    length = s.says_any(at, _LEADS)
    if not length and (run := s.says_any(at, _RUNS)):
        length = run if any(s.low(i) in _PAST for i in range(at + run, len(s))) else 0
    if not length:
        return None
    start = at + length
    span = find_span(s, start, now.at, now.zone)
    if span is None:
        return [_when(s.text, Doubt(say("ask-from-to"), EXAMPLES))]
    if span.doubt:
        return [_when(s.text[: s.tokens[span.start].start], span.doubt)]
    task, name = _named(s, start, span)
    if name == "?":
        doubt = Doubt(say("ask-of-which"), ("list missions",))
        return [ask(say("ask-past-runs"), [doubt], str)]
    said = {"first": local_iso(span.first, now.zone), "last": local_iso(span.last, now.zone)}
    return [Call("offer_backfill", {**({"mission": name} if name else {}), **task, **said})]


def _when(head: str, doubt: Doubt) -> Call:
    return ask(
        say("ask-past-runs"),
        [doubt],
        lambda phrase: f"{head.strip().rstrip('?.!')} {phrase}",
    )


def _named(s: Sentence, start: int, span: Span) -> tuple[dict[str, str], str | None]:
    """The Task and the Mission around the stretch; "?" if the rest is no name."""
    for i in range(start, len(s)):
        if s.kind(i) is Kind.MISSION:
            return _task(s, start), s.tokens[i].text
    task, after = task_at(s, start)
    before = _bare(s, after, span.start)
    behind = _bare(s, span.stop, len(s))
    names = [mission_words(s, *place) for place in (before, behind) if place[0] < place[1]]
    found = [name for name in names if name]
    return task, (found[0] if len(found) == 1 else "?" if found else None)


def _task(s: Sentence, start: int) -> dict[str, str]:
    found = next((i for i in range(start, len(s)) if s.kind(i) is Kind.TASK), None)
    return {} if found is None else {"task": s.tokens[found].text.upper()}


def _bare(s: Sentence, start: int, stop: int) -> tuple[int, int]:
    """The place without the words around a name."""
    while start < stop and (s.low(start) in _FILLERS or s.kind(start) is Kind.PUNCT):
        start += 1
    while stop > start and (s.low(stop - 1) in _FILLERS or s.kind(stop - 1) is Kind.PUNCT):
        stop -= 1
    return start, stop
