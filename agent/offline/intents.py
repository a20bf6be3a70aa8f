"""What the interpreter decides on: tool calls, and how doubts become one question card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from agent.offline.sentence import Sentence
from agent.offline.times import find_pieces
from agent.offline.timing import CRON, Doubt, Timing, compose
from missions.cron import Cron
from missions.cron_words import cron_in_words
from missions.phrases import Language, spoken

QUESTIONS_MAX = 3
LABEL_MAX = 75
_ANY_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""What a Cron Task's times are does not depend on the day."""


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
    """What the button says, in the reader's language if it is a time; it sends English words."""
    short = _time(phrase) or phrase[:1].upper() + phrase[1:]
    return short if len(short) <= LABEL_MAX else short[: LABEL_MAX - 1] + "…"


def _time(phrase: str) -> str:
    """A phrase that is nothing but times of one Task, in words; "" for any other."""
    if spoken() is Language.EN:
        return ""
    sentence = Sentence(phrase)
    pieces = find_pieces(sentence)
    whole = all(sentence.token(at) is None for at in range(len(sentence)))
    made = compose(pieces, _ANY_DAY, "UTC", None, phrase) if whole else Timing()
    if made.doubt or len(made.when) != 1 or made.skip_days or CRON not in made.when[0]:
        return ""
    return cron_in_words(Cron.parse(made.when[0][CRON]))
