"""Questions about how a Mission stands: is it down, since when, who broke it, how often it runs.

They are answered from the records; what these do not hold is said, never guessed [C7 C8].
"""

from __future__ import annotations

from dataclasses import dataclass

from agent.offline.intents import Call, tell
from agent.offline.naming import mission_words
from agent.offline.sentence import Sentence
from agent.offline.tokens import Kind
from missions.phrases import say

_BAD = (
    "down", "failing", "red", "broken", "critical", "unhealthy", "unreachable", "offline", "slow",
    "bad", "in trouble",
)  # fmt: skip
_WELL = ("up", "ok", "okay", "green", "healthy", "fine", "working", "alive", "good", "reachable",
         "online", "back", "back up", "all right", "recovered", "running fine")  # fmt: skip
_NOW = ("still", "already", "currently", "again")
_BROKE = ("go down", "break", "fail", "start failing", "start to fail", "stop working", "go red",
          "begin to fail", "begin failing", "went down", "become critical")  # fmt: skip
_QUIET = ("paused", "disabled", "muted", "on hold", "switched off", "turned off", "active",
          "enabled", "silent", "off")  # fmt: skip


@dataclass(frozen=True)
class _Form:
    """How a question begins and ends, with a Mission's name or “it” between; what answers it."""

    heads: tuple[str, ...]
    tails: tuple[str, ...]
    tools: tuple[str, ...]


_FORMS = (
    _Form(("since when is", "since when has", "since when was", "how long is", "how long has",
           "how long was", "for how long is", "for how long has", "how long will"),
          tuple(f"{lead}{state}" for lead in ("", "been ", "not been ")
                for state in (*_BAD, *_WELL)),
          ("last_success", "explain_last")),
    _Form(("when did", "since when did", "at what time did"), _BROKE,
          ("last_success", "explain_last")),
    _Form(("why is", "is", "who paused", "until when is", "how long is", "since when is"), _QUIET,
          ("show_mission",)),
    _Form(("is", "is the", "was", "how bad is", "how slow is"),
          tuple(f"{lead}{state}" for lead in ("", *(f"{n} " for n in _NOW))
                for state in (*_BAD, *_WELL)),
          ("explain_last",)),
    _Form(("did", "has"), ("recover", "recovered", "pass", "passed", "run", "work"),
          ("explain_last",)),
    _Form(("how often does", "how often is", "how frequently does", "when does", "what does",
           "at what time does", "what exactly does"),
          ("run", "checked", "check", "watch", "monitor", "look at", "test", "report", "do"),
          ("show_plan",)),
    _Form(("when was the last run of", "when was the latest run of", "last run of"), ("",),
          ("show_history",)),
    _Form(("when did",), ("last run", "run last", "run the last time"), ("show_history",)),
)  # fmt: skip
_WHOLE: dict[str, tuple[str, ...]] = {
    "show_mission": (
        "status", "the status", "what's the status", "what is the status", "how's it", "how is it",
        "what's its state", "what's the state", "what is the state", "what is its state", "state",
        "how's it going", "how is it going", "how's it doing", "how is it looking", "any news",
        "show me the status", "show the status", "give me a status", "status please",
    ),
    "show_plan": (
        "what is checked", "what is checked here", "what's checked", "what's checked here",
        "what is it checking", "what is monitored", "what is being checked", "who gets pinged",
        "who gets mentioned", "who is mentioned", "who is pinged", "who is notified",
        "who gets notified", "whom does it mention", "whom do you ping", "who do you ping",
        "what's the threshold", "what is the threshold", "what's the timeout", "what is the limit",
        "what is the timeout", "what's the limit", "which time zone", "what time zone",
        "which addresses", "which urls", "what are the checks", "show the checks",
        "show me the checks", "which checks are there", "what's the goal", "what is the goal",
        "what's the schedule", "what is the schedule", "which tasks are there", "show the tasks",
        "who was told", "who was pinged", "who was notified", "is anyone getting pinged",
        "is anybody pinged", "does anyone get pinged",
    ),
    "show_history": (
        "when was the last run", "when was the latest run", "the last run", "last run",
        "show the last run", "show me the last run", "what's the uptime", "what is the uptime",
        "uptime", "how many runs failed", "how many failures", "how many failures were there",
        "show the failures", "show me the failures", "which runs failed", "what runs failed",
        "show failed runs", "show the failed runs", "how reliable is it", "the history",
        "the runs", "show runs", "show the runs", "show me the runs", "all runs",
    ),
    "list_missions": (
        "which ones are failing", "which are failing", "what is failing", "what's failing",
        "what's red", "what is red", "what's red right now", "what's broken", "what is broken",
        "anything broken", "anything failing", "anything red", "anything down", "is anything down",
        "is anything broken", "is anything failing", "is anything red", "is everything ok",
        "is everything green", "is everything fine", "is everything up", "everything ok",
        "what's down", "what is down", "which missions are failing", "which missions are red",
        "what's wrong right now", "all good", "any problems", "any issues", "are there problems",
        "are there any problems", "is there anything wrong", "anything wrong", "what's on fire",
        "overview", "summary", "give me an overview", "dashboard", "what's going on",
        "what's up", "what is going on",
    ),
}  # fmt: skip
_WHO = ("who broke", "what broke", "who caused", "whose fault is", "who is to blame for",
        "who did break", "who is responsible for", "who took")  # fmt: skip
