"""What the interpreter decides on: tool calls, and how doubts become one question card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.offline.timing import Doubt

QUESTIONS_MAX = 3
LABEL_MAX = 75


@dataclass(frozen=True)
class Call:
    """A tool and its arguments."""

    tool: str
    arguments: dict[str, Any] = field(default_factory=dict)


def ask(lead: str, doubts: Sequence[Doubt], complete: Callable[[str], str]) -> Call:
    """One question card; `complete` turns an answering phrase into a whole sentence."""
    questions = [
        {
            "text": doubt.text,
            "choices": [
                {"label": _label(phrase), "say": complete(phrase)} for phrase in doubt.phrases[:5]
            ],
        }
        for doubt in doubts[:QUESTIONS_MAX]
    ]
    return Call("ask", {"lead": lead, "questions": questions})


def tell(text: str) -> Call:
    """A plain sentence."""
    return Call("say", {"text": text})


def _label(phrase: str) -> str:
    short = phrase[:1].upper() + phrase[1:]
    return short if len(short) <= LABEL_MAX else short[: LABEL_MAX - 1] + "…"
