"""Pause all: nothing scheduled starts in a channel, or in the whole workspace, until it ends [M10].

It leaves every Mission's own state as it is, so that ending it restores exactly what was. A
person's run now still runs. Beginning and end are announced in every channel that it holds for.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import structlog

from missions import keys as k
from missions.cards import QuietCard
from missions.errors import Forbidden, HoustonError
from missions.ids import ChannelId, MissionId, PersonId, TeamId
from missions.keys import TeamKeys
from missions.mission import Pause
from missions.onshow import write_redraws
from missions.outbox import entry, put
from missions.pausing import WHOLE
from missions.phrases import say
from missions.ports import Access, Bell, Clock, Directory
from missions.resuming import Resumption, write_resumed_at
from missions.store import Store
from missions.tx import Lost, Transaction
from missions.verbs.base import future
from missions.verbs.switches import NOTE_MAX
from missions.viewer import Actor

log = structlog.get_logger(__name__)

ALL = "*"
"""Stands for all Missions of a place in the index of pauses that end by themselves."""


class NotQuiet(HoustonError):
    """There is no pause of all to end."""

    event = "not_quiet"


class Quiet:
    """Begins, ends and reads pauses of all."""

    def __init__(self, store: Store, clock: Clock, directory: Directory, bell: Bell) -> None:
        self._store = store
        self._clock = clock
        self._directory = directory
        self._bell = bell

    def now(self, team: TeamId, channel: ChannelId) -> Pause | None:
        """The pause that holds for a channel, the workspace's or its own."""
        keys = TeamKeys(team)
        places = [keys.quiet, keys.channel_quiet(channel)]
        texts = self._store.redis.mget(places)
        pauses = [self._read(team, *each) for each in zip(places, texts, strict=True)]
        return next((p for p in pauses if p and p.holds(self._clock.now())), None)

    def everywhere(self, team: TeamId) -> Pause | None:
        """The pause that holds for the whole workspace."""
        key = TeamKeys(team).quiet
        pause = self._read(team, key, self._store.redis.get(key))
        return pause if pause and pause.holds(self._clock.now()) else None

    def _read(self, team: TeamId, key: str, text: object) -> Pause | None:
        """A pause as stored. One that cannot be read pauses nothing: nobody could end it.

        It is set aside, where an administrator finds it; no occurrence is to blame.
        """
        if not text:
            return None
        try:
            return Pause.load(str(text))
        except ValueError as error:
            log.error("pause_of_all_set_aside", key=key, error=type(error).__name__)
            tx = self._store.team_tx(team).require_value("quiet", key, str(text)).unlink(key)
            with suppress(Lost):  # replaced meanwhile: read again at the next look
                tx.hset(k.QUARANTINE, {key: f"quiet: {type(error).__name__}"}).commit()
            return None

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
        now = self._clock.now()
        note = " ".join(note.split())[:NOTE_MAX]
        pause = Pause(by=actor.person, at=now, note=note, until=future(until, now))
        tx = self._store.team_tx(actor.team)
        tx.set(self._key(tx, channel), pause.dump())
        write_resumed_at(tx, k.member(actor.team, channel or WHOLE, ALL), until)
        self._announce(tx, channel, pause, begun=True)
        return pause

    def end(self, actor: Actor, channel: ChannelId | None) -> None:
        """Let everything go on from now; what was skipped is not made up [M4]."""
        self._require(actor, channel, ending=True)
        keys = TeamKeys(actor.team)
        text = self._store.redis.get(keys.quiet if channel is None else keys.channel_quiet(channel))
        if text is None:
            raise NotQuiet(self._nothing(actor.team, channel))
        self._write_end(actor.team, channel, str(text), actor.person)

    def resume(self, team: TeamId, channel: ChannelId | None) -> None:
        """End a pause whose time has come; one that was begun anew meanwhile stays."""
        keys, now = TeamKeys(team), self._clock.now()
        end = Resumption.read(self._store, k.member(team, channel or WHOLE, ALL))
        text = self._store.redis.get(keys.quiet if channel is None else keys.channel_quiet(channel))
        if text is None or Pause.load(str(text)).holds(now):
            end.drop(self._store, team, now)
            return
        self._write_end(team, channel, str(text), None)

    def _write_end(
        self, team: TeamId, channel: ChannelId | None, text: str, by: PersonId | None
    ) -> None:
        tx = self._store.team_tx(team)
        key = self._key(tx, channel)
        tx.require_value("quiet", key, text).unlink(key)
        tx.zrem(k.RESUMES, k.member(team, channel or WHOLE, ALL))
        ended = Pause(by=by, at=self._clock.now(), note=Pause.load(text).note)
        try:
            self._announce(tx, channel, ended, begun=False)
        except Lost:
            raise NotQuiet(say("changed-same-moment")) from None

    def _nothing(self, team: TeamId, channel: ChannelId | None) -> str:
        if channel is not None and self.now(team, channel):
            return say("whole-is-paused")
        return say("nothing-paused-whole")

    def _announce(
        self, tx: Transaction, channel: ChannelId | None, pause: Pause, *, begun: bool
    ) -> None:
        """Commit with a word in the channel, or in all that have Missions."""
        team = tx.team.team
        channels = self._channels(team) if channel is None else [channel]
        for place in channels:
            card = QuietCard(
                begun=begun,
                everywhere=channel is None,
                by=pause.by,
                note=pause.note,
                until=pause.until,
            )
            put(tx, entry(team, place, card))
        write_redraws(tx, self._store, channels)
        tx.commit()
        for place in channels:
            self._bell.delivery(team, place)

    def _channels(self, team: TeamId) -> list[ChannelId]:
        ids = self._store.zrange(TeamKeys(team).missions, start=0, end=-1)
        found = self._store.missions(team, [MissionId(i) for i in ids])
        return sorted({mission.channel for mission in found})

    def _key(self, tx: Transaction, channel: ChannelId | None) -> str:
        return tx.team.quiet if channel is None else tx.team.channel_quiet(channel)

    def _require(self, actor: Actor, channel: ChannelId | None, *, ending: bool = False) -> None:
        if channel is None:
            person = self._directory.person(actor.team, actor.person)
            if person is None or not person.is_admin:
                what = "to-resume-everything" if ending else "to-pause-everything"
                raise Forbidden(say(what), say("admins-can"))
            return
        access = self._directory.access(actor.team, actor.person, channel, fresh=True)
        if access < Access.MEMBER:
            what = "to-resume-channel" if ending else "to-pause-channel"
            raise Forbidden(say(what), say("channel-members-can"))
