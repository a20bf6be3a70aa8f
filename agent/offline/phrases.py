"""Names and wishes about reporting, found in a sentence."""

from __future__ import annotations

from agent.offline.clocks import clock_at
from agent.offline.mentions import mention_at
from agent.offline.sentence import Sentence
from agent.offline.tokens import Kind
from agent.offline.wordset import wordset
from agent.tools.name_like import may_be_name
from agent.tools.said import said_words
from missions.blueprint import Notify

NAME_TAG, NOTIFY_TAG = "name", "notify"
_NAMING = (
    "let's call it", "call it", "call this", "call this mission", "call this one",
    "call that one", "call the mission", "name it",
    "name this", "name this one", "named", "called", "rename it to", "rename this to",
    "rename this mission to",
    "rename the mission to", "rename it", "rename this", "rename to", "its name is", "name :",
    "title :", "title it",
    "change its name to", "change the name to", "set the name to", "under the name",
)  # fmt: skip
_NO_NAMES = ("what", "whatever", "however", "something", "anything", "as you", "it")
"""“Call it what you want” names nothing."""
_IDIOMS = ("off", "a day", "a night", "quits")
"""What follows “call it” when nothing is to be renamed."""
_POLITE = ("please", "thanks", "thank you")
_VERBS = wordset(
    "check watch monitor ping test verify tell only always report notify alert run make move "
    "change also add stop drop remove set launch pause disable keep use don't do it at "
    "mention ping tag cc warn let send post message page allow leave skip give never retry if "
    "summarize announce enable resume mute unmute undo delete rename cancel continue start restart"
)
_BEHIND_PAIR = frozenset({"and", "but", ",", ";", ".", "!", "?", "please"})
"""“Shop and pay” is a name if its clause ends there; what is longer goes on with another order."""
_LEADS = (
    "be quiet unless", "stay quiet unless", "keep quiet unless", "quiet unless", "silent unless",
    "stay silent unless", "don't bother me unless", "no reports unless", "only report",
    "report only", "only post", *(
    f"{lead}{tail}"
    for lead in (
        "only tell me", "tell me only", "only tell us", "only report", "report only",
        "only notify me", "notify me only", "only alert me", "alert me only", "only ping me",
        "only post", "post only", "only speak up", "only speak", "only let me know", "only",
        "only bother me", "only message me",
    )
    for tail in (" when", " if", " on", " about", " in case", " for")
))  # fmt: skip
_TELL = tuple(
    f"{verb} {word}"
    for verb in (
        "tell me", "tell us", "alert me", "alert us", "let me know", "let us know", "notify me",
        "notify us", "ping me", "ping us", "warn me", "warn us", "message me", "alert", "warn",
        "notify", "shout", "page me", "page us", "complain",
    )
    for word in ("when", "if", "as soon as", "in case", "whenever")
)  # fmt: skip
_ALWAYS = (
    "always report", "report always", "report every time", "report each time", "report every run",
    "always tell me", "tell me every time", "tell me each time", "report all runs",
    "always post", "post every time", "report every result",
)  # fmt: skip
_NEVER = ("never report", "don't report", "do not report", "never post", "don't post anything",
          "stay silent", "report nothing")  # fmt: skip
_CHANGE = wordset("change changes changed changing new different news recovers")
_BAD = wordset(
    "wrong problem problems fails fail failing failed failure failures down breaks broken bad "
    "off error errors issue issues finding findings unhealthy red critical slow broke trouble"
)
_EXPECTED = frozenset(
    {
        "latency",
        "response",
        ">",
        "above",
        "over",
        "exceeds",
        "slower",
        "longer",
        "takes",
        "certificate",
        "cert",
        "ssl",
        "tls",
    }
)
"""Words of a clause that says what to expect, which is read with the checks."""
_STOPS = frozenset({"and", ",", ";", ".", "but"})
_OF_CLAUSE = wordset(
    "only tell me us report post notify alert ping speak up let know bother message warn when if "
    "on about in case for as soon whenever it is are a an the any anything something some one of "
    "them they check checks site page address service server goes go becomes become gets get "
    "really actually was there has had not isn't aren't ok okay fine good or that this happens "
    "happen any more real ever its status result results answer answers again reports to with "
    "shop website url urls"
)
"""Words of such a clause that add nothing; others stay unread, and are asked about."""


def _begins_name(sentence: Sentence, at: int) -> bool:
    """Whether a “To” is the name's own first word: “call it To delete”."""
    token = sentence.token(at)
    return token is not None and token.text[:1].isupper()


