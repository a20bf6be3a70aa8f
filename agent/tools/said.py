"""A message as words, for reading what it orders."""

from __future__ import annotations

import unicodedata

from agent.offline.wordset import wordset

BREAKS = frozenset(".,;:!?\n–—|")
"""Marks that end a clause."""
JOINS = wordset("and und et y e i и because since weil")
"""Words that join another clause."""
THIS_ONE = "thismission"
"""Stands for the Mission's ID among the words of a message."""


def said_words(text: str) -> list[str]:
    """Words in lower case, and the marks that end a clause."""
    lower = unicodedata.normalize("NFKC", text).casefold()
    lower = lower.replace(" - ", " ; ")
    spaced = "".join(c if c.isalnum() else f" {c} " if c in BREAKS else " " for c in lower)
    return spaced.split()
