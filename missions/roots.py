"""The thread of a Mission: below which message of its channel it is spoken about [C5 C7].

A Mission that came from a conversation has that thread from the start. One that did not (a form's,
a copy, one that was moved) gets its own: below its plan card, the card that says that it moved, or
at the latest below the first words that somebody says about it elsewhere.
"""

from __future__ import annotations

from missions.cards import PlanCard, SaidCard, StateCard
from missions.conversation import FOCUS, KEPT_MS, conversation_id
from missions.ids import MissionId
from missions.keys import TeamKeys
from missions.mailbox import SEEN_MS
from missions.mission import Mission
from missions.outbox import Entry, entry, put
from missions.ports import Bell
from missions.saving import write_mission
from missions.store import Store
from missions.tx import DELETED, Lost, retrying


def take_root(store: Store, e: Entry, ts: str) -> None:
    """Have the Mission's thread be below the message at `ts`, if that entry can begin one.

    The thread that it has stays, and so does a Mission that lives elsewhere by now.
    """
    begins = isinstance(e.card, PlanCard | StateCard | SaidCard)
    if not begins or e.mission is None or e.to or e.thread_ts or e.thread_of or e.update:
        return
    mission = e.mission

    def attempt() -> None:
        found = store.mission(e.team, mission)
        if found is None or found.thread_ts or found.channel != e.channel:
            return
        keys = TeamKeys(e.team).mission(mission)
        tx = store.mission_tx(keys)
        write_mission(tx, keys, found, thread_ts=ts)
        tx.commit()

    try:
        retrying(attempt)
    except Lost as lost:
        if lost.guard != DELETED:
            raise


def remember_focus(store: Store, mission: MissionId, e: Entry, ts: str) -> bool:
    """Have the thread below `ts` be about the Mission, before anything in it is answered.

    False if the Mission was deleted.
    """
    conversation = conversation_id(e.channel, ts)
    keys = TeamKeys(e.team).mission(mission)
    tx = store.mission_tx(keys)
    memory = tx.team.conversation(conversation)
    tx.hset(memory, {FOCUS: mission}).expire(memory, KEPT_MS)
    tx.sadd(keys.conversations, conversation)
    try:
        tx.commit()
    except Lost:
        return False
    return True


def say_about(
    store: Store,
    bell: Bell,
    mission: Mission,
    card: SaidCard,
    once: str,
    root: str | None = None,
) -> bool:
    """Say somebody's words in the Mission's channel, to be answered in the thread of `root`.

    Without one it is the thread below them. `once` names the button or dialog they come from; False
    if they were said before.
    """
    tx = store.mission_tx(TeamKeys(mission.team).mission(mission.id))
    seen = tx.team.seen(once)
    tx.require_absent("seen", seen).set(seen, "1", px=SEEN_MS)
    put(tx, entry(mission.team, mission.channel, card, thread_ts=root))
    try:
        tx.commit()
    except Lost as lost:
        if lost.guard != "seen":
            raise
        return False
    bell.delivery(mission.team, mission.channel)
    return True
