"""A turn that takes long, seen while it is worked on: its steps, and the message that shows them.

The worker that thinks writes the steps; another process shows them in a message that grows. The
answer takes that message's place: the step that answers hands it to the first answer's entry. Who
began such a message but could not write down where it is takes it away again [C10].
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, cast

from missions import keys as k
from missions.conversation import KEPT_MS, said_field
from missions.ids import ConversationId, OutboxId, TeamId
from missions.keys import TeamKeys
from missions.mailbox import Box, Incoming
from missions.record import Record, Stored
from missions.store import Store
from missions.tx import Lost, Transaction

SHOWN: Final = "live"
"""The guard that the message which shows a turn is as it was read."""
MOST_STEPS: Final = 20
"""Steps of one turn; a model makes 8 calls and has 12 of tools at most."""
ORPHAN_MS: Final = 15_000
"""After this time nobody is about to write down where a message that was begun is."""


class StepKind(StrEnum):
    """What an answer is being worked on with."""

    THINK = "think"
    LOOK = "look"
    PLAN = "plan"
    PREPARE = "prepare"
    WRITE = "write"


class Steps(Stored):
    """What was done so far for the answer to a message; the last one is under way."""

    began: datetime
    kinds: tuple[StepKind, ...]


class Live(Stored):
    """The message that shows the steps of the answer to `message`.

    `since` is in ms by Redis time. Without `ts` it is just being begun. `shown` is how many steps
    it shows; `over` says that nothing more is added to it.
    """

    message: str
    since: int
    ts: str = ""
    shown: int = 0
    over: bool = False


class Ended(Record):
    """What is to be said of the steps of a message that ends: those from `first` on, the last ones.

    `message` is the one that was answered.
    """

    message: str
    first: int
    kinds: tuple[StepKind, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """Where the message is that shows a turn, and how its steps end."""

    ts: str
    steps: Ended


@dataclass(frozen=True, slots=True)
class Lives:
    """Reads and writes what shows turns."""

    store: Store

    def steps(self, team: TeamId, conversation: ConversationId, incoming: Incoming) -> Steps | None:
        """What was done for the answer to a message; None if nobody is to see that."""
        key = TeamKeys(team).conversation(conversation)
        text = self.store.hget(key, steps_field(incoming.id))
        return Steps.load(text) if text else None

    def every(self) -> dict[str, str]:
        """`team|conversation` → JSON `Live`, of all workspaces."""
        return cast("dict[str, str]", self.store.redis.hgetall(k.STREAMING))

    def begin(
        self, team: TeamId, conversation: ConversationId, text: str, incoming: Incoming
    ) -> Live | None:
        """Note that a message is about to be begun; None if there is one, or the turn is over."""
        live = Live(message=incoming.id, since=self.store.now_ms())
        tx = self._at_head(team, conversation, text)
        tx.require_field(SHOWN, k.STREAMING, k.member(team, conversation), None)
        return self._written(tx, conversation, live)

    def began(
        self, team: TeamId, conversation: ConversationId, text: str, live: Live, ts: str, shown: int
    ) -> Live | None:
        """Note where it is; None if the turn was answered meanwhile: nobody knows of it then."""
        channel = conversation.partition(":")[0]
        new = live.model_copy(update={"ts": ts, "shown": shown})
        tx = self._at_head(team, conversation, text)
        self._require(tx, conversation, live)
        key = tx.team.conversation(conversation)
        name = said_field(OutboxId(f"live-{live.message}"))
        tx.hset(key, {name: f'["{channel}","{ts}"]'}).expire(key, KEPT_MS)
        return self._written(tx, conversation, new)

    def change(
        self, team: TeamId, conversation: ConversationId, live: Live, **changes: object
    ) -> Live | None:
        """Note what changed of it; None if it was handed to the answer."""
        tx = self.store.team_tx(team)
        self._require(tx, conversation, live)
        return self._written(tx, conversation, live.model_copy(update=changes))

    def forget(self, team: TeamId, conversation: ConversationId, live: Live) -> bool:
        """It is gone, or was never there; False if it is not as it was any more."""
        tx = self.store.team_tx(team)
        self._require(tx, conversation, live)
        tx.hdel(k.STREAMING, k.member(team, conversation))
        try:
            tx.commit()
        except Lost:
            return False
        return True

    def _at_head(self, team: TeamId, conversation: ConversationId, text: str) -> Transaction:
        tx = self.store.team_tx(team)
        return tx.require_head("head", tx.team.mailbox(conversation), text)

    def _require(self, tx: Transaction, conversation: ConversationId, live: Live) -> None:
        member = k.member(tx.team.team, conversation)
        tx.require_field(SHOWN, k.STREAMING, member, live.stored())

    def _written(self, tx: Transaction, conversation: ConversationId, live: Live) -> Live | None:
        tx.hset(k.STREAMING, {k.member(tx.team.team, conversation): live.dump()})
        try:
            tx.commit()
        except Lost:
            return None
        return live


def steps_field(incoming: str) -> str:
    """The field of a conversation that holds what was done for the answer to a message."""
    return f"steps:{incoming}"


def show_steps(box: Box, text: str, incoming: Incoming, steps: Steps) -> bool:
    """Write down what was done so far; False if the message was answered, or is somebody else's."""
    key = box.keys.conversation(box.conversation)
    tx = box.held().require_head("head", box.keys.mailbox(box.conversation), text)
    tx.hset(key, {steps_field(incoming.id): steps.dump()}).expire(key, KEPT_MS)
    try:
        tx.commit()
    except Lost:
        return False
    return True


def write_taken(tx: Transaction, store: Store, box: Box, incoming: Incoming) -> Taken | None:
    """Have the transaction take the message that shows the turn, for the answer, if there is one.

    One that is just being begun stays with who begins it. The transaction fails if it changes.
    """
    key, name = box.keys.conversation(box.conversation), k.member(box.team, box.conversation)
    text = store.hget(k.STREAMING, name)
    tx.require_field(SHOWN, k.STREAMING, name, text)
    tx.hdel(key, steps_field(incoming.id))
    live = Live.load(text) if text else None
    if live is None or live.message != incoming.id or not live.ts:
        return None
    tx.hdel(k.STREAMING, name)
    text = store.hget(key, steps_field(incoming.id))
    kinds = Steps.load(text).kinds if text else ()
    first = max(live.shown - 1, 0)
    return Taken(live.ts, Ended(message=incoming.id, first=first, kinds=kinds[first:]))
