"""From a message and what came before it to tool calls: what kind of sentence is it?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent.offline.acts import read_acts
from agent.offline.arranging import read_arranging
from agent.offline.changes import Changes, has_cue, read_changes
from agent.offline.corrections import corrected
from agent.offline.counting import read_counting
from agent.offline.events import find_happening
from agent.offline.intents import Call, ask, tell
from agent.offline.mending import each_id, unread
from agent.offline.naming import is_no_name, mission_words, unread_words
from agent.offline.operations import polite_end, read_command
from agent.offline.pausing import Now
from agent.offline.phrases import is_likely_name, name_end, unlikely_name
from agent.offline.sentence import Sentence
from agent.offline.standing import read_standing
from agent.offline.timing import Doubt
from agent.offline.together import read_together
from agent.offline.tokens import Kind
from agent.offline.wishes import (
    Clock,
    Wish,
    in_words,
    is_empty,
    merged,
    proposal,
    questions,
    read_wish,
    with_sure_answers,
)
from agent.offline.wordset import wordset
from missions.ids import MISSION_ID
from missions.phrases import grouped, listed, say

LONGEST = 2000
"""Characters of a message that can be a wish in fixed phrases; a longer one is not read."""
_NEW = ("new mission :", "new mission", "create a mission", "create a new mission",
        "create mission", "add a mission", "make a mission", "make a new mission",
        "start a mission", "start a new mission", "another mission",
        "set up a mission")  # fmt: skip
_IMPORTS = ("import\n", "import:", "import `", "import this", "import the mission", "houston: 1\n")
"""How a message begins that holds an exported Mission, however long it is."""
_HOW = ("every 15 minutes", "every hour", "every day at 9:00")
_TO_NAME = ("change", "make", "move", "switch", "set", "reschedule", "shift", "update", "run")


@dataclass(frozen=True)
class Context:
    """What a turn begins with. `asked` are the person's messages since Houston began to ask.

    `viewed` says that the Mission in focus is only looked at: words may well be about another one.
    """

    now: datetime
    zone: str
    focus: str | None = None
    asked: tuple[str, ...] = ()
    viewed: bool = False

    @property
    def clock(self) -> Clock:
        """The time and the zone."""
        return Clock(self.now, self.zone)

    @property
    def moment(self) -> Now:
        """The same for commands."""
        return Now(self.now, self.zone)


def read(text: str, context: Context) -> list[Call]:
    """The tool calls that answer a message."""
    if text.lstrip().lower().startswith(_IMPORTS):
        return [Call("import_mission")]
    if len(text) > LONGEST:
        return [
            ask(say("ask-too-long", most=grouped(LONGEST)), [Doubt(say("ask-what-and-when"))], str)
        ]
    target, words = _target(corrected(text))
    if not words.strip():
        return [Call("show_mission", {"mission": target})] if target else [Call("help")]
    if calls := _renamed(words, target, context):
        return calls
    if unlikely := unlikely_name(Sentence(words)):
        return [tell(say("ask-quote-name", words=unlikely))]
    if calls := read_arranging(words, target):
        return calls
    sentence = Sentence(words)
    if _claim_new(sentence):
        alone = read_wish(_as_new(words), context.clock)
        return _create(sentence, context, () if alone.specs else context.asked)
    on_event = find_happening(Sentence(words)).spec or read_acts(Sentence(words)).operations
    if not on_event and (calls := _commands(words, context, target)):
        return calls
    if target is None and (asked := _pending(context)) and not has_cue(sentence):
        return _create(Sentence(_spelled_out(words)), context, asked)
    named = target or _named(sentence)
    if named or (context.focus is not None and not _is_apart(sentence, words, context)):
        return _change_or_ask(sentence, words, context, named, target or context.focus)
    if has_cue(sentence) and not _is_new(words, context) and not _begins_wish(words, context):
        changes = read_changes(sentence, context.clock)
        if changes.any:
            return _change_calls(changes, None)
    return _create(Sentence(words), context, ())


def _is_apart(sentence: Sentence, words: str, context: Context) -> bool:
    """Whether words say a wish of their own while a Mission is only looked at."""
    return context.viewed and not has_cue(sentence) and bool(_wish_alone(words, context).specs)


def _commands(words: str, context: Context, target: str | None) -> list[Call] | None:
    """The calls of a message that operates Missions or asks about them; of several, each."""
    here = context.focus is not None or target is not None

    def one(text: str) -> list[Call] | None:
        s = Sentence(text)
        at = polite_end(s)
        calls = (
            read_counting(s, at, context.moment)
            or read_standing(s, at, here=here)
            or read_command(s, context.moment, here=here)
        )
        if calls and len(calls) == 1 and (each := each_id(s, calls[0])):
            return each
        return calls and [_whole(c, s, target) or _aimed(c, target) for c in calls]

    has_url = any(t.kind is Kind.URL for t in Sentence(words).tokens)
    return (None if has_url else read_together(words, one)) or one(words)


def _claim_new(sentence: Sentence) -> bool:
    """Whether the sentence says that it is about a new Mission; those words are claimed."""
    place = sentence.find(_NEW)
    if place is None or place[0] > 4:
        return False
    sentence.claim(0, sum(place), "new")
    return True


def _as_new(text: str) -> Sentence:
    sentence = Sentence(text)
    _claim_new(sentence)
    return sentence


def _pending(context: Context) -> tuple[str, ...]:
    """The messages that the person is completing; in a Mission's thread only those on a new one."""
    if context.focus is None or context.viewed:
        return context.asked
    begun = [i for i, text in enumerate(context.asked) if _claim_new(Sentence(text))]
    return context.asked[begun[-1] :] if begun else ()


