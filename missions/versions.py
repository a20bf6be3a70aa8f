"""The versions of a Mission's plan: who made each, when, and which one an undo puts back [B8]."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from missions.ids import PersonId
from missions.mission import Change
from missions.record import Record
from missions.recorded import kept

LAUNCHED = "log-launched"
CHANGED = "log-plan-changed"
_NUMBER = re.compile(r"version (\d+)")


class Version(Record):
    """A confirmed version; `at` and `by` are None if the change log no longer goes so far back."""

    number: int
    at: datetime | None = None
    by: PersonId | None = None
    link: str | None = None


def version_in(text: str | None) -> int | None:
    """The number in `version 4`, as the change log says it."""
    found = _NUMBER.fullmatch(text or "")
    return int(found[1]) if found else None


def with_makers(numbers: Iterable[int], changes: Iterable[Change]) -> tuple[Version, ...]:
    """The versions with who made each and when, newest first."""
    making = {kept(LAUNCHED), kept(CHANGED)}
    made = {version_in(c.after): c for c in changes if c.what in making}
    found = []
    for number in sorted(numbers, reverse=True):
        change = made.get(number)
        if change is None:
            found.append(Version(number=number))
        else:
            found.append(Version(number=number, at=change.at, by=change.by, link=change.link))
    return tuple(found)
