"""The outbox: what is to be said, in lanes per channel, in order, each entry once [R4].

An entry is written in the same step as what it tells. The lane's holder writes the intent to post
before it posts, so that whoever takes over after its death knows where to look.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from enum import StrEnum

from pydantic import TypeAdapter

from missions import keys as k
from missions.cards import Card, missions_of
from missions.conversation import KEPT_MS, said_field
from missions.ids import (
    ChannelId,
    ConversationId,
    ExecutionId,
    MissionId,
    OutboxId,
    PersonId,
    ProposalId,
    TeamId,
    new_outbox_id,
)
from missions.keys import MissionKeys, TeamKeys
from missions.lanes import BESIDE, before, beside, last
from missions.live import Ended
from missions.onshow import write_on_show
from missions.ports import Clock
from missions.record import Stored
from missions.store import Store
from missions.tx import Lost, MissionTransaction, Transaction, redis_now, take_lease

LEASE_MS = 20_000
"""How long a lane is held without a sign of life."""


LATER = 50
"""How far ahead it is looked for an edit that makes an earlier one outdated."""


class EntryState(StrEnum):
    """Delivery has a state of its own [R4]."""

    QUEUED = "queued"
    POSTING = "posting"


class Entry(Stored):
    """One message to post, or to update.

    `thread_of` names the entry in whose message's thread it goes; `update` the entry whose message
    it replaces; `to` makes it visible to one person only. `posting_since` is set by the intent;
    `file` is Slack's id of the file that was uploaded for it.
    `conversation` is the thread that it answers in, forgotten whole with its Missions [M6].
    `live` is the ts of the message that grew meanwhile, whose place it takes, in its channel; its
    `steps` end with it [C10].
    `reader` is whom it answers; `language` the one that it is written in, once that is known [C9].
    `redraw` says that it only has a message follow its Mission: nothing is posted for it [M3].
    """

    schema_version: int = 9
    id: OutboxId
    team: TeamId
    channel: ChannelId
    card: Card
    mission: MissionId | None = None
    thread_ts: str | None = None
    thread_of: OutboxId | None = None
    to: PersonId | None = None
    update: OutboxId | None = None
    execution: ExecutionId | None = None
    proposal: ProposalId | None = None
    conversation: ConversationId | None = None
    live: str | None = None
    steps: Ended | None = None
    reader: PersonId | None = None
    language: str = ""
    state: EntryState = EntryState.QUEUED
    posting_since: datetime | None = None
    attempts: int = 0
    file: str | None = None
    redraw: bool = False


class Ref(Stored):
    """What a message of the bot is about, and the language that it is written in."""

    schema_version: int = 2
    entry: OutboxId
    mission: MissionId | None = None
    execution: ExecutionId | None = None
    proposal: ProposalId | None = None
    language: str = ""


def detail_id(root: OutboxId) -> OutboxId:
    """The id of the entry that belongs below a root report, as its detail."""
    return OutboxId(f"{root}-detail")


_PLACE = TypeAdapter(tuple[ChannelId, str])


def entry(
    team: TeamId,
    channel: ChannelId,
    card: Card,
    *,
    thread_ts: str | None = None,
    thread_of: OutboxId | None = None,
    to: PersonId | None = None,
    update: OutboxId | None = None,
) -> Entry:
    """A new entry for a card."""
    named = missions_of(card)
    return Entry(
        id=new_outbox_id(),
        team=team,
        channel=channel,
        card=card,
        mission=named[0] if len(named) == 1 else None,
        thread_ts=thread_ts,
        thread_of=thread_of,
        to=to,
        update=update,
        execution=getattr(card, "execution", None),
        proposal=getattr(card, "proposal", None),
    )


def place_of(text: str) -> tuple[ChannelId, str]:
    """Channel and ts, as they are stored."""
    return _PLACE.validate_json(text)


def place_as_text(channel: ChannelId, ts: str) -> str:
    """As `place_of` reads it."""
    return _PLACE.dump_json((channel, ts)).decode()


def is_file(ts: str) -> bool:
    """Whether what stands at a place is a file (Slack: `F…`), not a message."""
    return ts.startswith("F")


def put(tx: Transaction, *entries: Entry) -> None:
    """Have the transaction put entries at the end of their lanes; redraws in that which is last."""
    for e in entries:
        lane = last(e.channel) if e.redraw else e.channel
        tx.hset(tx.team.outbox, {e.id: e.dump()})
        tx.rpush(tx.team.lane(lane), e.id)
        tx.zadd(k.LANES, k.member(e.team, lane), redis_now(), new_only=True)
        if e.mission and isinstance(tx, MissionTransaction):
            tx.sadd(tx.team.mission(e.mission).outbox, e.id)


Where = tuple[TeamId, ChannelId]
"""Which lane."""


class Lane:
    """A channel's lane, held by one worker at a time.

    Edits that have to wait for Slack's pace move to a lane beside it, and all later ones of the
    channel behind them: what is to be posted goes on, and edits keep their order. Redraws have a
    lane of their own, which gives way to both.
    """

    def __init__(self, store: Store, team: TeamId, channel: ChannelId, token: str) -> None:
        self._store = store
        self._keys = TeamKeys(team)
        self.team, self.channel, self.token = team, channel, token

    @property
    def _member(self) -> str:
        return k.member(self.team, self.channel)

    def head(self) -> Entry | None:
        """The oldest entry, or None if the lane is empty.

        Entries of deleted Missions are gone; one that cannot be read is set aside by its id.
        """
        while ids := self._store.lrange(self._keys.lane(self.channel), 1):
            text = self._store.hget(self._keys.outbox, ids[0])
            tx = self._held().require_head("head", self._lane, ids[0]).lpop(self._lane)
            if text:
                try:
                    return Entry.load(text)
                except ValueError:  # what cannot be read must not block the lane for ever
                    tx.hdel(self._keys.outbox, ids[0]).hset(k.QUARANTINE, {ids[0]: "entry"})
            tx.commit()
        return None

    def intent(self, e: Entry, now: datetime) -> Entry:
        """Note that it is about to be posted; raises `Lost` if its Mission was deleted."""
        since = e.posting_since or now
        update = {"state": EntryState.POSTING, "posting_since": since, "attempts": e.attempts + 1}
        new = e.model_copy(update=update)
        self._changing(e).hset(self._keys.outbox, {e.id: new.dump()}).commit()
        return new

    def uploaded(self, e: Entry, file: str) -> Entry:
        """Remember a file before anybody can see it: whoever takes over looks for this one, and a
        delete removes it; raises `Lost` if its Mission was deleted."""
        new = e.model_copy(update={"file": file})
        tx = self._changing(e).hset(self._keys.outbox, {e.id: new.dump()})
        if e.mission:
            place = place_as_text(e.channel, file)
            tx.hset(self._keys.mission(e.mission).posts, {f"{e.id}-file": place})
        tx.commit()
        return new

    def posted(
        self, e: Entry, ts: str | None, named: Collection[MissionId] = (), digest: str = ""
    ) -> None:
        """It is in Slack (at `ts`; None for what leaves no message): remember where, and go on.

        `named` are the Missions that its text names, besides the one it is about: their delete
        removes the message too [M6]. `digest` tells how it looks.
        """
        others = [self._keys.mission(m) for m in named if m != e.mission]
        tx = self._changing(e, *others)
        if ts and not e.to:
            self._remember(tx, e, ts, others)
            about = [self._keys.mission(e.mission)] if e.mission else []
            write_on_show(tx, self._store, [*about, *others], e, ts, digest)
        self._remove(tx, e).commit()

    def _remember(self, tx: Transaction, e: Entry, ts: str, others: list[MissionKeys]) -> None:
        origin = e.update or e.id
        place = place_as_text(e.channel, ts)
        if e.mission:
            ref = Ref(
                entry=origin,
                mission=e.mission,
                execution=e.execution,
                proposal=e.proposal,
                language=e.language,
            )
            tx.hset(self._keys.mission(e.mission).posts, {origin: place})
            if not e.redraw:
                tx.hset(self._keys.channel_refs(e.channel), {ts: ref.dump()})
        for keys in others:
            tx.hset(keys.posts, {origin: place})
        if e.conversation and not e.mission:
            key = self._keys.conversation(e.conversation)
            tx.hset(key, {said_field(origin): place}).expire(key, KEPT_MS)

    def withdrawn(self, e: Entry) -> None:
        """The message of the entry that `e` updates is gone: forget where it was, and go on."""
        tx = self._changing(e)
        if e.mission and e.update:
            posts = self._keys.mission(e.mission).posts
            place = self._store.hget(posts, e.update)
            tx.hdel(posts, e.update).hdel(self._keys.mission(e.mission).shown, e.update)
            if place:
                channel, ts = place_of(place)
                tx.hdel(self._keys.channel_refs(channel), ts)
        self._remove(tx, e).commit()

    def drop(self, e: Entry) -> None:
        """Nothing is to be said any more; works for entries of deleted Missions too."""
        held = self._held().hdel(self._keys.outbox, e.id).lrem(self._lane, e.id)
        held.commit()
        if e.mission:
            self._store.redis.srem(self._keys.mission(e.mission).outbox, e.id)

    def park(self, e: Entry, reason: str) -> None:
        """Slack refuses it for good: set it aside, so that the lane goes on."""
        tx = self._changing(e)
        if not e.mission:
            tx.hset(self._keys.parked, {e.id: e.dump()})
        self._remove(tx, e)
        if e.mission:
            tx.hset(self._keys.mission(e.mission).parked, {e.id: reason})
        tx.commit()

    def defer(self, e: Entry, seconds: float, *, undone: bool = False) -> None:
        """Try again later; the lane waits, so that order is kept.

        `undone` takes the intent back: it surely was not posted, so nobody has to look for it.
        """
        tx = self._changing(e)
        if undone:
            tx.hset(self._keys.outbox, {e.id: e.dump()})
        tx.zadd(k.LANES, self._member, redis_now(int(seconds * 1000)))
        tx.unlink(self._keys.lane_lease(self.channel)).commit()

    @property
    def is_beside(self) -> bool:
        """Whether this is a lane in which edits wait."""
        return self.channel.endswith(BESIDE)

    @property
    def is_last(self) -> bool:
        """Whether this is a lane that all else of its channel goes before."""
        return bool(before(self.channel))

    def behind(self) -> float | None:
        """Seconds until what goes before this lane may be sent, at least 0; None: nothing waits."""
        waits = [k.member(self.team, lane) for lane in before(self.channel) if self._filled(lane)]
        if not waits:
            return None
        due = [self._store.redis.zscore(k.LANES, name) or 0 for name in waits]
        return max(0.0, (min(due) - self._store.now_ms()) / 1000)

    def _filled(self, lane: ChannelId) -> bool:
        return bool(self._store.redis.exists(self._keys.lane(lane)))

    def edits_wait(self) -> bool:
        """Whether edits of the channel wait beside this lane."""
        return self._filled(beside(self.channel))

    def set_beside(self, e: Entry, seconds: float) -> None:
        """Have an edit wait beside the lane, for so long if it is the first there."""
        there = beside(self.channel)
        tx = self._changing(e).hset(self._keys.outbox, {e.id: e.dump()})
        tx.lrem(self._lane, e.id).rpush(self._keys.lane(there), e.id)
        at = redis_now(int(seconds * 1000))
        tx.zadd(k.LANES, k.member(self.team, there), at, new_only=True).commit()

    def move(self, e: Entry, channel: ChannelId) -> None:
        """Have an entry wait in the lane of another channel, and be posted there."""
        new = e.model_copy(update={"channel": channel})
        tx = self._changing(e).hset(self._keys.outbox, {e.id: new.dump()})
        tx.lrem(self._lane, e.id).rpush(self._keys.lane(channel), e.id)
        tx.zadd(k.LANES, k.member(self.team, channel), redis_now(), new_only=True).commit()

    def is_outdated(self, e: Entry) -> bool:
        """Whether another edit of the same message waits behind this one.

        One that only has it follow its Mission draws what this one is to leave: it does not count,
        but for its like.
        """
        ids = self._store.lrange(self._lane, LATER)
        texts = self._store.hmget(self._keys.outbox, (i for i in ids if i != e.id))
        later = (one for one in map(Entry.load, filter(None, texts)) if one.update == e.update)
        return any(e.redraw or not one.redraw for one in later)

    def pause(self, seconds: float) -> None:
        """Leave the lane as it is for a while."""
        tx = self._held().zadd(k.LANES, self._member, redis_now(int(seconds * 1000)))
        tx.unlink(self._lease).commit()

    def renew(self) -> bool:
        """Keep holding the lane; False if it is lost."""
        tx = self._held().set(self._lease, self.token, px=LEASE_MS)
        try:
            tx.commit()
        except Lost:
            return False
        return True

    def release(self) -> None:
        """Let go; an empty lane is no longer due."""
        empty = self._held().require_absent("filled", self._lane).unlink(self._lease)
        empty.zrem(k.LANES, self._member)
        try:
            empty.commit()
        except Lost as lost:
            if lost.guard == "filled":
                self._held().unlink(self._lease).commit()

    @property
    def _lane(self) -> str:
        return self._keys.lane(self.channel)

    @property
    def _lease(self) -> str:
        return self._keys.lane_lease(self.channel)

    def _held(self) -> Transaction:
        return self._store.team_tx(self.team).require_value("lane", self._lease, self.token)

    def _changing(self, e: Entry, *others: MissionKeys) -> Transaction:
        tx: Transaction
        about = [self._keys.mission(e.mission)] if e.mission else []
        if about or others:
            tx = self._store.mission_tx(*about, *others)
        else:
            tx = self._store.team_tx(self.team)
        return tx.require_value("lane", self._lease, self.token)

    def _remove(self, tx: Transaction, e: Entry) -> Transaction:
        tx.hdel(self._keys.outbox, e.id).lrem(self._lane, e.id)
        if e.mission:
            tx.srem(self._keys.mission(e.mission).outbox, e.id)
        return tx


class Outbox:
    """Lanes to be emptied, and what posted messages are about."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def take(self, team: TeamId, channel: ChannelId, token: str) -> Lane | None:
        """Hold a lane, or None while another worker does; `token` tells the holders apart."""
        lease = TeamKeys(team).lane_lease(channel)
        if not take_lease(self._store.redis, lease, token, LEASE_MS):
            return None
        return Lane(self._store, team, channel, token)

    def abandon(
        self, token: str, *sure: tuple[TeamId, ChannelId]
    ) -> list[tuple[TeamId, ChannelId]]:
        """The holder with that token is known to be dead: free at once what it held, and which.

        One job looks after many lanes, whichever it was rung for; `sure` ones may be empty.
        """
        filled = (k.split_member(name, 2) for name in self._store.zrange(k.LANES, 0, -1))
        lanes = list({*sure, *((TeamId(t), ChannelId(c)) for t, c in filled)})
        pipe = self._store.redis.pipeline(transaction=False)
        for team, channel in lanes:
            pipe.get(TeamKeys(team).lane_lease(channel))
        held = [lane for lane, by in zip(lanes, pipe.execute(), strict=True) if by == token]
        for team, channel in held:
            tx = self._store.team_tx(team)
            lease = tx.team.lane_lease(channel)
            with suppress(Lost):
                tx.require_value("lane", lease, token).unlink(lease).commit()
        return held

    def ref(self, team: TeamId, channel: ChannelId, ts: str) -> Ref | None:
        """What the bot's message at `ts` is about, or None."""
        text = self._store.hget(TeamKeys(team).channel_refs(channel), ts)
        return Ref.load(text) if text else None

    def where(
        self, team: TeamId, mission: MissionId, outbox_id: OutboxId
    ) -> tuple[ChannelId, str] | None:
        """The channel and ts of a posted entry about a Mission, or None."""
        text = self._store.hget(TeamKeys(team).mission(mission).posts, outbox_id)
        return place_of(text) if text else None

    def say(self, *entries: Entry) -> None:
        """Put entries that tell of nothing that is written at the same time."""
        for e in entries:
            keys = TeamKeys(e.team)
            tx: Transaction = (
                self._store.mission_tx(keys.mission(e.mission))
                if e.mission
                else self._store.team_tx(e.team)
            )
            put(tx, e)
            tx.commit()

    def say_once(self, e: Entry) -> bool:
        """Put an entry about a Mission whose id says what it is for; False if it is there, or was.

        Raises `Lost` if the Mission was deleted.
        """
        if e.mission is None:
            raise ValueError("only what is about a Mission can be looked for")
        keys = TeamKeys(e.team)
        tx = self._store.mission_tx(keys.mission(e.mission))
        tx.require_field("waiting", keys.outbox, e.id, None)
        tx.require_field("said", keys.mission(e.mission).posts, e.id, None)
        put(tx, e)
        try:
            tx.commit()
        except Lost as lost:
            if lost.guard not in ("waiting", "said"):
                raise
            return False
        return True

    def parked(self, team: TeamId, mission: MissionId) -> dict[str, str]:
        """Entries about a Mission that Slack refused for good, with the reason."""
        return self._store.hgetall(TeamKeys(team).mission(mission).parked)