_BLAME = (
    "it", "this", "that", "", "it down", "this down", "the failure", "the outage",
    "this failure", "this outage", "the problem", "this problem", "the incident",
    "it last night", "it yesterday", "it today",
)  # fmt: skip
_LAST = ("show the last", "show me the last", "show last", "the last", "last", "latest",
         "show me last", "show the latest")  # fmt: skip


def read_standing(s: Sentence, at: int, *, here: bool) -> list[Call] | None:
    """The tool calls of a question on how a Mission stands; None if it is none.

    `here` says that the conversation is about a Mission; otherwise “status” is that of all.
    """
    if any(t.kind is Kind.URL for t in s.tokens):
        return None
    whole = _words(s, at, len(s))
    for tool, phrases in _WHOLE.items():
        if whole in phrases:
            return [_about(tool, None, here=here)]
    if (calls := _blame(s, at, whole)) or (calls := _last_runs(s, at)):
        return calls
    for form in _FORMS:
        if (found := _fits(s, at, form)) is not None:
            return [_about(tool, found or None, here=True) for tool in form.tools]
    return None


def _about(tool: str, mission: str | None, *, here: bool) -> Call:
    if tool == "list_missions" or (tool == "show_mission" and not here):
        return Call("list_missions")
    failed = {"failed": False} if tool == "explain_last" else {}
    if tool == "show_mission":
        return Call(tool, {"mission": mission})
    return Call(tool, {**({"mission": mission} if mission else {}), **failed})


def _blame(s: Sentence, at: int, whole: str) -> list[Call] | None:
    """What happened is in the records; who brought it about outside is not."""
    lead = next((w for w in _WHO if whole.startswith(f"{w} ") or whole == w), None)
    if lead is None:
        return None
    rest = whole.removeprefix(lead).strip()
    name = None if rest in _BLAME else mission_words(s, at + s.says(at, lead))
    if name == "?":
        return None
    about = {"mission": name} if name else {}
    unknown = tell(say("say-not-who-broke"))
    return [unknown, Call("explain_last", {**about, "failed": True}), Call("what_changed", about)]


def _last_runs(s: Sentence, at: int) -> list[Call] | None:
    """“show the last 10 runs of Shop watch”."""
    length = s.says_any(at, _LAST)
    number = s.number(at + length) if length else None
    if number is None or s.low(at + length + 1) not in ("runs", "executions", "results", "reports"):
        return None
    name = mission_words(s, at + length + 2)
    return None if name == "?" else [_about("show_history", name, here=True)]


def _fits(s: Sentence, at: int, form: _Form) -> str | None:
    """The name between; "" for “it” or none; None if the question has another form."""
    end = len(s)
    while end > at and s.kind(end - 1) is Kind.PUNCT:
        end -= 1
    while end > at and s.low(end - 1) in ("now", "today", "please", "right", "currently"):
        end -= 1
    length = s.says_any(at, form.heads)
    if not length:
        return None
    for width in range(min(4, end - at - length), -1, -1):
        if _words(s, end - width, end) not in form.tails:
            continue
        name = mission_words(s, at + length, end - width) if end - width > at + length else None
        return None if name == "?" else name or ""
    return None


def _words(s: Sentence, start: int, stop: int) -> str:
    """The words between two places, without marks."""
    said = (s.low(i) for i in range(start, stop) if s.kind(i) is not Kind.PUNCT)
    return " ".join(w for w in said if w)
