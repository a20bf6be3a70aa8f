"""Changes of a plan in words: times, days, checks, expectations, reporting [C5]."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agent.offline.acts import read_acts
from agent.offline.asking import asking_words
from agent.offline.events import Happening, find_happening
from agent.offline.otherdays import days_doubt, later_at
from agent.offline.replacing import find_replacement
from agent.offline.sentence import Sentence
from agent.offline.settings import read_settings
from agent.offline.strays import days_of_address, stray_times
from agent.offline.timing import Doubt, Timing
from agent.offline.tokens import Kind
from agent.offline.wishes import Clock, Wish, read_wish, unclear_words, zone_doubt
from agent.offline.wordset import wordset
from missions.phrases import say

TAG = "change"
_REMOVE = (
    "stop checking", "stop monitoring", "stop watching", "don't check", "do not check",
    "no longer check", "not check", "remove the check on", "remove the check for",
    "remove the check of", "drop the check on", "drop the check for", "delete the check on",
    "drop the check of", "delete the check for", "remove the check", "stop looking at",
    "no more", "remove",
    "drop", "delete", "ignore", "leave out", "skip", "get rid of",
)  # fmt: skip
_CUES = wordset(
    "bump put raise lower increase decrease make change move set switch shift reschedule adjust "
    "update run instead also add too "
    "additionally well plus edit"
)
_ALSO = frozenset({"also", "add", "too", "additionally", "plus"})
_MOVES = wordset("put make move change set shift switch reschedule run")
_LIMIT_NAMES = {
    "certificate": "certificate", "certificates": "certificate", "cert": "certificate",
    "ssl": "certificate", "tls": "certificate", "latency": "latency", "time": "latency",
    "speed": "latency", "status": "status", "text": "text", "content": "text", "body": "text",
}  # fmt: skip
_SMALL = wordset("the its a of on for response answer answering that how fast any more")
_GOALS = ("set the goal to", "change the goal to", "the goal is", "new goal", "make the goal",
          "set the goal", "goal")  # fmt: skip
_OBJECTIVES = ("add the objective to", "add the objective", "add an objective", "add objective",
               "new objective")  # fmt: skip


@dataclass
class Changes:
    """What is to be changed: operations, a new name, and what must be asked first."""

    operations: list[dict[str, Any]] = field(default_factory=list)
    name: str | None = None
    doubts: list[Doubt] = field(default_factory=list)
    unclear: str = ""

    @property
    def any(self) -> bool:
        """Whether anything was understood."""
        return bool(self.operations or self.name or self.doubts)


def has_cue(sentence: Sentence) -> bool:
    """Whether the words speak of changing what there is."""
    free = list(sentence.free())
    lows = {sentence.low(i) for i in free}
    if lows & {"instead", "also"} or (lows & {"too"} and free):
        return True
    if find_happening(Sentence(sentence.text)).on_task:
        return True
    if find_replacement(Sentence(sentence.text)):
        return True
    start = next((i for i in free if sentence.low(i) not in _LEADING), 0)
    if sentence.says(start, "make sure"):
        return False
    return sentence.low(start) in _CUES or any(sentence.says_any(i, _REMOVE[:7]) for i in free)


_LEADING = wordset("please can you could would and then ok now let's lets houston , let us")


def read_changes(sentence: Sentence, clock: Clock, *, task: str | None = None) -> Changes:
    """Claim and collect all the changes that the sentence asks for."""
    changes = Changes()
    changes.operations += read_acts(sentence).operations
    happening = find_happening(sentence)
    also = any(sentence.low(i) in _ALSO for i in sentence.free())
    moved = any(sentence.low(i) in _MOVES for i in sentence.free())
    task = task or _task(sentence)
    _goal(sentence, changes)
    if replaced := find_replacement(sentence):
        changes.operations.append(replaced)
    later = later_at(sentence)
    changes.doubts += [later] if later else []
    settings = read_settings(sentence, clock.now, clock.zone)
    changes.operations += settings.operations
    changes.doubts += settings.doubts
    _removals(sentence, changes)
    wish = read_wish(sentence, clock)
    changes.name = wish.name
    changes.doubts += wish.found.doubts
    if happening.any:
        _happens(wish, happening, changes, also=also)
    elif wish.specs and also and wish.timing.when and not moved:
        _new_tasks(wish, changes)
    elif wish.specs and not moved and (doubt := _either_way(wish, sentence, changes, also=also)):
        changes.doubts.append(doubt)
    else:
        changes.operations += [{"op": "add_check", "check": s} for s in wish.specs]
        _timed(wish, sentence, changes, clock.now)
    if wish.specs and not also and _replaces(sentence):
        changes.doubts.insert(0, Doubt(say("ask-instead-of-which")))
    if stray := stray_times(sentence, alone=False):
        changes.doubts = stray + [Doubt(d.text) for d in changes.doubts]
    if {"add_check"} & {o["op"] for o in changes.operations}:
        changes.doubts += days_of_address(sentence)
    also = also or _adds_days(sentence)
    if also and {o["op"] for o in changes.operations} & _SCHEDULE and not wish.specs:
        changes.doubts.append(Doubt(say("ask-in-addition")))
    if wish.found.loose and not _is_remark(wish, sentence, changes):
        changes.operations.append({"op": "set_limits", "limits": dict(wish.found.loose)})
    if wish.notify is not None:
        changes.operations.append({"op": "set_notify", "notify": wish.notify.value})
    if changes.any and asking_words(sentence):
        changes.doubts.insert(0, Doubt(say("ask-put-as-question")))
    changes.unclear = unclear_words(sentence) or _strange_words(sentence)
    if task is not None:
        for operation in changes.operations:
            if operation["op"] not in _WITHOUT_TASK:
                operation.setdefault("task", task)
    return changes


def _is_remark(wish: Wish, s: Sentence, changes: Changes) -> bool:
    """“It is up”, “move it up”: said of how things stand, not of what is to be expected."""
    words = {t.low for t in s.tokens}
    alone = not changes.any and dict(wish.found.loose) == {"status": "200"}
    return alone and "200" not in words and not words & _EXPECTING


_EXPECTING = wordset(
    "expect expects check checks must should verify ensure sure test only require needs has answer "
    "answers respond responds return returns 2xx"
)


def _adds_days(s: Sentence) -> bool:
    """“Include weekends”, “on weekends as well”: these days and those of now."""
    lows = [t.low for t in s.tokens]
    return "as well" in " ".join(lows) or bool({"include", "including"} & set(lows))


def _replaces(s: Sentence) -> bool:
    """“Change the url to https://…”: another address, in the place of one that is not named."""
    lows = [t.low for t in s.tokens]
    urls = sum(t.kind is Kind.URL for t in s.tokens)
    return urls == 1 and any(
        f"{verb} {the}{noun} {to}" in " ".join(lows)
        for verb in ("change", "replace", "swap", "update", "set", "switch")
        for the in ("", "the ", "its ")
        for noun in ("url", "address", "link", "endpoint")
        for to in ("to", "with", "by", "for")
    )


