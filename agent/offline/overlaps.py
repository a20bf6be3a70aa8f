"""“skip it if the previous run is still going”, and its three siblings [B3]."""

from __future__ import annotations

from agent.offline.sentence import Sentence
from agent.offline.wordset import wordset
from missions.blueprint import Overlap

REACH = 14
"""How many words a condition may have."""

_VERBS: dict[Overlap, tuple[str, ...]] = {
    Overlap.SKIP: (
        "skip it", "skip the run", "skip a run", "skip the next run", "skip runs", "skip that run",
        "skip", "don't start another", "do not start another", "don't start", "do not start",
        "don't run it", "don't run", "do not run",
    ),
    Overlap.QUEUE_ONE: (
        "queue one", "queue it", "queue the next run", "queue the run", "queue", "let it wait",
        "make it wait", "wait for it", "wait",
    ),
    Overlap.PARALLEL: (
        "run it in parallel", "run in parallel", "run them in parallel", "run both",
        "run beside it", "run it anyway", "start another", "start it anyway", "in parallel",
    ),
    Overlap.REPLACE: (
        "replace it", "replace the previous run", "replace the previous one",
        "replace the last run", "replace the running one", "replace",
        "stop the previous run", "stop the previous one",
        "cancel the previous run", "cancel the previous one", "cancel it", "stop it",
    ),
}  # fmt: skip
_ALONE: dict[Overlap, tuple[str, ...]] = {
    Overlap.SKIP: ("skip overlapping runs", "no overlapping runs"),
    Overlap.QUEUE_ONE: ("queue overlapping runs",),
    Overlap.PARALLEL: (
        "run in parallel", "allow overlapping runs", "let runs overlap", "runs may overlap",
        "allow parallel runs",
    ),
    Overlap.REPLACE: ("replace the previous run", "replace the running one"),
}  # fmt: skip
"""Phrases that need no condition."""
_IF = ("if", "when", "while", "in case", "as long as")
_ENDS = wordset("going running runs busy active overlap overlaps unfinished finished done")
_TELLING = wordset("previous last earlier still overlap overlaps")


def read_overlap(s: Sentence, at: int) -> tuple[Overlap | None, int]:
    """What is wanted, and how many words say so; (None, 0) if none do."""
    if length := s.says_any(at, _IF):
        end = _condition(s, at + length)
        if end:
            then = end + (s.low(end) in (",", "then"))
            overlap, width = _verb(s, then, _VERBS)
            return (overlap, then + width - at) if width else (None, 0)
        return None, 0
    overlap, length = _verb(s, at, _VERBS)
    lead = s.says_any(at + length, _IF) if length else 0
    if lead and (end := _condition(s, at + length + lead)):
        return overlap, end - at
    return _verb(s, at, _ALONE)


def _verb(
    s: Sentence, at: int, table: dict[Overlap, tuple[str, ...]]
) -> tuple[Overlap | None, int]:
    found = {overlap: s.says_any(at, phrases) for overlap, phrases in table.items()}
    best = max(found, key=lambda overlap: found[overlap])
    return (best, found[best]) if found[best] else (None, 0)


def _condition(s: Sentence, start: int) -> int:
    """Where “the previous run is still going” ends; 0 if that is not what it says."""
    said: set[str] = set()
    for at in range(start, min(start + REACH, len(s))):
        low = s.low(at)
        if low in (",", ";", "."):
            return 0
        said.add(low)
        ends = low in _ENDS and not (low == "running" and s.low(at + 1) in ("one", "run"))
        if ends and said & _TELLING:
            return at + 1
    return 0