def find_name(sentence: Sentence) -> str | None:
    """The name that the sentence gives, claimed with the words around it."""
    place = sentence.find(_NAMING)
    if place is None:
        return None
    at, length = place
    start = at + length
    start += sentence.low(start) == "to" and not _begins_name(sentence, start)
    first = sentence.token(start)
    if first is None or sentence.says_any(start, _IDIOMS) == len(sentence) - start:
        return None
    if sentence.says_any(start, _NO_NAMES):
        return None
    if first.kind is Kind.QUOTED:
        sentence.claim(_with_joiner(sentence, at), start + 1, NAME_TAG)
        return first.text
    end = name_end(sentence, start)
    if sentence.low(end) == "and" and not _goes_on(sentence, end):
        return None
    sentence.claim(_with_joiner(sentence, at), end, NAME_TAG)
    return sentence.text[first.start : sentence.tokens[end - 1].end]


def is_likely_name(words: str) -> bool:
    """Whether words without quotation marks may be a name: no state, no schedule, no idiom.

    What is written as a name is one: “call it New”.
    """
    return words[:1].isupper() or may_be_name(said_words(words) or ["it"])


def unlikely_name(s: Sentence) -> str:
    """What an order to name gives without quotation marks that is hardly meant as a name."""
    afresh = Sentence(s.text)
    name = find_name(afresh)
    quoted = any(t.kind is Kind.QUOTED and t.text == name for t in s.tokens)
    said = name is not None and any(c.isalnum() for c in name)
    return name or "" if said and not quoted and not is_likely_name(name or "") else ""


def name_end(s: Sentence, start: int) -> int:
    """Where the name that begins at a place ends: behind the quotes, else where words go on."""
    if s.kind(start) is Kind.QUOTED:
        return start + 1
    end = start + 1
    while end < len(s) and not _name_ends(s, end):
        end += 1
    return end


def find_notify(sentence: Sentence) -> Notify | None:
    """When to report, claimed."""
    for phrases, notify in ((_ALWAYS, Notify.ALWAYS), (_NEVER, Notify.NEVER)):
        if place := sentence.find(phrases):
            sentence.claim(place[0], sum(place), NOTIFY_TAG)
            return notify
    if place := sentence.find(_LEADS):
        classified = _classified(sentence, *place)
        if classified is not None:
            return classified
    if place := sentence.find(_TELL):
        return _told(sentence, *place)
    return None


def _with_joiner(s: Sentence, at: int) -> int:
    return at - 1 if s.low(at - 1) in ("and", ",") else at


def _name_ends(s: Sentence, at: int) -> bool:
    low = s.low(at)
    token = s.tokens[at]
    if s.token(at) is None or token.kind in (Kind.URL, Kind.QUOTED) or low in (",", ";"):
        return True
    if low in (".", "!", "?", "but", "please") or s.says_any(at, _POLITE) == len(s) - at:
        return True
    if low[0] == "@" or s.says(at, "with at most") or mention_at(s, at)[1]:
        return True
    if low == "and":
        return _goes_on(s, at) or (at + 2 < len(s) and s.low(at + 2) not in _BEHIND_PAIR)
    if low == "at":
        return clock_at(s, at + 1, bare=True) is not None
    if s.says(at, "from now on"):
        return True
    return low in ("every", "instead") and token.text == low


def _goes_on(s: Sentence, at: int) -> bool:
    """Whether another order follows the “and” at that place."""
    following = s.low(at + 1)
    return following in _VERBS or s.kind(at + 1) is Kind.URL or following.startswith("@")


def _clause_end(s: Sentence, at: int) -> int:
    end = at
    while (token := s.token(end)) and s.low(end) not in _STOPS and token.kind is not Kind.URL:
        end += 1
    return end


def _classified(s: Sentence, at: int, length: int) -> Notify | None:
    end = _clause_end(s, at + length)
    words = {s.low(i) for i in range(at, end)}
    if words & _CHANGE:
        notify = Notify.ON_CHANGE
    elif words & _BAD or _says_not_ok(words):
        notify = Notify.ON_FINDING
    else:
        return None
    known = _CHANGE | _BAD | _OF_CLAUSE
    for i in range(_with_joiner(s, at), end):
        if i < at + length or s.low(i) in known:
            s.claim(i, i + 1, NOTIFY_TAG)
    return notify


def _says_not_ok(words: set[str]) -> bool:
    return bool(words & {"not", "isn't", "aren't"}) and bool(words & {"ok", "okay", "fine", "good"})


def _told(s: Sentence, at: int, length: int) -> Notify | None:
    """“tell me when …”: about an address it is for what is wrong with it."""
    end = _clause_end(s, at + length)
    following = s.token(end)
    if following is not None and following.kind is Kind.URL and end - at - length <= 3:
        s.claim(at, end, NOTIFY_TAG)
        return Notify.ON_FINDING
    if _EXPECTED & {s.low(i) for i in range(at + length, end)}:
        s.claim(_with_joiner(s, at), at + length, NOTIFY_TAG)
        return Notify.ON_FINDING
    return _classified(s, at, length)
