"""Owners and places in words: “hand it over to @Ana”, “copy it to #eu”, “move it to #eu” [P3]."""

from __future__ import annotations

from agent.offline.intents import Call
from agent.offline.naming import mission_words
from agent.offline.sentence import Sentence

_EXPORT = ("export", "export the plan of", "export mission", "show me the yaml of", "yaml of")
_HAND = ("hand over", "hand", "transfer", "give", "pass")
_OWNER = ("make",)
_COPY = ("copy", "duplicate", "clone")
_MOVE = ("move", "relocate", "bring")


def read_belonging(s: Sentence, at: int) -> list[Call] | None:
    """The tool call of a message that hands over, copies or moves; None if it does not."""
    if length := s.says_any(at, _EXPORT):
        name = mission_words(s, at + length)
        if name != "?":
            return [Call("export_mission", {"mission": name} if name else {})]
    person, channel = _marked(s, at, "@"), _marked(s, at, "#")
    if person is not None:
        if length := s.says_any(at, _OWNER):
            return _made_owner(s, at + length, person)
        if length := s.says_any(at, _HAND):
            return _call("offer_handover", s, at + length, person, "person")
    if channel is not None:
        for phrases, tool in ((_COPY, "offer_copy"), (_MOVE, "offer_move")):
            if length := s.says_any(at, phrases):
                return _call(tool, s, at + length, channel, "channel")
    return None


def _call(tool: str, s: Sentence, start: int, end: int, what: str) -> list[Call] | None:
    """“… Shop watch over to @Ana”: the name stands before “over” and “to”."""
    stop = end
    while stop > start and s.low(stop - 1) in ("to", "over", "into", "in", "channel", "the"):
        stop -= 1
    if stop == end:
        return None
    name = mission_words(s, start, stop)
    if name == "?":
        return None
    return [Call(tool, {what: s.tokens[end].text, **({"mission": name} if name else {})})]


def _made_owner(s: Sentence, start: int, person: int) -> list[Call] | None:
    """“make @Ana the owner of Shop watch”."""
    after = person + 1
    length = s.says_any(after, ("the owner of", "owner of", "the owner", "its owner", "owner"))
    if person != start or not length:
        return None
    name = mission_words(s, after + length)
    if name == "?":
        return None
    said = {"person": s.tokens[person].text}
    return [Call("offer_handover", {**said, **({"mission": name} if name else {})})]


def _marked(s: Sentence, start: int, mark: str) -> int | None:
    """The place of the only word that begins with the mark."""
    found = [
        i
        for i in range(start, len(s))
        if (token := s.token(i)) and token.text.startswith(mark) and len(token.text) > 1
    ]
    return found[0] if len(found) == 1 else None
