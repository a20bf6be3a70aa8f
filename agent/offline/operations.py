"""Operating a Mission in words: list, show, run, stop, disable, enable, delete, why, help [C7]."""

from __future__ import annotations

from agent.offline.almanac import days_at
from agent.offline.approvers import read_approvers
from agent.offline.backfilling import read_backfill
from agent.offline.belonging import read_belonging
from agent.offline.clocks import clock_at
from agent.offline.counting import before_marks, stretch_at
from agent.offline.intents import Call, ask, tell
from agent.offline.listing import read_listing
from agent.offline.moments import local_iso
from agent.offline.naming import NAME_WORDS_MAX, mission_words
from agent.offline.pausing import Now, read_pausing
from agent.offline.records import read_records
from agent.offline.sentence import Sentence
from agent.offline.settings import read_settings
from agent.offline.timing import Doubt
from agent.offline.tokens import Kind
from agent.offline.versions import read_versions
from agent.offline.wordset import wordset
from agent.small_talk import is_small_talk
from missions.phrases import say

_POLITE = (
    "please", "can you", "could you", "would you", "will you", "hey", "hi", "hello", "houston",
    "ok", "i want to", "i would like to", "i'd like to", "let's", "now", "just", "so", "and",
    "then",
    "kindly", "you can", "go ahead and", "also", ",", "!", "@houston", "i want you to",
    "i need you to", "we want to", "we need to", "give me", "let me see", "can i see",
    "could i see", "i'd like to see", "i want to see",
)  # fmt: skip
_GREETINGS = wordset(
    "hi hello hey hallo yo morning evening there houston good day ping test help ? ! , . "
    "@houston howdy greetings"
)
_HELP = ("help", "help me", "what can you do", "what do you do", "how does this work", "commands",
         "what can i say", "how do you work", "who are you", "what can i ask", "?")  # fmt: skip
_YES = (
    "yes", "yes please", "yep", "yeah", "y", "ok", "okay", "do it", "go", "go ahead", "launch",
    "launch it", "apply", "apply it", "confirm", "confirmed", "sure", "sounds good", "lgtm",
    "ship it", "approve", "approved", "start it", "yes launch it", "yes do it", "ok do it",
    "yes go", "launch the mission", "apply the change", "ok launch it", "please do", "looks good",
    "perfect", "great", "accept", "make it so", "activate", "activate it",
    "start the mission", "yes apply it", "launch now", "save it", "save",
)  # fmt: skip
_NODS = frozenset({":+1:", ":thumbsup:", ":white_check_mark:", ":ok_hand:", "👍", "✅", "👌"})
_NO = ("no", "nope", "never mind", "nevermind", "forget it", "no thanks", "discard", "discard it",
       "don't", "not now", "nvm", "forget that", "leave it", "scratch that")  # fmt: skip
_THANKS = ("thanks", "thank you", "thx", "ty", "cheers", "thanks a lot", "thank you very much",
           "many thanks")  # fmt: skip
_THANKING = wordset("thanks thank thx ty cheers")
_NODS_SAID = wordset(
    "ack acked noted roger cool nice neat lovely awesome excellent amazing brilliant understood"
)
_BESIDE_NOD = wordset("thanks thank you thx that's this is good great well done work job houston")
_NODDED = ("got it", "on it", "i'm on it", "looking", "looking into it", "copy that", "well done")
_TRY = ("try once", "try it once", "try it", "try it now", "test it", "dry run", "test run")
_NAMELESS = ("call it", "name it", "rename it", "change the name", "change its name")
_LIST = (
    "list missions", "list all missions", "list my missions", "list the missions", "list",
    "show missions", "show all missions", "show my missions", "show the missions", "missions",
    "show me the missions", "show me all missions", "show me my missions", "list all",
    "what missions are there", "which missions are there", "what missions do we have",
    "which missions do we have", "what missions exist", "what is running here", "my missions",
    "what's running", "what is running", "what is active",
    "what are you watching", "what do you watch", "what are you checking", "what do you check",
    "all missions", "show me missions", "show all", "what's running here",
)  # fmt: skip
_STATES = {"active": "Active", "paused": "Paused", "disabled": "Paused", "draft": "Draft",
           "drafts": "Draft"}  # fmt: skip
