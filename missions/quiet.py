"""Pause all: nothing scheduled starts in a channel, or in the whole workspace, until it ends [M10].

It leaves every Mission's own state as it is, so that ending it restores exactly what was. A
person's run now still runs.
"""

from __future__ import annotations

from datetime import datetime

from missions.errors import Forbidden, HoustonError
from missions.ids import ChannelId, TeamId
from missions.keys import TeamKeys
from missions.mission import Pause
from missions.ports import Access, Clock, Directory
from missions.store import Store
from missions.tx import Transaction
from missions.viewer import Actor


class NotQuiet(HoustonError):
    """There is no pause of all to end."""

    event = "not_quiet"


class Quiet:
    """Begins, ends and reads pauses of all."""

    def __init__(self, store: Store, clock: Clock, directory: Directory) -> None:
        self._store = store
        self._clock = clock
        self._directory = directory

    def now(self, team: TeamId, channel: ChannelId) -> Pause | None:
        """The pause that holds for a channel, its own or the workspace's."""
        keys = TeamKeys(team)
        texts = self._store.redis.mget([keys.quiet, keys.channel_quiet(channel)])
        pauses = [Pause.load(str(text)) for text in texts if text]
        return next((p for p in pauses if p.holds(self._clock.now())), None)

    def require_none(self, tx: Transaction, channel: ChannelId) -> None:
        """Make a transaction fail if a pause that was not there begins meanwhile."""
        for key in (tx.team.quiet, tx.team.channel_quiet(channel)):
            found = self._store.redis.get(key)
            if found is None:
                tx.require_absent("quiet", key)
            else:
                tx.require_value("quiet", key, str(found))

    def begin(
        self, actor: Actor, channel: ChannelId | None, note: str, until: datetime | None
    ) -> Pause:
        """Pause all in a channel (its members may), or in the workspace (administrators may)."""
        self._require(actor, channel)
        note = " ".join(note.split())[:200]
        pause = Pause(by=actor.person, at=self._clock.now(), note=note, until=until)
        tx = self._store.team_tx(actor.team)
        tx.set(self._key(tx, channel), pause.dump()).commit()
        return pause

    def end(self, actor: Actor, channel: ChannelId | None) -> None:
        """Let everything go on from now; what was skipped is not made up [M4]."""
        self._require(actor, channel)
        tx = self._store.team_tx(actor.team)
        key = self._key(tx, channel)
        if not self._store.redis.exists(key):
            raise NotQuiet("Nothing is paused here as a whole.")
        tx.unlink(key).commit()

    def _key(self, tx: Transaction, channel: ChannelId | None) -> str:
        return tx.team.quiet if channel is None else tx.team.channel_quiet(channel)

    def _require(self, actor: Actor, channel: ChannelId | None) -> None:
        if channel is None:
            person = self._directory.person(actor.team, actor.person)
            if person is None or not person.is_admin:
                raise Forbidden("pause the whole workspace", "Its administrators can.")
            return
        access = self._directory.access(actor.team, actor.person, channel, fresh=True)
        if access < Access.MEMBER:
            raise Forbidden("pause this channel", "Its members can.")