def _happens(wish: Wish, happening: Happening, changes: Changes, *, also: bool) -> None:
    """Another Task that waits for something, an event instead of a time, or other limits."""
    if wish.timing.said:
        changes.doubts.append(Doubt(say("ask-time-or-event")))
    elif wish.specs and happening.spec:
        spec: dict[str, Any] = {"when": happening.when, "checks": list(wish.specs)}
        changes.operations.append({"op": "add_task", **spec})
    elif happening.spec:
        changes.operations.append({"op": "set_trigger", "when": happening.when})
    else:
        changes.operations.append({"op": "set_event_limits", **happening.limits})
        changes.operations += [{"op": "add_check", "check": s} for s in wish.specs if also]


def _either_way(wish: Wish, s: Sentence, changes: Changes, *, also: bool) -> Doubt | None:
    """What must be asked of an address with a time only, or one that takes another's place."""
    if also and wish.timing.time_only is not None:
        return wish.timing.doubt
    instead = any(s.low(i) == "instead" for i in s.free())
    if instead and wish.timing.instead_of is None and not changes.operations:
        return Doubt(say("ask-instead-of-which"))
    return None


def _strange_words(s: Sentence) -> str:
    """What is left over and is no filler: it may name another Mission, or another wish."""
    strange = [
        s.tokens[i].text
        for i in s.free()
        if s.kind(i) is Kind.WORD and (s.low(i) not in _FILLERS or _means_more(s, i))
    ]
    return " ".join([*strange, *_orders_to_run(s)][:8])


