"""A workspace that removed the app: everything that belongs to it goes, and nothing comes back.

It goes in steps that may be interrupted anywhere. First, at once, the installation: from then on
nobody speaks for the workspace, and no event of it is taken in. Then each Mission by the deletion
that a person would have asked for [M6], then every key and every member of a shared index. Last it
is looked again, when whatever was under way has ended. Audit lines go too, as there is nobody left
whom they could tell anything. Of each Mission a tombstone stays for a day, its ID and nothing else:
a process that was frozen meanwhile must not write into the workspace, should it come back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, cast

from missions import keys as k
from missions.claims import LEASE_MS
from missions.ids import ChannelId, MissionId, PersonId, TeamId
from missions.keys import TeamKeys
from missions.lanes import lanes_of
from missions.removal import BATCH, write_removed
from missions.store import Store
from missions.tx import DELETED, Lost, redis_now, retrying

TURN_MS: Final = 330_000
"""A little longer than an answer may take that was begun before."""
TOMBSTONE_MS: Final = 24 * 60 * 60 * 1000
"""Longer than any job may take; only a frozen process would be later."""
UNINSTALLED: Final = PersonId("houston")
"""Who deletes: nobody of the workspace did."""


class Leaving:
    """Workspaces that may have left, that are leaving, and what is left of them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def doubt(self, team: TeamId) -> None:
        """Slack said that the app was removed: written down before Slack is told that it arrived.

        Events come late and twice; whether it is so, is asked before anything is removed.
        """
        self._store.team_tx(team).zadd(k.LEAVING, team, redis_now(), new_only=True).commit()

    def stays(self, team: TeamId) -> None:
        """The app is there after all; nothing is removed."""
        tx = self._store.team_tx(team)
        tx.require_field("left", k.LEFT, team, None)
        tx.zrem(k.LEAVING, team).commit()

    def again_in(self, team: TeamId, ms: int) -> None:
        """Look again after some time."""
        tx = self._store.team_tx(team)
        tx.require_ranked("leaving", k.LEAVING, team)
        tx.zadd(k.LEAVING, team, redis_now(ms)).commit()

    def has_left(self, team: TeamId) -> bool:
        """Whether it is certain that the workspace left."""
        return bool(self._store.redis.hexists(k.LEFT, team))

    def is_installed(self, team: TeamId) -> bool:
        """Whether an installation is kept, whether or not anybody can read it."""
        return bool(self._store.redis.exists(TeamKeys(team).installation))

    def left(self, team: TeamId) -> None:
        """It is certain: the installation goes now, and with it every way to the workspace."""
        wait = TURN_MS if self._is_busy(team) else LEASE_MS
        tx = self._store.team_tx(team)
        tx.hset(k.LEFT, {team: self._store.now_ms() + wait})
        tx.unlink(TeamKeys(team).installation)
        tx.hdel(k.INSTALLED, team).hdel(k.STALE, team)
        tx.zadd(k.LEAVING, team, redis_now()).commit()

    def remove_missions(self, team: TeamId, now: datetime) -> tuple[MissionId, ...]:
        """Delete some of the workspace's Missions, as a person would; which ones. None: no more."""
        found = self._store.zrange(TeamKeys(team).missions, 0, BATCH - 1)
        missions = tuple(MissionId(mission) for mission in found)
        for mission in missions:
            try:
                retrying(lambda: self._remove(team, mission, now))  # noqa: B023 - called here
            except Lost as lost:
                if lost.guard != DELETED:
                    raise
                self._store.team_tx(team).zrem(TeamKeys(team).missions, mission).commit()
        return missions

    def remove(self, team: TeamId, mission: MissionId, now: datetime) -> None:
        """Delete one Mission, as a person would; raises `Lost`."""
        try:
            retrying(lambda: self._remove(team, mission, now))
        except Lost as lost:
            if lost.guard != DELETED:
                raise

    def clear_channel(self, team: TeamId, channel: ChannelId) -> int:
        """Remove what is kept of a channel beside its Missions; how many keys there were."""
        redis, keys, mine = self._store.redis, TeamKeys(team), f"{team}{k.SEPARATOR}{channel}"
        for lane in lanes_of(channel):
            unsaid = [str(one) for one in redis.lrange(keys.lane(lane), 0, -1)]
            if unsaid:
                redis.hdel(keys.outbox, *unsaid)
            redis.zrem(k.LANES, k.member(team, lane))
        for index, kind in k.INDEXES.items():
            self._clear_index(index, kind, mine, f":{k.SEPARATOR}")
        names = redis.scan_iter(match=f"{keys.prefix}*{channel}*", count=1_000)
        found = [str(name) for name in names if _is_of_channel(str(name), team, channel)]
        if found:
            redis.unlink(*found)
        return len(found)

    def clear(self, team: TeamId) -> int:
        """Remove every key and every member of a shared index; how many keys there were."""
        for index, kind in k.INDEXES.items():
            self._clear_index(index, kind, team, k.SEPARATOR)
        count = 0
        for batch in _batches(self._names(team)):
            for name in batch:
                if _is_tombstone(name, team):
                    self._store.redis.pexpire(name, TOMBSTONE_MS, nx=True)
            rest = [name for name in batch if not _is_tombstone(name, team)]
            if rest:
                count += len(rest)
                self._store.redis.unlink(*rest)
        return count

    def is_over(self, team: TeamId) -> bool:
        """Whether all that was under way when the workspace left has ended by now."""
        until = self._store.hget(k.LEFT, team)
        return until is not None and self._store.now_ms() >= int(until)

    def finish(self, team: TeamId) -> None:
        """Nothing is left; the workspace may install the app again."""
        tx = self._store.team_tx(team)
        tx.hdel(k.LEFT, team).zrem(k.LEAVING, team).srem(k.TEAMS, team).commit()

    def _remove(self, team: TeamId, mission: MissionId, now: datetime) -> None:
        keys, found = TeamKeys(team).mission(mission), self._store.mission(team, mission)
        tx = self._store.mission_tx(keys)
        if found is None:
            tx.set(keys.tombstone, mission).zrem(TeamKeys(team).missions, mission)
        else:
            write_removed(tx, keys, self._store, found, UNINSTALLED, now)
        tx.commit()

    def _is_busy(self, team: TeamId) -> bool:
        """Whether an answer or an Execution is under way."""
        return any(name.endswith((":lease", ":stops", ":progress")) for name in self._names(team))

    def _names(self, team: TeamId) -> Iterator[str]:
        pattern = f"{TeamKeys(team).prefix}*"
        return cast("Iterator[str]", self._store.redis.scan_iter(match=pattern, count=1_000))

    def _clear_index(self, index: str, kind: k.Kind, mine: str, ends: str) -> None:
        """Take out what begins so, up to one of `ends`; of a hash by digest, what it stands for."""
        redis = self._store.redis
        found: list[str]
        match kind:
            case k.Kind.SORTED:
                rows = redis.zscan_iter(index, match=f"{mine}*", count=1_000)
                found = [str(name) for name, _ in rows]
                remove = redis.zrem
            case k.Kind.SET:
                found = [str(name) for name in redis.sscan_iter(index, f"{mine}*", count=1_000)]
                remove = redis.srem
            case k.Kind.HASH:
                hashed = redis.hscan_iter(index, match=f"{mine}*", count=1_000)
                found = [str(name) for name, _ in hashed]
                remove = redis.hdel
            case k.Kind.VALUES:
                every = redis.hscan_iter(index, count=1_000)
                found = [str(name) for name, value in every if _begins(str(value), mine, ends)]
                remove = redis.hdel
        if kind is not k.Kind.VALUES:
            found = [name for name in found if _begins(name, mine, ends)]
        for batch in _batches(iter(found)):
            remove(index, *batch)


def _begins(member: str, mine: str, ends: str) -> bool:
    rest = member.removeprefix(mine)
    return member.startswith(mine) and (not rest or rest[0] in ends)


def _is_of_channel(name: str, team: TeamId, channel: ChannelId) -> bool:
    """Whether a key is about a channel, and not about a Mission that lives elsewhere by now."""
    parts = name.removeprefix(TeamKeys(team).prefix).split(":")
    return not set(lanes_of(channel)).isdisjoint(parts) and parts[0] not in ("m", "tombstone")


def _is_tombstone(name: str, team: TeamId) -> bool:
    return name.startswith(TeamKeys(team).mission(MissionId("")).tombstone)


def _batches(names: Iterator[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for name in names:
        batch.append(name)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
