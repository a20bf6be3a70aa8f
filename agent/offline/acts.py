"""What a Task does outside, in words: “if it fails POST https://… with {…} (ask first)” [A1]."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from agent.offline.mentions import people_at
from agent.offline.sentence import Sentence
from agent.offline.tokens import Kind
from missions.blueprint import ActWhen

TAG = "act"
_WHEN: dict[ActWhen, tuple[str, ...]] = {
    ActWhen.FOUND: (
        "each time it fails", "every time it fails", "whenever it fails", "as long as it fails",
        "each time a check fails", "every time a check fails", "whenever a check fails",
    ),
    ActWhen.RECOVERED: (
        "when it recovers", "if it recovers", "once it recovers", "when it is back",
        "when it's back", "when a check recovers", "once it is back",
    ),
    ActWhen.ALWAYS: (
        "on each run", "on every run", "after each run", "after every run", "each run",
        "every run",
    ),
    ActWhen.NEW: (
        "if it fails", "when it fails", "if that fails", "when that fails", "if this fails",
        "if they fail", "if a check fails", "when a check fails", "if one fails", "when one fails",
        "if it is down", "when it is down", "if it's down", "when it's down", "if it breaks",
        "when it breaks", "if it begins to fail", "when it begins to fail", "if it starts to fail",
        "when it starts to fail", "once it fails", "if something is wrong",
        "when something is wrong", "if it does not answer", "if it doesn't answer",
    ),
}  # fmt: skip
_METHODS = ("post", "put", "patch", "delete")
_SENDS = ("send a", "do a", "make a", "call")
_ASKS = ("ask first", "ask me first", "asking first", "after asking", "ask before", "with approval",
         "after approval", "if approved", "ask each time", "ask us first")  # fmt: skip
_WITHOUT = ("without asking", "without approval", "no need to ask", "do not ask", "don't ask")
_ENDS = (
    "do not post", "don't post", "stop posting", "no longer post", "do not send a post",
    "do nothing outside", "stop calling",
)  # fmt: skip
_JOINERS = ("and", ",", ";", "then", "but", "also", "please", "to", "with", "(", ")", "it", "there")


@dataclass
class Acts:
    """Operations, as `agent.operations` names them, the words that they came from, and the people
    who are to be asked."""

    operations: list[dict[str, Any]] = field(default_factory=list)
    words: str = ""
    people: list[str] = field(default_factory=list)


def read_acts(s: Sentence) -> Acts:
    """Claim and collect all that the sentence wants done outside."""
    found = Acts()
    for at in range(len(s)):
        if s.token(at) is None:
            continue
        if length := _ended(s, at, found) or _wanted(s, at, found):
            s.claim(_before(s, at), at + length, TAG)
    found.words = s.claimed_words(TAG)
    return found


def _wanted(s: Sentence, at: int, found: Acts) -> int:
    """The act that begins at that place, and its length in tokens; 0 if none does."""
    when, end = _when(s, at)
    end = _past(s, end)
    end += s.says_any(end, _SENDS)
    method = s.low(end) if s.low(end) in _METHODS else ""
    if not method:
        return 0
    end = _past(s, end + 1)
    if s.says_any(end, ("request",)):
        end = _past(s, end + 1)
    token = s.token(end)
    if token is None or token.kind is not Kind.URL:
        return 0
    url = token.text if "://" in token.text else f"https://{token.text}"
    body, end = _body(s, end + 1)
    asked, end = _leave(s, end, found)
    if when is None:
        when, end = _when(s, _past(s, end), end)
    if when is None:
        return 0
    if asked is None:
        asked, end = _leave(s, end, found)
    act: dict[str, Any] = {"url": url, "method": method.upper(), "when": when.value}
    if body:
        act["json_body"] = body
    if asked is False:
        act["without_asking"] = True
    found.operations.append({"op": "add_act", "act": act})
    return end - at


def _ended(s: Sentence, at: int, found: Acts) -> int:
    length = s.says_any(at, _ENDS)
    if not length:
        return 0
    end = _past(s, at + length)
    token = s.token(end)
    operation: dict[str, Any] = {"op": "remove_act"}
    if token is not None and token.kind is Kind.URL:
        operation["act"] = token.text.partition("://")[2] or token.text
        end += 1
    else:
        end = at + length
    end += s.says_any(end, ("any more", "anymore", "anything", "anything any more"))
    found.operations.append(operation)
    return end - at


def _when(s: Sentence, at: int, otherwise: int | None = None) -> tuple[ActWhen | None, int]:
    """When it is to be done, and where those words end."""
    for when, phrases in _WHEN.items():
        if length := s.says_any(at, phrases):
            return when, at + length
    return None, at if otherwise is None else otherwise


def _body(s: Sentence, at: int) -> tuple[str, int]:
    """JSON as written, or a text in quotes as `{"text": …}`; and where it ends."""
    start = at + (s.says_any(at, ("with the body", "with body", "with", "saying", "and say")))
    token = s.token(start)
    if token is None or start == at:
        return "", at
    if token.kind is Kind.QUOTED:
        return json.dumps({"text": token.text}, ensure_ascii=False), start + 1
    if s.text[token.start] not in "{[":
        return "", at
    try:
        value, stop = json.JSONDecoder().raw_decode(s.text, token.start)
    except (ValueError, RecursionError):
        return "", at
    end = next((i for i in range(start, len(s.tokens)) if s.tokens[i].start >= stop), len(s.tokens))
    return json.dumps(value, ensure_ascii=False), end


def _leave(s: Sentence, at: int, found: Acts) -> tuple[bool | None, int]:
    """Whether to ask, and whom; None if nothing is said; and where those words end."""
    start = _past(s, at)
    if length := s.says_any(start, ("ask", "asking", "after asking", "if approved by")):
        people, more = people_at(s, start + length)
        if people:
            found.people += people
            end = start + length + more
            end += s.says_any(end, ("first", "before"))
            return True, end + (s.low(end) == ")")
    for asks, phrases in ((True, _ASKS), (False, _WITHOUT)):
        if length := s.says_any(start, phrases):
            end = start + length
            return asks, end + (s.low(end) == ")")
    return None, at


def _past(s: Sentence, at: int) -> int:
    while s.low(at) in _JOINERS and s.low(at):
        at += 1
    return at


def _before(s: Sentence, at: int) -> int:
    """The joining words before it are part of it."""
    while s.low(at - 1) in ("and", ",", ";", "then", "but", "also"):
        at -= 1
    return at
