"""What records say in fixed words: kept once, in English, and said to a reader in their language.

A record outlives the language of whoever caused it, and is read by many. So it keeps the English
sentence, `retold` finds its id and its values again, and says it in the language that is spoken.
Words that are found nowhere, as a person's or those of an older version, are shown as they are.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from functools import cache
from typing import Final

from missions.phrases import Language, ids, say, speaking, spoken

FAMILIES: Final = ("rec-", "log-", "outcome-", "step-", "state-")
"""How the ids of sentences begin that records hold."""
INSIDE: Final = (
    "keep-said", "days", "runs", "budget-run", "budget-day", "budget-both",
    "budget-money-run", "budget-money-day", "budget-money-both", "budget-and",
    "notify-always", "notify-on-finding", "notify-on-change", "notify-on-failure", "notify-never",
)  # fmt: skip
"""Other sentences that stand in records, by themselves or within those."""
NESTED: Final = frozenset({"why", "days", "runs", "of_tokens", "of_money"})
"""Values that are sentences themselves; all others are names and what people wrote."""
_NUMBER: Final = r"[\d,]+"
_CAP: Final = r"\$?[\d,.]+"
_VALUES: Final = {
    "count": _NUMBER,
    "n": _NUMBER,
    "most": _NUMBER,
    "end": r"[\d:T+-]+",
    "run": _CAP,
    "day": _CAP,
    "of_tokens": re.compile(rf"at most {_NUMBER} tokens [^;]+").pattern,
    "of_money": re.compile(r"at most \$[^;]+").pattern,
}
"""Gaps that hold numbers, instants and budgets only, so that a person's words are not taken for
ours."""
_SENTENCES: Final = re.compile(r"(?<=[.!?]) ")


def kept(what: str, count: int | None = None, /, **values: object) -> str:
    """The sentence of that id as records keep it."""
    with speaking(Language.EN):
        return say(what, count, **values)


def retold(text: str) -> str:
    """What a record says, in the language that is spoken."""
    if spoken() is Language.EN or not text:
        return text
    said = _said(text)
    if said is not None:
        return said
    for cut in _SENTENCES.finditer(text):
        head, tail = _said(text[: cut.start()]), _said(text[cut.end() :])
        if head is not None:
            return f"{head} {retold(text[cut.end() :])}"
        if tail is not None:
            return f"{text[: cut.start()]} {tail}"
    return text


@dataclass(frozen=True, slots=True)
class _Form:
    """One form of a sentence with gaps, as a pattern."""

    what: str
    pattern: re.Pattern[str]


def _said(text: str) -> str | None:
    whole, gapped = _known()
    if text in whole:
        return say(whole[text])
    for form in gapped:
        if found := form.pattern.fullmatch(text):
            values = {
                gap: retold(value) if gap in NESTED else value
                for gap, value in found.groupdict().items()
            }
            count = values.pop("count", None)
            return say(form.what, *([_number(count)] if count else []), **values)
    return None


def _number(text: str) -> int:
    return int(text.replace(",", ""))


@cache
def _known() -> tuple[dict[str, str], tuple[_Form, ...]]:
    """The sentences without gaps, and those with: the longest words first, as they say most."""
    whole: dict[str, str] = {}
    gapped: list[tuple[int, _Form]] = []
    for what, forms in ids(Language.EN).items():
        if not (what.startswith(FAMILIES) or what.removesuffix("-0") in INSIDE):
            continue
        for form in forms:
            parts = list(string.Formatter().parse(form))
            if all(gap is None for _, gap, _, _ in parts):
                whole.setdefault(form, what)
                continue
            words = sum(len(literal) for literal, _, _, _ in parts)
            gapped.append(
                (words, _Form(what, re.compile("".join(map(_pattern, parts)), re.DOTALL)))
            )
    ordered = sorted(gapped, key=lambda each: -each[0])
    return whole, tuple(form for _, form in ordered)


def _pattern(part: tuple[str, str | None, str | None, str | None]) -> str:
    literal, gap, _, _ = part
    if gap is None:
        return re.escape(literal)
    value = _VALUES.get(gap, ".+?")
    return f"{re.escape(literal)}(?P<{gap}>{value})"
