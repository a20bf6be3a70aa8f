"""How a Mission and its change log are written within a transaction."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from missions.blueprint import NAME_MAX
from missions.errors import InvalidName
from missions.ids import MISSION_ID
from missions.keys import MissionKeys
from missions.listing import write_disowned, write_listed
from missions.mission import Change, Mission
from missions.onshow import write_redraw
from missions.phrases import say
from missions.tx import Transaction

CHANGES_KEPT = 1_000
"""Entries of the change log that are kept, as many as Executions."""
_SLACK_ID: Final = re.compile("[CDGUW][A-Z0-9]*[0-9][A-Z0-9]*")
_ID_CHARACTERS: Final = 9
"""The shortest ID of a channel or a person in Slack: W3 is a name, C0123ABCD is none."""


def write_mission(
    tx: Transaction, keys: MissionKeys, before: Mission, **changes: object
) -> Mission:
    """Have the transaction save a changed Mission, if nobody changed it meanwhile."""
    after = before.model_copy(update={**changes, "rev": before.rev + 1})
    tx.require_field("mission", keys.record, "rev", str(before.rev))
    tx.hset(keys.record, {"doc": after.dump(), "rev": after.rev})
    write_redraw(tx, keys)
    if after.owner != before.owner:
        write_disowned(tx, before)
    if (after.state, after.name, after.owner) != (before.state, before.name, before.owner):
        write_listed(tx, after)
    return after


def write_change(tx: Transaction, keys: MissionKeys, change: Change) -> None:
    """Have the transaction put an entry into the change log [M7]."""
    tx.lpush(keys.changes, change.dump())
    tx.ltrim(keys.changes, CHANGES_KEPT)


def write_rename(
    tx: Transaction, keys: MissionKeys, mission: Mission, name: str, change: Change
) -> Mission:
    """Have the transaction rename a Mission; `change` says who and when [C4]."""
    named = change.model_copy(update={"what": "Renamed", "before": mission.name, "after": name})
    write_change(tx, keys, named)
    return write_mission(tx, keys, mission, name=name)


def mark_of(name: str) -> str:
    """Stands for a name where that has no room: equal names have the same mark, others do not."""
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:24]


def clean_name(text: str) -> str:
    """A Mission's name as it may be stored; raises `InvalidName` with a sentence.

    Control characters go, white space folds; the rest is kept and escaped where it is shown.
    """
    shown = "".join(c if c.isprintable() else " " for c in text)
    name = " ".join(shown.split())
    if not any(c.isalnum() for c in name):
        raise InvalidName(say("name-needs-letter"))
    if len(name) > NAME_MAX:
        raise InvalidName(say("name-too-long", size=len(name), most=NAME_MAX))
    require_no_id(name)
    return name


def require_no_id(name: str) -> None:
    """Refuse a name that reads as the ID of a Mission, a channel or a person."""
    if MISSION_ID.fullmatch(name) or (len(name) >= _ID_CHARACTERS and _SLACK_ID.fullmatch(name)):
        raise InvalidName(say("name-like-an-id", name=name))
