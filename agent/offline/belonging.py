"""Owners and places in words: “hand it over to @Ana”, “copy it to #eu”, “move it to #eu” [P3]."""

from __future__ import annotations

from agent.offline.intents import Call, ask
from agent.offline.naming import mission_words
from agent.offline.sentence import Sentence
from agent.offline.timing import Doubt
from agent.offline.wordset import wordset
from missions.phrases import say

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
    if channel is not None and (asked := _of_reports(s, at, channel)):
        return [asked]
    if channel is not None:
        for phrases, tool in ((_COPY, "offer_copy"), (_MOVE, "offer_move")):
            if length := s.says_any(at, phrases):
                return _call(tool, s, at + length, channel, "channel")
    return None


_SENDING = ("post", "send", "put", "write", "move", "report", "deliver", "show", "copy", "bring")
_REPORTS = wordset("report reports result results alerts alert messages posts it them updates")


def _of_reports(s: Sentence, at: int, channel: int) -> Call | None:
    """“post the reports in #sre”: the question about the Mission, in which its reports live."""
    length = s.says_any(at, _SENDING)
    words = [s.low(i) for i in range(at + length, channel)]
    said = {w for w in words if w not in _SMALL}
    named = said and said <= _REPORTS
    about_it = said <= {"it", "them"} and s.low(at) in ("move", "copy", "bring")
    if not length or not named or about_it or channel + 1 < _end(s):
        return None
    name = s.tokens[channel].text
    phrases = (f"move it to {name}", f"copy it to {name}")
    return ask(say("ask-nothing-changed-yet"), [Doubt(say("ask-move-whole"), phrases)], str)


_SMALL = wordset("the its all our of in to into over channel from now on this mission's")


def _end(s: Sentence) -> int:
    end = len(s)
    while end and s.low(end - 1) in ("?", ".", "!", "please", "instead", "too"):
        end -= 1
    return end


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