_PLAN = (
    "what's the plan of", "what's the plan for", "what is the plan of", "what is the plan for",
    "what's the plan", "what is the plan", "show me the plan of", "show me the plan for",
    "show me the plan", "show the plan of", "show the plan for", "show the plan", "show plan of",
    "show plan", "view plan of", "view plan", "view the plan of", "view the plan", "plan of",
    "plan for", "the plan of", "plan", "the plan", "blueprint of", "show the blueprint of",
    "show the blueprint", "blueprint",
)  # fmt: skip
_HISTORY = (
    "history of", "history for", "the history of", "the history for", "show history of",
    "show history", "show the history of",
    "show the history", "show me the history of", "show me the history", "past runs of",
    "past runs", "last runs of", "last runs", "latest runs of", "latest runs", "history",
    "recent runs of", "recent runs", "show the last runs of", "show the last runs", "runs of",
    "what has it found so far", "previous runs of", "previous runs", "executions of",
)  # fmt: skip
_NEXT = (
    "next runs of", "next runs for", "next run of", "next run for", "next runs", "next run",
    "show next runs of", "show next runs", "show the next runs of", "show the next runs",
    "when is the next run of", "when is the next run", "when are the next runs of",
    "when are the next runs", "what runs next", "when does it run next", "when will it run next",
    "when will it run", "when does it run", "upcoming runs", "upcoming", "coming runs of",
    "coming runs", "what is next", "what's next", "schedule of", "show the schedule of",
    "when's it gonna run next", "when's it going to run next", "when is it going to run next",
    "when's it running next", "when is it due", "when's it due", "when is it next", "when's next",
    "when does it go next", "when's the next one", "when is the next one",
    "when's the next run", "what's the next run", "what is the next run", "the next run",
    "show me the next runs of", "show me the next runs",
)  # fmt: skip
_WHY = (
    "why did it fail", "why is it failing", "why is it red", "why is it critical",
    "why did this fail",
    "why did that fail", "what happened", "what went wrong", "what did it find", "what is wrong",
    "what's wrong", "why", "explain", "explain this", "explain it", "explain that",
    "why did it not work", "what was the result", "what did you find", "why is this red",
    "what does this mean", "what does it mean", "tell me more", "more details", "details",
    "why the alert", "why did you alert", "what failed", "why has it failed", "how did it go",
)  # fmt: skip
_SHOW = (
    "show me the mission", "show the mission", "show mission", "show me", "show", "open",
    "details of", "details for", "details on", "status of", "what's the status of",
    "what is the status of", "how is", "tell me about", "describe", "info on",
)  # fmt: skip
_RUN = ("run", "execute", "trigger", "start", "kick off", "kick it off", "rerun", "re-run",
        "run again")  # fmt: skip
_STOP = ("stop running", "stop executing", "stop what you're doing", "stop what you are doing",
         "stop what it is doing", "stop what it's doing", "stop what is running",
         "stop", "cancel", "abort", "kill", "halt", "interrupt")  # fmt: skip
_DELETE = ("delete", "remove", "destroy", "erase", "get rid of", "drop")
_PRESS = "ask-press"


def read_command(sentence: Sentence, now: Now, *, here: bool = False) -> list[Call] | None:
    """The tool calls of a message that operates Missions; None if it does not.

    `here` says that the conversation is about a Mission.
    """
    if read_settings(Sentence(sentence.text), now.at, now.zone).any:
        return None
    rest = polite_end(sentence)
    words = _plain_words(sentence, rest)
    if sentence.text.strip() in _NODS:
        return [tell(say(_PRESS))]
    greeting = all(w in _GREETINGS or _is_emoji(w) for w in words)
    if greeting or " ".join(words) in _HELP:
        return [Call("help")]
    whole = " ".join(words)
    for phrases, answer in _ANSWERS:
        if whole in phrases:
            return [tell(say(answer))]
    if _nods(words) or is_small_talk(whole):
        thanked = any(t.low in _THANKING for t in sentence.tokens)
        return [tell(say("ask-welcome" if thanked else "say-all-right"))]
    for reader in (
        lambda s, at: read_backfill(s, at, now),
        read_versions,
        lambda s, at: read_records(s, at, now),
        read_approvers,
        read_belonging,
        _list,
        lambda s, at: _why(s, at, now),
        lambda s, at: read_listing(s, at, here=here),
        _look,
        _next_of_name,
        lambda s, at: read_pausing(s, at, now),
        _stop,
        _run,
        _delete,
        _show,
    ):
        if (calls := reader(sentence, rest)) is not None:
            return calls
    return None


