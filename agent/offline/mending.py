"""When no Mission has the name that a message gives: the name is several, or more than a name.

“pause Shop watch and Pay watch” means two; a Mission may be called so, and is looked for first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.offline.intents import Call, ask
from agent.offline.naming import before_no_name, unread_words
from agent.offline.sentence import Sentence
from agent.offline.timing import Doubt
from agent.offline.tokens import Kind
from missions.errors import UnknownMission
from missions.ids import MISSION_ID
from missions.phrases import say

SEVERAL_MAX = 5
"""Missions that one message can name; each takes a tool call of the turn."""
_LIST = re.compile(r"\s*,\s*(?:and\s+|&\s*)?|\s+(?:and|&|plus|as well as)\s+", re.IGNORECASE)
_ANEW: dict[str, tuple[str, ...]] = {
    "stop_execution": ("stop {it}", "pause {it}", "mute {it} for 2 hours"),
    "offer_disable": ("pause {it}", "pause {it} until tomorrow 8:00"),
    "offer_pause_all": ("pause everything", "pause everything for 2 hours"),
    "offer_enable": ("enable {it}",),
    "offer_resume_all": ("resume everything",),
    "offer_run": ("run {it} now",),
    "offer_mute": ("mute {it} for 2 hours", "mute {it} until it recovers"),
    "offer_delete": ("delete {it}", "pause {it}"),
    "show_plan": ("show the plan of {it}",),
    "show_history": ("history of {it}",),
    "show_next_runs": ("next runs of {it}",),
    "explain_last": ("why did {it} fail", "history of {it}"),
    "show_mission": ("show {it}",),
    "what_changed": ("what changed in {it}",),
    "who_did": ("who changed {it}",),
}
"""What can be done instead, in words that are read back."""


def names_several(call: Call, findings: Sequence[str]) -> list[Call]:
    """The same call for each of the Missions that a name without a Mission lists; [] if none."""
    name = _unknown(call, findings)
    ahead = MISSION_ID.match(name)
    parts = [p.strip() for p in _LIST.split(name[ahead.end() :] if ahead else name) if p.strip()]
    if not 2 <= len(parts) <= SEVERAL_MAX or any(before_no_name(p) is not None for p in parts):
        return []
    lead = f"{ahead.group()} " if ahead else ""
    return [Call(call.tool, {**call.arguments, "mission": f"{lead}{p}"}) for p in parts]


def each_id(s: Sentence, call: Call) -> list[Call]:
    """The same call for each of the IDs in “pause M-ABC234 and M-DEF234”; [] if more is said."""
    ids = [t.text.upper() for t in s.tokens if t.kind is Kind.MISSION]
    name = str(call.arguments.get("mission", "")).upper()
    if not 2 <= len(set(ids)) <= SEVERAL_MAX or name not in ids:
        return []
    if set(re.split(r"[ ,]+", unread_words(s, call).upper())) - {"", "AND", *ids}:
        return []
    return [Call(call.tool, {**call.arguments, "mission": i}) for i in dict.fromkeys(ids)]


def more_than_a_name(call: Call, findings: Sequence[str]) -> Call | None:
    """The question about a name that goes on with a time or a condition; None if it is a name."""
    name = _unknown(call, findings)
    head = before_no_name(name)
    if head is None:
        return None
    return unread(call.tool, head, name[len(head) :].strip())


def not_this_one(call: Call, findings: Sequence[str]) -> Call | None:
    """The question whether the Mission at hand is meant by words that name none."""
    name = _unknown(call, findings)
    phrases = tuple(p.format(it="it") for p in _ANEW.get(call.tool, ()))
    if not name or not phrases or MISSION_ID.search(name):
        return None
    return ask("\n".join(findings), [Doubt(say("ask-meant-this"), phrases)], str)


def unread(tool: str, mission: str, words: str) -> Call:
    """The question about words of a command that nobody read, with what can be done instead."""
    it = mission or "it"
    phrases = tuple(p.format(it=it) for p in _ANEW.get(tool, ()))
    doubt = Doubt(say("ask-not-understood-unchanged", words=words), phrases)
    return ask(say("ask-nothing-run"), [doubt], str)


def _unknown(call: Call, findings: Sequence[str]) -> str:
    """The name for which there is no Mission; "" if the call was refused for another reason."""
    name = str(call.arguments.get("mission") or "")
    behind = name.partition(" ")[2] if MISSION_ID.match(name) else name
    known = {UnknownMission(n.strip(_QUOTES)).sentence for n in (name, behind)}
    return name if name and set(findings) & known else ""


_QUOTES = " \"'`“”‘’"