def _orders_to_run(s: Sentence) -> list[str]:
    """“… and run it”: a clause that orders a run, and says nothing of the schedule."""
    clauses: list[list[int]] = [[]]
    for at, token in enumerate(s.tokens):
        if token.low in _JOINTS:
            clauses.append([])
        else:
            clauses[-1].append(at)
    if len(clauses) == 1:
        return []
    for clause in clauses:
        words = {s.tokens[i].low for i in clause}
        if words & _RUNNING and words <= _RUNNING | _RUN_IT and not any(s.tag(i) for i in clause):
            return [s.text[s.tokens[clause[0]].start : s.tokens[clause[-1]].end]]
    return []


_JOINTS = frozenset((",", ";", ".", "!", "and", "then", "but"))
_RUNNING = wordset("run start rerun execute trigger")
_RUN_IT = wordset("it this that them now again once please also the mission check checks too")


def _means_more(s: Sentence, at: int) -> bool:
    """“the us check” is one of several, “run it now” is another wish."""
    if s.low(at) == "us":
        return s.tokens[at - 1].low in ("the", "our", "in", "for", "only")
    before = {t.low for t in s.tokens[:at]}
    return s.low(at) == "now" and "run" in before


_FILLERS = wordset(
    "bump eye keeping include including a add additionally address adjust again also an and "
    "another answer answers any anymore as "
    "at be better both but can change check checking checks clock could do does doing edit "
    "expect expected for from go have hello hey hi houston i i'd in instead is it it's its just "
    "put raise lower increase decrease threshold limit latency keep let let's lets like "
    "looking make me mission monitor move must new now of ok on one "
    "ones only page ping plan please plus report reports reschedule run running runs same "
    "schedule set shift should site so start starting starts still sure switch task tell test "
    "thank thanks that the them then there these this time times timezone to too update url us "
    "use verify want watch we well will with would you your zone"
)
_SCHEDULE = frozenset({"set_time", "set_days", "set_trigger"})
_WITHOUT_TASK = frozenset({"set_goal", "add_objective", "add_task", "set_keeping"})


def _task(s: Sentence) -> str | None:
    """A Task's id; “remove T2” is left for the removals."""
    for at in s.free():
        if s.kind(at) is Kind.TASK and s.low(at - 1) not in ("remove", "drop", "delete", "task"):
            start = at - 1 if s.low(at - 1) in ("in", "for", "of", "on") else at
            s.claim(start, at + 1 + (s.low(at + 1) == ":"), TAG)
            return s.tokens[at].text.upper()
    return None


def _goal(s: Sentence, changes: Changes) -> None:
    for phrases, op, key in (
        (_GOALS, "set_goal", "goal"),
        (_OBJECTIVES, "add_objective", "objective"),
    ):
        place = s.find(phrases)
        if place is None:
            continue
        start = sum(place)
        start += s.low(start) in (":", "to")
        if start >= len(s):
            continue
        words = s.text[s.tokens[start].start :].strip().strip("\"'.")
        s.claim(place[0], len(s), TAG)
        changes.operations.append({"op": op, key: words})
        return


def _removals(s: Sentence, changes: Changes) -> None:
    at = 0
    while at < len(s):
        length = s.says_any(at, _REMOVE)
        at += (_removal(s, at, length, changes) or 1) if length else 1


def _removal(s: Sentence, at: int, length: int, changes: Changes) -> int:
    start = at + length
    while s.low(start) in _SMALL or s.low(start) == "check":
        start += 1
    token = s.token(start)
    if token is None:
        return 0
    if token.kind is Kind.URL:
        return _removed_urls(s, at, start, changes)
    if token.kind is Kind.TASK or (token.low == "task" and s.token(start + 1)):
        named = start + (token.low == "task")
        changes.operations.append({"op": "remove_task", "task": s.tokens[named].text.upper()})
        s.claim(at, named + 1, TAG)
        return named + 1 - at
    if token.low in _LIMIT_NAMES and s.low(start + 1) not in ("check", "checks"):
        changes.operations.append({"op": "drop_limit", "what": _LIMIT_NAMES[token.low]})
        s.claim(at, start + 1, TAG)
        return start + 1 - at
    if token.low[0] == "c" and token.low[1:].isdigit():
        changes.operations.append({"op": "remove_check", "check": token.text.upper()})
        s.claim(at, start + 1, TAG)
        return start + 1 - at
    return _removed_by_words(s, at, start, changes)