_ANSWERS: tuple[tuple[tuple[str, ...], str], ...] = (
    (_YES, _PRESS),
    (_NO, "ask-all-right"),
    (_THANKS, "ask-welcome"),
    (_NAMELESS, "ask-new-name"),
    (_TRY, "ask-try-once"),
)


def polite_end(s: Sentence) -> int:
    """Where the sentence begins, after the courtesies."""
    at = 0
    while at < len(s):
        length = s.says_any(at, _POLITE) or _asks_on(s, at)
        if not length or at + length >= len(s):
            return at
        at += length
    return at


def _nods(words: list[str]) -> bool:
    """“ack”, “cool, thanks”, “on it”: nothing is wished."""
    said = set(words)
    return " ".join(words) in _NODDED or (
        bool(said & _NODS_SAID) and said <= _NODS_SAID | _BESIDE_NOD
    )


_WONDERING = (
    "show me", "tell me", "let me know", "do you know", "does anyone know", "anyone know",
    "does anybody know", "anybody know", "any idea", "remind me",
)  # fmt: skip
_ASKED = ("what", "what's", "who", "who's", "why", "how", "how's", "which", "whose", "when's")


def _asks_on(s: Sentence, at: int) -> int:
    """“show me what changed”: how many words lead the question; “tell me when …” is an order."""
    length = s.says_any(at, _WONDERING)
    return length if length and s.low(at + length) in _ASKED else 0


def _plain_words(s: Sentence, start: int) -> list[str]:
    words = [s.tokens[i].low for i in range(start, len(s)) if s.tokens[i].kind is not Kind.PUNCT]
    while words and words[-1] in ("please", "now", "houston", "thanks"):
        if len(words) == 1:
            break
        words.pop()
    return words


def _call(tool: str, name: str | None, **more: object) -> list[Call] | None:
    """A call on a Mission; None if the words were no name."""
    if name == "?":
        return None
    return [Call(tool, {**({"mission": name} if name else {}), **more})]


def _list(s: Sentence, at: int) -> list[Call] | None:
    words = _plain_words(s, at)
    whole = " ".join(words)
    if whole in _LIST:
        return [Call("list_missions")]
    if words[0] in ("list", "show", "which", "what", "find", "search") and "missions" in words:
        states = [_STATES[w] for w in words if w in _STATES]
        if len(states) == 1 and len(words) <= 6:
            return [Call("list_missions", {"state": states[0]})]
    if s.says_any(at, ("show me all missions", "show all missions", "list all missions")):
        return [Call("list_missions")]
    for lead in ("find missions with", "search missions for", "search for", "search", "find",
                 "find missions about", "list missions with", "find missions named"):  # fmt: skip
        if (length := s.says(at, lead)) and len(words) <= NAME_WORDS_MAX:
            found = mission_words(s, at + length)
            return [Call("list_missions", {"search": found})] if found not in (None, "?") else None
    if whole in ("list paused", "list active", "list drafts", "paused", "show paused"):
        return [Call("list_missions", {"state": _STATES[words[-1]]})]
    return None


def _look(s: Sentence, at: int) -> list[Call] | None:
    tools = (("show_plan", _PLAN), ("show_history", _HISTORY), ("show_next_runs", _NEXT))
    for tool, phrases in tools:
        if length := s.says_any(at, phrases):
            return _call(tool, mission_words(s, at + length))
    return _possessive(s, at)


def _possessive(s: Sentence, at: int) -> list[Call] | None:
    """“show Shop watch's plan”, “Shop watch history”."""
    last = len(s) - 1
    while last > at and s.tokens[last].kind is Kind.PUNCT:
        last -= 1
    tool = {"plan": "show_plan", "history": "show_history", "blueprint": "show_plan"}.get(
        s.low(last)
    )
    if tool is None or last - at > NAME_WORDS_MAX or _has_url(s, at):
        return None
    start = at + s.says_any(at, ("show me", "show", "open", "view", "what's", "what is"))
    name = mission_words(s, start, last)
    return _call(tool, name.removesuffix("'s") if name else name)


