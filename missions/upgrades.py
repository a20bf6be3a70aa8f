"""Bringing what an older Houston stored forward to the shape that this one knows [L5].

A record carries the version of its shape. Whoever changes the shape raises the version in its
class; where a field that is new has a default that is right for older records, that is all. Else
`UPGRADES` says how the older mapping becomes the newer one. `tests/golden` holds a sample of each
version of each kind, all of which must be read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from missions.errors import NewerRecord

FIRST: Final = 1
"""The version of records that do not say one."""

Raw = Mapping[str, Any]
Upgrade = Callable[[Raw], Raw]


def _hook_1(raw: Raw) -> Raw:
    """GitHub's posts had to be signed always, the others never."""
    return {**raw, "signed": raw.get("source") == "github"}


def _change_1(raw: Raw) -> Raw:
    """A copy's ID stood in the log of the original, whose readers may not see the copy [P1]."""
    return {n: v for n, v in raw.items() if n != "after"} if raw.get("what") == "Copied" else raw


UPGRADES: Final[dict[tuple[str, int], Upgrade]] = {
    ("Hook", 1): _hook_1,
    ("Change", 1): _change_1,
}
"""By a record's class and the version that it has: the mapping that the next version would hold.

An upgrade leaves what it is given as it is, and asks nobody. It also sees to records inside of it:
a Proposal's to the Blueprint in it.
"""


def upgraded(kind: str, raw: Raw, to: int) -> Raw:
    """What `raw` is in version `to`; as it is, if that is its version.

    Raises `NewerRecord` if it is of a newer one.
    """
    version = version_of(raw)
    if version > to:
        raise NewerRecord(kind, version)
    for older in range(version, to):
        upgrade = UPGRADES.get((kind, older))
        raw = {**(upgrade(raw) if upgrade else raw), "schema_version": older + 1}
    return raw


def version_of(raw: Raw) -> int:
    """The version that a record says it has; `ValueError` if that is no number."""
    version = raw.get("schema_version", FIRST)
    if not isinstance(version, int):
        raise ValueError("no version")
    return version