def _spelled_out(answer: str) -> str:
    """A bare number in answer to a question: an hour, or a status."""
    if not (answer.isascii() and answer.isdigit() and len(answer) <= 3):
        return answer
    return f"answers {answer}" if len(answer) == 3 else f"at {answer}"


def _target(text: str) -> tuple[str | None, str]:
    """A Mission named in front: “M-ABC234: make it 8:30”."""
    stripped = text.strip()
    match = MISSION_ID.match(stripped)
    if match is None:
        return None, text
    rest = stripped[match.end() :].lstrip()
    if rest.startswith((":", ",")):
        return match.group().upper(), rest[1:].strip()
    return None, text


def _aimed(call: Call, target: str | None) -> Call:
    """The call on the Mission named in front, whatever name the words hold."""
    if target is None or call.tool in _ABOUT_NONE:
        return call
    return Call(call.tool, {**call.arguments, "mission": target})


_ABOUT_NONE = frozenset(
    ("help", "say", "ask", "list_missions", "offer_pause_all", "offer_resume_all")
)


def _whole(call: Call, s: Sentence, target: str | None) -> Call | None:
    """The question about words of a command that nobody read; None if there are none.

    Behind the ID of a Mission named in front only its name may stand, which the tool compares.
    """
    if call.tool not in _DOING or not (name := call.arguments.get("mission")):
        return None
    if words := unread_words(s, call):
        return unread(call.tool, name, words)
    if target is None or name == target or _is_quoted(s, name):
        return None
    if _is_id(name) or is_no_name(name):
        return unread(call.tool, target, name)
    return Call(call.tool, {**call.arguments, "mission": f"{target} {name}"})


def _is_quoted(s: Sentence, name: str) -> bool:
    return any(t.kind is Kind.QUOTED and t.text == name for t in s.tokens)


_DOING = frozenset(
    ("stop_execution", "offer_delete", "offer_disable", "offer_enable", "offer_mute", "offer_run")
)


def _is_id(name: str) -> bool:
    return MISSION_ID.fullmatch(name) is not None


def _renamed(words: str, target: str | None, context: Context) -> list[Call] | None:
    """“rename Shop watch to Store watch”; “call it …” is read with the rest of a sentence.

    What goes on behind the name is a clause of its own, about the Mission of the thread or the
    one named in front; about another it is asked for in a message of its own.
    """
    s = Sentence(words)
    at = s.says_any(0, ("please", "can you", "could you"))
    if s.low(at) != "rename":
        return None
    to = next((i for i in range(at + 1, len(s)) if s.low(i) == "to"), None)
    if to is None or to + 1 >= len(s):
        return [tell(say("ask-new-name"))]
    end = name_end(s, to + 1)
    name = s.text[s.tokens[to + 1].start : s.tokens[end - 1].end].strip("\"'`")
    if s.kind(to + 1) is not Kind.QUOTED and not is_likely_name(name):
        return [tell(say("ask-quote-name", words=name))]
    mission = target or mission_words(s, at + 1, to)
    renaming = Call("rename_mission", {"name": name, **({"mission": mission} if mission else {})})
    rest = s.text[s.tokens[end].start :].strip(" .!,;") if end < len(s) else ""
    clause = _CLAUSE_LEAD.sub("", rest)
    if not clause:
        return [renaming]
    about = target or (None if mission else context.focus)
    calls = read(f"{about}: {clause}", context) if about else []
    if not calls or any(c.tool in ("ask", "say", "help") for c in calls):
        return [tell(say("ask-quote-name", words=rest))]
    return [renaming, *calls]


_CLAUSE_LEAD = re.compile(
    r"^(?:(?:and|but|please|pls|plz|thx|then|also|thanks|thank you|from now on)\b[\s,]*)+",
    re.IGNORECASE,
)


