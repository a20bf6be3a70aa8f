"""Slack's mrkdwn, made so that data can never act: no mention, no link, no unfurl [P4].

`Mrkdwn` is text that is safe to send in a mrkdwn text object (with `verbatim`, which keeps Slack
from linking bare addresses and `@words`). Data becomes Mrkdwn only through the functions here.
Slack: `&`, `<` and `>` are the only characters that need escaping.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Final, NewType
from zoneinfo import ZoneInfo

from missions.ids import ChannelId, PersonId
from missions.phrases import say
from missions.words import moment_in_words

Mrkdwn = NewType("Mrkdwn", str)
"""Text in which every `<…>` was put there by us."""

CLOCK: Final = "{time_secs}"
MINUTES: Final = "{time}"
NOTHING: Final = Mrkdwn("–")
"""Shown where data is empty: Slack refuses empty text."""

_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LOOKALIKES: Final = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_BREAKS: Final = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNSEEN: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ATOM: Final = re.compile(r"<[^<>]*>|&(?:amp|lt|gt);")
_FENCE: Final = re.compile(r"(```.*?```)", re.DOTALL)
_STRONG: Final = re.compile(r"\*\*(?=\S)([^*\n]+)\*\*")
_HEADING: Final = re.compile(r"(?m)^#{1,6} +(\S.*)$")
_BULLET: Final = re.compile(r"(?m)^( *)[-*+] +(?=\S)")
_URL_MARKS: Final = {ord("<"): "%3C", ord(">"): "%3E", ord("|"): "%7C", ord(" "): "%20"}
_CHANNEL: Final = re.compile(r"[CG][A-Za-z0-9_]{1,40}")
_PERSON: Final = re.compile(r"[UW][A-Za-z0-9_]{1,40}")
_LONGEST_GRAPHEME: Final = 64
_LOOK_AHEAD: Final = 8
"""Text is cut to this many times its limit before it is cleaned, so that size costs no time."""
_JOINER: Final = "\u200d"


def told(what: str, count: int | None = None, /, **values: Mrkdwn | int) -> Mrkdwn:
    """The sentence of that id, in the reader's language; its values are safe to show already."""
    return Mrkdwn(say(what, count, **values))


def clean(text: str) -> str:
    """`text` without control characters, direction overrides and halves of characters."""
    return _UNSEEN.sub("", _BREAKS.sub("\n", text))


def one_line(text: str) -> str:
    """`text` cleaned, on one line, without space around it."""
    return " ".join(clean(text).split())


def escape(text: str) -> Mrkdwn:
    """Data as Mrkdwn; its line breaks and its `*bold*` stay."""
    return Mrkdwn(clean(text).strip().translate(_ESCAPES)) or NOTHING


def line(text: str, limit: int) -> Mrkdwn:
    """Data on one line, at most `limit` characters once escaped."""
    return clip(escape(one_line(text[: limit * _LOOK_AHEAD])), limit)


def paragraph(text: str, limit: int) -> Mrkdwn:
    """Data with its line breaks, at most `limit` characters once escaped."""
    return clip(escape(text[: limit * _LOOK_AHEAD]), limit)


def label(text: str, limit: int = 150) -> Mrkdwn:
    """A name or title, fit to stand in bold: its own formatting marks become look-alikes."""
    return line(text[: limit * _LOOK_AHEAD].translate(_LOOKALIKES), limit)


def unmarked(text: str) -> str:
    """A name for plain text: its formatting marks become look-alikes, which Slack does not read."""
    return text.translate(_LOOKALIKES)


def code(text: str, limit: int = 150) -> Mrkdwn:
    """Data in code style, on one line."""
    shown = line(text[: limit * _LOOK_AHEAD].replace("`", "ˋ"), limit)
    return Mrkdwn(f"`{shown}`")


def bold(text: Mrkdwn) -> Mrkdwn:
    """`text`, which must be one line, in bold."""
    return Mrkdwn(f"*{text}*")


def lines(parts: Iterable[Mrkdwn]) -> Mrkdwn:
    """Each part on its own line; empty parts are left out."""
    return Mrkdwn("\n".join(part for part in parts if part))


def bullets(parts: Iterable[Mrkdwn]) -> Mrkdwn:
    """Each part on its own line with a bullet."""
    return lines(Mrkdwn(f"• {part}") for part in parts if part)


def dots(*parts: Mrkdwn | None) -> Mrkdwn:
    """The parts on one line with dots between; empty parts are left out."""
    return Mrkdwn(" · ".join(part for part in parts if part))


def link(url: str, text: Mrkdwn) -> Mrkdwn:
    """A link of our own (permalinks): never for an address that came as data.

    ValueError if it is no web address.
    """
    if not re.match(r"https?://\S", url):
        raise ValueError("not a web address")
    safe = url.translate(_URL_MARKS)
    return Mrkdwn(f"<{safe}|{text}>")


def mention(person: PersonId) -> Mrkdwn:
    """Mentions a person whose id we put there; anything else than an id is shown as text."""
    return Mrkdwn(f"<@{person}>") if _PERSON.fullmatch(person) else label(person)


