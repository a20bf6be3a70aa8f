"""A channel got another id, as when it is converted: what was stored under the old one follows.

Each Mission moves in one step, then what is the channel's own. Every step may be repeated.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import cast

from missions import keys as k
from missions.conversation import place_of
from missions.ids import ChannelId, ConversationId, MissionId, OutboxId, TeamId
from missions.keys import SEPARATOR, TeamKeys
from missions.lanes import lanes_of
from missions.listing import TITLES, Listing, write_listed, write_texts, write_unlisted
from missions.mailbox import Incoming
from missions.mission import Change
from missions.onshow import on_show
from missions.outbox import Entry
from missions.places import Places
from missions.ports import Bell, Clock
from missions.recorded import kept
from missions.saving import write_change, write_mission
from missions.store import Store
from missions.tx import DELETED, Lost, Transaction, redis_now, retrying

SCANNED = 1_000
"""How many keys one look through the database asks for."""


class Moves:
    """Carries over what is stored about a channel."""

    def __init__(self, store: Store, clock: Clock, bell: Bell, places: Places) -> None:
        self._store = store
        self._clock = clock
        self._bell = bell
        self._places = places

    def move(self, team: TeamId, old: ChannelId, new: ChannelId) -> None:
        """Have everything follow; raises `Lost` while somebody works in the old channel's name."""
        for mission in self._places.lives_in(team, old):
            try:
                retrying(lambda m=mission.id: self._mission(team, m, old, new))  # type: ignore[misc]
            except Lost as lost:
                if lost.guard != DELETED:
                    raise
        self._cleanups(team, old, new)
        self._channel(team, old, new)
        for conversation in list(self._conversations(team, old)):
            self._conversation(team, conversation, new)
        self._lane(team, old, new)
        Listing(self._store).forget_empty(team, old)
        self._bell.delivery(team, new)

    def _mission(self, team: TeamId, mission: MissionId, old: ChannelId, new: ChannelId) -> None:
        found = self._store.mission(team, mission)
        if found is None or found.channel != old:
            return
        keys = TeamKeys(team).mission(mission)
        tx = self._store.mission_tx(keys)
        write_unlisted(tx, found)
        moved = write_mission(tx, keys, found, channel=new)
        write_listed(tx, moved)
        titles = self._store.hget(tx.team.channel_words(old), mission + TITLES)
        if titles:
            write_texts(tx, new, {mission + TITLES: titles})
        for of in (tx.team.channel_rules, tx.team.outage, tx.team.away):
            self._fields(tx, of(old), of(new), mission)
        if self._store.hgetall(tx.team.outage(old)):
            tx.sadd(k.OUTAGES, k.member(team, new))
        for name in (keys.posts, keys.proposals):
            if places := _replaced(self._store.hgetall(name), old, new):
                tx.hset(name, places)
        for origin, one in on_show(self._store, keys).items():
            if one.channel == old:
                tx.hset(keys.shown, {origin: one.model_copy(update={"channel": new}).dump()})
        self._named(tx, keys.conversations, new)
        at = self._clock.now()
        write_change(
            tx, keys, Change(at=at, what=kept("rec-channel-new-id"), before=old, after=new)
        )
        tx.commit()

    def _fields(self, tx: Transaction, source: str, target: str, mission: MissionId) -> None:
        """The fields that are the Mission's: its own ID, or its ID and a Task."""
        for name, value in self._store.hgetall(source).items():
            if name.split(SEPARATOR)[0] == mission:
                tx.hset(target, {name: value}).hdel(source, name)

    def _named(self, tx: Transaction, key: str, new: ChannelId) -> None:
        for conversation in sorted(self._store.smembers(key)):
            renamed = _renamed(ConversationId(conversation), new)
            tx.srem(key, conversation).sadd(key, renamed)

    def _cleanups(self, team: TeamId, old: ChannelId, new: ChannelId) -> None:
        """What a delete still has to clear from Slack."""
        for name in self._store.zrange(k.CLEANUPS, 0, -1):
            of, mission = k.split_member(name, 2)
            if of != team:
                continue
            tx = self._store.team_tx(team)
            key = tx.team.mission(MissionId(mission)).cleanup
            if places := _replaced(self._store.hgetall(key), old, new):
                tx.require_present("cleanup", key).hset(key, places).commit()

    def _channel(self, team: TeamId, old: ChannelId, new: ChannelId) -> None:
        """What is said in the channel, and the pauses of all that hold and held there."""
        tx = self._store.team_tx(team)
        refs = self._store.hgetall(tx.team.channel_refs(old))
        if refs:
            tx.hset(tx.team.channel_refs(new), refs).unlink(tx.team.channel_refs(old))
        tx.rename(tx.team.channel_quiet(old), tx.team.channel_quiet(new))
        tx.rename(tx.team.channel_quieted(old), tx.team.channel_quieted(new))
        was = k.member(team, old, "*")
        (ends,) = self._store.scores(k.RESUMES, [was])
        if ends is not None:
            tx.zrem(k.RESUMES, was).zadd(k.RESUMES, k.member(team, new, "*"), ends)
        tx.srem(k.OUTAGES, k.member(team, old))
        tx.commit()

    def _conversations(self, team: TeamId, old: ChannelId) -> Iterator[ConversationId]:
        pattern = TeamKeys(team).conversation(ConversationId(f"{old}:*"))
        prefix = pattern.removesuffix(f"{old}:*")
        for key in self._store.redis.scan_iter(match=pattern, count=SCANNED):
            yield ConversationId(str(key).removeprefix(prefix))

    def _conversation(self, team: TeamId, was: ConversationId, new: ChannelId) -> None:
        """A thread's memory, what waits there to be answered, and its checkpoints."""
        now = _renamed(was, new)
        tx = self._store.team_tx(team)
        keys = tx.team
        tx.require_absent("busy", keys.mailbox_lease(was))
        old = place_of(was)[0]
        if places := _replaced(self._store.hgetall(keys.conversation(was)), old, new):
            tx.hset(keys.conversation(was), places)
        tx.rename(keys.conversation(was), keys.conversation(now))
        waiting = self._store.lrange(keys.mailbox(was), 0)
        if waiting:
            moved = [_incoming(Incoming.load(text), old, new) for text in waiting]
            tx.rpush(keys.mailbox(now), *(one.dump() for one in moved)).unlink(keys.mailbox(was))
            tx.zrem(k.MAILBOXES, k.member(team, was))
            tx.zadd(k.MAILBOXES, k.member(team, now), redis_now())
        prefix = keys.checkpoints(was)
        for key in self._store.redis.scan_iter(match=f"{prefix}*", count=SCANNED):
            tx.rename(str(key), keys.checkpoints(now) + str(key).removeprefix(prefix))
        tx.commit()

    def _lane(self, team: TeamId, old: ChannelId, new: ChannelId) -> None:
        """What is still to be said there, the edits and redraws that wait too, in their order."""
        for was, now in zip(lanes_of(old), lanes_of(new), strict=True):
            tx = self._store.team_tx(team)
            lane, outbox = tx.team.lane(was), tx.team.outbox
            tx.require_absent("busy", tx.team.lane_lease(was))
            waiting = cast("list[str]", self._store.redis.lrange(lane, 0, -1))
            for outbox_id in waiting:
                text = self._store.hget(outbox, outbox_id)
                if text is None:
                    continue
                tx.require_field("entry", outbox, outbox_id, text)
                tx.hset(outbox, {outbox_id: _entry(Entry.load(text), new).dump()})
                tx.rpush(tx.team.lane(now), OutboxId(outbox_id))
            tx.unlink(lane).zrem(k.LANES, k.member(team, was))
            if waiting or was == old:
                tx.zadd(k.LANES, k.member(team, now), redis_now(), new_only=True)
            tx.commit()


def _entry(e: Entry, new: ChannelId) -> Entry:
    conversation = _renamed(e.conversation, new) if e.conversation else None
    return e.model_copy(update={"channel": new, "conversation": conversation})


def _incoming(one: Incoming, old: ChannelId, new: ChannelId) -> Incoming:
    link = one.link.replace(f"/{old}/", f"/{new}/") if one.link else None
    return one.model_copy(update={"channel": new, "link": link})


def _renamed(conversation: ConversationId, new: ChannelId) -> ConversationId:
    return ConversationId(f"{new}:{place_of(conversation)[1]}")


def _replaced(fields: dict[str, str], old: ChannelId, new: ChannelId) -> dict[str, str]:
    """Those fields that hold JSON [channel, …] of the old channel, with the new one."""
    start = json.dumps([old])[:-1]
    return {
        name: json.dumps([new, *json.loads(text)[1:]])
        for name, text in fields.items()
        if text.startswith(start)
    }
