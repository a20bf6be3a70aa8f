"""Mailboxes: what people said, per conversation, in order, each answered once [C10].

A message is accepted in one step, before Slack is told that it arrived: no message is lost when a
process dies. The head is read without being taken; it goes in the same step as its answer.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from missions import keys as k
from missions.conversation import KEPT_MS, conversation_id, person_field, place_of, stop_field
from missions.ids import ChannelId, ConversationId, PersonId, TeamId
from missions.keys import TeamKeys
from missions.record import Stored
from missions.store import Store
from missions.tx import Lost, Transaction, redis_now, take_lease

LEASE_MS = 20_000
"""How long a mailbox is held without a sign of life."""

SEEN_MS = 24 * 60 * 60 * 1000
"""How long an event is remembered as accepted; Slack redelivers for minutes, at most hours."""

ATTEMPTS = 3
"""How often a turn is tried before the person gets an apology."""


STOPPED = "stopped"
"""The guard that nobody wants an answer to stop."""


class Incoming(Stored):
    """A message that asks for an answer; `text` as Slack sent it.

    `thread_ts` is the root of the conversation, the message's own `ts` if it begins one. `answers`
    marks a click on a proposed answer: it has no message of its own in Slack. `quoted` says that
    the text was taken from somebody else's message, and is data.
    `bot_user` is Houston's own user id there, whose mention is no part of what was said.
    `viewing` is the channel that the person looked at beside it, `viewing_ts` the message there.
    """

    schema_version: int = 3
    id: str
    team: TeamId
    channel: ChannelId
    thread_ts: str
    ts: str
    person: PersonId
    text: str
    direct: bool = False
    private: bool = False
    link: str | None = None
    event_id: str
    at: datetime
    answers: bool = False
    quoted: bool = False
    bot_user: str = ""
    viewing: ChannelId = ChannelId("")
    viewing_ts: str = ""

    @property
    def conversation(self) -> ConversationId:
        """The thread it belongs to."""
        return conversation_id(self.channel, self.thread_ts)


class Box:
    """A mailbox held by one worker at a time."""

    def __init__(
        self, store: Store, team: TeamId, conversation: ConversationId, token: str
    ) -> None:
        self._store = store
        self.keys = TeamKeys(team)
        self.team, self.conversation, self.token = team, conversation, token

    def head(self) -> tuple[str, Incoming] | None:
        """The oldest message, with the exact text that guards compare; None if empty."""
        found = self._store.lrange(self.keys.mailbox(self.conversation), 1)
        return (found[0], Incoming.load(found[0])) if found else None

    def memory(self) -> dict[str, str]:
        """What the conversation remembers; see `missions.conversation`."""
        return self._store.hgetall(self.keys.conversation(self.conversation))

    def count_attempt(self, incoming: Incoming) -> int:
        """Note that an answer is being tried; how often that makes it."""
        key, name = self.keys.conversation(self.conversation), f"attempts:{incoming.id}"
        attempts = int(self._store.hget(key, name) or 0) + 1
        self.held().hset(key, {name: attempts}).expire(key, KEPT_MS).commit()
        return attempts

    def stop_asked(self, incoming: Incoming) -> bool:
        """Whether somebody wants the answer to the message to stop."""
        key = self.keys.conversation(self.conversation)
        return self._store.hget(key, stop_field(incoming.id)) is not None

    def require_going(self, tx: Transaction, incoming: Incoming) -> None:
        """Make a transaction fail if somebody wants the answer to the message to stop."""
        key = self.keys.conversation(self.conversation)
        tx.require_field(STOPPED, key, stop_field(incoming.id), None)

    def held(self) -> Transaction:
        """A transaction that fails if the mailbox is no longer ours."""
        return self.guard(self._store.team_tx(self.team))

    def guard(self, tx: Transaction) -> Transaction:
        """Make a transaction fail if the mailbox is no longer ours."""
        return tx.require_value("mailbox", self._lease, self.token)

    def write_answered(self, tx: Transaction, text: str, incoming: Incoming) -> None:
        """Have the transaction take the head, which is now answered."""
        mailbox = self.keys.mailbox(self.conversation)
        tx.require_head("head", mailbox, text).lpop(mailbox)
        key = self.keys.conversation(self.conversation)
        tx.hdel(key, f"attempts:{incoming.id}", stop_field(incoming.id)).expire(key, KEPT_MS)

    def write_kept(self, tx: Transaction, text: str, incoming: Incoming) -> None:
        """Have the transaction keep the head's message, so that it can be retried [C10]."""
        tx.hset(self.keys.conversation(self.conversation), {f"kept:{incoming.id}": text})

    def renew(self) -> bool:
        """Keep holding the mailbox; False if it is lost."""
        try:
            self.held().set(self._lease, self.token, px=LEASE_MS).commit()
        except Lost:
            return False
        return True

    def release(self) -> bool:
        """Let go; False if there is more to answer."""
        mailbox = self.keys.mailbox(self.conversation)
        empty = self.held().require_absent("filled", mailbox).unlink(self._lease)
        try:
            empty.zrem(k.MAILBOXES, k.member(self.team, self.conversation)).commit()
        except Lost as lost:
            if lost.guard == "filled":
                self.held().unlink(self._lease).commit()
            return False
        return True

    @property
    def _lease(self) -> str:
        return self.keys.mailbox_lease(self.conversation)


