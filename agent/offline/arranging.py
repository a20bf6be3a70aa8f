"""Splitting a Task and moving one to another place, in words [C5].

“split it: EU at 8:00, US at 18:00”, “split the EU and US checks into two tasks”, “move T2 before
T1”, “put Check pay.example first”.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from agent.offline.clocks import clock_at
from agent.offline.intents import Call, ask
from agent.offline.sentence import Sentence
from agent.offline.timing import Doubt
from missions.phrases import say

PARTS_MAX = 5
WORDS_MAX = 6
"""Words by which a part, or a Task, is named; more are a sentence of their own."""

_POLITE = r"(?:(?:please|can you|could you|ok|now)[ ,]+)*"
_SPLIT = re.compile(rf"{_POLITE}split(?: up)?\b(?P<body>.*)", re.IGNORECASE | re.DOTALL)
_MOVE = re.compile(
    rf"{_POLITE}(?:move|put|place)\s+(?P<task>\S.*?)\s+"
    r"(?:(?P<place>first|last|up|down|to the (?:top|front|beginning|start|end|bottom|back))"
    r"|(?P<side>before|ahead of|above|after|behind|below)\s+(?P<other>\S.*?))"
    r"\s*(?:please)?[.!]*",
    re.IGNORECASE,
)
_PLACES = {"top": "first", "front": "first", "beginning": "first", "start": "first",
           "end": "last", "bottom": "last", "back": "last"}  # fmt: skip
_BEFORE = ("before", "ahead of", "above")
_NO_TASK = re.compile(r"(?:it|this|that|them|everything|(?:the )?(?:reports?|mission|time|run)s?)",
                      re.IGNORECASE)  # fmt: skip
_NO_OTHER = re.compile(r"[\d:.]+\s*(?:am|pm)?|lunch|noon|midnight|work|\w+days?", re.IGNORECASE)
_NUMBER = r"(?:two|three|four|five|[2-5]|several|separate)"
_INTO_SOME = re.compile(rf"(.*?)\s*\binto {_NUMBER}(?: separate)?(?: (?:tasks|parts|checks))?",
                        re.IGNORECASE)  # fmt: skip
_IT = re.compile(r"(?:it|this|that|the task|this task|them|the checks?)?", re.IGNORECASE)
_NEXT = re.compile(r"\s*[,;]\s*(?:and\s+)?|\s+and\s+", re.IGNORECASE)
_AT = re.compile(r"(?P<what>.+?)\s+(?:daily |every day )?(?:at|@)\s+(?P<clock>[\w:. ]+)",
                 re.IGNORECASE)  # fmt: skip
_IN = re.compile(r"(?P<what>.+?)\s+(?:in the|every|at) (?P<part>morning|afternoon|evening|night)",
                 re.IGNORECASE)  # fmt: skip
_PART_BEGINS = {"morning": "8:00", "afternoon": "14:00", "evening": "18:00", "night": "22:00"}
_EXAMPLE = "ask-split-how"


@dataclass
class _Part:
    """One of the Tasks: words of its addresses, and its time or the part of day that was said."""

    words: list[str]
    time: str | None = None
    day_part: str | None = None

    @property
    def is_timed(self) -> bool:
        return bool(self.time or self.day_part)

    @property
    def phrase(self) -> str:
        """As a sentence says it that leaves nothing open."""
        clock = self.time or _PART_BEGINS.get(self.day_part or "")
        return " and ".join(self.words) + (f" at {clock}" if clock else "")


def read_arranging(text: str, target: str | None) -> list[Call] | None:
    """The tool call that splits or moves a Task, or the question before it; None if neither."""
    words = text.strip()
    if said := _SPLIT.fullmatch(words):
        return _split(said["body"].strip().rstrip(".!"), target)
    if said := _MOVE.fullmatch(words):
        return _moved(said, target)
    return None


def _moved(said: re.Match[str], target: str | None) -> list[Call] | None:
    task, other = _named(said["task"]), _named(said["other"] or "")
    unfit = _NO_TASK.fullmatch(task) or "," in task or len(task.split()) > WORDS_MAX
    unfit = unfit or "," in other or bool(re.search(r"\b(?:and|but|then)\b", other))
    if unfit or _NO_OTHER.fullmatch(other) or len(other.split()) > WORDS_MAX:
        return None
    operation: dict[str, Any] = {"op": "move_task", "task": task}
    if other:
        operation["place"] = "before" if said["side"].lower() in _BEFORE else "behind"
        operation["other"] = other
    else:
        place = said["place"].lower().rpartition(" ")[2]
        operation["place"] = _PLACES.get(place, place)
    return [_change(operation, target)]


def _split(body: str, target: str | None) -> list[Call]:
    task, said = _halves(body)
    parts = _parts(said)
    if not 2 <= len(parts) <= PARTS_MAX or not all(_is_name(w) for p in parts for w in p.words):
        return [_how(target)]
    if any(p.is_timed for p in parts) and not all(p.is_timed for p in parts):
        return [_how(target)]
    head = f"{_aim(target)}split {task or 'it'}: "
    if any(p.day_part for p in parts):
        phrase = ", ".join(p.phrase for p in parts)
        doubt = Doubt(say("ask-times-of-parts"), (phrase,))
        return [ask(say("ask-parts"), [doubt], lambda p: head + p)]
    made = [{"checks": p.words, **({"time": p.time} if p.time else {})} for p in parts]
    named = {"task": task} if task else {}
    return [_change({"op": "split_task", **named, "parts": made}, target)]


def _halves(body: str) -> tuple[str | None, str]:
    """Which Task is split, and what was said of its parts."""
    head, colon, tail = body.partition(": ")
    if not colon:
        head, into, tail = body.partition(" into ")
        if not into or _INTO_SOME.fullmatch(f"x into {tail}"):
            listed = re.sub(r"\s*\b(?:checks?|tasks?|apart)$", "", head, flags=re.IGNORECASE)
            return None, listed if _NEXT.search(listed) else ""
    if some := _INTO_SOME.fullmatch(head):
        head = some[1]
    task = _named(head)
    return (None if _IT.fullmatch(task) else task), tail


def _parts(said: str) -> list[_Part]:
    """Words without a time go with those that have one behind them: “EU and UK at 8:00”."""
    parts = [_part(piece) for piece in _NEXT.split(said) if piece.strip()]
    if not any(p.is_timed for p in parts):
        return parts
    joined: list[_Part] = []
    waiting: list[str] = []
    for part in parts:
        waiting += part.words
        if part.is_timed:
            joined.append(_Part(waiting, part.time, part.day_part))
            waiting = []
    return [*joined, _Part(waiting)] if waiting else joined


def _part(piece: str) -> _Part:
    if said := _IN.fullmatch(piece.strip()):
        return _Part([_named(said["what"])], day_part=said["part"].lower())
    if said := _AT.fullmatch(piece.strip()):
        sentence = Sentence(said["clock"])
        found = clock_at(sentence, 0, bare=True)
        if found and found[0].sure and found[1] == len(sentence):
            return _Part([_named(said["what"])], time=found[0].text)
    return _Part([_named(piece)])


def _is_name(words: str) -> bool:
    """Whether these can be words of an address: no time is left in them that was not understood."""
    return 0 < len(words.split()) <= WORDS_MAX and not _NO_WORDS.search(words)


_NO_WORDS = re.compile(
    r"\b(?:at|every|in|everything|all|but|except|rest|others?|other)\b|^\d{1,2}(?:[:.]\d\d)?(?:\s?[ap]m)?$"
    r"|\d:\d\d", re.IGNORECASE
)  # fmt: skip
"""Times, and what is no word of one address."""


def _named(words: str) -> str:
    """Without the words around a name."""
    bare = words.strip().strip("\"'“”‘’`<>")
    return re.sub(r"^the\s+|\s+(?:checks?|task|one)$", "", bare, flags=re.IGNORECASE).strip()


def _change(operation: dict[str, Any], target: str | None) -> Call:
    mission = {"mission": target} if target else {}
    return Call("propose_change", {"changes": [operation], **mission})


def _how(target: str | None) -> Call:
    return ask(say("ask-nothing-changed-yet"), [Doubt(say(_EXAMPLE))], lambda p: _aim(target) + p)


def _aim(target: str | None) -> str:
    return f"{target}: " if target else ""
