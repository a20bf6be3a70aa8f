"""The name or ID of a Mission among other words."""

from __future__ import annotations

from agent.offline.intents import Call
from agent.offline.sentence import Sentence
from agent.offline.tokens import Kind
from agent.offline.wordset import wordset

NAME_WORDS_MAX = 14
"""A longer rest is a sentence of its own, not a name."""
_BEFORE_NAME = wordset(
    "to the mission of for on it its this that my our a me about what you're doing run execution"
)
_AFTER_NAME = wordset(
    "? ! . , please now again mission right away immediately once thanks ) doing today it "
    "this so far early"
)
_COMMANDS = wordset(
    "stop running executing what you're you are doing it's is cancel abort kill halt interrupt "
    "delete remove destroy erase get rid drop everything all anything about disable pause suspend "
    "deactivate turn switch off on put hold scheduling enable resume unpause reactivate re-enable "
    "continue back mute silence snooze shut up quiet run execute trigger start kick rerun re-run "
    "can could would will you i we want need to hey hi hello houston @houston ok okay just so and "
    "then kindly go ahead also let's task like mission watch"
)
"""The words of the commands themselves, and courtesies."""


def mission_words(s: Sentence, start: int, stop: int | None = None) -> str | None:
    """The name or ID between two places; None for “it” and the like. "?" if it is no name."""
    end = len(s) if stop is None else stop
    places = [i for i in range(start, end) if s.token(i) is not None]
    for i in places:
        if s.tokens[i].kind is Kind.MISSION:
            return s.tokens[i].text
        if s.tokens[i].kind is Kind.QUOTED:
            return s.tokens[i].text
    if len(places) > 2 and s.low(places[0]) in ("it", "this", "that") and s.low(places[1]) == ",":
        rest = s.text[s.tokens[places[2]].start : s.tokens[places[-1]].end]
        return "?" if is_no_name(rest) else None
    while places and _leads(s, places[0]):
        places.pop(0)
    while places and s.tokens[places[-1]].low in _AFTER_NAME:
        places.pop()
    if not places or all(s.tokens[i].low in _VAGUE for i in places):
        return None
    if len(places) > NAME_WORDS_MAX:
        return "?"
    return s.text[s.tokens[places[0]].start : s.tokens[places[-1]].end]


_VAGUE = wordset(
    "thing even actually really exactly current latest run runs quick real quickly asap real-quick "
    "running real fast execution one rn"
)
"""Of these alone no name is made: “kill the current run”, “what does this thing even check”."""


def _leads(s: Sentence, at: int) -> bool:
    """Whether the word comes before a name; “A” alone can be one."""
    return s.tokens[at].low in _BEFORE_NAME and s.tokens[at].text != "A"


def unread_words(s: Sentence, call: Call) -> str:
    """What a command on a Mission given by its ID or in quotes leaves unread; "" if nothing.

    A reason and an end of a pause are read; the words in brackets behind a name are its ID.
    """
    name = call.arguments["mission"]
    place = next(
        (i for i, t in enumerate(s.tokens)
         if t.kind in (Kind.MISSION, Kind.QUOTED) and t.text == name), None
    )  # fmt: skip
    if place is None:
        return ""
    known = _COMMANDS | _BEFORE_NAME | _AFTER_NAME
    last = place
    while last + 1 < len(s) and not (_is_more(call) and s.tokens[last + 1].low in _MORE):
        last += 1
    rest = [
        t.text
        for i, t in enumerate(s.tokens[: last + 1])
        if i != place and t.kind is not Kind.PUNCT and t.low not in known
        and t.text.upper() != call.arguments.get("task")
    ]  # fmt: skip
    besides = next((i for i in range(last) if _is_pair(s, i)), None)
    rest += [] if besides is None else [s.tokens[besides].text]
    return " ".join(rest)


def _is_pair(s: Sentence, at: int) -> bool:
    """“it and” or “and it”: another one than that of the ID."""
    return {s.tokens[at].low, s.tokens[at + 1].low} == {"it", "and"}


def _is_more(call: Call) -> bool:
    """Whether it was read when something ends, why it is done, or what it is about."""
    return bool({"note", "remark", "until"} & set(call.arguments))


_MORE = wordset(
    "until till til up for because due reason reason: note note: since as during with ( , - – — : "
    ". ; only just but without this focus looking look remark please"
)
"""How a note, a remark or an end begins behind a Mission's ID."""
_NO_NAME = wordset(
    "at on in from to next if unless when whenever while until after before for every each and but "
    "tomorrow today tonight weekends weekdays monday tuesday wednesday thursday friday saturday "
    "sunday not never twice later"
)


def before_no_name(words: str) -> str | None:
    """What stands before the first time or condition in the words; None if they hold none."""
    at = 0
    for word in words.split():
        at = words.index(word, at)
        if is_no_name(word):
            return words[:at].strip(" ,;")
        at += len(word)
    return None


def is_no_name(words: str) -> bool:
    """Whether the words hold a time or a condition, so that they cannot be just a name."""
    said = words.lower().replace("~", "").split()
    return any(w.strip(",.;:!?") in _NO_NAME or w[0].isdigit() for w in said)
