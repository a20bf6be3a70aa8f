"""Questions about the past and the near future: cost, who, last success, changes, tonight [C7]."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agent.offline.almanac import WEEKDAYS
from agent.offline.intents import Call
from agent.offline.moments import local_iso
from agent.offline.naming import mission_words
from agent.offline.pausing import Now
from agent.offline.sentence import Sentence
from agent.offline.spans import find_span
from agent.offline.tokens import Kind
from agent.offline.wordset import wordset

_COST = (
    "what does it cost", "what does this cost", "what is the cost of", "what's the cost of",
    "how much does it cost", "how much did it cost", "how much does this cost", "cost of",
    "costs of", "what did it cost", "how many tokens does it use", "how many tokens did it use",
    "show the cost of", "show the costs of", "show me the cost of", "how expensive is it",
    "how expensive is", "what has it cost", "how much is this costing", "how much is it costing",
    "what is it costing", "what is this costing",
    "how much has it cost", "the cost", "cost", "costs",
    "show the cost", "show me the cost", "what is the cost", "what's the cost",
)  # fmt: skip
_SPENT = ("how much did we spend", "what did we spend", "how much have we spent", "our spending",
          "what have we spent", "how much money did we spend", "how much do we spend")  # fmt: skip
_MONEY = wordset(
    "us me you so far until now per a month day week year in tokens money this last ? . !"
) | {""}
_COSTS = ("what does", "how much does", "what did", "how much did")
_WHO = (
    "who launched", "who approved", "who created", "who made", "who changed", "who disabled",
    "who paused", "who enabled", "who owns", "who renamed", "who started", "who confirmed",
    "who touched", "who set up", "who set", "who did it",
    "who did that", "who did this", "who did", "who is the owner of",
    "who's the owner of", "who last changed",
    "who changed the plan of", "who launched the mission",
)  # fmt: skip
_SUCCESS = (
    "when did it last succeed", "when did it last work", "when was it last good",
    "when was it last green", "when was it last ok", "when was it last all good",
    "last success of", "the last success of", "last success", "when was the last success of",
    "when was the last success", "when was the last successful run of", "last successful run of",
    "when was the last successful run", "last successful run", "when did it last pass",
)  # fmt: skip
_LAST = ("when did", "when was")
_CHANGED = (
    "what changed", "what has changed", "what's changed", "what is new", "what's new",
    "show the changes", "show me the changes", "show the change log", "show me the change log",
    "change log", "changes", "recent changes", "show recent changes", "what happened",
    "what ran", "what has run", "what did you do", "what have you done", "what did it do",
    "what happened here", "what were you doing", "what did you run",
)  # fmt: skip
_RUNS = (
    "what runs", "what will run", "what is going to run", "what's going to run",
    "what is scheduled for", "what's scheduled for", "what is scheduled", "what's scheduled",
    "what is running", "show me what runs", "show what runs", "which missions run",
    "next runs", "the next runs", "the next ten runs",
    "show the next ten runs", "show the next runs", "show me the next runs", "coming runs",
)  # fmt: skip
_EVERYTHING = wordset("everything here everywhere all missions in this channel of for the every")
_YESTERDAY = tuple(
    f"{lead}yesterday's {what}" for lead in ("show me ", "show ", "")
    for what in ("results", "runs", "reports", "result", "findings")
)  # fmt: skip
_NIGHT_BEGINS, _NIGHT_ENDS = time(18), time(6)
"""What tonight means; the answer says it."""


def read_records(s: Sentence, at: int, now: Now) -> list[Call] | None:
    """The tool call of a question that the records answer; None if it is none."""
    for reader in (_cost, _who, _success, _coming):
        if (calls := reader(s, at, now)) is not None:
            return calls
    return _changes(s, at, now)


def _cost(s: Sentence, at: int, now: Now) -> list[Call] | None:
    if length := s.says_any(at, _COST):
        words = [s.low(i) for i in range(at + length, len(s))]
        if all(not w or w in _MONEY for w in words):
            return [Call("what_it_costs")]
        if _is_everything(words):
            return [Call("what_it_costs", {"everywhere": True})]
        return _call("what_it_costs", s, at + length)
    if s.says_any(at, _SPENT):
        return [Call("what_it_costs", {"everywhere": True})]
    length = s.says_any(at, _COSTS)
    end = next((i for i in range(at + length, len(s)) if s.low(i) in ("cost", "costs")), None)
    if length and end and _is_everything([s.low(i) for i in range(at + length, end)]):
        return [Call("what_it_costs", {"everywhere": True})]
    return _call("what_it_costs", s, at + length, end) if length and end else None


def _is_everything(words: list[str]) -> bool:
    """“everything here”, “all missions in this channel”."""
    said = [w for w in words if w and w not in _MONEY]
    return bool({"everything", "everywhere", "all"} & set(said)) and set(said) <= _EVERYTHING


def _who(s: Sentence, at: int, now: Now) -> list[Call] | None:
    """“who approved the restart on Tuesday” names what was done, not the Mission."""
    length = s.says_any(at, _WHO)
    if not length:
        return None
    rest = [s.low(i) for i in range(at + length, _end(s))]
    named = any(s.kind(i) in (Kind.MISSION, Kind.QUOTED) for i in range(at + length, len(s)))
    of_a_deed = s.says(at, "who approved") and rest[:1] == ["the"]
    of_a_part = rest and set(rest) <= _OF_PLAN
    if not named and (of_a_deed or of_a_part or rest[-1:] == ["last"]):
        return [Call("who_did")]
    return _call("who_did", s, at + length)


_OF_PLAN = wordset(
    "the its a time times schedule plan zone timezone check checks name goal threshold limit "
    "limits "
    "address url urls addresses timeout retries settings task tasks mentions owner interval days "
    "it this that here last again to and"
)
"""Parts of a plan: “who changed the time” names no Mission."""


def _success(s: Sentence, at: int, now: Now) -> list[Call] | None:
    if length := s.says_any(at, _SUCCESS):
        return _call("last_success", s, at + length)
    length = s.says_any(at, _LAST)
    last = next((i for i in range(at + length, len(s)) if s.low(i) == "last"), None)
    if not length or last is None or s.low(last + 1) not in _WELL:
        return None
    return _call("last_success", s, at + length, last)


_WELL = wordset("succeed work pass good green ok okay succeeded worked passed healthy fine")


def _changes(s: Sentence, at: int, now: Now) -> list[Call] | None:
    """“what changed since yesterday in Shop watch”; without a stretch, the last day."""
    if s.says_any(at, _YESTERDAY):
        yesterday = datetime.combine(
            now.at.astimezone(ZoneInfo(now.zone)).date() - timedelta(days=1), time(),
            ZoneInfo(now.zone),
        )  # fmt: skip
        return [Call("what_changed", {"since": local_iso(yesterday, now.zone)})]
    length = s.says_any(at, _CHANGED)
    if not length:
        return None
    start = at + length
    if s.says_any(start, ("last night", "tonight", "overnight")) and start + 2 >= _end(s):
        return [Call("what_changed", {"since": local_iso(_last_night(now), now.zone)})]
    span = find_span(s, start, now.at, now.zone)
    asks = s.says_any(at, ("what happened", "what ran", "what did", "what have", "what were"))
    if span is None:
        return None if asks else _call("what_changed", s, start)
    if span.doubt:
        return None
    before = _trimmed(s, start, span.start)
    behind = _trimmed(s, span.stop, len(s))
    place = before if before[0] < before[1] else behind
    name = mission_words(s, *place) if place[0] < place[1] else None
    if name == "?":
        return None
    said = {"since": local_iso(span.first, now.zone)}
    return [Call("what_changed", {**({"mission": name} if name else {}), **said})]


def _end(s: Sentence) -> int:
    """Where the words end, without the last stops."""
    end = len(s)
    while end and s.low(end - 1) in ("?", ".", "!"):
        end -= 1
    return end


def _last_night(now: Now) -> datetime:
    """When the latest night began."""
    tz = ZoneInfo(now.zone)
    local = now.at.astimezone(tz)
    day = local.date() - timedelta(days=local.time() < _NIGHT_BEGINS)
    return datetime.combine(day, _NIGHT_BEGINS, tz)


def _trimmed(s: Sentence, start: int, stop: int) -> tuple[int, int]:
    while start < stop and s.low(start) in ("in", "of", "with", "for", "on", "here", "?", ","):
        start += 1
    while stop > start and s.low(stop - 1) in ("in", "of", "with", "for", "here", "?", ",", "."):
        stop -= 1
    return start, stop


_COMING_HERE = (
    "what runs next", "what's next", "what is next", "what comes next", "what's coming next",
    "what is coming next", "what's coming up", "what is coming up", "what's coming",
    "what is coming", "what's up next", "what is up next", "what will run next",
)  # fmt: skip
_HERE = ((), ("here",), ("in", "here"), ("in", "this", "channel"), ("in", "the", "channel"))


def _coming(s: Sentence, at: int, now: Now) -> list[Call] | None:
    """“what runs tonight”, “next runs of everything here”, “what's coming up here?”."""
    if length := s.says_any(at, _COMING_HERE):
        left = tuple(s.low(i) for i in range(at + length, len(s)))
        place = tuple(w for w in left if w not in ("", "?", ".", "!"))
        if place in _HERE and (place or s.low(at + length - 1) in ("up", "coming")):
            return [Call("show_next_runs", {"everywhere": True})]
    length = s.says_any(at, _RUNS)
    if not length:
        return None
    words = [s.low(i) for i in range(at + length, len(s)) if s.low(i) not in ("", "?", ".", "!")]
    while words and words[0] in ("on", "for", "of"):
        words.pop(0)
    window = _window(words, now)
    if window:
        first, last = (local_iso(t, now.zone) for t in window)
        return [Call("show_next_runs", {"everywhere": True, "after": first, "until": last})]
    asks_all = bool(words) and all(w in _EVERYTHING for w in words)
    if asks_all and {"everything", "everywhere", "all", "every"} & set(words):
        return [Call("show_next_runs", {"everywhere": True})]
    return None


