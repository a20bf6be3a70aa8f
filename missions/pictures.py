"""Pictures that dialogs show: which file in Slack holds each, so that a delete removes it [M6].

They stand beside the Mission's messages, where the cleanup finds them.
"""

from __future__ import annotations

from typing import Final

from missions.keys import TeamKeys
from missions.mission import Mission
from missions.outbox import place_as_text, place_of
from missions.store import Store

_FIELD: Final = "picture-"
SAME: Final = "picture"
"""The guard that nobody has put another file in the place meanwhile."""


class Pictures:
    """Finds and remembers them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, mission: Mission, name: str) -> str | None:
        """Slack's id of the file that was kept under that name."""
        text = self._store.hget(TeamKeys(mission.team).mission(mission.id).posts, _FIELD + name)
        return place_of(text)[1] if text else None

    def keep(self, mission: Mission, name: str, file: str, instead_of: str | None) -> None:
        """Remember a file; `Lost` if the Mission is deleted, or another file is there by now."""
        keys = TeamKeys(mission.team).mission(mission.id)
        before = self._store.hget(keys.posts, _FIELD + name)
        known = place_of(before)[1] if before else None
        tx = self._store.mission_tx(keys)
        tx.require_field(SAME, keys.posts, _FIELD + name, before if known == instead_of else "")
        tx.hset(keys.posts, {_FIELD + name: place_as_text(mission.channel, file)}).commit()

    def keep_replaced(self, mission: Mission, file: str) -> None:
        """Remember a replaced file that Slack did not delete, until the Mission goes."""
        keys = TeamKeys(mission.team).mission(mission.id)
        place = {_FIELD + file: place_as_text(mission.channel, file)}
        self._store.mission_tx(keys).hset(keys.posts, place).commit()