def channel_link(channel: ChannelId) -> Mrkdwn:
    """A channel by its name, which leads there; a conversation of two has none."""
    return Mrkdwn(f"<#{channel}>") if _CHANNEL.fullmatch(channel) else told("direct-message")


def channel(place: ChannelId) -> Mrkdwn:
    """Links a channel by its id: Slack shows its name only to those who may know it [P1]."""
    return Mrkdwn(f"<#{place}>") if _CHANNEL.fullmatch(place) else label(place)


@lru_cache(maxsize=512)
def zone_of(name: str) -> tzinfo:
    """The IANA zone of that name, or UTC if there is none, for which folders are looked through."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def said(instant: datetime, zone: str) -> str:
    """The instant in words: `Tue 24 Nov 2026, 09:00 Europe/Berlin`."""
    local, name = _there(instant, zone)
    return say("instant", date=moment_in_words(local), time=f"{local:%H:%M}", zone=name)


def clock(instant: datetime, zone: str) -> str:
    """The time of day where it was said: `09:00 Europe/Berlin`."""
    local, name = _there(instant, zone)
    return f"{local:%H:%M} {name}"


def date(instant: datetime, form: str = "", zone: str = "UTC") -> Mrkdwn:
    """The instant in each reader's own zone; where Slack cannot, in words in `zone` [C9]."""
    return _token(instant, form or say("slack-date"), said(instant, zone))


def date_as(at: datetime, words: str) -> Mrkdwn:
    """As `date`, with escaped words of one's own for where Slack cannot."""
    return _token(at, say("slack-date"), words)


def _token(at: datetime, form: str, words: str) -> Mrkdwn:
    return Mrkdwn(f"<!date^{int(at.timestamp())}^{form}|{words}>")


def _there(instant: datetime, zone: str) -> tuple[datetime, str]:
    where = zone_of(zone)
    try:
        return instant.astimezone(where), "UTC" if where is UTC else zone
    except OverflowError:  # the last or first day of the calendar
        return instant.astimezone(UTC), "UTC"


def from_markdown(text: str) -> Mrkdwn:
    """Markdown as models write it: headings and bold in Slack's way, bullets as bullets."""
    parts = _FENCE.split(escape(text))
    return Mrkdwn("".join(part if at % 2 else _converted(part) for at, part in enumerate(parts)))


def clip(text: Mrkdwn, limit: int) -> Mrkdwn:
    """At most `limit` characters (>= 1), cut with `…` and never inside a token or a grapheme."""
    return text if len(text) <= limit else Mrkdwn(text[: _cut(text, limit - 1)].rstrip() + "…")


def plain_line(text: str, limit: int) -> str:
    """As `line`, for text that is shown as it is."""
    return clip_plain(one_line(text[: limit * _LOOK_AHEAD]), limit)


def clip_plain(text: str, limit: int) -> str:
    """As `clip`, for text of a plain_text object or an input, where nothing is escaped."""
    return text if len(text) <= limit else text[: _boundary(text, limit - 1)].rstrip() + "…"


def chunks(text: Mrkdwn, limit: int) -> tuple[Mrkdwn, ...]:
    """The whole text in parts of at most `limit` characters, cut at line ends where there are."""
    parts: list[Mrkdwn] = []
    rest = text.strip()
    while len(rest) > limit:
        at = rest.rfind("\n", limit // 2, limit)
        at = at if at > 0 else max(_cut(rest, limit), 1)
        parts.append(Mrkdwn(rest[:at].rstrip() or NOTHING))
        rest = rest[at:].strip()
    return (*parts, Mrkdwn(rest)) if rest else tuple(parts)


def _converted(text: str) -> str:
    text = _STRONG.sub(r"*\1*", text)
    text = _HEADING.sub(lambda found: f"*{found[1].strip(' #*')}*", text)
    return _BULLET.sub(r"\1• ", text)


def _cut(text: str, at: int) -> int:
    """The last place at or before `at` that is inside neither a token nor a grapheme."""
    place = _boundary(text, at)
    while (start := _token_around(text, place)) is not None:
        place = _boundary(text, start)
    return place


def _token_around(text: str, at: int) -> int | None:
    """Where the token begins that `at` is inside of."""
    for mark in "<&":
        start = text.rfind(mark, 0, at)
        found = _ATOM.match(text, start) if start >= 0 else None
        if found and found.end() > at:
            return start
    return None


def _boundary(text: str, at: int) -> int:
    """The last grapheme boundary at or before `at`; `at` itself if there is none near."""
    for place in range(at, max(0, at - _LONGEST_GRAPHEME), -1):
        if not _joined(text, place):
            return place
    return at if at > _LONGEST_GRAPHEME else 0


def _joined(text: str, at: int) -> bool:
    """Whether the characters before and after `at` belong together."""
    before, after = text[at - 1], text[at : at + 1]
    if not after:
        return False
    if before == _JOINER or after == _JOINER or unicodedata.category(after)[0] == "M":
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return True
    return _is_flag(after) and bool(_flags_before(text, at) % 2)


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flags_before(text: str, at: int) -> int:
    count = 0
    while at - count > 0 and _is_flag(text[at - count - 1]):
        count += 1
    return count
