"""Pause all: nothing scheduled starts in a channel, or in the whole workspace, until it ends [M10].

It leaves every Mission's own state as it is, so that ending it restores exactly what was. A
person's run now still runs. Beginning and end are announced in every channel that it holds for.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import structlog
from redis.exceptions import ResponseError

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
from missions.quieted import Quieted, write_over
from missions.resuming import Resumption, write_resumed_at
from missions.setback import brought_back
from missions.store import Store
from missions.tx import Lost, Transaction, is_records_fault, retrying
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
        pauses = [self._load(team, *each) for each in zip(places, texts, strict=True)]
        return next((p for p in pauses if p and p.holds(self._clock.now())), None)

    def held(self, team: TeamId, channel: ChannelId, at: datetime) -> bool:
        """Whether a pause that is over held for a channel at that instant: nothing due then runs.

        Asked after `now` and `require_none`, it misses none that ends meanwhile.
        """
        keys = TeamKeys(team)
        places = [keys.quiet, keys.channel_quiet(channel)]
        over = [keys.quieted, keys.channel_quieted(channel)]
        texts = self._store.redis.mget([*places, *over])
        pauses = [self._load(team, *each) for each in zip(places, texts[:2], strict=True)]
        ended = [self._quieted(team, *each) for each in zip(over, texts[2:], strict=True)]
        if any(pause and pause.at <= at and pause.holds(at) for pause in pauses):
            return True
        return any(before.covers(at) for before in ended)

    def everywhere(self, team: TeamId) -> Pause | None:
        """The pause that holds for the whole workspace."""
        _, pause = self._read(team, TeamKeys(team).quiet)
        return pause if pause and pause.holds(self._clock.now()) else None

    def _read(self, team: TeamId, key: str) -> tuple[str | None, Pause | None]:
        """A pause as stored, and read; of one that cannot be read neither is left."""
        try:
            text = self._store.redis.get(key)
        except ResponseError as error:
            if not is_records_fault(error):
                raise
            kind = str(self._store.redis.type(key))
            tx = self._store.team_tx(team).require_kind("quiet", key, kind)
            self._set_aside(tx, key, error)
            return None, None
        pause = self._load(team, key, text)
        return (str(text), pause) if pause else (None, None)

    def _load(self, team: TeamId, key: str, text: object) -> Pause | None:
        """A pause of that text; one that cannot be read is set aside."""
        if not text:
            return None
        try:
            return Pause.load(str(text))
        except ValueError as error:
            tx = self._store.team_tx(team).require_value("quiet", key, str(text))
            self._set_aside(tx, key, error)
            return None

    def _quieted(self, team: TeamId, key: str, text: object) -> Quieted:
        """The pauses of that text, which are over; what cannot be read is set aside."""
        try:
            return Quieted.load(str(text)) if text else Quieted()
        except ValueError as error:
            tx = self._store.team_tx(team).require_value("quiet", key, str(text))
            self._set_aside(tx, key, error)
            return Quieted()

    def _write_over(
        self, tx: Transaction, channel: ChannelId | None, pause: Pause, now: datetime
    ) -> None:
        key = tx.team.quieted if channel is None else tx.team.channel_quieted(channel)
        (text,) = self._store.redis.mget([key])
        write_over(tx, key, self._quieted(tx.team.team, key, text), pause, now)

    def _set_aside(self, tx: Transaction, key: str, error: Exception) -> None:
        """Have what cannot be read pause nothing: nobody could end it.

        An administrator finds it in the quarantine; no occurrence is to blame. `tx` fails if it was
        replaced meanwhile: then it is read again at the next look.
        """
        log.error("pause_of_all_set_aside", key=key, error=type(error).__name__)
        with suppress(Lost):
            reason = f"quiet: {type(error).__name__}"
            tx.unlink(key).hset(k.QUARANTINE, {key: reason}).commit()

    def require_none(self, tx: Transaction, channel: ChannelId) -> None:
        """Make a transaction fail if a pause that was not there begins meanwhile."""
        for key in (tx.team.quiet, tx.team.channel_quiet(channel)):
            _require(tx, key, self._read(tx.team.team, key)[0])

    def begin(
        self, actor: Actor, channel: ChannelId | None, note: str, until: datetime | None
    ) -> Pause:
        """Pause all in a channel (its members may), or in the workspace (administrators may).

        The end of one before, which came a moment ago and was not told yet, is told first.
        """
        self._require(actor, channel)
        now = self._clock.now()
        note = " ".join(note.split())[:NOTE_MAX]
        pause = Pause(by=actor.person, at=now, note=note, until=future(until, now))

        def attempt() -> None:
            tx = self._store.team_tx(actor.team)
            key = self._key(tx, channel)
            text, before = self._read(actor.team, key)
            _require(tx, key, text)
            said = [(pause, True)]
            if before and not before.holds(now):
                said.insert(0, (_over(before, None, now), False))
            if before:
                self._write_over(tx, channel, before, now)
            tx.set(key, pause.dump())
            write_resumed_at(tx, k.member(actor.team, channel or WHOLE, ALL), until)
            self._announce(tx, channel, said)

        retrying(attempt)
        return pause

    def end(self, actor: Actor, channel: ChannelId | None) -> None:
        """Let everything go on from now; what was skipped is not made up [M4]."""
        self._require(actor, channel, ending=True)
        text, pause = self._of(actor.team, channel)
        if text is None or pause is None:
            raise NotQuiet(self._nothing(actor.team, channel))
        self._write_end(actor.team, channel, text, pause, actor.person)

    def resume(self, team: TeamId, channel: ChannelId | None) -> None:
        """End a pause whose time has come; one that was begun anew meanwhile stays."""
        now = self._clock.now()
        end = Resumption.read(self._store, k.member(team, channel or WHOLE, ALL))
        text, pause = self._of(team, channel)
        if text is None or pause is None or pause.holds(now):
            end.drop(self._store, team, now)
            return
        self._write_end(team, channel, text, pause, None)

    def put_back_end(self, team: TeamId, channel: ChannelId | None) -> bool:
        """Note again when a pause ends if the index has lost that, and end sooner what a clock
        that was ahead began; whether there was either."""
        member = k.member(team, channel or WHOLE, ALL)
        end = Resumption.read(self._store, member)
        text, pause = self._of(team, channel)
        if text is None or pause is None or pause.until is None:
            return False
        sooner = brought_back(pause, self._clock.now())
        if sooner is None and end.at is not None:
            return False
        tx = self._store.team_tx(team)
        key = self._key(tx, channel)
        tx.require_value("quiet", key, text)
        if sooner:
            tx.set(key, sooner.dump())
        write_resumed_at(tx, member, (sooner or pause).until)
        tx.commit()
        return True

    def _of(self, team: TeamId, channel: ChannelId | None) -> tuple[str | None, Pause | None]:
        keys = TeamKeys(team)
        return self._read(team, keys.quiet if channel is None else keys.channel_quiet(channel))

    def _write_end(
        self,
        team: TeamId,
        channel: ChannelId | None,
        text: str,
        pause: Pause,
        by: PersonId | None,
    ) -> None:
        now = self._clock.now()
        tx = self._store.team_tx(team)
        key = self._key(tx, channel)
        tx.require_value("quiet", key, text).unlink(key)
        self._write_over(tx, channel, pause, now)
        tx.zrem(k.RESUMES, k.member(team, channel or WHOLE, ALL))
        try:
            self._announce(tx, channel, [(_over(pause, by, now), False)])
        except Lost:
            raise NotQuiet(say("changed-same-moment")) from None

    def _nothing(self, team: TeamId, channel: ChannelId | None) -> str:
        if channel is not None and self.now(team, channel):
            return say("whole-is-paused")
        return say("nothing-paused-whole")

    def _announce(
        self, tx: Transaction, channel: ChannelId | None, said: Sequence[tuple[Pause, bool]]
    ) -> None:
        """Commit with a word in the channel, or in all that have Missions, for each that `begun`
        or ended, in order."""
        team = tx.team.team
        channels = self._channels(team) if channel is None else [channel]
        for place in channels:
            for pause, begun in said:
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


def _require(tx: Transaction, key: str, text: str | None) -> None:
    """Make a transaction fail unless a pause stands as it was read, or there still is none."""
    if text is None:
        tx.require_absent("quiet", key)
    else:
        tx.require_value("quiet", key, text)


def _over(pause: Pause, by: PersonId | None, now: datetime) -> Pause:
    """The end of a pause, by a person or by itself, as it is told."""
    return Pause(by=by, at=now, note=pause.note)
