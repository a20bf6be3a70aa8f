"""Slack's markup of a message, turned into the plain text that a person believes to have typed."""

from __future__ import annotations

import re
import unicodedata

from missions.ids import ChannelId, PersonId

TEXT_MAX = 12_000
"""Characters of a message that are read; Slack itself cuts at 40,000."""

# Slack escapes exactly these three; an angle bracket left over is therefore markup.
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_PLAIN = str.maketrans(
    {
        "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
        "‘": "'", "’": "'", "‚": "'",
        "\u00a0": " ", "\u202f": " ", "\u2007": " ", "\u3000": " ",
        "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-",
        "\u200b": None, "\u200c": None, "\u200d": None, "\u2060": None, "\ufeff": None,
    }
)  # fmt: skip
_PERSON = re.compile(r"@[UW][A-Z0-9]{2,40}")
_CHANNEL = re.compile(r"#[CG][A-Z0-9]{2,40}")
_MARKUP = re.compile(r"<([^<>\n]*)>")


def clean_slack_text(text: str, bot_user: str) -> str:
    """`text` without Slack's markup, the bot's own mention, smart quotes and odd blanks.

    Links become their address, channels and people their names, at most 12,000 characters.
    """

    def plain(match: re.Match[str]) -> str:
        return _replacement(match.group(1), bot_user)

    shown = _MARKUP.sub(plain, text[:TEXT_MAX])
    for entity, character in _ENTITIES:
        shown = shown.replace(entity, character)
    visible = "".join(c for c in shown.translate(_PLAIN) if c in "\n\t" or _prints(c))
    lines = (" ".join(line.split()) for line in visible.split("\n"))
    return "\n".join(line for line in lines if line)


def source_of(text: str, bot_user: str) -> str:
    """As `clean_slack_text`, but with every blank and line break: what was pasted stays so."""
    shown = _MARKUP.sub(lambda m: _replacement(m.group(1), bot_user), text[:TEXT_MAX])
    for entity, character in _ENTITIES:
        shown = shown.replace(entity, character)
    return "".join(c for c in shown if c in "\n\t" or _prints(c))


def people_named(text: str, bot_user: str) -> dict[str, PersonId]:
    """The people whom a message names with @, by how the cleaned text writes them."""
    found = {}
    for inside in _MARKUP.findall(text[:TEXT_MAX]):
        target = inside.partition("|")[0]
        if _PERSON.fullmatch(target) and target[1:] != bot_user:
            found[_replacement(inside, bot_user)] = PersonId(target[1:])
    return found


def channels_named(text: str) -> dict[str, ChannelId]:
    """The channels that a message names with #, by how the cleaned text writes them."""
    found = {}
    for inside in _MARKUP.findall(text[:TEXT_MAX]):
        target = inside.partition("|")[0]
        if _CHANNEL.fullmatch(target):
            found[_replacement(inside, "")] = ChannelId(target[1:])
    return found


def _replacement(inside: str, bot_user: str) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return "" if target[1:] == bot_user else f"@{label.lstrip('@') or target[1:]}"
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("!"):
        return f"@{(label or target[1:].split('^')[0]).lstrip('@')}"
    if target.startswith("mailto:"):
        return label or target.removeprefix("mailto:")
    return target


def _prints(character: str) -> bool:
    return not unicodedata.category(character).startswith("C")
