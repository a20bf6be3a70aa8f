"""Several orders or questions in one message: each is answered, if each is understood wholly.

“show me the plan and the history”, “when does it run next and what does it cost?”.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from agent.offline.intents import Call
from missions.ids import MISSION_ID

PARTS_MAX = 4
LONGEST = 300
"""Characters of a message that can be several questions."""
BREAKS_MAX = 6
"""Places where a message may be taken apart: each is tried."""
_BREAK = re.compile(
    r"\s*[?.!;,]+\s+(?:and\s+|then\s+|also\s+)*|\s+(?:and|&)\s+(?:then\s+|also\s+)*", re.IGNORECASE
)
LOOKING = frozenset(
    ("list_missions", "show_mission", "show_plan", "show_history", "show_next_runs", "explain_last",
     "what_changed", "what_it_costs", "who_did", "last_success", "show_versions",
     "show_difference")
)  # fmt: skip
OFFERING = frozenset(
    ("offer_run", "offer_disable", "offer_enable", "offer_mute", "offer_unmute", "offer_delete",
     "export_mission")
)  # fmt: skip
_SHORT = frozenset(
    ("show_plan", "show_history", "show_next_runs", "show_versions", "what_it_costs")
)
"""What can be asked for by its noun alone, behind another question."""
_OPEN = frozenset(("note", "remark"))
"""Words to a person: what follows may belong to them."""

Reader = Callable[[str], list[Call] | None]


def read_together(text: str, read_one: Reader) -> list[Call] | None:
    """The calls of all parts; None if the message has one part, or one is not understood."""
    if len(text) > LONGEST or len(_BREAK.findall(text)) > BREAKS_MAX:
        return None
    calls = _parts(text, read_one, PARTS_MAX, first=True)
    if calls is None or len(calls) < 2:
        return None
    named = list(dict.fromkeys(c.arguments["mission"] for c in calls if c.arguments.get("mission")))
    distinct = list({repr(c): c for c in calls}.values())
    return [_named(c, named[0]) for c in distinct] if len(named) == 1 else distinct


def _parts(text: str, read_one: Reader, left: int, *, first: bool) -> list[Call] | None:
    for cut in _BREAK.finditer(text) if left > 1 else ():
        head, tail = text[: cut.start()], text[cut.end() :]
        if not head.strip() or not tail.strip():
            continue
        calls = _one(head, read_one, first=first)
        if calls is None or any(_OPEN & set(c.arguments) for c in calls):
            continue
        if (more := _parts(tail, read_one, left - 1, first=False)) is not None:
            return [*calls, *more]
    return None if first else _one(text, read_one, first=False)


def _one(text: str, read_one: Reader, *, first: bool) -> list[Call] | None:
    """The calls of a part that looks or offers; behind another one “the history” is enough."""
    spoken = text.strip(" ?.!,;")
    tries = [partial(_fit, spoken, LOOKING | OFFERING)]
    if not first:
        tries.append(partial(_fit, f"show the {spoken.removeprefix('the ')}", _SHORT))
    return next((calls for attempt in tries if (calls := attempt(read_one))), None)


def _fit(text: str, tools: frozenset[str], read_one: Reader) -> list[Call] | None:
    calls = read_one(text)
    alone = MISSION_ID.fullmatch(text) is not None
    fits = calls and not alone and all(c.tool in tools and _is_named(c) for c in calls)
    return calls if fits else None


def _is_named(call: Call) -> bool:
    """Whether what stands for a Mission's name is not the rest of a sentence."""
    words = str(call.arguments.get("mission") or "").lower().split()
    return not words or (len(words) <= 6 and words[0] not in ("and", "or", "then", "but"))


def _named(call: Call, mission: str) -> Call:
    """The same Mission for the parts that say “it” or nothing."""
    alone = call.tool in ("list_missions", "say") or "everywhere" in call.arguments
    if alone or call.arguments.get("mission"):
        return call
    return Call(call.tool, {**call.arguments, "mission": mission})
