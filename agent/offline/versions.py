"""Versions and undo in words: list, compare, restore, take back [B8 C7]."""

from __future__ import annotations

from agent.offline.intents import Call, ask
from agent.offline.naming import mission_words
from agent.offline.sentence import Sentence
from agent.offline.timing import Doubt
from agent.offline.tokens import Kind
from missions.phrases import say

_LIST = (
    "show me the versions", "show the versions", "show all versions", "show versions",
    "list the versions", "list versions", "list all versions", "versions", "the versions",
    "version history", "show the version history", "show me all versions",
    "what versions are there", "which versions are there",
)  # fmt: skip
_COMPARE = (
    "what changed between", "what has changed between", "what is different between",
    "show what changed between", "show me what changed between", "compare", "diff",
    "difference between", "the difference between", "show the difference between",
    "show me the difference between", "what's the difference between",
    "what is the difference between", "show the diff between", "show the diff of",
)  # fmt: skip
_SINCE = ("what changed since", "what has changed since", "changes since", "what changed from")
_IN = ("what changed in", "what changed with", "what did", "what was changed in", "changes in")
_RESTORE = (
    "back to", "restore it to", "restore the plan to", "restore", "go back to", "roll back to",
    "roll it back to", "rollback to", "revert to", "revert it to", "bring back", "put back",
    "return to", "take it back to", "set it back to",
)  # fmt: skip
_UNDO = (
    "undo the last change", "undo the latest change", "undo my last change", "undo that change",
    "undo the change", "undo the rename", "undo the last one", "undo that", "undo it", "undo this",
    "undo", "revert the last change", "revert that change", "revert that", "revert it", "revert",
    "take that back", "take it back", "take back the last change", "change it back",
    "change that back",
)  # fmt: skip


def read_versions(s: Sentence, at: int) -> list[Call] | None:
    """The tool call of a message about versions, or that takes something back; None otherwise."""
    for reader in (_restored, _undone, _compared, _since, _within, _listed):
        if (calls := reader(s, at)) is not None:
            return calls
    return None


def _number(s: Sentence, at: int) -> tuple[int, int] | None:
    """“version 2”, “v2”, “2”: the number and its length in tokens."""
    start = at + (s.low(at) == "the")
    start += s.low(start) in ("version", "versions", "no", "number")
    low = s.low(start)
    if low[:1] == "v" and low[1:].isascii() and low[1:].isdigit() and len(low) <= 6:
        return int(low[1:]), start + 1 - at
    if s.kind(start) is not Kind.NUMBER or len(low) > 6:
        return None
    return int(low), start + 1 - at


def _restored(s: Sentence, at: int) -> list[Call] | None:
    length = s.says_any(at, _RESTORE)
    if not length:
        return None
    found = _number(s, at + length)
    if found is None and (named := _named_before(s, at + length)):
        return named
    if found is None:
        if not s.says_any(at + length, _SOME_VERSION):
            return None
        doubt = Doubt(say("ask-version"), ("show the versions", "undo"))
        return [ask(say("ask-versions-lead"), [doubt], str)]
    number, width = found
    return _call("restore_version", s, at + length + width, version=number)


_SOME_VERSION = ("an older version", "an old version", "the old version", "the previous version",
                 "the version before", "the last version", "the older version",
                 "the previous plan", "the old plan")  # fmt: skip


def _named_before(s: Sentence, start: int) -> list[Call] | None:
    """“restore Shop watch to version 2”."""
    to = next((i for i in range(start, len(s)) if s.low(i) == "to" and _says_version(s, i + 1)), 0)
    found = _number(s, to + 1) if to else None
    name = mission_words(s, start, to) if found else None
    if found is None or name == "?":
        return None
    return [Call("restore_version", {**({"mission": name} if name else {}), "version": found[0]})]


def _undone(s: Sentence, at: int) -> list[Call] | None:
    length = s.says_any(at, _UNDO)
    if length and s.says_any(at + length, ("what", "everything", "all")):
        doubt = Doubt(say("ask-undo"), ("undo", "show the versions", "what changed"))
        return [ask(say("ask-undo-lead"), [doubt], str)]
    return _call("offer_undo", s, at + length) if length else None


def _compared(s: Sentence, at: int) -> list[Call] | None:
    length = s.says_any(at, _COMPARE)
    first = _number(s, at + length) if length else None
    if first is None:
        return None
    end = at + length + first[1]
    joined = end + s.says_any(end, ("and", "to", "with", "-", "→", ",", "vs", "against"))
    last = _number(s, joined)
    if last is None:
        return None
    return _call("show_difference", s, joined + last[1], first=first[0], last=last[0])


def _since(s: Sentence, at: int) -> list[Call] | None:
    length = s.says_any(at, _SINCE)
    first = _number(s, at + length) if length and _says_version(s, at + length) else None
    return _call("show_difference", s, at + length + first[1], first=first[0]) if first else None


def _within(s: Sentence, at: int) -> list[Call] | None:
    """“what changed in version 3”: against the one before."""
    length = s.says_any(at, _IN)
    last = _number(s, at + length) if length and _says_version(s, at + length) else None
    if last is None:
        return None
    after = at + length + last[1]
    after += s.low(after) in ("change", "do")
    return _call("show_difference", s, after, first=last[0] - 1 or None, last=last[0])


def _says_version(s: Sentence, at: int) -> bool:
    start = at + (s.low(at) == "the")
    low = s.low(start)
    return low in ("version", "versions") or (low[:1] == "v" and low[1:].isdigit())


def _listed(s: Sentence, at: int) -> list[Call] | None:
    length = s.says_any(at, _LIST)
    return _call("show_versions", s, at + length) if length else None


def _call(tool: str, s: Sentence, start: int, **more: object) -> list[Call] | None:
    name = mission_words(s, start)
    if name == "?":
        return None
    said = {k: v for k, v in more.items() if v is not None}
    return [Call(tool, {**({"mission": name} if name else {}), **said})]
