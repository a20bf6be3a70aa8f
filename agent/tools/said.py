"""A message as words, for reading what it orders."""

from __future__ import annotations

import re
import unicodedata

from agent.offline.wordset import wordset

BREAKS = frozenset(".,;:!?\n–—|")
"""Marks that end a clause."""
JOINS = wordset("and und et y e i и because since weil")
"""Words that join another clause."""
THIS_ONE = "thismission"
"""Stands for the Mission's ID among the words of a message."""
QUOTED_WORD = "quoted"
"""Stands for a quotation among them."""
QUOTED = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|(?m:^\s*(?:>|&gt;).*$)"
    r"|\"[^\"]*(?:\"|\Z)|“[^”]*(?:”|\Z)|„[^“”]*(?:[“”]|\Z)|«[^»]*(?:»|\Z)|「[^」]*(?:」|\Z)"
    r"|『[^』]*(?:』|\Z)|(?<!\w)['‘‚][^'’]*(?:['’](?!\w)|\Z)|(?<!\w)~[^~\n]+~(?!\w)",
    re.DOTALL,
)
"""What is somebody's words, a piece of text, or struck out: an order has to stand outside."""


def said_words(text: str) -> list[str]:
    """Words in lower case, and the marks that end a clause."""
    lower = unicodedata.normalize("NFKC", text).casefold()
    lower = lower.replace(" - ", " ; ")
    spaced = "".join(c if c.isalnum() else f" {c} " if c in BREAKS else " " for c in lower)
    return spaced.split()
