"""A message whose words are claimed, bit by bit, by whoever understands them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache

from agent.offline.tokens import Kind, Token, tokenize


class Sentence:
    """Tokens, and for each the tag of what claimed it. Claimed tokens are invisible to others."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self._claims: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self.tokens)

    def low(self, at: int) -> str:
        """The lower-case word at a place; "" outside, or if it is claimed or quoted."""
        token = self.token(at)
        return token.low if token and token.kind is not Kind.QUOTED else ""

    def token(self, at: int) -> Token | None:
        """The unclaimed token at a place."""
        if 0 <= at < len(self.tokens) and at not in self._claims:
            return self.tokens[at]
        return None

    def kind(self, at: int) -> Kind | None:
        """The kind of the unclaimed token at a place."""
        token = self.token(at)
        return token.kind if token else None

    def number(self, at: int) -> int | None:
        """The number at a place, written in digits or as a small word."""
        token = self.token(at)
        if token is None:
            return None
        if token.kind is Kind.NUMBER:
            return int(token.text) if len(token.text) <= 9 else None
        return NUMBERS.get(token.low) if token.kind is Kind.WORD else None

    def says(self, at: int, phrase: str) -> int:
        """How many tokens the phrase takes at that place; 0 if it is not there."""
        words = _split(phrase)
        return len(words) if all(self.low(at + i) == w for i, w in enumerate(words)) else 0

    def says_any(self, at: int, phrases: Collection[str]) -> int:
        """The longest of the phrases at that place, in tokens; 0 if none is there."""
        if not (first := self.low(at)):
            return 0
        return max((self.says(at, p) for p in phrases if p.startswith(first)), default=0)

    def find(self, phrases: Collection[str]) -> tuple[int, int] | None:
        """The first place of any of the phrases, and its length in tokens."""
        for at in range(len(self.tokens)):
            if length := self.says_any(at, phrases):
                return at, length
        return None

    def claim(self, start: int, stop: int, tag: str) -> None:
        """Take the tokens from `start` up to `stop`."""
        for at in range(start, min(stop, len(self.tokens))):
            self._claims.setdefault(at, tag)

    def tag(self, at: int) -> str:
        """What claimed the token at a place; "" if nobody did."""
        return self._claims.get(at, "")

    def free(self) -> Iterator[int]:
        """Places that nobody has claimed."""
        return (i for i in range(len(self.tokens)) if i not in self._claims)

    def rest(self) -> list[Token]:
        """The tokens that nobody has claimed."""
        return [self.tokens[i] for i in self.free()]

    def claimed_words(self, tag: str) -> str:
        """What was claimed under a tag, as written."""
        spans: list[list[int]] = []
        for at in sorted(i for i, t in self._claims.items() if t == tag):
            token = self.tokens[at]
            if spans and spans[-1][2] == at - 1:
                spans[-1][1:] = [max(token.end, spans[-1][1]), at]
            else:
                spans.append([token.start, token.end, at])
        pieces = (self.text[start:end].strip() for start, end, _ in spans)
        return " ".join(p for p in pieces if p)


@cache
def _split(phrase: str) -> tuple[str, ...]:
    return tuple(phrase.split())


NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
    "forty": 40, "forty-five": 45, "sixty": 60, "ninety": 90,
}  # fmt: skip
