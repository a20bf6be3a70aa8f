"""What a validator finds wrong with data that somebody wrote, in short sentences of ours [B7 C9].

Its own words are English, and speak of types; these name the place, and what is needed there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from pydantic_core import ErrorDetails

from missions.phrases import say

_LEAST: Final = ("ge", "gt", "min_length")
_MOST: Final = ("le", "lt", "max_length")
_NAME_MAX: Final = 60
_WHY_MAX: Final = 200


def mistakes_in_words(errors: Iterable[ErrorDetails]) -> tuple[str, ...]:
    """A sentence for each mistake, none of them twice."""
    return tuple(dict.fromkeys(map(_sentence, errors)))


def _sentence(error: ErrorDetails) -> str:
    place = ".".join(str(part) for part in error["loc"])
    name = place[-_NAME_MAX:] or "?"
    limits: dict[str, Any] = error.get("ctx") or {}
    if error["type"] == "missing":
        return say("misfit-missing", name=name)
    if error["type"] == "extra_forbidden":
        return say("misfit-unknown", name=name)
    if (least := next((limits[key] for key in _LEAST if key in limits), None)) is not None:
        return say("misfit-least", name=name, n=least)
    if (most := next((limits[key] for key in _MOST if key in limits), None)) is not None:
        return say("misfit-most", name=name, n=most)
    if error["type"] in ("literal_error", "enum"):
        choices = str(limits.get("expected", "")).replace(" or ", ", ").replace("'", "")
        return say("misfit-choice", name=name, choices=choices)
    if error["type"] == "value_error":
        return say("bad-arguments", why=str(limits.get("error", ""))[:_WHY_MAX].rstrip("."))
    return say("misfit-form", name=name)
