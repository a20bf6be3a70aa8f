"""Turns what people type into what Slack sends to an app."""

import re
from collections.abc import Iterable, Mapping

from bot.workspace.config import Json

_DOMAINS = "com|org|net|io|dev|app|ai|co|de|uk|fr|eu|cloud|tech|info|status|example"
_TOKEN = re.compile(
    r"(?P<token><(?:[@#!][^<>\s|]+(?:\|[^<>]*)?|(?:https?://|mailto:)[^<>\s|]+(?:\|[^<>]*)?)>)"
    r"|(?P<code>```.*?```|`[^`\n]+`)"
    r"|(?P<url>https?://[^\s<>|]+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    rf"|(?P<bare>(?<![\w@/.-])(?:[a-z0-9-]+\.)+(?:{_DOMAINS})(?:/[^\s<>|]*)?(?![\w-]))"
    r"|(?P<name>(?<!\w)[@#][\w-][\w.-]*)",
    re.DOTALL | re.IGNORECASE,
)
_TRAILING = ".,;:!?)]}'\""
_BROADCASTS = {"@here": "<!here>", "@channel": "<!channel>", "@everyone": "<!everyone>"}


def escape(text: str) -> str:
    """The three characters that Slack escapes, and no others."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """The reverse of `escape`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def names_of(people: Iterable[Json], channels: Iterable[Json]) -> dict[str, str]:
    """What can be typed after @ or #, in lower case, and what Slack makes of it."""
    names = dict(_BROADCASTS)
    for person in people:
        for name in (person["name"], person["real_name"]):
            names[f"@{name.lower()}"] = f"<@{person['id']}>"
    for channel in channels:
        if channel["name"]:
            names[f"#{channel['name'].lower()}"] = f"<#{channel['id']}|{channel['name']}>"
    return names


def typed(
    text: str, names: Mapping[str, str], smart_quotes: bool = False, edited: bool = False
) -> str:
    """Typed text as Slack stores it: escaped, with links and mentions in angle brackets.

    In an `edited` text those that it already has stay.
    """
    parts: list[str] = []
    end = 0

    def plain(piece: str) -> str:
        return escape(_curl(piece) if smart_quotes else piece)

    for match in _TOKEN.finditer(text):
        parts.append(plain(text[end : match.start()]))
        end = match.end()
        found, tail = match.group(), ""
        if match.lastgroup in ("url", "bare", "name"):
            found = match.group().rstrip(_TRAILING)
            tail = match.group()[len(found) :]
        if match.lastgroup == "token" and edited:
            parts.append(f"<{escape(found[1:-1])}>")
        else:
            parts.append(_converted(str(match.lastgroup), found, names) + plain(tail))
    parts.append(plain(text[end:]))
    return "".join(parts)


def _converted(kind: str, found: str, names: Mapping[str, str]) -> str:
    shown = escape(found)
    match kind:
        case "url":
            return f"<{shown}>"
        case "mail":
            return f"<mailto:{shown}|{shown}>"
        case "bare":
            return f"<https://{shown}|{shown}>"
        case "name":
            return names.get(found.lower(), shown)
        case _:
            return shown


def _curl(text: str) -> str:
    text = re.sub(r"(^|[\s(\[])\"", r"\1“", text).replace('"', "”")
    return re.sub(r"(^|[\s(\[])'", r"\1‘", text).replace("'", "’")


def rich_text(text: str) -> Json:
    """The rich_text block that Slack adds to a typed message."""
    elements: list[Json] = []
    for part in re.split(r"(<[^<>]+>)", text):
        if part:
            elements.append(_element(part))
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "block_id": "typed", "elements": [section]}


def _element(part: str) -> Json:
    if not part.startswith("<"):
        return {"type": "text", "text": unescape(part)}
    target, _, label = part[1:-1].partition("|")
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!"):
        return {"type": "broadcast", "range": target[1:]}
    link = {"type": "link", "url": unescape(target)}
    return {**link, "text": unescape(label)} if label else link
