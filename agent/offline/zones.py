"""Time zones as people write them: IANA names, cities, abbreviations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from agent.offline.sentence import Sentence
from agent.offline.tokens import Kind
from agent.offline.wordset import wordset

TAG = "zone"
_WORDS_MAX = 3
"""Words in a city's name that is looked for, e.g. “salt lake city”."""

_TIME = ("time", "times", "timezone")
_ABBREVIATIONS = {
    "utc": "UTC", "gmt": "UTC", "zulu": "UTC",
    "cet": "Europe/Berlin", "cest": "Europe/Berlin", "eet": "Europe/Helsinki",
    "eest": "Europe/Helsinki", "wet": "Europe/Lisbon", "west": "Europe/Lisbon",
    "est": "America/New_York", "edt": "America/New_York", "et": "America/New_York",
    "cdt": "America/Chicago", "ct": "America/Chicago",
    "mst": "America/Denver", "mdt": "America/Denver", "mt": "America/Denver",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles",
    "jst": "Asia/Tokyo", "kst": "Asia/Seoul", "hkt": "Asia/Hong_Kong", "sgt": "Asia/Singapore",
    "aest": "Australia/Sydney", "aedt": "Australia/Sydney", "nzst": "Pacific/Auckland",
    "nzdt": "Pacific/Auckland", "msk": "Europe/Moscow",
}  # fmt: skip
_NEEDS_TIME = frozenset({"et", "ct", "mt", "pt", "west"})
"""Abbreviations that are words or parts of names too: only beside a time, or before “time”."""
_AMBIGUOUS = {
    "ist": ("Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"),
    "cst": ("America/Chicago", "Asia/Shanghai", "America/Havana"),
    "bst": ("Europe/London", "Asia/Dhaka"),
    "ast": ("America/Halifax", "Asia/Riyadh"),
    "gst": ("Asia/Dubai", "Atlantic/South_Georgia"),
    "sst": ("Asia/Singapore", "Pacific/Pago_Pago"),
    "wst": ("Pacific/Apia", "Australia/Perth"),
}
_MORE_CITIES = {
    "munich": "Europe/Berlin", "hamburg": "Europe/Berlin", "frankfurt": "Europe/Berlin",
    "san francisco": "America/Los_Angeles", "seattle": "America/Los_Angeles",
    "boston": "America/New_York", "miami": "America/New_York", "nyc": "America/New_York",
    "washington": "America/New_York", "austin": "America/Chicago", "dallas": "America/Chicago",
    "mumbai": "Asia/Kolkata", "delhi": "Asia/Kolkata", "bangalore": "Asia/Kolkata",
    "beijing": "Asia/Shanghai", "barcelona": "Europe/Madrid", "milan": "Europe/Rome",
    "geneva": "Europe/Zurich", "eastern": "America/New_York", "pacific": "America/Los_Angeles",
}  # fmt: skip


@dataclass(frozen=True)
class ZoneFound:
    """A zone that was named; `options` if it could be several, neither if it is unknown."""

    said: str
    zone: str | None = None
    options: tuple[str, ...] = ()


def find_zone(sentence: Sentence, own_zone: str, now: datetime) -> ZoneFound | None:
    """The zone that the sentence names, claimed; None if it names none."""
    for at in list(sentence.free()):
        for start in (at, at + (sentence.low(at) in ("in", "on"))):
            if found := zone_at(sentence, start, own_zone, now, after_in=start > at):
                zone, length = found
                sentence.claim(at, start + length, TAG)
                return zone
    return None


def zone_at(
    sentence: Sentence, at: int, own_zone: str, now: datetime, *, after_in: bool
) -> tuple[ZoneFound, int] | None:
    """The zone that is named at a place, and how many words name it."""
    token = sentence.token(at)
    if token is None or token.kind not in (Kind.WORD, Kind.URL):
        return None
    before_time = 1 if sentence.low(at + 1) in _TIME else 0
    if iana := _iana().get(token.low):
        return ZoneFound(token.text, iana), 1 + before_time
    if short := _abbreviation(token.low, own_zone, now):
        beside = before_time or sentence.kind(at - 1) in (Kind.TIME, Kind.NUMBER)
        beside = beside or sentence.low(at - 1) in ("am", "pm")
        if beside or after_in or token.low not in _NEEDS_TIME:
            return ZoneFound(token.text, *short), 1 + before_time
    return _city_at(sentence, at, after_in=after_in)


