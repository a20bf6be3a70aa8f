"""Names that people give to Missions: cleaned of what Slack or a terminal would act upon [C4]."""

from __future__ import annotations

import unicodedata

from missions.blueprint import NAME_MAX
from missions.errors import InvalidName
from missions.phrases import say
from missions.saving import require_no_id

_QUOTES = "\"'`*_~“”‘’«» "


def clean_name(text: str) -> str:
    """`text` as a Mission's name: 1 to 80 characters, one line, no markup. Raises `InvalidName`.

    Control and invisible characters go, blanks are joined, surrounding quotes and emphasis marks
    are stripped. Slack's control sequences (`<!channel>`, `<@U…>`) are refused rather than cut.
    """
    visible = "".join(" " if c.isspace() else c for c in text if c.isspace() or _shows(c))
    name = " ".join(visible.split()).strip(_QUOTES)
    if "<" in name or ">" in name:
        raise InvalidName(say("name-no-marks"))
    if not any(c.isalnum() for c in _without_emoji_codes(name)):
        raise InvalidName(say("name-letter"))
    if len(name) > NAME_MAX:
        raise InvalidName(say("name-most", size=len(name), most=NAME_MAX))
    require_no_id(name)
    return name


def _shows(character: str) -> bool:
    """Not a control, format, surrogate or private character."""
    return not unicodedata.category(character).startswith("C")


def _without_emoji_codes(name: str) -> str:
    """The name without `:rocket:`-like codes."""
    parts = name.split(":")
    kept = [p for i, p in enumerate(parts) if not (0 < i < len(parts) - 1 and _is_code(p))]
    return " ".join(kept)


def _is_code(part: str) -> bool:
    return bool(part) and " " not in part and part.lower() == part and not part.isdigit()