def _named(s: Sentence) -> str | None:
    """The Mission that a change names: an ID anywhere, or “change Shop watch to …”."""
    for at in s.free():
        if s.kind(at) is Kind.MISSION:
            start = at - 1 if s.low(at - 1) in ("in", "of", "for", "on", "to") else at
            s.claim(start, at + 1 + (s.low(at + 1) == ":"), "mission")
            return s.tokens[at].text.upper()
    first = next(iter(s.free()), 0)
    while s.low(first) in ("please", "can", "could", "you"):
        first += 1
    if named := _subject(s, first):
        return named
    if s.low(first) not in _TO_NAME or s.low(first + 1) in _NO_NAME:
        return None
    end = next((i for i in range(first + 1, len(s)) if _after_name(s, i)), None)
    if end is None or end == first + 1 or s.kind(first + 1) not in (Kind.WORD, Kind.QUOTED):
        return None
    name = mission_words(s, first + 1, end)
    s.claim(first + 1, end, "mission")
    return name


def _subject(s: Sentence, first: int) -> str | None:
    """“Shop watch should run hourly”: the name before the verb, claimed with it."""
    end = next((i for i in range(first + 1, min(len(s), 9)) if s.low(i) in _MODALS), None)
    if end is None or s.low(first) in _NO_SUBJECT:
        return None
    if any(s.kind(i) not in (Kind.WORD, Kind.QUOTED) for i in range(first, end)):
        return None
    verb = s.says_any(end + 1, _RUNNING)
    if not verb:
        return None
    name = mission_words(s, first, end)
    s.claim(first, end + 1 + verb, "mission")
    return name


_MODALS = ("should", "must", "shall", "needs", "has")
_RUNNING = ("run", "only run", "to run", "be run", "start", "check", "report", "only report",
            "not run")  # fmt: skip
_NO_NAME = frozenset(
    {
        "it",
        "from",
        "the",
        "this",
        "that",
        "to",
        "a",
        "an",
        "sure",
        "my",
        "every",
        "each",
        "url",
        "address",
        "link",
        "endpoint",
    }
)
_NO_SUBJECT = frozenset(
    (*_NO_NAME, *_TO_NAME, "what", "when", "how", "why", "check", "everything", "all", "they", "we",
     "you", "i", "our", "both", "nothing", "who", "which", "if", "there", "and", "also", "reports")
)  # fmt: skip


def _after_name(s: Sentence, at: int) -> bool:
    kinds = (Kind.TIME, Kind.URL, Kind.NUMBER, Kind.DATE)
    return s.low(at) in _AFTER_NAME or s.kind(at) in kinds


_AFTER_NAME = wordset(
    "to run at every each daily hourly weekly weekdays weekends on in today tomorrow tonight next "
    "once only under also and"
)


def _change_or_ask(
    sentence: Sentence, words: str, context: Context, named: str | None, focus: str | None
) -> list[Call]:
    """A change of the Mission named or at hand, unless it may as well be a new Mission."""
    wish = _wish_alone(words, context)
    cue = has_cue(sentence)
    changes = read_changes(sentence, context.clock)
    if named is None and wish.specs and not cue and not _removes(changes):
        if unsure := [d for d in questions(wish) if wish.unclear or wish.asks]:
            return [ask(_lead(wish), with_sure_answers(unsure, wish), str)]
        return [_new_or_also(wish, focus)]
    if not changes.any:
        return [_lost(in_thread=True)]
    return _change_calls(changes, named)


def _wish_alone(words: str, context: Context) -> Wish:
    return read_wish(Sentence(words), context.clock)


def _is_new(words: str, context: Context) -> bool:
    """Whether words with a cue are complete as a new Mission."""
    wish = _wish_alone(words, context)
    return bool(wish.specs and wish.timing.when)


def _begins_wish(words: str, context: Context) -> bool:
    """Whether an address and times are said, and a cue only among them: “at 9 and also …”."""
    wish = _wish_alone(words, context)
    first = next((t.low for t in Sentence(words).tokens), "")
    return bool(wish.specs and wish.pieces.any) and not has_cue(Sentence(first))


def _removes(changes: Changes) -> bool:
    return any(o["op"].startswith(("remove", "drop")) for o in changes.operations)


def _new_or_also(wish: Wish, focus: str | None) -> Call:
    what = in_words(wish)
    small = what[0].lower() + what[1:]
    return Call(
        "ask",
        {
            "lead": say("ask-in-thread-already"),
            "questions": [
                {
                    "text": say("ask-new-or-part"),
                    "choices": [
                        {"label": say("new-mission"), "say": f"New Mission: {small}"},
                        {"label": say("ask-part"), "say": f"{_aim(focus)}also {small}"},
                    ],
                }
            ],
        },
    )