def _city_at(sentence: Sentence, at: int, *, after_in: bool) -> tuple[ZoneFound, int] | None:
    """A city, if “in” stands before it, “time” after it, or a time before it."""
    for length in range(_WORDS_MAX, 0, -1):
        words = [sentence.low(at + i) for i in range(length)]
        if not all(words):
            continue
        says_time = sentence.low(at + length) in _TIME
        beside = after_in or says_time or sentence.kind(at - 1) is Kind.TIME
        city = " ".join(words)
        if beside and city in _cities():
            return ZoneFound(city, _cities()[city]), length + says_time
    if sentence.low(at + 1) == "time" and _claims_a_zone(sentence, at, after_in):
        return ZoneFound(sentence.tokens[at].text), 2
    if "/" in sentence.low(at) and (
        sentence.low(at).split("/")[0] in _areas() or _names_a_zone(sentence, at)
    ):
        says_time = sentence.low(at + 1) in _TIME
        return ZoneFound(sentence.tokens[at].text), 1 + says_time
    return None


_ZONE_NAME = re.compile(r"[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_+-]+)+")


def _names_a_zone(sentence: Sentence, at: int) -> bool:
    """Whether a word beside a time is written as IANA names are, although it is none of them."""
    beside = sentence.kind(at - 1) is Kind.TIME or sentence.low(at - 1) in ("am", "pm")
    beside = beside or sentence.low(at + 1) in _TIME
    return beside and _ZONE_NAME.fullmatch(sentence.tokens[at].text) is not None


def _claims_a_zone(sentence: Sentence, at: int, after_in: bool) -> bool:
    """Whether “X time” is meant as a zone although X is none we know."""
    low = sentence.low(at)
    if not low.isalpha() or low in _NOT_ZONES:
        return False
    beside = sentence.kind(at - 1) is Kind.TIME or sentence.low(at - 1) in ("am", "pm")
    return beside or (after_in and sentence.tokens[at].text[0].isupper())


_NOT_ZONES = wordset(
    "the this that a any some no response load time first last next same each every what my "
    "our local one more less long short real half"
)


def _abbreviation(
    low: str, own_zone: str, now: datetime
) -> tuple[str | None, tuple[str, ...]] | None:
    if low not in _ABBREVIATIONS and low not in _AMBIGUOUS:
        return None
    if low in _own_abbreviations(own_zone, now.year):
        return own_zone, ()
    if low in _AMBIGUOUS:
        return None, _AMBIGUOUS[low]
    return _ABBREVIATIONS[low], ()


def _own_abbreviations(own_zone: str, year: int) -> set[str]:
    """What the person's own zone is called in winter and in summer."""
    tz = ZoneInfo(own_zone)
    return {datetime(year, month, 1, tzinfo=tz).strftime("%Z").lower() for month in (1, 7)}


@cache
def _iana() -> dict[str, str]:
    names = (
        n for n in available_timezones() if "/" in n and not n.startswith(("posix/", "right/"))
    )
    return {n.lower(): n for n in names}


@cache
def _areas() -> frozenset[str]:
    return frozenset(n.split("/")[0] for n in _iana())


@cache
def _cities() -> dict[str, str]:
    """City in words → zone. Old names of the Etc area and of countries' folders are left out."""
    cities: dict[str, str] = {}
    areas = (
        "africa",
        "america",
        "antarctica",
        "asia",
        "atlantic",
        "australia",
        "europe",
        "pacific",
    )
    for low, name in sorted(_iana().items()):
        if low.split("/")[0] in areas:
            cities.setdefault(low.rsplit("/", 1)[1].replace("_", " "), name)
    return {**cities, **_MORE_CITIES}
