"""Where Missions live, when Houston cannot speak there: archived, removed from, gone [M1 C11].

Such a channel's Missions are Paused by Houston with a note that says why, and each owner is told
once. When Houston can speak there again the owners are told; nothing is resumed by itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from missions import keys as k
from missions.cards import AwayCard
from missions.closed import WHY
from missions.errors import TransitionRefused
from missions.ids import ChannelId, MissionId, PersonId, TeamId
from missions.keys import TeamKeys
from missions.listing import LISTED, Listing
from missions.mission import Away, Change, Mission, MissionState, Pause
from missions.onshow import write_redraws
from missions.outbox import entry, put
from missions.pausing import write_paused
from missions.phrases import say
from missions.ports import Bell, Clock
from missions.recorded import kept
from missions.saving import write_change
from missions.store import Store
from missions.tx import DELETED, Lost, Transaction, redis_now, retrying

if TYPE_CHECKING:
    from missions.quiet import Quiet

NOTES = {
    Away.ARCHIVED: "rec-archived",
    Away.REMOVED: "rec-removed",
    Away.GONE: "rec-unseen",
}
"""What the pause of a Mission says, by its id."""

CURES = {
    Away.ARCHIVED: "away-archived",
    Away.REMOVED: "away-removed",
    Away.GONE: "away-gone",
}
"""What must be done before a Mission of the channel can be enabled."""

Owned = dict[PersonId, tuple[MissionId, ...]]


class Places:
    """Which channels Houston cannot speak in, and what becomes of their Missions."""

    def __init__(self, store: Store, clock: Clock, bell: Bell, quiet: Quiet) -> None:
        self._store = store
        self._clock = clock
        self._bell = bell
        self._quiet = quiet
        self._listing = Listing(store)

    def doubt(self, team: TeamId, channel: ChannelId, moved_to: ChannelId | str = "") -> None:
        """Something may have changed: Slack is to be asked how Houston stands in the channel.

        `moved_to` is the id that the channel is said to have now.
        """
        member = k.member(team, channel, moved_to)
        self._store.team_tx(team).zadd(k.PLACES, member, redis_now()).commit()

    def doubted(self, limit: int) -> list[tuple[TeamId, ChannelId, ChannelId | None, float]]:
        """Channels that Slack is to be asked for now: the id, the new one, since when."""
        found = []
        for name, score in self._store.due(k.PLACES, self._store.now_ms(), limit):
            team, channel, moved_to = k.split_member(name, 3)
            new = ChannelId(moved_to) if moved_to else None
            found.append((TeamId(team), ChannelId(channel), new, score))
        return found

    def settled(
        self, team: TeamId, channel: ChannelId, moved_to: ChannelId | None, since: float
    ) -> None:
        """Slack was asked; what came after `since` stays in doubt."""
        self._aside(team, k.member(team, channel, moved_to or ""), since, None)

    def ask_later(
        self,
        team: TeamId,
        channel: ChannelId,
        moved_to: ChannelId | None,
        since: float,
        seconds: float,
    ) -> None:
        """Slack did not say: ask again after some time."""
        self._aside(team, k.member(team, channel, moved_to or ""), since, seconds)

    def away(self, team: TeamId, channel: ChannelId) -> Away | None:
        """Why Houston cannot speak in the channel, as far as it knows."""
        text = self._store.hget(TeamKeys(team).away(channel), WHY)
        return Away(text) if text else None

    def lives_in(self, team: TeamId, channel: ChannelId) -> list[Mission]:
        """Every Mission that lives in the channel."""
        ids = (
            MissionId(one)
            for state in LISTED
            for one in self._store.zrange(TeamKeys(team).listed(channel, state), 0, -1)
        )
        return self._store.missions(team, ids)

    def leave(self, team: TeamId, channel: ChannelId, why: Away) -> None:
        """Houston cannot speak there: pause the channel's Missions, each in one step."""
        living = self.lives_in(team, channel)
        if not living:
            return
        tx = self._store.team_tx(team)
        tx.hset(tx.team.away(channel), {WHY: why.value}).commit()
        for mission in living:
            try:
                retrying(lambda m=mission.id: self._pause(team, channel, m, why))  # type: ignore[misc]
            except Lost as lost:
                if lost.guard != DELETED:
                    raise

    def untold(self, team: TeamId, channel: ChannelId) -> Owned:
        """Owners who do not know yet, with their Missions that were Paused."""
        record = self._record(team, channel)
        return _owned({m: owner for m, (owner, told) in record.items() if not told})

    def tell(
        self, team: TeamId, channel: ChannelId, name: str, owner: PersonId, direct: ChannelId
    ) -> None:
        """Tell an owner once, in their direct message; raises `Lost` if another worker did."""
        missions = self.untold(team, channel).get(owner, ())
        why = self.away(team, channel)
        if not missions or why is None:
            return
        tx = self._store.mission_tx(*(TeamKeys(team).mission(m) for m in missions))
        key = tx.team.away(channel)
        for mission in missions:
            tx.require_field("untold", key, mission, _row(owner, told=False))
            tx.hset(key, {mission: _row(owner, told=True)})
        put(tx, entry(team, direct, AwayCard(channel=name, why=why, missions=missions)))
        tx.commit()
        self._bell.delivery(team, direct)

    def waiting(self, team: TeamId, channel: ChannelId) -> Owned:
        """Owners with Missions that are still Paused for this reason."""
        record = self._record(team, channel)
        notes = set(map(kept, NOTES.values()))
        still = {
            m.id: record[m.id][0]
            for m in self._store.missions(team, record)
            if m.pause and m.pause.by is None and m.pause.note in notes
        }
        return _owned(still)

    def come_back(
        self, team: TeamId, channel: ChannelId, name: str, directs: Mapping[PersonId, ChannelId]
    ) -> None:
        """Houston can speak there again: tell the owners, resume nothing; once."""
        why = self.away(team, channel)
        if why is None:
            return
        waiting = self.waiting(team, channel)
        named = [TeamKeys(team).mission(m) for missions in waiting.values() for m in missions]
        tx = self._store.mission_tx(*named) if named else self._store.team_tx(team)
        key = tx.team.away(channel)
        tx.require_field("away", key, WHY, why.value).unlink(key)
        for owner, missions in waiting.items():
            if owner in directs:
                card = AwayCard(channel=name, why=why, over=True, missions=missions)
                put(tx, entry(team, directs[owner], card))
        write_redraws(tx, self._store, [channel])
        tx.commit()
        for direct in directs.values():
            self._bell.delivery(team, direct)

    def _pause(self, team: TeamId, channel: ChannelId, mission: MissionId, why: Away) -> None:
        found = self._store.mission(team, mission)
        if found is None or found.channel != channel or not _goes_on(found):
            return
        now = self._clock.now()
        keys = TeamKeys(team).mission(mission)
        tx = self._store.mission_tx(keys)
        write_paused(tx, self._store, self._quiet, found, Pause(at=now, note=kept(NOTES[why])))
        write_change(tx, keys, Change(at=now, what=kept("log-paused"), after=kept(NOTES[why])))
        tx.hset(tx.team.away(channel), {WHY: why.value, mission: _row(found.owner, told=False)})
        tx.commit()

    def _record(self, team: TeamId, channel: ChannelId) -> dict[MissionId, tuple[PersonId, bool]]:
        fields = self._store.hgetall(TeamKeys(team).away(channel))
        return {MissionId(m): _read(text) for m, text in fields.items() if m != WHY}

    def _aside(self, team: TeamId, member: str, since: float, seconds: float | None) -> None:
        tx = self._store.team_tx(team).require_score("doubted", k.PLACES, member, since)
        if seconds is None:
            tx.zrem(k.PLACES, member)
        else:
            tx.zadd(k.PLACES, member, redis_now(int(seconds * 1000)))
        try:
            tx.commit()
        except Lost:
            return


