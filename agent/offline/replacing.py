"""One address in the place of another: “use https://b instead of https://a” [C5]."""

from __future__ import annotations

from typing import Any

from agent.offline.sentence import Sentence
from agent.offline.tokens import Kind

TAG = "replace"
_INSTEAD = ("instead of", "rather than", "in place of", "not")
_OLD_FIRST = ("replace", "change", "swap", "exchange", "switch from", "move from", "switch",
              "substitute")  # fmt: skip
_WITH = ("with", "by", "to", "for", "→", "->", "into")
_NEW_FIRST = ("use", "check", "watch", "monitor", "take", "look at", "make it")


def find_replacement(s: Sentence) -> dict[str, Any] | None:
    """Claim the words that put one address in another's place; the operation, or None."""
    urls = [i for i in s.free() if s.kind(i) is Kind.URL]
    if len(urls) != 2:
        return None
    one, other = urls
    between = s.says_any(one + 1, _INSTEAD)
    if between and one + 1 + between == other and s.low(one - 1) not in ("and", ","):
        return _claimed(s, one, other, old=other, new=one)
    between = s.says_any(one + 1, _WITH)
    if between and one + 1 + between == other and _begins(s, one):
        return _claimed(s, one, other, old=one, new=other)
    return None


def _begins(s: Sentence, at: int) -> int:
    """How many words before the old address ask to replace it."""
    for phrase in sorted(_OLD_FIRST, key=len, reverse=True):
        width = len(phrase.split())
        for gap in (0, 1):
            start = at - width - gap
            if start >= 0 and s.says(start, phrase) and (not gap or s.low(at - 1) in ("the", ":")):
                return width + gap
    return 0


def _claimed(s: Sentence, one: int, other: int, *, old: int, new: int) -> dict[str, Any]:
    lead = _begins(s, one) or next(
        (len(p.split()) for p in _NEW_FIRST if s.says(one - len(p.split()), p)), 0
    )
    s.claim(one - lead, other + 1, TAG)
    return {"op": "set_address", "check": s.tokens[old].text, "url": s.tokens[new].text}