def _removed_urls(s: Sentence, at: int, start: int, changes: Changes) -> int:
    end = start
    while (token := s.token(end)) and token.kind is Kind.URL:
        changes.operations.append({"op": "remove_check", "check": token.text})
        s.claim(at, end + 1, TAG)
        end += 1
        if s.low(end) in ("and", ",") and s.kind(end + 1) is Kind.URL:
            s.claim(end, end + 1, TAG)
            end += 1
    return end - at


def _removed_by_words(s: Sentence, at: int, start: int, changes: Changes) -> int:
    """“drop the login check”, “stop checking the login page”."""
    end = start
    while (token := s.token(end)) and token.kind is Kind.WORD and s.low(end) not in _ENDS:
        end += 1
    says_check = s.low(end) in ("check", "checks", "page", "site", "url", "one")
    bare = any(s.says(at, p) for p in _REMOVE[:7])
    words = " ".join(s.tokens[i].text for i in range(start, end))
    limit = next((_LIMIT_NAMES[w] for w in words.lower().split() if w in _LIMIT_NAMES), None)
    if not words or not (says_check or bare) or s.low(start) in _WHEN:
        return 0
    s.claim(at, end + says_check, TAG)
    if limit is not None and len(words.split()) <= 2:
        changes.operations.append({"op": "drop_limit", "what": limit})
    else:
        changes.operations.append({"op": "remove_check", "check": words})
    return end + says_check - at


_WHEN = wordset("at on in during between after before over while every until from when if")
_ENDS = wordset("one check checks page site url and in from any anymore , . instead")


def _new_tasks(wish: Wish, changes: Changes) -> None:
    for when in wish.timing.when:
        spec: dict[str, Any] = {"when": when, "checks": list(wish.specs)}
        changes.operations.append({"op": "add_task", **spec})
    if doubt := zone_doubt(wish.zone, wish.timing):
        changes.doubts.append(doubt)


def _timed(wish: Wish, sentence: Sentence, changes: Changes, now: datetime) -> None:
    """The change of the schedule, as the smallest operation that says it."""
    timing, window = wish.timing, wish.pieces.window
    if doubt := zone_doubt(wish.zone, timing):
        changes.doubts.append(doubt)
        return
    if (wish.pieces.clash or wish.pieces.bound) and timing.doubt:
        changes.doubts.append(timing.doubt)
        return
    if window is not None and not wish.pieces.interval:
        old, new = window
        changes.operations.append({"op": "set_time", "time": new.text, "instead_of": old.text})
        return
    if doubt := days_doubt(wish.pieces, timing, now):
        changes.doubts.append(doubt)
        return
    if len(timing.when) > 1:
        changes.doubts.append(Doubt(say("ask-one-schedule")))
        return
    if timing.when and "at" in timing.when[0] and _runs(sentence):
        changes.doubts.append(Doubt(say("ask-only-once"), (timing.words,)))
        return
    if _small_change(timing, changes, whole=wish.pieces.recurring):
        if timing.zone is not None:
            changes.operations.append({"op": "set_zone", "zone": timing.zone})
        return
    if timing.when:
        changes.operations.append({"op": "set_trigger", "when": dict(timing.when[0])})
    elif timing.doubt and wish.pieces.any:
        changes.doubts.append(timing.doubt)
    elif timing.zone is not None:
        changes.operations.append({"op": "set_zone", "zone": timing.zone})


def _runs(s: Sentence) -> bool:
    """“run it tomorrow at 5pm”: that may be one run more, and the schedule is to stay."""
    verb = next((t.low for t in s.tokens if t.low not in _LEADING), "")
    return verb in ("run", "check", "test", "try", "look", "ping", "start", "do")


def _small_change(timing: Timing, changes: Changes, *, whole: bool) -> bool:
    """Another time, other days or fewer days; the rest of the schedule stays.

    A `whole` schedule was said if it is said to come again: “every day at 9, not on Sundays”.
    """
    fewer = {"op": "skip_days", "days": list(timing.skip_days)}
    small = not (whole and timing.skip_days)
    if small and timing.time_only is not None and timing.time_only.sure:
        operation = {"op": "set_time", "time": timing.time_only.text}
        if timing.instead_of is not None:
            operation["instead_of"] = timing.instead_of.text
        changes.operations += [operation, *([fewer] if timing.skip_days else [])]
        return True
    if timing.days_only is not None:
        changes.operations.append({"op": "set_days", "days": timing.days_only})
        return True
    if timing.skip_days and not timing.when:
        changes.operations.append(fewer)
        return True
    return False