def require_spoken(tx: Transaction, store: Store, mission: Mission) -> None:
    """Have the transaction fail unless Houston can speak where the Mission lives.

    Raises `TransitionRefused` with the cure if it knows already that it cannot; then Slack is asked
    again, so that the next try succeeds once it is cured.
    """
    key = tx.team.away(mission.channel)
    why = store.hget(key, WHY)
    if why is not None:
        member = k.member(mission.team, mission.channel, "")
        store.team_tx(mission.team).zadd(k.PLACES, member, redis_now()).commit()
        raise TransitionRefused(
            say("cannot-enable-away", cure=say(CURES[Away(why)])),
            mission.state,
        )
    tx.require_field("away", key, WHY, None)


def _goes_on(mission: Mission) -> bool:
    """Whether anything of it is scheduled, now or after a pause that ends by itself."""
    if mission.state is MissionState.ACTIVE:
        return True
    return mission.pause is not None and mission.pause.until is not None


def _owned(owners: Mapping[MissionId, PersonId]) -> Owned:
    people = sorted(set(owners.values()))
    return {p: tuple(sorted(m for m, owner in owners.items() if owner == p)) for p in people}


def _row(owner: PersonId, *, told: bool) -> str:
    return json.dumps([owner, told])


def _read(text: str) -> tuple[PersonId, bool]:
    owner, told = json.loads(text)
    return PersonId(owner), bool(told)