def _window(words: list[str], now: Now) -> tuple[datetime, datetime] | None:
    tz = ZoneInfo(now.zone)
    local = now.at.astimezone(tz)
    today = local.date()

    def on(day: date, clock: time = time()) -> datetime:
        return datetime.combine(day, clock, tz)

    rest = [w for w in words if w not in ("here", "in", "this", "channel", "everything")]
    if rest[1:] in (["morning"], ["afternoon"], ["evening"]):
        rest.pop()
    match rest:
        case ["tonight"]:
            night = on(today, _NIGHT_BEGINS)
            begin = now.at if local.timetz().replace(tzinfo=None) >= _NIGHT_BEGINS else night
            return begin, on(today + timedelta(days=1), _NIGHT_ENDS)
        case ["today"]:
            return now.at, on(today + timedelta(days=1))
        case ["tomorrow"]:
            return on(today + timedelta(days=1)), on(today + timedelta(days=2))
        case [day] if day in WEEKDAYS:
            ahead = (WEEKDAYS[day] - today.isoweekday()) % 7 or 7
            begin_day = today + timedelta(days=ahead)
            return on(begin_day), on(begin_day + timedelta(days=1))
    return None


def _call(tool: str, s: Sentence, start: int, stop: int | None = None) -> list[Call] | None:
    name = mission_words(s, start, stop)
    return None if name == "?" else [Call(tool, {"mission": name} if name else {})]
