"""Pausing, enabling and muting in words: a Mission, one Task, everything here [C7 M3 M9 M10 R1]."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from agent.offline.intents import Call, ask
from agent.offline.mending import unread
from agent.offline.moments import Until, find_until, local_iso
from agent.offline.naming import is_no_name, mission_words
from agent.offline.remarks import REASONS, begins_remark, limits_in, only_manners, unread_behind
from agent.offline.sentence import Sentence
from agent.offline.tokens import Kind
from missions.phrases import say

_DISABLE = ("disable", "pause", "suspend", "deactivate", "turn off", "switch off", "put on hold",
            "stop scheduling", "hold", "turn it off", "turn this off", "turn that off",
            "switch it off", "switch this off", "put it on hold", "put this on hold")  # fmt: skip
_ENABLE = ("enable", "resume", "unpause", "reactivate", "turn on", "switch on", "re-enable",
           "continue", "turn it on", "turn it back on", "turn back on", "switch it on",
           "switch it back on")  # fmt: skip
_MUTE = ("mute", "silence", "snooze", "shut up", "quiet")
_UNMUTE = ("unmute", "unsilence", "unsnooze")
_ALL = ("everything in this channel", "everything here", "everything", "all missions here",
        "all missions", "all the missions", "all of them", "all here", "all", "it all")  # fmt: skip
_RECOVERED = ("until it has recovered", "until it recovers", "until recovered", "until it is good",
              "until it is green", "until it's green", "until it is fixed", "until it is ok",
              "until it's fixed", "until it is back", "until recovery")  # fmt: skip


@dataclass(frozen=True)
class Now:
    """The turn's time and the person's zone."""

    at: datetime
    zone: str


def read_pausing(s: Sentence, at: int, now: Now) -> list[Call] | None:
    """The tool calls of a message that pauses, enables or mutes; None if it does not."""
    if length := s.says_any(at, _UNMUTE):
        return _call("offer_unmute", mission_words(s, at + length))
    if length := s.says_any(at, _MUTE):
        return _muted(s, at + length, now)
    if length := s.says_any(at, _DISABLE):
        return _disabled(s, at + length, now)
    if length := s.says_any(at, _ENABLE):
        return _enabled(s, at + length)
    return None


def _enabled(s: Sentence, start: int) -> list[Call] | None:
    if every := s.says_any(start, _ALL):
        left = s.text[s.tokens[start + every].start :] if start + every < len(s) else ""
        words = unread_behind(s, start + every, kept=False) or (left if is_no_name(left) else "")
        return [unread("offer_resume_all", "", words) if words else Call("offer_resume_all")]
    task, start = task_at(s, start)
    return _call("offer_enable", mission_words(s, start), **task)


def _disabled(s: Sentence, start: int, now: Now) -> list[Call] | None:
    every = s.says_any(start, _ALL)
    task, start = ({}, start + every) if every else task_at(s, start)
    until = find_until(s, start, now.at, now.zone)
    if until and until.doubt:
        return [ask(say("ask-not-paused-yet"), [until.doubt], _completed(s, until))]
    because = _first(s, start, (*REASONS, "("), stop=until.start if until else None)
    stops = [place for place in (because and because[0], until and until.start) if place]
    name = mission_words(s, start, _before_comma(s, start, min(stops, default=None)))
    tool = "offer_pause_all" if every else "offer_disable"
    if words := _unread(s, start, because, until, every=bool(every)):
        known = None if every or (name and is_no_name(name)) else name
        return None if known == "?" else [unread(tool, known or "", words)]
    note = _note(s, because, until, start if every else None)
    said = {**_ends(until, now), **({"note": note} if note else {})}
    return [Call(tool, said)] if every else _call(tool, name, **task, **said)


def _unread(
    s: Sentence, start: int, because: tuple[int, int] | None, until: Until | None, *, every: bool
) -> str:
    """What a pause does not take up: words before its reason or end, conditions and exceptions."""
    places = [because[0]] if because else []
    first = min([*places, *([until.start] if until else []), len(s)])
    if every and first < len(s):
        before = unread_behind(Sentence(s.text[: s.tokens[first].start]), start)
    else:
        before = unread_behind(s, start) if every else ""
    within = limits_in(s, because[0], until.start if until else len(s)) if because else ""
    return before or within or (unread_behind(s, until.stop) if until else "")


def _muted(s: Sentence, start: int, now: Now) -> list[Call] | None:
    if place := _first(s, start, _RECOVERED):
        if any(t.kind is not Kind.PUNCT for t in s.tokens[sum(place) :]):
            return None
        return _call("offer_mute", mission_words(s, start, _before_comma(s, start, place[0])))
    until = find_until(s, start, now.at, now.zone)
    if until and until.doubt:
        return [ask(say("ask-not-muted-yet"), [until.doubt], _completed(s, until))]
    stop = until.start if until else None
    name = mission_words(s, start, _before_comma(s, start, stop))
    bare = s.low(start) in ("it", "this", "that") and s.low(start + 1) == ","
    rest = until.stop if until else start + 1 if bare else len(s)
    if (words := unread_behind(s, rest, kept=False)) and name != "?":
        return [unread("offer_mute", name or "", words)]
    return _call("offer_mute", name, **_ends(until, now))


def _completed(s: Sentence, until: Until) -> Callable[[str], str]:
    """An answering phrase in the place of the words that were unclear."""
    head = s.text[: s.tokens[until.start].start].strip()
    tail = s.text[s.tokens[until.stop - 1].end :].rstrip(" ?.!")
    reason = begins_remark(s, until.stop)
    return lambda phrase: f"{head} {phrase}{tail if reason else ''}"


def _ends(until: Until | None, now: Now) -> dict[str, str]:
    return {"until": local_iso(until.at, now.zone)} if until and until.at else {}


def task_at(s: Sentence, start: int) -> tuple[dict[str, str], int]:
    """“T1 of …”, “task T1”, “the task “Check login” of …”: the Task, and where the rest begins."""
    at = start + (s.low(start) == "the")
    named = s.low(at) == "task"
    at += named
    token = s.token(at)
    if token is None or not (token.kind is Kind.TASK or (named and token.kind is Kind.QUOTED)):
        return {}, start
    words = token.text.upper() if token.kind is Kind.TASK else token.text
    return {"task": words}, at + 1 + (s.low(at + 1) in ("of", "in", "from"))


def _first(
    s: Sentence, start: int, phrases: tuple[str, ...], stop: int | None = None
) -> tuple[int, int] | None:
    for at in range(start, len(s) if stop is None else stop):
        if length := s.says_any(at, phrases):
            return at, length + (s.low(at + length) == ":")
    return None


def _before_comma(s: Sentence, start: int, stop: int | None) -> int | None:
    """The end of the name: commas, dashes and brackets before a note are not part of it."""
    end = len(s) if stop is None else stop
    while end > start and s.low(end - 1) in (",", "-", "(", ":", ";", "."):
        end -= 1
    return end


def _note(
    s: Sentence, because: tuple[int, int] | None, until: Until | None, bare: int | None
) -> str:
    """The reason: behind its word, else behind the mark that follows the time or “everything”."""
    if because:
        return _words(s, sum(because), until.start if until else None)
    at = until.stop if until else bare
    return _words(s, at + begins_remark(s, at), None) if at and not only_manners(s, at) else ""


def _words(s: Sentence, start: int, stop: int | None) -> str:
    end = len(s) if stop is None else stop
    if start >= end:
        return ""
    return s.text[s.tokens[start].start : s.tokens[end - 1].end].strip(" .,;:()\"'!")


def _call(tool: str, name: str | None, **more: object) -> list[Call] | None:
    """A call on a Mission; None if the words were no name."""
    if name == "?":
        return None
    return [Call(tool, {**({"mission": name} if name else {}), **more})]
