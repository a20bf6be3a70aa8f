"""What a person said themselves: renaming and stopping act on that, and on nothing else [C6].

A model may be fooled by what it reads. So it is code that looks for the wish in the message of the
turn: a name must stand in it, and so must a word for stopping. Where that is not so, nothing acts;
the person gets a button, or is asked to say it.
"""

from __future__ import annotations

import unicodedata

from agent.desk import Desk

_STOPS = (
    "stop", "cancel", "abort", "kill", "halt", "interrupt", "terminat", "quit",
    "anhalten", "abbrech", "abbruch", "brich", "beend",
    "arrêt", "arret", "annul", "interrom", "interromp",
    "detén", "deten", "ferma", "pare", "zatrzym", "przerw", "anuluj", "durdur", "iptal",
    "стоп", "останов", "прекрат", "отмен",
)  # fmt: skip
"""How words for stopping begin; in other languages the button does."""
_STOP_SIGNS = ("停", "止め", "中止", "ストップ", "取消", "终止", "終止", "중지", "멈춰", "취소")
"""Words for stopping in scripts that leave no space between words."""


def says_name(desk: Desk, name: str) -> bool:
    """Whether the message holds that name, be it in other case or punctuation."""
    wanted = _plain(name)
    return _typed(desk) and bool(wanted) and wanted in _plain(desk.text)


def says_stop(desk: Desk) -> bool:
    """Whether the message holds a word for stopping."""
    text = _plain(desk.text)
    if not _typed(desk):
        return False
    return any(word.startswith(_STOPS) for word in text.split()) or any(
        sign in text for sign in _STOP_SIGNS
    )


def _typed(desk: Desk) -> bool:
    """Whether the words are the person's: a model may hide others behind an answer's label."""
    return desk.offline or not desk.proposed_words


def _plain(text: str) -> str:
    """Letters and digits in lower case, with single spaces between."""
    lower = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in lower).split())