def _next_of_name(s: Sentence, at: int) -> list[Call] | None:
    """“when does Shop watch run next”."""
    length = s.says_any(at, ("when does", "when will", "when is"))
    if not length:
        return None
    run = next((i for i in range(at + length, len(s)) if s.low(i) in ("run", "next", "due")), None)
    return _call("show_next_runs", mission_words(s, at + length, run)) if run else None


def _why(s: Sentence, at: int, now: Now) -> list[Call] | None:
    whole = " ".join(_plain_words(s, at))
    if whole in _WHY:
        return [Call("explain_last", {"failed": _asks_failure(whole)})]
    length = s.says_any(at, ("why did", "why is", "why has", "explain", "what happened at",
                             "what went wrong at", "what happened with",
                             "what happened to", "what happened in", "what is wrong with",
                             "what's wrong with", "what did"))  # fmt: skip
    if not length:
        return None
    stop = next((i for i in range(at + length, len(s)) if s.low(i) in _ENDS_OF_WHY), None)
    if stop is None and s.says(at, "what did") and s.low(before_marks(s) - 1) in ("change", "do"):
        return [Call("what_changed")]
    when = {} if stop is None else _when_of_why(s, stop, now)
    start = at + length + (s.low(at + length) == "the")
    if clock := clock_at(s, start, bare=False):
        name = mission_words(s, start + clock[1] + (s.low(start + clock[1]) in _RUNS), stop)
        return _call("explain_last", name, at=clock[0].text)
    name = mission_words(s, at + length, stop)
    if (name and name.casefold() in _LATEST) or _is_number(s, start):
        name = None
    if when is None:
        return None
    if when:
        return _call("explain_last", name, **when)
    return _call("explain_last", name, failed=_asks_failure(whole))


def _when_of_why(s: Sentence, stop: int, now: Now) -> dict[str, str] | None:
    """The time or stretch behind “why did it fail”; None if a time stands there that is neither."""
    end = before_marks(s)
    start = stop + 1
    while start < end and s.low(start) in (*_ENDS_OF_WHY, "again", "at", "around", "about"):
        start += 1
    if (clock := clock_at(s, start, bare=s.low(start - 1) == "at")) and start + clock[1] == end:
        return {"at": clock[0].text} if clock[0].sure else None
    span = stretch_at(s, start, now)
    if span and span.stop == end and not span.doubt:
        last = {"until": local_iso(span.last, now.zone)} if span.last < now.at else {}
        return {"after": local_iso(span.first, now.zone), **last}
    timed = any(s.kind(i) in _TIMELY_KINDS or days_at(s, i) for i in range(start, end))
    return None if timed else {}


def _is_number(s: Sentence, at: int) -> bool:
    """“why is this number higher than yesterday's”: about what a report says."""
    return bool(s.says_any(at, ("this number", "that number", "the number", "number")))


_RUNS = wordset("one run check execution")
_LATEST = ("last run", "latest run", "last one", "latest one", "previous run", "last check", "last")


_ENDS_OF_WHY = wordset(
    "go went turn become get got fail failed failing red critical break broken find report alert"
)


def _asks_failure(words: str) -> bool:
    return any(w in words for w in ("fail", "wrong", "red", "critical", "why", "alert", "broke"))


def _stop(s: Sentence, at: int) -> list[Call] | None:
    length = s.says_any(at, _STOP)
    if not length or s.low(at + length) in _CHECKING or _has_url(s, at):
        return None
    if s.says_any(at + length, ("everything", "all", "all runs")) and not _names(s, at + length):
        return [Call("stop_execution")]
    return _call("stop_execution", mission_words(s, at + length))


_CHECKING = wordset("checking monitoring watching testing pinging looking reporting telling")


