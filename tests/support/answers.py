"""What a scripted provider answers, whichever wire format it is then put in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Usage:
    """Tokens in (of which `cached` were known already, `written` are kept from now on) and out."""

    prompt: int = 10
    answer: int = 5
    cached: int = 0
    written: int = 0


@dataclass(frozen=True)
class Say:
    """One answer.

    `calls` are tool calls: each a name and its arguments, which a text stands for that is no JSON.
    `ids` are theirs, where the format has ids. `ends` is how it ended: "" well, "cut" or
    "declined". Any `status` but 200 is an error, with `retry_after` if that is given. `raw` takes
    the place of the body. `delay` is waited before anything is sent, `drip` after each byte.

    A streamed answer is sent frame by frame, with `drip` after each. With `frames` it is no more
    than so many, and `then` is what comes instead of the others: "ends", as if that were all,
    "breaks", the connection, or "fails", a frame that says so.
    """

    text: str = ""
    calls: tuple[tuple[str, object], ...] = ()
    ids: tuple[str, ...] = ()
    ends: str = ""
    status: int = 200
    retry_after: str = ""
    raw: str | None = None
    delay: float = 0.0
    drip: float = 0.0
    hangs_up: bool = False
    frames: int | None = None
    then: str = "ends"


def says(text: str) -> Say:
    """Plain words."""
    return Say(text)


def calls(*wanted: tuple[str, object], ids: tuple[str, ...] = (), ends: str = "") -> Say:
    """Tool calls."""
    return Say(calls=wanted, ids=ids, ends=ends)


def fails(status: int, retry_after: str = "") -> Say:
    """An error of the provider."""
    return Say(status=status, retry_after=retry_after)
