"""Plays a case as Slack, its people and the workers would: words in, answers and clicks out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from evals.case import Turn
from evals.people import BOT, TEAM, person_id
from evals.shown import SITE, Shown, deliver, sentence
from evals.state import State, open_backfill, open_launch, state_of
from evals.witness import Called, Witness
from evals.world import World, actor
from jobs import turn as turn_job
from missions.cards import (
    ActionCard,
    AskCard,
    Card,
    ChooseCard,
    MissionCard,
    ReportCard,
    missions_of,
)
from missions.conversation import conversation_id
from missions.errors import HoustonError
from missions.ids import ExecutionId, MissionId
from missions.keys import TeamKeys
from missions.mailbox import Incoming
from missions.mission import Mission
from missions.outbox import entry


class NotPlayable(Exception):
    """The case clicks on something that was not shown."""


@dataclass(frozen=True)
class Played:
    """One turn: what was said or clicked, what was called and shown, the state before and after."""

    turn: Turn
    said: str
    calls: tuple[Called, ...]
    shown: tuple[Shown, ...]
    before: State
    after: State

    @property
    def clicked(self) -> bool:
        """Whether a person pressed a button that acts."""
        return self.turn.click is not None


@dataclass
class Play:
    """A case under way."""

    world: World
    witness: Witness
    root: str = ""
    played: list[Played] = field(default_factory=list)
    _clock: Iterator[int] = field(default_factory=lambda: iter(range(1, 10_000)))

    def stamps(self) -> Iterator[str]:
        """Message timestamps, each later than the last."""
        while True:
            yield f"1795000000.{next(self._clock):06d}"

    def begin(self) -> None:
        """Post what the thread hangs under, if the case says that it is about a Mission."""
        case = self.world.case
        if not case.about:
            return
        mission = self._named(case.about)
        card: Card = MissionCard(mission=mission.id)
        if case.report:
            keys = TeamKeys(TEAM).mission(mission.id)
            (run,) = self.world.domain.store.hgetall(keys.executions)
            card = ReportCard(mission=mission.id, execution=ExecutionId(run))
        self.world.domain.outbox.say(entry(TEAM, self.world.place, card))
        deliver(self.world, self.world.place, self.stamps())
        self.root = f"1795000000.{next(self._clock) - 1:06d}"

    def take(self, turn: Turn) -> None:
        """Play one turn."""
        before = state_of(self.world)
        called = len(self.witness.calls)
        self.world.clock.advance(timedelta(minutes=turn.later))
        refused: list[Shown] = []
        try:
            said = self._click(turn) if turn.click else self._say(turn)
        except HoustonError as refusal:
            said, refused = f"[{turn.click}]", [sentence(refusal.sentence)]
        shown = refused + deliver(self.world, self.world.place, self.stamps())
        calls = tuple(self.witness.calls[called:])
        after = state_of(self.world)
        self.played.append(Played(turn, said, calls, tuple(shown), before, after))

    def _say(self, turn: Turn) -> str:
        text = self._picked(turn.pick) if turn.pick else turn.say
        ts = next(self.stamps())
        if not self.root or turn.new_thread:
            self.root = ts
        direct = self.world.case.place == "dm"
        incoming = Incoming(
            id=f"{self.world.place}:{ts}",
            team=TEAM,
            channel=self.world.place,
            thread_ts=self.root,
            ts=ts,
            person=person_id(turn.by),
            text=text if direct else f"<@{BOT}> {text}",
            direct=direct,
            private=self.world.case.private,
            link=f"{SITE}archives/{self.world.place}/p{ts.replace('.', '')}",
            event_id=f"Ev{ts}",
            at=self.world.clock.now(),
            answers=turn.pick is not None,
            bot_user=BOT,
        )
        self.world.domain.mailboxes.accept(incoming)
        turn_job.answer(TEAM, conversation_id(self.world.place, self.root))
        return text

    def _picked(self, number: int) -> str:
        """What the n-th proposed answer of the latest card says."""
        answers: list[str] = []
        for card in (s.card for s in reversed(self._latest())):
            match card:
                case AskCard():
                    answers += [c.say for q in card.questions for c in q.choices]
                case ChooseCard():
                    answers += [card.say.replace("{id}", m) for m in card.missions]
        if len(answers) < number:
            raise NotPlayable(f"there is no answer {number} to press")
        return answers[number - 1]

    def _click(self, turn: Turn) -> str:
        """Press a button of the latest card, as the edge does it."""
        acts, mission = self.world.domain.lifecycle, self._at_hand()
        by = actor(turn.by)
        draft = open_launch(self.world, mission)
        change = state_of(self.world).missions[mission.id].change
        match turn.click:
            case "launch" if draft:
                acts.launch(by, mission.id, draft.id)
            case "apply" if change:
                acts.apply(by, mission.id, change.id)
            case "discard" if change or draft:
                proposal = change or draft
                assert proposal is not None  # noqa: S101 - the case above says so
                acts.discard(by, mission.id, proposal.id)
            case "disable":
                acts.disable(by, mission.id)
            case "enable":
                acts.enable(by, mission.id)
            case "backfill" if backfill := open_backfill(self.world, mission):
                acts.backfill(by, mission.id, backfill.id)
            case "undo":
                card = self._latest()[-1].card
                acts.rename(by, mission.id, card.note if isinstance(card, ActionCard) else "")
            case "run":
                acts.run_now(by, mission.id, next(self.stamps()))
            case _:
                raise NotPlayable(f"there is nothing to {turn.click}")
        return f"[{turn.click}]"

    def _at_hand(self) -> Mission:
        """The Mission of the latest card."""
        named = [m for s in self._latest() for m in missions_of(s.card)]
        if not named:
            raise NotPlayable("no card names a Mission")
        return state_of(self.world).missions[named[-1]].mission

    def _latest(self) -> tuple[Shown, ...]:
        return next((p.shown for p in reversed(self.played) if p.shown), ())

    def _named(self, name: str) -> Mission:
        told = next(m for m in self.world.case.missions if m.name == name)
        return state_of(self.world).missions[MissionId(told.id)].mission
