"""Has the cards in Slack follow the Missions that changed: one edit for many changes [M3].

A change marks its Mission in the step that makes it (`missions.onshow`); whoever looks takes the
mark away in the step that puts the edits. They are drawn when they are delivered, after all that
was changed until then; what changes later leaves another mark.
"""

from __future__ import annotations

from missions import keys as k
from missions.ids import MissionId, TeamId
from missions.keys import MissionKeys, TeamKeys
from missions.lanes import last
from missions.onshow import OnShow, on_show, surplus
from missions.outbox import Entry, entry, put
from missions.ports import Bell
from missions.store import Store
from missions.tx import DELETED, Lost


class Redraws:
    """Marks Missions, puts the edits of those that are marked, and knows what they draw."""

    def __init__(self, store: Store, bell: Bell) -> None:
        self._store = store
        self._bell = bell

    def draw(self, team: TeamId, mission: MissionId, due: float) -> int:
        """Put an edit for each card of a marked Mission, the newest first; how many."""
        name, keys = k.member(team, mission), TeamKeys(team).mission(mission)
        tx = self._store.mission_tx(keys)
        tx.require_score("moved", k.REDRAWS, name, due).zrem(k.REDRAWS, name)
        known = on_show(self._store, keys)
        over = surplus(known, self._store.now_ms())
        shown = {origin: one for origin, one in known.items() if origin not in over}
        for origin, one in reversed(shown.items()):
            said = entry(team, one.channel, one.card, thread_ts=one.thread_ts, update=origin)
            kept = {"mission": mission, "redraw": True}
            put(tx, said.model_copy(update={**kept, "language": one.language}))
        tx.hdel(keys.shown, *sorted(over))
        try:
            tx.commit()
        except Lost as lost:
            if lost.guard == DELETED:
                self._store.team_tx(team).zrem(k.REDRAWS, name).commit()
            return 0
        for channel in sorted({one.channel for one in shown.values()}):
            self._bell.delivery(team, last(channel))
        return len(shown)

    def current(self, e: Entry) -> Entry | None:
        """An edit with what its message shows by now; None if that follows nothing any more.

        It may have come to show something else since the edit was put, as another report.
        """
        one = self.known(e)
        if one is None:
            return None
        changed = {"card": one.card, "reader": one.reader, "language": one.language}
        return e.model_copy(update=changed)

    def known(self, e: Entry) -> OnShow | None:
        """What the message of an edit shows."""
        keys = self._keys(e)
        text = self._store.hget(keys.shown, e.update) if keys and e.update else None
        return OnShow.load(text) if text else None

    def forget(self, e: Entry) -> None:
        """The message of an edit is gone, or cannot be changed: it follows nothing any more."""
        keys = self._keys(e)
        if keys and e.update:
            tx = self._store.mission_tx(keys)
            tx.hdel(keys.shown, e.update)
            try:
                tx.commit()
            except Lost:
                return

    def _keys(self, e: Entry) -> MissionKeys | None:
        return TeamKeys(e.team).mission(e.mission) if e.mission else None
