"""Every fixed sentence that people read, by its id, in the language of whom it is said to [C9].

The sentences stand in `<language>.po` beside this file, one per language, as gettext keeps them:
any editor of translations opens them. An id that a language lacks is said in English. What is put
into a sentence stays as it is: who shows it has made it safe.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from gettext import c2py
from io import BytesIO
from pathlib import Path
from typing import Final, TypeVar, cast

PLACE: Final = Path(__file__).parent
GROUPED_FROM: Final = 1_000
"""Numbers are written in groups of digits from here on."""

T = TypeVar("T")
_LETTERS: Final = re.compile("[A-Za-z]+")


class Language(StrEnum):
    """The languages that the fixed sentences are kept in."""

    EN = "en"
    DE = "de"
    ES = "es"
    JA = "ja"
    ZH = "zh"


_spoken: ContextVar[Language] = ContextVar("spoken", default=Language.EN)


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """Each id's forms, one or one per plural; and which form a count takes."""

    forms: dict[str, tuple[str, ...]]
    form_of: Callable[[int], int]


def language_of(locale: str) -> Language:
    """The language of a locale as Slack names it (`de-DE`, `zh-TW`); English if it is not kept."""
    found = _LETTERS.match(locale)
    try:
        return Language(found[0].lower() if found else "")
    except ValueError:
        return Language.EN


def spoken() -> Language:
    """The language that is spoken now."""
    return _spoken.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak a language within the block, in this thread or task alone."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def in_each(write: Callable[[], T]) -> tuple[T, ...]:
    """What `write` gives in each language: to know again what code wrote, whoever it was for."""
    found = []
    for language in Language:
        with speaking(language):
            found.append(write())
    return tuple(found)


def say(what: str, count: int | None = None, /, **values: object) -> str:
    """The sentence of that id with its values; of a `count` the form that it takes.

    What is said of none where that has words of its own stands under the id with `-0` behind it.
    KeyError if English has no such id, or a value is missing.
    """
    if count == 0 and f"{what}-0" in _catalogue(Language.EN).forms:
        what = f"{what}-0"
    language = _spoken.get()
    found = _pattern(language, what, count) or _pattern(Language.EN, what, count)
    if found is None:
        raise KeyError(what)
    if "{" not in found:
        return found
    if count is not None:
        values["count"] = grouped(count)
    return found.format_map(values)


def grouped(number: int) -> str:
    """A whole number as the language writes it: `1,000` in English, `1.000` in German."""
    if abs(number) < GROUPED_FROM:
        return str(number)
    # Loading Babel's data takes longer than most numbers are worth.
    from babel.numbers import format_decimal

    return format_decimal(number, locale=_spoken.get().value)


def listed(items: tuple[str, ...] | list[str]) -> str:
    """`Mondays, Tuesdays and Fridays`."""
    *most, last = items
    return say("listed", most=say("comma").join(most), last=last) if most else last


def names(of: str, width: str) -> tuple[str, ...]:
    """The names of `days` (Sunday first) or `months`, `wide` or `abbreviated`."""
    return _names(_spoken.get(), of, width)


def load() -> None:
    """Read every catalogue: before workers are forked, so that none of them has to."""
    for language in Language:
        _catalogue(language)


def ids(language: Language) -> dict[str, tuple[str, ...]]:
    """All that a language says, for tests and tools."""
    return _catalogue(language).forms


def _pattern(language: Language, what: str, count: int | None) -> str | None:
    catalogue = _catalogue(language)
    forms = catalogue.forms.get(what)
    if forms is None:
        return None
    return forms[catalogue.form_of(count)] if count is not None and len(forms) > 1 else forms[0]


@cache
def _names(language: Language, of: str, width: str) -> tuple[str, ...]:
    from babel import Locale

    if language is Language.ZH and of == "months":
        width = "abbreviated"  # 11月, as dates are written, not 十一月
    known = cast("dict[int, str]", getattr(Locale(language.value), of)["format"][width])
    ordered = [known[number] for number in sorted(known)]
    return tuple(ordered if of == "months" else [ordered[-1], *ordered[:-1]])


@cache
def _catalogue(language: Language) -> _Catalogue:
    # Babel is large: what says nothing, as `houston --help`, does without it.
    from babel.messages.pofile import read_po

    read = read_po(BytesIO((PLACE / f"{language}.po").read_bytes()), locale=language.value)
    forms: dict[str, tuple[str, ...]] = {}
    for message in read:
        if not message.id:
            continue
        one = message.id if isinstance(message.id, str) else message.id[0]
        said = message.string
        forms[one] = (said,) if isinstance(said, str) else tuple(said or ())
    return _Catalogue(forms, c2py(read.plural_expr))
