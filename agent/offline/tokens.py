"""Splitting a message into tokens, in one pass from left to right."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from agent.offline.spelling import SPELLINGS
from agent.offline.wordset import wordset
from missions.ids import MISSION_ID

QUOTE_MAX = 500
"""How far a closing quotation mark is looked for, in characters."""
_CLOSERS = {'"': '"', "`": "`", "'": "'"}
_TRAILING = ".,;:!?)]}"
_LEADING = "([{"
_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,250})\.[a-z]{2,24}(?::\d{1,5})?(?:[/?#]\S*)?", re.I)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?:\s*(am|pm))?")
_STAMP = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:T(\d{1,2}:\d{2}))?(?::00)?")
_MIXED = re.compile(r"(\d{1,6})([a-z]{1,8})")
_SPLIT_UNITS = wordset(
    "am pm ms s sec secs second seconds m min mins minute minutes h hr hrs hour hours d day "
    "days w week weeks"
)
_ORDINALS = frozenset({"st", "nd", "rd", "th"})
_PATTERN_WORDS = frozenset({"matches", "match", "matching", "pattern", "regex", "regexp"})


class Kind(StrEnum):
    """What a token looks like."""

    WORD = "word"
    NUMBER = "number"
    ORDINAL = "ordinal"
    TIME = "time"
    MINUTE = "minute"
    DATE = "date"
    URL = "url"
    QUOTED = "quoted"
    PATTERN = "pattern"
    MISSION = "mission"
    TASK = "task"
    PUNCT = "punct"


@dataclass(frozen=True)
class Token:
    """A piece of the message: `text` as written (without quotes), `low` for comparing."""

    kind: Kind
    text: str
    low: str
    start: int
    end: int


def tokenize(text: str) -> tuple[Token, ...]:
    """The tokens of a message; every character is looked at a bounded number of times."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token = _quoted(text, at) or _pattern(text, at, found)
        if token is not None:
            found.append(token)
            at = token.end
            continue
        end = _chunk_end(text, at)
        found.extend(_chunk(text, at, end))
        at = end
    return tuple(found)


def _quoted(text: str, at: int) -> Token | None:
    closer = _CLOSERS.get(text[at])
    if closer is None:
        return None
    if closer == "'" and at > 0 and not text[at - 1].isspace():
        return None
    close = text.find(closer, at + 1, at + 1 + QUOTE_MAX)
    if close <= at + 1:
        return None
    if closer == "'" and close + 1 < len(text) and text[close + 1].isalnum():
        return None
    inside = text[at + 1 : close]
    if inside.lower().startswith(("http://", "https://")) and not any(map(str.isspace, inside)):
        return Token(Kind.URL, inside, inside.lower(), at, close + 1)
    return Token(Kind.QUOTED, inside, inside.lower(), at, close + 1)


def _pattern(text: str, at: int, before: list[Token]) -> Token | None:
    """`/…/` after a word such as “matches”; `\\/` is a slash inside it."""
    if text[at] != "/" or not before or before[-1].low not in _PATTERN_WORDS:
        return None
    close = at + 1
    limit = min(len(text), at + QUOTE_MAX)
    while close < limit and text[close] != "/":
        close += 2 if text[close] == "\\" else 1
    if close >= limit or close == at + 1:
        return None
    inside = text[at + 1 : close].replace("\\/", "/")
    return Token(Kind.PATTERN, inside, inside, at, close + 1)


def _chunk_end(text: str, at: int) -> int:
    """Where the run of non-blanks ends; two addresses joined by a comma are two chunks."""
    end = at
    while end < len(text) and not text[end].isspace():
        if end > at and text[end] in '"`':
            break
        if text[end] == "," and text[end + 1 : end + 5].lower() == "http":
            return end + 1
        end += 1
    return end


def _chunk(text: str, start: int, end: int) -> list[Token]:
    found: list[Token] = []
    while start < end and text[start] in _LEADING:
        found.append(Token(Kind.PUNCT, text[start], text[start], start, start + 1))
        start += 1
    stop = end
    while stop > start and text[stop - 1] in _TRAILING:
        stop -= 1
    if text[start:stop].lower() in ("a.m", "p.m", "e.g", "i.e"):
        stop = min(stop + 1, end)
    if stop > start:
        found.extend(_core(text, start, stop))
    found.extend(Token(Kind.PUNCT, text[i], text[i], i, i + 1) for i in range(stop, end))
    return found


def _core(text: str, start: int, end: int) -> list[Token]:
    raw = text[start:end]
    low = raw.lower()
    if split := _split(raw, low, start):
        return split
    return [Token(_kind(raw, low), raw, _plain(low), start, end)]


def _plain(low: str) -> str:
    if low in ("a.m.", "p.m."):
        return low.replace(".", "")
    return low[1:] if low.startswith("~") and len(low) > 1 else SPELLINGS.get(low, low)


def _kind(raw: str, low: str) -> Kind:
    if low.startswith(("http://", "https://")):
        return Kind.URL
    if low.isascii() and low.isdigit():
        return Kind.NUMBER
    if MISSION_ID.fullmatch(raw):
        return Kind.MISSION
    if low[0] == "t" and low[1:].isdigit() and len(low) <= 4:
        return Kind.TASK
    if low[0] == ":" and low[1:].isdigit() and len(low) == 3:
        return Kind.MINUTE
    if len(low) <= 300 and _DOMAIN.fullmatch(low):
        return Kind.URL
    return Kind.WORD


def _split(raw: str, low: str, start: int) -> list[Token]:
    """Times, dates, numbers with a unit, and lists of statuses: several tokens in one chunk."""
    end = start + len(raw)
    if match := _TIME.fullmatch(low):
        clock = Token(Kind.TIME, f"{match[1]}:{match[2]}", f"{match[1]}:{match[2]}", start, end)
        half = [Token(Kind.WORD, match[3], match[3], end, end)] if match[3] else []
        return [clock, *half]
    if match := _STAMP.fullmatch(raw.upper()):
        day = Token(Kind.DATE, match[1], match[1], start, end)
        return [day, Token(Kind.TIME, match[2], match[2], end, end)] if match[2] else [day]
    if (match := _MIXED.fullmatch(low)) and match[2] in _ORDINALS:
        return [Token(Kind.ORDINAL, match[1], match[1], start, end)]
    if match and match[2] in _SPLIT_UNITS:
        middle = start + len(match[1])
        number = Token(Kind.NUMBER, match[1], match[1], start, middle)
        return [number, Token(Kind.WORD, match[2], match[2], middle, end)]
    parts = raw.split("/")
    if len(parts) > 1 and all(p.isascii() and p.isdigit() and len(p) == 3 for p in parts):
        return [Token(Kind.NUMBER, p, p, start, end) for p in parts]
    return []