def _aim(focus: str | None) -> str:
    return f"{focus}: " if focus else ""


def _change_calls(changes: Changes, named: str | None) -> list[Call]:
    """One rename and one proposal at most; with anything unclear, only a question."""
    doubts = list(changes.doubts)
    if changes.unclear:
        doubts = [Doubt(d.text) for d in doubts]
        doubts.insert(0, Doubt(say("ask-not-understood-unchanged", words=changes.unclear)))
    if doubts:
        aim = _aim(named)
        return [ask(say("ask-before-change"), doubts, lambda p: aim + _change_words(p))]
    mission = {"mission": named} if named else {}
    calls = []
    if changes.name:
        calls.append(Call("rename_mission", {"name": changes.name, **mission}))
    if changes.operations:
        calls.append(Call("propose_change", {"changes": changes.operations, **mission}))
    return calls


def _change_words(phrase: str) -> str:
    """An answering phrase as a sentence that asks for a change."""
    for lead in ("the certificate", "answers", "contains", "takes"):
        if phrase.startswith(lead):
            return f"Expect that {phrase}" if lead[:3] == "the" else f"Expect that it {phrase}"
    if phrase.startswith(("only tell", "announce", "retry", "weekly summary", "a jitter")):
        return phrase[0].upper() + phrase[1:]
    return f"Set {phrase}" if phrase.startswith("a timeout") else f"Make it {phrase}"


def _create(sentence: Sentence, context: Context, asked: Sequence[str]) -> list[Call]:
    """A new Mission, from this message and the answers before it."""
    clock = context.clock
    wish = read_wish(sentence, clock)
    if is_empty(wish) and not asked:
        return [_lost(in_thread=False)]
    for earlier in reversed(asked):
        wish = merged(read_wish(_as_new(earlier), clock), wish, clock)
    if wish.name and not (wish.specs or wish.found.loose or wish.timing.said):
        if wish.unclear:
            return [tell(say("ask-quote-name", words=wish.unclear))]
        return [Call("rename_mission", {"name": wish.name})]
    if several := _several(sentence, clock, asked):
        return [Call("propose_mission", several)]
    doubts = questions(wish)
    if not doubts:
        return [Call("propose_mission", proposal(wish))]
    doubts = with_sure_answers(doubts, wish)
    return [ask(_lead(wish), doubts, lambda phrase: _completed(wish, phrase))]


def _several(sentence: Sentence, clock: Clock, asked: Sequence[str]) -> dict[str, Any] | None:
    """“check A every day at 9:00 and B every day at 17:00”: a Task for each, if each is whole."""
    said = _NEXT_ADDRESS.split(sentence.text)
    if len(said) < 2 or asked:
        return None
    wishes = [read_wish(Sentence(part if i == 0 else f"check {part}"), clock)
              for i, part in enumerate(said)]  # fmt: skip
    if any(questions(w) or w.notify or w.settings.operations for w in wishes):
        return None
    if any(w.name for w in wishes[:-1]):
        return None
    tasks = [task for wish in wishes for task in proposal(wish)["tasks"]]
    return {**proposal(wishes[-1]), "tasks": tasks}


_NEXT_ADDRESS = re.compile(r",?\s+and\s+(?:check\s+)?(?=https?://)", re.IGNORECASE)


def _completed(wish: Wish, phrase: str) -> str:
    """The whole wish with an answer to one question in it."""
    if any(phrase in doubt.phrases for doubt in wish.settings.doubts):
        return f"{in_words(wish)}, {phrase}"
    if phrase.startswith(("answers ", "contains ", "takes ")):
        return in_words(wish, checks=phrase)
    if phrase.startswith("the certificate"):
        return in_words(wish, checks=f"and {phrase}")
    return in_words(wish, timing=phrase)


def _lead(wish: Wish) -> str:
    understood = []
    if known := [spec["url"] for spec in wish.specs]:
        understood.append(say("ask-understood-check", urls=listed(known)))
    if wish.timing.when:
        understood.append(say("ask-understood-when", words=wish.timing.words))
    return " ".join(understood) or say("ask-gladly")


_HERE = ("show the plan", "next runs", "why did it fail", "run it now", "pause it")
"""What can be asked for in a Mission's thread, for whoever was not understood."""


def _lost(*, in_thread: bool) -> Call:
    """The words were not understood; nothing is guessed."""
    if in_thread:
        text = say("ask-what-change")
        return ask(say("ask-lost-in-thread"), [Doubt(text, _HERE)], str)
    doubts = [
        Doubt(say("ask-which-address")),
        Doubt(say("ask-how-often"), _HOW),
    ]
    lead = say("ask-lost")
    return ask(lead, doubts, lambda phrase: f"Check it {phrase}")
