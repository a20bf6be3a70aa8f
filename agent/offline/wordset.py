"""Tables of words, written the way one reads them."""

from __future__ import annotations


def wordset(text: str) -> frozenset[str]:
    """The set of the words in a text."""
    return frozenset(text.split())
