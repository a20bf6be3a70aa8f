"""The end of a conversation turn: its staged effects and its answers, in one step [C6 C10]."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from missions.approval import write_woken
from missions.cards import AskCard, Card, ChooseCard, FileCard, SorryCard, missions_of
from missions.conversation import ASKED, CHECKPOINT, FOCUS, asked, question_field
from missions.effects import CreateDraft, Effect, Propose, Rename, Stop, mission_of
from missions.execution import Status
from missions.ids import MissionId, PersonId
from missions.keys import MissionKeys
from missions.live import SHOWN, Taken, write_taken
from missions.mailbox import Box, Incoming
from missions.mission import Change, Mission
from missions.outbox import Entry, entry, put
from missions.ports import Bell, Clock
from missions.proposals import write_draft, write_proposal, write_shown
from missions.recorded import kept
from missions.saving import clean_name, write_change, write_rename
from missions.store import Store
from missions.tx import Lost, Transaction
from missions.waiting import write_asked, write_not_asked

QUESTION_MAX: Final = 200
"""Characters of a question that are remembered for who looks for it."""


@dataclass(frozen=True)
class Answer:
    """What a turn came to. `focus` is the Mission the thread is about from now on; `beside` is one
    that it may be about this time, because the person looked at it.
    """

    effects: tuple[Effect, ...]
    cards: tuple[Card, ...]
    checkpoint: str | None
    focus: MissionId | None
    beside: MissionId | None = None


class Turns:
    """Commits turns."""

    def __init__(self, store: Store, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._clock = clock
        self._bell = bell

    def finish(self, box: Box, text: str, incoming: Incoming, answer: Answer) -> None:
        """Make the staged effects real, queue the answers, and take the message, in one step.

        Raises `Lost` if the mailbox went to another worker, a Mission changed meanwhile, or
        somebody pressed Stop: then nothing happened and the turn is to be repeated, or stopped.
        """
        self._again(lambda: self._finish(box, text, incoming, answer))
        self._bell.delivery(incoming.team, incoming.channel)

    def _again(self, attempt: Callable[[], None]) -> None:
        """Once more when only the message that shows the turn has changed meanwhile."""
        while True:
            try:
                attempt()
            except Lost as lost:
                if lost.guard == SHOWN:
                    continue
                raise
            return

    def _finish(self, box: Box, text: str, incoming: Incoming, answer: Answer) -> None:
        tx = self._begin(box, answer)
        live = write_taken(tx, self._store, box, incoming)
        changed: dict[MissionId, Mission] = {}
        for effect in answer.effects:
            self._write_effect(tx, incoming, effect, changed)
        self._write_answers(tx, box, incoming, answer, live)
        box.require_going(tx, incoming)
        box.write_answered(tx, text, incoming)
        tx.commit()

    def give_up(self, box: Box, text: str, incoming: Incoming, sentence: str) -> None:
        """Say why there is none, keep the message for Retry, and go on with the next one [C10].

        So after a failure, and after Stop, which may have been pressed by mistake.
        """
        card = SorryCard(text=sentence, turn=incoming.id)
        self._again(lambda: self._end(box, text, incoming, card))
        self._bell.delivery(incoming.team, incoming.channel)

    def _end(self, box: Box, text: str, incoming: Incoming, card: Card) -> None:
        tx = box.held()
        box.write_kept(tx, text, incoming)
        live = write_taken(tx, self._store, box, incoming)
        put(tx, self._entry(box, incoming, card, None, live))
        box.write_answered(tx, text, incoming)
        tx.commit()

    def _begin(self, box: Box, answer: Answer) -> Transaction:
        """A transaction on every Mission that the turn changes or names."""
        named: dict[MissionId, None] = {}
        for effect in answer.effects:
            named[mission_of(effect)] = None
        for card in answer.cards:
            named.update(dict.fromkeys(missions_of(card)))
        named.update({about: None for about in (answer.focus, answer.beside) if about})
        if not named:
            return box.held()
        keys = [box.keys.mission(m) for m in named]
        tx = box.guard(self._store.mission_tx(*keys))
        for of in keys:
            tx.sadd(of.conversations, box.conversation)
        return tx

    def _write_answers(
        self, tx: Transaction, box: Box, incoming: Incoming, answer: Answer, live: Taken | None
    ) -> None:
        """Have the transaction queue them; the first message takes the place of `live`."""
        first = next((c for c in answer.cards if not isinstance(c, FileCard)), None)
        for card in answer.cards:
            mine = live if card is first else None
            said = self._entry(box, incoming, card, answer.focus or answer.beside, mine)
            put(tx, said)
            if said.mission and said.proposal:
                write_shown(tx, tx.team.mission(said.mission), said.proposal, said)
        memory = box.keys.conversation(box.conversation)
        questions = [c for c in answer.cards if isinstance(c, AskCard | ChooseCard)]
        asks = bool(questions)
        remembered = {
            FOCUS: answer.focus,
            CHECKPOINT: answer.checkpoint,
            ASKED: self._asked(memory, incoming.person, asks=asks),
        }
        if questions:
            remembered[question_field(incoming.person)] = _question(questions[0])
        tx.hset(memory, {name: value or "" for name, value in remembered.items()})
        if asks:
            write_asked(tx, incoming.person, box.conversation, self._clock.now())
        else:
            write_not_asked(tx, incoming.person, box.conversation)

    def _asked(self, memory: str, person: PersonId, *, asks: bool) -> str:
        """Whose answer is awaited in the thread; a turn of one keeps the question to another."""
        waiting = asked({ASKED: self._store.hget(memory, ASKED) or ""}) - {person}
        return " ".join(sorted(waiting | {person} if asks else waiting))

    def _entry(
        self,
        box: Box,
        incoming: Incoming,
        card: Card,
        focus: MissionId | None,
        live: Taken | None = None,
    ) -> Entry:
        said = entry(incoming.team, incoming.channel, card, thread_ts=incoming.thread_ts)
        about = said.mission or (None if isinstance(card, ChooseCard) else focus)
        known = {"conversation": box.conversation, "mission": about, "reader": incoming.person}
        shows = {"live": live.ts, "steps": live.steps} if live else {}
        return said.model_copy(update={**known, **shows})

    def _write_effect(
        self,
        tx: Transaction,
        incoming: Incoming,
        effect: Effect,
        changed: dict[MissionId, Mission],
    ) -> None:
        """Have the transaction do it; `changed` are the Missions as earlier effects leave them."""
        keys = tx.team.mission(mission_of(effect))
        now = self._clock.now()
        match effect:
            case CreateDraft(mission=mission, proposal=proposal):
                changed[mission.id] = write_draft(tx, keys, mission, proposal)
            case Propose(proposal=proposal, on=on):
                mission = changed.get(keys.mission) or self._mission(incoming, effect)
                changed[mission.id] = write_proposal(tx, keys, self._store, mission, proposal, on)
            case Rename(after=after):
                mission = changed.get(keys.mission) or self._mission(incoming, effect)
                change = Change(
                    at=now, by=incoming.person, what=kept("log-renamed"), link=incoming.link
                )
                changed[mission.id] = write_rename(tx, keys, mission, clean_name(after), change)
            case Stop():
                self._write_stop(tx, keys, incoming, effect, now)

    def _write_stop(
        self, tx: Transaction, keys: MissionKeys, incoming: Incoming, effect: Stop, now: datetime
    ) -> None:
        running = self._store.execution(keys.team, keys.mission, effect.execution)
        if running is None or running.status is not Status.RUNNING:
            return
        change = Change(
            at=now, by=incoming.person, what=kept("log-run-stopped"), link=incoming.link
        )
        tx.require_field("execution", keys.executions, running.id, running.stored())
        tx.hset(keys.stops, {running.id: incoming.person})
        write_woken(tx, keys, self._store, [running.id])
        write_change(tx, keys, change)

    def _mission(self, incoming: Incoming, effect: Effect) -> Mission:
        found = self._store.mission(incoming.team, mission_of(effect))
        if found is None:
            raise Lost("mission")
        return found


def _question(card: AskCard | ChooseCard) -> str:
    """What a card asks, in one short line; "" where it only shows what to choose from."""
    if isinstance(card, ChooseCard):
        return ""
    asked_for = card.questions[0].text if card.questions else card.lead
    return " ".join(asked_for.split())[:QUESTION_MAX]
