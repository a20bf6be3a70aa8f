"""What a tool answers to the model: one JSON object, with outside text marked as data [P4]."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

OUTSIDE_MAX = 600
"""Characters of one piece of outside text that a model gets to see."""
WHY_MAX = 200
"""Characters of a finding that a person gets to see."""
_OPEN, _CLOSE = "⟦data: ", "⟧"


def done(**facts: Any) -> str:
    """The tool did it; `facts` are what the model may tell."""
    return json.dumps({"ok": True, **facts}, ensure_ascii=False, default=str)


def refused(*findings: str, options: Sequence[str] = (), asked: bool = False) -> str:
    """Nothing was staged; `findings` are sentences that a model mends from or passes on.

    `asked` means that a card asks the person already, so there is nothing to add.
    """
    answer = {"ok": False, "findings": findings, "options": tuple(options), "asked": asked}
    return json.dumps(answer, ensure_ascii=False)


def misshapen(*findings: str) -> str:
    """The call itself was none: the model mends its arguments, nobody else is told."""
    return json.dumps({"ok": False, "findings": findings, "misshapen": True}, ensure_ascii=False)


def succeeded(answer: str) -> bool:
    """Whether an answer is one that `done` made."""
    try:
        made = json.loads(answer)
    except ValueError:
        return False
    return isinstance(made, dict) and made.get("ok") is True


def why_not(answer: str) -> str:
    """The first finding of an answer that is none that `done` made; "" if it is one."""
    if succeeded(answer):
        return ""
    try:
        found = json.loads(answer)["findings"][0]
    except (ValueError, LookupError, TypeError):
        found = answer
    return " ".join(str(found).split())[:WHY_MAX] or "?"


def outside(text: str, limit: int = OUTSIDE_MAX) -> str:
    """Text that came from outside, cut and fenced; its own fence marks are taken out."""
    plain = text.replace("⟦", "[").replace("⟧", "]")
    return f"{_OPEN}{plain[:limit]}{_CLOSE}"