def _run(s: Sentence, at: int) -> list[Call] | None:
    """Only a run now: with a time in it, it is a change of the schedule.

    “run it now, only for eu-west” has a remark to that run only.
    """
    length = s.says_any(at, _RUN)
    if not length or s.low(at + length) in ("checking", "watching"):
        return None
    remark = next((i for i in range(at + length, len(s)) if _begins_remark(s, i)), len(s))
    if any(
        days_at(s, i) or s.low(i) in _TIMELY - {"in", "on", "at"} for i in range(remark, len(s))
    ):
        return None
    if any(
        s.low(i) in _TIMELY or s.tokens[i].kind in (*_TIMELY_KINDS, Kind.URL)
        for i in range(at, remark)
    ):
        return None
    if s.says_any(at + length, _EVERY) and not _names(s, at + length):
        return [_one_at_a_time()]
    said = s.text[s.tokens[remark].start :].strip(" ,.:;-!") if remark < len(s) else ""
    return _call(
        "offer_run", mission_words(s, at + length, remark), **({"remark": said} if said else {})
    )


_REMARKS = ("only", "just", "but only", "but just", "without", "this time", "with the remark",
            "remark", "focus on", "looking at", "look at", "please only", "and only")  # fmt: skip


def _begins_remark(s: Sentence, at: int) -> bool:
    """Whether words to this run only begin here: behind a comma or “now”, or with “only for”."""
    if s.says_any(at, ("only for", "just for", "but only", "only the", "only on", "only in")):
        return True
    return s.low(at - 1) in (",", "now", ":") and bool(s.says_any(at, _REMARKS))


_TIMELY = wordset("at every each daily hourly weekly weekdays tomorrow today in on cron instead")
_TIMELY_KINDS = (Kind.TIME, Kind.DATE, Kind.NUMBER)


_EVERY = ("everything", "all", "all checks", "all missions", "all of them", "every check",
          "every mission", "all tasks", "failed ones", "the failed ones", "the failed runs",
          "all failed")  # fmt: skip


def _one_at_a_time() -> Call:
    doubt = Doubt(say("ask-one-at-a-time"), ("list missions",))
    return ask(say("ask-nothing-run"), [doubt], str)


def _names(s: Sentence, at: int) -> bool:
    """Whether more follows than “everything here now, please”."""
    rest = (s.low(i) for i in range(at, len(s)) if s.kind(i) is not Kind.PUNCT)
    return any(w not in _HERE for w in rest)


_HERE = wordset(
    "everything all of them here in this channel now please again at once the checks missions "
    "tasks runs failed ones every check mission right"
)


def _delete(s: Sentence, at: int) -> list[Call] | None:
    length = s.says_any(at, _DELETE)
    if not length or _has_url(s, at) or _names_a_part(s, at) or s.low(at + length) == "to":
        return None
    if s.low(at) in ("remove", "drop") and mission_words(s, at + length) is None:
        return None
    if s.says_any(at + length, _EVERY) and not _names(s, at + length):
        return [_one_at_a_time()]
    about = s.says_any(at + length, ("everything about", "all about", "anything about"))
    return _call("offer_delete", mission_words(s, at + length + about))


_PARTS = wordset("one check checks certificate cert task tasks objective latency status url")


def _names_a_part(s: Sentence, at: int) -> bool:
    return any(t.kind is Kind.TASK or t.low in _PARTS or _is_check(t.low) for t in s.tokens[at:])


def _is_check(low: str) -> bool:
    """An id such as C2."""
    return low[:1] == "c" and low[1:].isdigit()


def _has_url(s: Sentence, at: int) -> bool:
    return any(t.kind is Kind.URL for t in s.tokens[at:])


def _show(s: Sentence, at: int) -> list[Call] | None:
    only = len(s) - at == 1 and s.kind(at) is Kind.MISSION
    length = s.says_any(at, _SHOW) or _asks_about_id(s, at)
    if _has_url(s, at) or not (length or only):
        return None
    stop = None
    if s.low(at) == "how":
        stop = next((i for i in range(at, len(s)) if s.low(i) in ("doing", "going")), None)
        if stop is None:
            return None
    name = mission_words(s, at + length, stop)
    return None if name == "?" else [Call("show_mission", {"mission": name})]


def _asks_about_id(s: Sentence, at: int) -> int:
    """“what is M-ABC234”, “is M-ABC234 ok?”: how many words stand before the ID."""
    start = s.says_any(at, ("what is", "what's", "is"))
    return start if start and s.kind(at + start) is Kind.MISSION else 0


def _is_emoji(word: str) -> bool:
    """An emoji, or its name with the colon that Slack puts before it."""
    return not any(c.isalnum() for c in word) or (word[0] == ":" and len(word) > 1)