class Mailboxes:
    """Accepts messages and hands mailboxes to workers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def accept(self, incoming: Incoming) -> bool:
        """Take a message in, in one step; False if this event or message was seen before."""
        tx = self._store.team_tx(incoming.team)
        for seen in (incoming.event_id, f"{incoming.channel}:{incoming.ts}"):
            key = tx.team.seen(seen)
            tx.require_absent("seen", key).set(key, "1", px=SEEN_MS)
        self._write_push(tx, incoming)
        try:
            tx.commit()
        except Lost:
            return False
        return True

    def retry(self, team: TeamId, conversation: ConversationId, incoming_id: str) -> bool:
        """Put a kept message back; False if it is not kept any more (or was retried)."""
        tx = self._store.team_tx(team)
        key, name = tx.team.conversation(conversation), f"kept:{incoming_id}"
        text = self._store.hget(key, name)
        if text is None:
            return False
        tx.require_field("kept", key, name, text).hdel(key, name)
        self._write_push(tx, Incoming.load(text))
        try:
            tx.commit()
        except Lost:
            return False
        return True

    def head(self, team: TeamId, conversation: ConversationId) -> tuple[str, Incoming] | None:
        """The message that is answered now, with the exact text that guards compare, or None."""
        found = self._store.lrange(TeamKeys(team).mailbox(conversation), 1)
        return (found[0], Incoming.load(found[0])) if found else None

    def ask_stop(
        self, team: TeamId, text: str, incoming: Incoming, by: PersonId, once: str
    ) -> bool:
        """Have the answer to the head stop; False if it is answered, or `once` was seen before."""
        tx = self._store.team_tx(team)
        seen, conversation = tx.team.seen(once), incoming.conversation
        tx.require_absent("seen", seen).set(seen, "1", px=SEEN_MS)
        tx.require_head("head", tx.team.mailbox(conversation), text)
        key = tx.team.conversation(conversation)
        tx.hset(key, {stop_field(incoming.id): by}).expire(key, KEPT_MS)
        try:
            tx.commit()
        except Lost:
            return False
        return True

    def show_anew(self, team: TeamId, conversation: ConversationId) -> None:
        """Slack took the thread's status away: it is to be set again, as it is then."""
        self._store.team_tx(team).hset(k.WORKING, {k.member(team, conversation): "0"}).commit()

    def take(self, team: TeamId, conversation: ConversationId, token: str) -> Box | None:
        """Hold a mailbox, or None while another worker does; `token` tells the holders apart."""
        lease = TeamKeys(team).mailbox_lease(conversation)
        if not take_lease(self._store.redis, lease, token, LEASE_MS):
            return None
        return Box(self._store, team, conversation, token)

    def abandon(self, team: TeamId, conversation: ConversationId, token: str) -> None:
        """The holder with that token is known to be dead: free the mailbox at once."""
        tx = self._store.team_tx(team)
        lease = tx.team.mailbox_lease(conversation)
        with suppress(Lost):
            tx.require_value("mailbox", lease, token).unlink(lease).commit()

    def memory(self, team: TeamId, channel: ChannelId, root_ts: str) -> dict[str, str]:
        """What is remembered of the thread with that root; empty if Houston has no part in it."""
        key = TeamKeys(team).conversation(conversation_id(channel, root_ts))
        return self._store.hgetall(key)

    def _write_push(self, tx: Transaction, incoming: Incoming) -> None:
        conversation = incoming.conversation
        key = tx.team.conversation(conversation)
        tx.hset(key, {person_field(incoming.person): "1"}).expire(key, KEPT_MS)
        tx.rpush(tx.team.mailbox(conversation), incoming.dump())
        member = k.member(incoming.team, conversation)
        tx.zadd(k.MAILBOXES, member, redis_now(), new_only=True)


__all__ = ["Box", "Incoming", "Mailboxes", "conversation_id", "place_of"]
